"""A call is recorded only if its caller says yes to that very question."""

import asyncio
import sqlite3
import wave
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from loguru import logger

from bot.recording import RecordingSettings
from bot.tools.database import StoreSettings
from evals.caller import place_call
from evals.script import Say
from tests.calls.faults import PATIENT, words
from tests.calls.inside import inside, until

if TYPE_CHECKING:
    from loguru import Message

ORDER = Say("Where is my order one zero four two?")
PERSON = Say("I want to talk to a real person.")


def asking(folder: Path) -> dict:
    recording = RecordingSettings(enabled=True, folder=folder / "kept")
    database = StoreSettings(url=f"sqlite:///{folder / 'echo.db'}")
    return {"recording": recording, "database": database}


def handed_off(folder: Path) -> list[str]:
    with sqlite3.connect(folder / "echo.db") as file:
        return [row[0] for row in file.execute("SELECT summary FROM handoffs")]


async def test_after_a_yes_both_sides_are_in_the_folder(tmp_path: Path):
    async with inside(**asking(tmp_path)) as echo:
        record = await place_call(echo.url, [Say("Yes, sure."), ORDER], manners=PATIENT)
        ended = echo.house.totals
    assert "may i record this call" in words(record)
    assert "1042" in words(record)
    (sound,) = (tmp_path / "kept").glob("*.wav")
    with wave.open(str(sound)) as file:
        both = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    assert (np.abs(both.astype(int)).max(axis=0) > 2_000).all()
    text = sound.with_suffix(".txt").read_text()
    assert "Caller: Where is my order" in text
    assert "Echo:" in text
    assert ended is not None


@pytest.mark.parametrize("answer", [Say("No, please don't."), ORDER], ids=["no", "no answer"])
async def test_without_a_yes_not_a_byte_of_what_was_said_is_stored(tmp_path: Path, answer: Say):
    async with inside(**asking(tmp_path)) as echo:
        record = await place_call(echo.url, [answer, PERSON], manners=PATIENT)
    assert not (tmp_path / "kept").exists()
    assert "colleague" in words(record)
    (summary,) = handed_off(tmp_path)
    assert "Caller:" not in summary
    assert "Echo:" not in summary


async def test_the_question_is_heard_behind_the_disclosure_and_a_yes_may_be_taken_back(
    tmp_path: Path,
):
    disclosing = {**asking(tmp_path), "disclosure": "You are talking to a machine."}
    script = [Say("Yes, sure."), Say("Please stop recording."), ORDER]
    async with inside(**disclosing) as echo:
        record = await place_call(echo.url, script, manners=PATIENT)
    heard = words(record)
    assert heard.index("talking to a machine") < heard.index("may i record this call")
    assert "1042" in heard
    (text,) = (tmp_path / "kept").glob("*.txt")
    assert "How can I help" in text.read_text()
    assert "1042" not in text.read_text()
    assert "my order" not in text.read_text()


async def test_who_is_in_danger_and_is_asked_for_consent_is_told_whom_to_dial(tmp_path: Path):
    async with inside(**asking(tmp_path)) as echo:
        record = await place_call(echo.url, [Say("I can't breathe.")], manners=PATIENT)
    assert "hang up" in words(record)
    assert not (tmp_path / "kept").exists()


async def test_a_call_goes_on_whose_recording_cannot_be_written(tmp_path: Path):
    (tmp_path / "kept").write_text("a file where the folder is to be")
    async with inside(**asking(tmp_path)) as echo:
        record = await place_call(echo.url, [Say("Yes."), ORDER], manners=PATIENT)
    assert "1042" in words(record)
    assert record.ended_by == "caller"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full is Linux's")
async def test_a_disk_that_is_full_is_heard_by_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Fault 53: neither by the caller nor by another one; how the recording ended is known."""
    full = Path("/dev/full")
    monkeypatch.setattr("bot.recording.paths", lambda *_: (full, full))
    ended: dict[str, str] = {}

    def keep(message: "Message") -> None:
        extra = message.record["extra"]
        ended[extra["session_id"]] = extra["recording"]

    sink = logger.add(keep, filter=lambda record: record["message"] == "session")
    async with inside(**asking(tmp_path)) as echo:
        yes, no = await asyncio.gather(
            place_call(echo.url, [Say("Yes, sure."), ORDER], manners=PATIENT),
            place_call(echo.url, [Say("No, please don't."), ORDER], manners=PATIENT),
        )
        await until(echo.is_empty)
    logger.remove(sink)
    for record in (yes, no):
        assert "1042" in words(record)
        assert record.ended_by == "caller"
    assert ended == {yes.session_id: "failed", no.session_id: "refused"}
