"""A filler that its answer overtakes ends at its next clause; the answer follows at once (pure).

A voice gives a filler faster than it is heard. What is not needed yet is held here, so that it can
still be left out; what comes behind it waits with it. Words carry the times at which their voice
takes them to be heard: behind a filler that ended early, they are heard as much earlier.
"""

from pipecat.frames.frames import (
    AggregatedTextFrame,
    EndFrame,
    Frame,
    TTSAudioRawFrame,
    TTSStoppedFrame,
    TTSTextFrame,
)

from processors.clause_ends import ClauseEnd
from processors.filler import FILLER
from processors.held_filler import NS, HeldFiller

_LEAD_NS = 300_000_000
"""Given so long before it is heard: transports send 160 ms ahead, the rest is for a busy loop."""
_STEP_NS = 100_000_000
_LOST_NS = 1_000_000_000
"""So long after its last sound, a filler whose end is not told is taken to be over."""


class Overtaken:
    """Takes what a voice gives, in order, and tells what of it is to go on, and when.

    Times are ns of the pipeline's clock.
    """

    def __init__(self) -> None:
        self._fillers: set[str | None] = set()
        self._filler: HeldFiller | None = None
        self._behind: list[Frame] = []
        self._told_till_ns = self._heard_till_ns = 0
        """Where all sound ends: as its voice must think, and at the caller's ear."""

    @property
    def due_ns(self) -> int | None:
        """When there is more to `release`; None as long as nothing more comes."""
        filler = self._filler
        if filler is None:
            return None
        if filler.has_more:
            return filler.given_till_ns + _STEP_NS - _LEAD_NS
        return filler.given_till_ns + _LOST_NS if self._behind else None

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
        ends_ns = filler.starts_ns + filler.length_ns(filler.size)
        needed_ns = now_ns + _LEAD_NS
        if (filler.stopped and ends_ns <= needed_ns) or ends_ns + _LOST_NS <= now_ns:
            return self._close(filler, None, now_ns)
        return list(filler.give(needed_ns))

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
                self._filler = HeldFiller(frame.context_id, starts_ns, told_ns)
                return self._within(self._filler, frame, now_ns)
            case TTSAudioRawFrame():
                length_ns = frame.num_frames * NS // frame.sample_rate
                self._told_till_ns = max(self._told_till_ns, now_ns) + length_ns
                self._heard_till_ns = max(self._heard_till_ns, now_ns) + length_ns
            case _:
                pass
        return [self._timed(frame)]

    def _is_filler(self, frame: TTSAudioRawFrame | TTSTextFrame) -> bool:
        """Words may come before their sound."""
        ours = frame.context_id is not None and frame.context_id in self._fillers
        return ours and frame.interruptible

    def _within(self, filler: HeldFiller, frame: Frame, now_ns: int) -> list[Frame]:
        match frame:
            case TTSAudioRawFrame():
                filler.hear(frame)
            case TTSTextFrame():
                at_ns = frame.pts - filler.told_ns if frame.pts else None
                self._timed(frame)
                filler.read(frame, at_ns)
            case TTSStoppedFrame():
                filler.stopped = frame
            case _:
                return [self._timed(frame)]
        return self.release(now_ns)

    def _overtake(self, filler: HeldFiller, now_ns: int) -> list[Frame]:
        end = filler.next_end()
        if end:
            filler.fade(end)
        return self._close(filler, end, now_ns)

    def _close(self, filler: HeldFiller, end: ClauseEnd | None, now_ns: int) -> list[Frame]:
        """The filler ends there, None: with its last word; what is behind it is heard then."""
        frames = list(filler.finish(end))
        self._told_till_ns = filler.told_ns + filler.length_ns(filler.size)
        self._heard_till_ns = filler.starts_ns + filler.length_ns(end.size if end else filler.size)
        self._fillers.discard(filler.context_id)
        self._filler = None
        behind, self._behind = self._behind, []
        for frame in behind:
            frames += self.take(frame, now_ns)
        return frames

    def _timed(self, frame: Frame) -> Frame:
        """With its word's time moved to when it is heard."""
        if frame.pts and not isinstance(frame, TTSAudioRawFrame):
            frame.pts -= self._told_till_ns - self._heard_till_ns
        return frame


def _context_id(frame: Frame) -> str | None:
    match frame:
        case TTSAudioRawFrame() | TTSStoppedFrame() | AggregatedTextFrame():
            return frame.context_id
        case _:
            return None
