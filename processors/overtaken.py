"""A filler that its answer overtakes ends at its next clause, and the answer follows at once.

A voice gives a filler faster than it is heard. What is not needed yet is held here, so that it can
still be left out; what comes behind it waits with it. Words carry the times at which their voice
takes them to be heard: behind a filler that ended early, they are heard as much earlier.
"""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field

from pipecat.frames.frames import (
    AggregatedTextFrame,
    CancelFrame,
    EndFrame,
    Frame,
    InterruptionFrame,
    StartFrame,
    SystemFrame,
    TTSAudioRawFrame,
    TTSStoppedFrame,
    TTSTextFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from processors.clause_ends import ClauseEnd, clause_ends, faded
from processors.filler import FILLER

_NS = 1_000_000_000
_LEAD_NS = 300_000_000
"""Given so long before it is heard: transports send 160 ms ahead, the rest is for a busy loop."""
_STEP_NS = 100_000_000
_LOST_NS = 1_000_000_000
"""So long after its last sound, a filler whose end is not told is taken to be over."""


@dataclass(slots=True)
class _Filler:
    """One that is being said. Positions count from its first sample, in ns."""

    context_id: str | None
    starts_ns: int
    """When its first sample is heard."""
    told_ns: int
    """And when its voice takes it to be."""
    hz: int = 1
    destination: str | None = None
    audio: bytearray = field(default_factory=bytearray)
    """16-bit mono."""
    given: int = 0
    words: list[tuple[TTSTextFrame, int | None]] = field(
        default_factory=list[tuple[TTSTextFrame, int | None]]
    )
    """With their positions, where the voice tells them; those that were given come first."""
    words_given: int = 0
    stopped: TTSStoppedFrame | None = None

    def ns(self, size: int) -> int:
        return size * _NS // (self.hz * 2)

    def size(self, ns: int) -> int:
        return ns * self.hz // _NS * 2

    def hear(self, frame: TTSAudioRawFrame) -> None:
        """More of its sound."""
        self.hz, self.destination = frame.sample_rate, frame.transport_destination
        self.audio += frame.audio

    def give(self, size: int) -> Iterator[Frame]:
        """What has not been given, up to there."""
        while self.words_given < len(self.words):
            word, at_ns = self.words[self.words_given]
            if at_ns is None or at_ns >= self.ns(size):
                break
            self.words_given += 1
            yield word
        yield from self._sound(size)

    def finish(self, size: int, words: float) -> Iterator[Frame]:
        """It is heard up to there, with its first `words` words, and then is over."""
        left = words - sum(_count(word) for word, _ in self.words[: self.words_given])
        for word, _ in self.words[self.words_given :]:
            if left > 0:
                yield word if _count(word) <= left else _first(word, int(left))
            left -= _count(word)
        yield from self._sound(size)
        if self.stopped:
            yield self.stopped

    def _sound(self, size: int) -> Iterator[Frame]:
        audio, self.given = bytes(self.audio[self.given : size]), max(size, self.given)
        if audio:
            frame = TTSAudioRawFrame(audio, self.hz, 1, context_id=self.context_id)
            frame.transport_destination = self.destination
            yield frame

    def next_end(self) -> ClauseEnd | None:
        """The first end of a clause that can still be kept to."""
        words = [
            (part, None if at_ns is None else at_ns / _NS)
            for word, at_ns in self.words
            for part in word.text.split()
        ]
        ends = clause_ends(words, bytes(self.audio), self.hz)
        return next((end for end in ends if end.size >= self.given), None)


class Overtaken:
    """Takes what a voice gives, in order, and tells what of it is to go on, and when (pure).

    Times are ns of the pipeline's clock.
    """

    def __init__(self) -> None:
        self._fillers: set[str | None] = set()
        self._filler: _Filler | None = None
        self._behind: list[Frame] = []
        self._told_till_ns = self._heard_till_ns = 0
        """Where all sound ends: as its voice must think, and at the caller's ear."""

    @property
    def due_ns(self) -> int | None:
        """When there is more to `release`; None as long as nothing more comes."""
        filler = self._filler
        if filler is None:
            return None
        given_ns = filler.starts_ns + filler.ns(filler.given)
        if filler.given < len(filler.audio) or filler.stopped:
            return given_ns + _STEP_NS - _LEAD_NS
        return given_ns + _LOST_NS if self._behind else None

    def take(self, frame: Frame, now_ns: int) -> list[Frame]:
        """What is to go on at once."""
        if isinstance(frame, AggregatedTextFrame) and frame.text_type == FILLER:
            self._fillers.add(frame.context_id)
        filler = self._filler
        if filler is None:
            return self._outside(frame, now_ns)
        if _context_id(frame) == filler.context_id:
            return self._within(filler, frame, now_ns)
        if isinstance(frame, TTSAudioRawFrame) and frame.context_id not in self._fillers:
            return [*self._overtake(filler, now_ns), *self.take(frame, now_ns)]
        if isinstance(frame, EndFrame):
            return [*self._close(filler, None, now_ns), *self.take(frame, now_ns)]
        self._behind.append(frame)
        return []

    def release(self, now_ns: int) -> list[Frame]:
        """What is needed by now."""
        filler = self._filler
        if filler is None:
            return []
        ends_ns = filler.starts_ns + filler.ns(len(filler.audio))
        needed_ns = now_ns + _LEAD_NS
        if (filler.stopped and ends_ns <= needed_ns) or ends_ns + _LOST_NS <= now_ns:
            return self._close(filler, None, now_ns)
        until = filler.size(needed_ns - filler.starts_ns)
        return list(filler.give(max(filler.given, min(until, len(filler.audio)))))

    def drop(self) -> list[Frame]:
        """The caller takes the turn. Returns what must not be lost."""
        kept = [frame for frame in self._behind if not frame.interruptible]
        self._fillers.clear()
        self._behind.clear()
        self._filler = None
        self._told_till_ns = self._heard_till_ns = 0
        return kept

    def _outside(self, frame: Frame, now_ns: int) -> list[Frame]:
        match frame:
            case TTSAudioRawFrame() | TTSTextFrame() if self._is_filler(frame):
                starts_ns = max(self._heard_till_ns, now_ns)
                told_ns = max(self._told_till_ns, now_ns)
                self._filler = _Filler(frame.context_id, starts_ns, told_ns)
                return self._within(self._filler, frame, now_ns)
            case TTSAudioRawFrame():
                length_ns = frame.num_frames * _NS // frame.sample_rate
                self._told_till_ns = max(self._told_till_ns, now_ns) + length_ns
                self._heard_till_ns = max(self._heard_till_ns, now_ns) + length_ns
            case _:
                pass
        return [self._timed(frame)]

    def _is_filler(self, frame: TTSAudioRawFrame | TTSTextFrame) -> bool:
        """Words may come before their sound."""
        ours = frame.context_id is not None and frame.context_id in self._fillers
        return ours and frame.interruptible

    def _within(self, filler: _Filler, frame: Frame, now_ns: int) -> list[Frame]:
        match frame:
            case TTSAudioRawFrame():
                filler.hear(frame)
            case TTSTextFrame():
                at_ns = frame.pts - filler.told_ns if frame.pts else None
                self._timed(frame)
                filler.words.append((frame, at_ns))
            case TTSStoppedFrame():
                filler.stopped = frame
            case _:
                return [self._timed(frame)]
        return self.release(now_ns)

    def _overtake(self, filler: _Filler, now_ns: int) -> list[Frame]:
        end = filler.next_end()
        if end is None:
            return self._close(filler, None, now_ns)
        last = bytes(filler.audio[filler.given : end.size])
        filler.audio[filler.given : end.size] = faded(last, filler.hz)
        return self._close(filler, end, now_ns)

    def _close(self, filler: _Filler, end: ClauseEnd | None, now_ns: int) -> list[Frame]:
        """The filler ends there, None: with its last word; what is behind it is heard then."""
        whole = len(filler.audio)
        size = end.size if end else whole
        frames = list(filler.finish(size, end.words if end else float("inf")))
        self._told_till_ns = filler.told_ns + filler.ns(whole)
        self._heard_till_ns = filler.starts_ns + filler.ns(size)
        self._fillers.discard(filler.context_id)
        self._filler = None
        behind, self._behind = self._behind, []
        for frame in behind:
            frames += self.take(frame, now_ns)
        return frames

    def _timed(self, frame: Frame) -> Frame:
        if frame.pts and not isinstance(frame, TTSAudioRawFrame):
            frame.pts -= self._told_till_ns - self._heard_till_ns
        return frame


class EndsAtAClause(FrameProcessor):
    """Behind the voice: lets a filler through as it is heard, and no more of it than is needed."""

    def __init__(self) -> None:
        super().__init__(enable_direct_mode=True)
        self._overtaken = Overtaken()
        self._in_order = asyncio.Lock()
        self._taken = asyncio.Event()
        self._giving: asyncio.Task[None] | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if direction is FrameDirection.UPSTREAM:
            await self.push_frame(frame, direction)
            return
        async with self._in_order:
            await self._pass_down(frame)
        self._taken.set()

    async def cleanup(self) -> None:
        await self._stop()
        await super().cleanup()

    async def _pass_down(self, frame: Frame) -> None:
        match frame:
            case StartFrame():
                self._giving = self.create_task(self._give_when_due())
                await self.push_frame(frame)
            case InterruptionFrame():
                kept = self._overtaken.drop()
                await self._push(frame, *kept)
            case CancelFrame():
                await self._stop()
                await self.push_frame(frame)
            case SystemFrame():
                await self.push_frame(frame)
            case _:
                await self._push(*self._overtaken.take(frame, self._now_ns))

    async def _give_when_due(self) -> None:
        while True:
            await self._due()
            async with self._in_order:
                await self._push(*self._overtaken.release(self._now_ns))

    async def _due(self) -> None:
        with suppress(TimeoutError):
            while True:
                due_ns = self._overtaken.due_ns
                wait_secs = None if due_ns is None else max(0, due_ns - self._now_ns) / _NS
                async with asyncio.timeout(wait_secs):
                    await self._taken.wait()
                self._taken.clear()

    async def _push(self, *frames: Frame) -> None:
        for frame in frames:
            await self.push_frame(frame)

    async def _stop(self) -> None:
        if self._giving:
            await self.cancel_task(self._giving)
            self._giving = None

    @property
    def _now_ns(self) -> int:
        return self.get_clock().get_time()


def _context_id(frame: Frame) -> str | None:
    match frame:
        case TTSAudioRawFrame() | TTSStoppedFrame() | AggregatedTextFrame():
            return frame.context_id
        case _:
            return None


def _count(text: TTSTextFrame) -> int:
    return len(text.text.split())


def _first(text: TTSTextFrame, words: int) -> TTSTextFrame:
    cut = copy(text)
    cut.text = " ".join(text.text.split()[:words])
    return cut
