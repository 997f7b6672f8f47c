"""Keeps a call, with the caller's consent: its sound in stereo and its words, in a folder.

Nothing is kept before the consent: no file is opened, no audio gathered. What cannot be written
ends the recording and not the call. Only their owner can read the files.
"""

import asyncio
import re
import wave
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TextIO

import numpy as np
import soxr
from loguru import logger
from pipecat.frames.frames import (
    BotStoppedSpeakingFrame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    OutputAudioRawFrame,
    TranscriptionFrame,
    TTSTextFrame,
)
from pipecat.observers.base_observer import BaseObserver, FramePushed
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.utils.utils import obj_id
from pydantic import BaseModel, ConfigDict

from processors.cards import NUMBER, open_number
from processors.shown import Shown
from processors.tracks import TwoTracks

Outcome = Literal["off", "not asked", "refused", "kept", "failed"]

_MOST_PENDING = 10
"""Seconds of sound that wait for a slow disk; with more the recording has failed."""

_HELD_SECS = 20.0
"""Sound is kept back for so long, since a number is known as a card's only at its end."""
_BEFORE_SECS = 1.0
"""A transcript is written so long after its last word: the caller may have gone on meanwhile."""
_SECRET = re.compile(r"\[card ending|\[number\]|\[number withheld\]")
"""Stands in a transcript for what nobody is to hear either."""


class RecordingSettings(BaseModel):
    """Recording, which every caller is asked for first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = False
    """In the cascade; a call that one model hears and speaks is never recorded, and none of its
    words are kept then."""
    folder: Path = Path("recordings")
    """Where a call's `ID.wav` (the caller left, Echo right) and `ID.txt` go."""
    question: str = "Hello! May I record this call? You can say no."
    """Asked before the greeting."""
    thanks: str = "Thank you."
    """Said to a yes, before the greeting."""
    refused: str = "Alright, I won't record."
    """Said to a no, before the greeting."""


class Files:
    """The files of one recording, written one after another in a thread."""

    def __init__(self, folder: Path, call_id: str, hz: int) -> None:
        self._paths = paths(folder, call_id)
        self._hz = hz
        self._sound: wave.Wave_write | None = None
        self._words: TextIO | None = None

    def open(self) -> None:
        sound, words = self._paths
        sound.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for each in self._paths:
            if not each.exists():
                each.touch(mode=0o600)
        self._words = words.open("w", encoding="utf-8", buffering=1)
        self._sound = wave.open(str(sound), "wb")  # noqa: SIM115  closed by `close`
        self._sound.setnchannels(2)
        self._sound.setsampwidth(2)
        self._sound.setframerate(self._hz)
        self._words.write(f"consent given {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")

    def write(self, sound: bytes, words: str) -> None:
        if self._sound and sound:
            self._sound.writeframes(sound)
        if self._words and words:
            self._words.write(words)

    def close(self) -> None:
        """Raises OSError, as the others do, when the disk is full; both are closed even so."""
        sound, words = self._sound, self._words
        self._sound = self._words = None
        try:
            if words:
                words.close()
        finally:
            if sound:
                sound.close()


def paths(folder: Path, call_id: str) -> tuple[Path, Path]:
    """Where the sound and the words of a call are."""
    return folder / f"{call_id}.wav", folder / f"{call_id}.txt"


class Recorder(BaseObserver):
    """Watches what the caller says and what the caller hears, once there is consent.

    For as long as `is_secret`, the recording is silent and the words are left out. Where a
    transcript has a placeholder for a card's number, the sound of it is left out too.
    """

    def __init__(
        self, folder: Path, call_id: str, hz: int, is_secret: Callable[[], bool] = lambda: False
    ) -> None:
        super().__init__()
        self._is_secret = is_secret
        self.outcome: Outcome = "not asked"
        self._files = Files(folder, call_id, hz)
        self._hz = hz
        self._sources: tuple[FrameProcessor, FrameProcessor, FrameProcessor] | None = None
        self._tracks: TwoTracks | None = None
        self._resampler: soxr.ResampleStream | None = None
        self._lines: list[str] = []
        self._shown = Shown()
        self._speaker = ""
        self._paused = False
        self._first_id = 0
        """What came before the consent may be told of after it."""
        self._heard_secs = 0.0
        self._clean_secs = 0.0
        """Until then, what the caller said holds no number that might become a card's."""
        self._in_a_number = False
        self._due_secs = 1.0
        self._pending = 0
        self._last: asyncio.Task[None] | None = None

    def watch(self, ears: FrameProcessor, words: FrameProcessor, mouth: FrameProcessor) -> None:
        """Who pushes the caller's audio, the caller's words, and what was heard of Echo."""
        self._sources = (ears, words, mouth)

    @property
    def may_keep(self) -> bool:
        """Whether words of this call may be stored at all."""
        return self.outcome in ("kept", "failed") and not self._paused

    def refuse(self) -> None:
        """The caller has said no, or has taken their yes back: nothing is kept from here on."""
        self._paused = True
        if self.outcome == "not asked":
            self.outcome = "refused"

    async def begin(self) -> None:
        """The caller has said yes, or yes again."""
        self._paused, self._first_id = False, obj_id()
        if self.outcome in ("kept", "failed"):
            return
        self.outcome = "kept"
        self._tracks = TwoTracks(self._hz, _HELD_SECS)
        self._write(self._files.open)

    async def close(self) -> None:
        """Writes what is left; call it when the call is over."""
        if self._tracks:
            self._echo_ended(self._tracks)
            self._line("Caller", NUMBER if self._shown.waits else "")
            if self._shown.waits or self._in_a_number:
                self._tracks.silence(self._clean_secs)
            self._flush(all_of_it=True)
            self._tracks = None
        self._write(self._files.close)
        if self._last:
            await self._last

    async def on_push_frame(self, data: FramePushed) -> None:
        tracks, sources, frame = self._tracks, self._sources, data.frame
        if tracks is None or sources is None or frame.id < self._first_id:
            return
        tracks.muted = self._paused or self._is_secret()
        ears, words, mouth = sources
        match frame:
            case InputAudioRawFrame() if data.source is ears:
                tracks.caller(frame.audio)
                self._heard_secs += frame.num_frames / frame.sample_rate
                if self._heard_secs >= self._due_secs:
                    self._due_secs += 1.0
                    self._flush()
            case OutputAudioRawFrame() if data.source is mouth:
                tracks.echo(self._at_rate(frame))
            case BotStoppedSpeakingFrame() if data.source is mouth:
                self._echo_ended(tracks)
            case InterimTranscriptionFrame() if data.source is words:
                self._in_a_number = bool(_SECRET.search(frame.text))
            case TranscriptionFrame() if data.source is words:
                self._line("Caller", self._shown.final(frame.text))
                self._leave_out_cards(tracks, frame.text)
            case TTSTextFrame() if data.source is mouth:
                self._line("Caller", self._shown.settle())
                self._line("Echo", frame.text)
            case _:
                pass

    def _line(self, who: str, text: str) -> None:
        text = " ".join(text.split())
        if not text or not self._tracks or self._tracks.muted:
            return
        if who == self._speaker:
            self._lines.append(f" {text}")  # Echo's words come one by one
            return
        self._speaker = who
        self._lines.append(f"\n{self._heard_secs:.1f} {who}: {text}")

    def _leave_out_cards(self, tracks: TwoTracks, text: str) -> None:
        self._in_a_number = False
        if _SECRET.search(text):
            tracks.silence(self._clean_secs)
        elif open_number(text) is None:
            self._clean_secs = max(self._clean_secs, self._heard_secs - _BEFORE_SECS)

    def _at_rate(self, frame: OutputAudioRawFrame) -> bytes:
        if frame.sample_rate == self._hz:
            return frame.audio
        if self._resampler is None:
            self._resampler = soxr.ResampleStream(frame.sample_rate, self._hz, 1, dtype="int16")
        samples = np.frombuffer(frame.audio, np.int16)
        return self._resampler.resample_chunk(samples).astype("<i2").tobytes()

    def _echo_ended(self, tracks: TwoTracks) -> None:
        """Up to 0.1 s is still being resampled: it is of what was said, and not of what comes."""
        if self._resampler:
            rest = self._resampler.resample_chunk(np.zeros(0, np.int16), last=True)
            tracks.echo_ended(rest.astype("<i2").tobytes())
        self._resampler = None

    def _flush(self, all_of_it: bool = False) -> None:
        if self._tracks is None:
            return
        sound, words = self._tracks.take(all_of_it), "".join(self._lines)
        self._lines.clear()
        self._write(lambda: self._files.write(sound, words))

    def _write(self, work: Callable[[], None]) -> None:
        """In a thread, one after another; what fails ends the recording."""
        if self._pending >= _MOST_PENDING:
            self._fail("the disk is too slow")
            return
        self._pending += 1
        before = self._last
        self._last = asyncio.create_task(self._do(work, before))

    async def _do(self, work: Callable[[], None], before: asyncio.Task[None] | None) -> None:
        if before:
            await before
        try:
            await asyncio.to_thread(work)
        except OSError as error:
            self._fail(type(error).__name__)
        finally:
            self._pending -= 1

    def _fail(self, why: str) -> None:
        """The call goes on without being recorded; only `close` touches the files from here on."""
        if self.outcome != "failed":
            logger.bind(cause=why).error("the call is not recorded any more")
        self.outcome = "failed"
        self._tracks = None
        self._lines.clear()
