"""The caller speaks over Echo on the phone: what stops, what goes on, and what is remembered."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from pipecat.frames.frames import (
    Frame,
    InterruptionFrame,
    LLMFullResponseStartFrame,
    TTSAudioRawFrame,
    TTSTextFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection

from evals.ear import speech_spans
from processors.hold import HoldFrame
from processors.resume import Playback
from tests.calls.faults import hearing_by
from tests.calls.inside import Inside, inside, practised, until
from tests.calls.phone import PhoneCall, Uttered, plain, telephone, telephoning
from tests.emulators.deepgram import Deepgram
from tests.emulators.ear import Scripted
from tests.emulators.provider import BUDGET, serving
from tests.emulators.twilio_caller import HZ

pytestmark = pytest.mark.asyncio(loop_scope="module")
ASKS = "What can you do for me?"
CAN = "book or cancel appointments"
"""How the long answer goes on; how it begins depends on what is offered."""
A_FRAME_SECS = 0.06
"""What is sent at a time, and the emulated Twilio's own 20 ms."""
ANSWERED_MS = 2_000
HUNG_UP_SECS = 4.0
"""Two of them are the goodbye."""
CLEARED_MS = 100
SILENT_MS = 300


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ears() -> AsyncIterator[Deepgram]:
    """What is said when is Echo's to judge; how soon words are made of it is not."""
    emulator = Deepgram(profile=BUDGET)
    async with serving(emulator):
        yield emulator


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def echo(ears: Deepgram) -> AsyncIterator[Inside]:
    async with inside(**telephone(), **hearing_by(ears)) as running:
        await until(lambda: practised(running), within_secs=60)
        yield running


@pytest.fixture
def contexts(monkeypatch: pytest.MonkeyPatch) -> list[LLMContext]:
    """What each call remembers."""
    kept: list[LLMContext] = []

    class Kept(LLMContext):
        def __init__(self, *known: object, **options: object) -> None:
            super().__init__(*known, **options)
            kept.append(self)

    monkeypatch.setattr("bot.answering.LLMContext", Kept)
    return kept


@dataclass
class Inner:
    """What went on in the pipeline, as far as the ear cannot tell."""

    silenced: list[float] = field(default_factory=list)
    """When Echo was to fall silent, by the loop's clock."""
    replies: list[list[tuple[str, int]]] = field(default_factory=list)
    """Of each reply: its first audio (as no word) and its words, with their times in ns."""

    def note(self, frame: Frame, now_ns: int) -> None:
        match frame:
            case HoldFrame() | InterruptionFrame():
                self.silenced.append(asyncio.get_running_loop().time())
            case LLMFullResponseStartFrame():
                self.replies.append([])
            case TTSAudioRawFrame() if self.replies and not any(self._sounds(-1)):
                self.replies[-1].append(("", now_ns))
            case TTSTextFrame(pts=int(pts)) if self.replies:
                self.replies[-1].append((frame.text, pts))
            case _:
                pass

    def _sounds(self, reply: int) -> list[int]:
        return [at_ns for text, at_ns in self.replies[reply] if not text]

    def complete(self, reply: int, heard_secs: float) -> int:
        """How many of its words were heard to their end in so much of its audio."""
        until_ns = self._sounds(reply)[0] + 1e9 * heard_secs
        return sum(at_ns <= until_ns for text, at_ns in self.replies[reply] if text)


@pytest.fixture
def inner(monkeypatch: pytest.MonkeyPatch) -> Inner:
    noted = Inner()
    process = Playback.process_frame

    async def and_note(self: Playback, frame: Frame, direction: FrameDirection) -> None:
        if direction is FrameDirection.DOWNSTREAM:
            noted.note(frame, self.get_clock().get_time())
        await process(self, frame, direction)

    monkeypatch.setattr(Playback, "process_frame", and_note)
    return noted


def remembered(context: LLMContext, at: int = -1) -> str:
    """What Echo said, as its memory has it: by default last."""
    told = [m.get("content") for m in context.get_messages() if m["role"] == "assistant"]
    return plain([text for text in told if isinstance(text, str)][at])


async def speaks_over(call: PhoneCall, words: str, after_secs: float = 1.5) -> Uttered:
    """Asks for a long answer, and says something when so much of it was heard."""
    asked = await call.say(ASKS)
    onset = await call.hears(asked.end_secs)
    await asyncio.sleep(onset + after_secs - call.now_secs)
    return await call.say(words)


def silent_ms(call: PhoneCall, over: Uttered) -> float:
    """The caller's first sample to Echo's last, less the time in which neither could run."""
    before, spoke = over.start_secs - 0.4, over.start_secs
    silent = speech_spans(call.ear(before), HZ)[0].end_secs + before
    return 1000 * (silent - spoke - call.stood_still_secs(spoke, silent))


def clear_ms(call: PhoneCall, inner: Inner) -> float:
    """What was decided to what reached Twilio, the longest, less the time in which nothing ran."""
    cleared, began = call.stream.cleared_at, call.stream.began_secs
    assert cleared
    decided = [(max(t for t in inner.silenced if t <= at), at) for at in cleared]
    took = [at - t - call.stood_still_secs(t - began, at - began) for t, at in decided]
    return 1000 * max(took)


def answered_ms(call: PhoneCall, uttered: Uttered) -> float:
    ended, took_ms = uttered.end_secs, call.answered_ms(uttered)
    return took_ms - 1000 * call.stood_still_secs(ended, ended + took_ms / 1000)


async def test_stop_over_an_answer_ends_it_and_what_was_heard_is_remembered_to_the_word(
    echo: Inside, ears: Deepgram, contexts: list[LLMContext], inner: Inner
):
    ears.ear = Scripted([ASKS, "No wait, stop."])
    async with telephoning(echo.url) as call:
        await call.hears_out(0.6)
        greeting = sum(size for _, size in call.stream.arrived)
        over = await speaks_over(call, "No wait, stop.")
        _, heard, *_ = call.stream.played_at_clear  # the first when the question began
        heard_secs = (heard - greeting) / HZ
        await call.hears_out()
    assert clear_ms(call, inner) <= CLEARED_MS
    assert silent_ms(call, over) <= SILENT_MS
    memory = remembered(contexts[0], 1)
    assert plain(" ".join(text for text, _ in inner.replies[0])).startswith(memory)
    cut_secs = over.start_secs + silent_ms(call, over) / 1000
    behind_secs = call.stood_still_secs(cut_secs - 0.5, cut_secs + 0.5)
    least = inner.complete(0, heard_secs - A_FRAME_SECS)
    most = inner.complete(0, heard_secs + behind_secs)  # of which this phone was late to play
    assert least <= len(memory.split()) <= most
    assert "appointments" not in await call.words(over.start_secs - 3)


@pytest.mark.parametrize("hum", ["Okay.", "Mm-hmm."])
async def test_a_hum_over_an_answer_holds_it_and_costs_no_word_of_it(
    echo: Inside, ears: Deepgram, contexts: list[LLMContext], inner: Inner, hum: str
):
    ears.ear = Scripted([ASKS, hum])
    async with telephoning(echo.url) as call:
        await call.hears_out(0.6)
        over = await speaks_over(call, hum)
        await call.hears_out()
        heard = await call.words(over.start_secs - 3)
    assert clear_ms(call, inner) <= CLEARED_MS
    assert silent_ms(call, over) <= SILENT_MS
    for part in ("start a return", "book or cancel appointments"):
        assert heard.count(part) == 1
    assert CAN in remembered(contexts[0])


async def test_without_marks_the_clock_says_what_was_heard_and_echo_is_done_when_it_is_done(
    echo: Inside, ears: Deepgram, contexts: list[LLMContext]
):
    ears.ear = Scripted(["How are you?", ASKS, "Mm-hmm.", "Goodbye."])
    async with telephoning(echo.url) as call:
        call.stream.echoes = False
        await call.hears_out(0.6)
        first = await call.asks("How are you?")
        over = await speaks_over(call, "Mm-hmm.")
        await call.hears_out()
        heard = await call.words(over.start_secs - 3)
        bye = await call.say("Goodbye.")
        await call.is_hung_up_on()
    assert call.stream.marks
    assert call.stream.echoed == []
    assert answered_ms(call, first) <= ANSWERED_MS
    assert "book or cancel appointments" in heard
    assert CAN in remembered(contexts[0], -2)
    assert (await call.words(bye.start_secs)) == "thank you for calling goodbye"
    assert call.now_secs - bye.end_secs <= HUNG_UP_SECS
