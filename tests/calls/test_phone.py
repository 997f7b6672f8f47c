"""Whole calls by phone, by ear: what the caller heard is read back from the audio."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from evals.voice import read_wav
from tests.calls import phone_call
from tests.calls.inside import Inside, inside, practised, until
from tests.calls.phone import plain, telephone, telephoning
from tests.emulators.twilio_caller import HZ, NEXT

in_one_loop = pytest.mark.asyncio(loop_scope="module")
GREETED_MS = 500
LONGEST_GAP_MS = 40


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def echo() -> AsyncIterator[Inside]:
    async with inside(**telephone()) as running:
        await until(lambda: practised(running), within_secs=60)
        yield running


@in_one_loop
async def test_a_caller_is_greeted_answered_and_said_goodbye_to(echo: Inside):
    async with telephoning(echo.url) as call:
        await call.hears_out()
        asked = await call.asks("Where is my order one zero four two?")
        bye = await call.say("Goodbye.")
        await call.is_hung_up_on()
        next_ = await call.stream.twilio.ask(NEXT)
    assert 1000 * (call.sound_after(0.0) or 9) <= GREETED_MS
    assert max(call.gaps_ms(), default=0) <= LONGEST_GAP_MS
    greeting = await call.words(0, asked.start_secs)
    assert greeting == "hi this is echo at acme how can i help"
    answer = await call.words(asked.start_secs, bye.start_secs)
    assert answer.startswith("order 1042 your walnut desk lamp is on its way")
    goodbye = await call.words(bye.start_secs)
    assert goodbye == "thank you for calling goodbye"
    assert next_.verbs == ("Hangup",)


def test_the_command_prints_a_call_and_keeps_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert phone_call.main(["--say", "Goodbye.", "--out", str(tmp_path / "call.wav")]) == 0
    printed = plain(capsys.readouterr().out)
    assert "hi this is echo at acme how can i help" in printed
    assert "thank you for calling goodbye" in printed
    assert "echo hung up" in printed
    assert len(read_wav(tmp_path / "call.wav", HZ)) > 4 * HZ
