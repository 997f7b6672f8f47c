"""What has been said and not been heard: a copy of all that is on its way to the caller.

An output transport that falls silent forgets what it had to say, and when. From this copy it can
go on: from behind the last word that was heard to its end, with all that follows, at new times.
"""

from collections import deque
from copy import copy
from dataclasses import dataclass

from pipecat.frames.frames import (
    Frame,
    OutputAudioRawFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
    TTSTextFrame,
)

from processors.timeline import Timeline

NS = 1_000_000_000
_WORDS = 80
"""Of what was heard last: enough to see a question in it."""
_LONGEST_WORD_NS = 2 * NS
"""A word that began longer ago is none: its service has no times."""


@dataclass(slots=True, eq=False)
class _Said:
    frame: Frame
    position_ns: int
    """Where in the audio it belongs; of audio, where it begins."""
    sent: bool


class Unheard:
    """Told what is said, sent and heard, in nanoseconds of the pipeline's clock."""

    def __init__(self) -> None:
        self._said: deque[_Said] = deque()
        self._written = Timeline()
        """As if nothing had ever been held: what a service counts its words' times by."""
        self._played = Timeline()
        self._shifted = False
        self._heard_ns = 0
        """The position behind the last word that was heard to its end."""
        self._left_ns = 0
        """The position behind the last audio that has left the output."""
        self._words: deque[str] = deque(maxlen=_WORDS)
        self._voice_open = False

    @property
    def text(self) -> str:
        """The last words that were heard."""
        return " ".join(self._words)

    # What is said

    def say(self, frame: Frame, now_ns: int, *, sent: bool) -> None:
        """A frame comes from the voice; its time becomes that at which it will be heard."""
        self._shifted &= now_ns < self._played.ends_ns or not sent
        position_ns = self._written.length_ns
        match frame:
            case OutputAudioRawFrame():
                self._written.add(_length_ns(frame), now_ns)
                if sent:
                    self._played.add(_length_ns(frame), now_ns)
            case TTSStartedFrame() | TTSStoppedFrame():
                self._voice_open = isinstance(frame, TTSStartedFrame)
            case _ if frame.pts:
                position_ns = self._written.position_at(frame.pts)
            case _:
                pass
        self._forget_audio(self._played.position_at(now_ns) - _LONGEST_WORD_NS)
        said = _Said(frame, position_ns, sent)
        self._said.append(said)
        if sent and self._shifted:
            self._time(said)

    def all_heard(self) -> None:
        """The output has nothing more to say."""
        self._said = deque(
            said for said in self._said if not isinstance(said.frame, OutputAudioRawFrame)
        )

    def left(self, audio: OutputAudioRawFrame) -> None:
        """A piece of audio has left the output, where it was cut anew."""
        self._left_ns += _length_ns(audio)

    def heard(self, frame: Frame) -> None:
        """A frame that is no audio leaves the output: its time has come."""
        for said in self._said:
            if said.frame is frame:
                self._said.remove(said)
                break
        else:
            return
        if isinstance(frame, TTSTextFrame):
            self._words.append(frame.text.strip())
            if frame.pts:
                self._heard_ns = max(self._heard_ns, said.position_ns)
                self._forget_audio(self._heard_ns)

    # What is left

    def left_secs(self, now_ns: int) -> float:
        """How much there is still to hear; more than one can tell while the voice speaks."""
        if self._voice_open:
            return float("inf")
        return max(0, self._played.ends_ns - now_ns) / NS

    @property
    def ends_ns(self) -> int:
        """When all that was sent will have been heard."""
        return self._played.ends_ns

    @property
    def guarded(self) -> bool:
        """Whether something on its way may not be interrupted."""
        return any(
            isinstance(said.frame, OutputAudioRawFrame) and not said.frame.interruptible
            for said in self._said
        )

    def again(self, now_ns: int, held_ns: int, after_ns: int = 0) -> list[Frame]:
        """All that was not heard when the output was silenced at `held_ns`, to be sent now.

        What has a time gets a new one; `after_ns` is what is said before it. What an interruption
        does not drop is still on its way, and left out.
        """
        start_ns = self._resume_at(held_ns)
        self._left_ns = start_ns - after_ns
        self._played = Timeline(start_ns)
        if after_ns:
            self._played = Timeline(start_ns - after_ns)
            self._played.add(after_ns, now_ns)
        self._shifted = True
        on_their_way = [s for s in self._said if s.sent and not s.frame.interruptible]
        for said in [*self._said]:
            if said in on_their_way:
                continue
            if isinstance(said.frame, OutputAudioRawFrame):
                if not self._cut(said, start_ns):
                    self._said.remove(said)
                    continue
                self._played.add(_length_ns(said.frame), now_ns)
            said.sent = True
        for said in self._said:
            self._time(said)
        return [said.frame for said in self._said if said not in on_their_way]

    def drop(self) -> list[Frame]:
        """The caller takes the turn: nobody will hear the rest. Returns what must not be lost."""
        kept = [s.frame for s in self._said if not s.sent and not s.frame.interruptible]
        self._said.clear()
        self._words.clear()
        self._written, self._played = Timeline(), Timeline()
        self._heard_ns = self._left_ns = 0
        self._shifted = self._voice_open = False
        return kept

    # Positions

    def _resume_at(self, held_ns: int) -> int:
        reached_ns = min(self._played.position_at(held_ns), self._written.length_ns)
        in_word = 0 <= reached_ns - self._heard_ns <= _LONGEST_WORD_NS
        heard_ns = self._heard_ns if in_word else reached_ns
        return min(heard_ns, self._left_ns)  # a busy machine is behind the clock

    def _cut(self, said: _Said, start_ns: int) -> bool:
        """Leaves of a piece of audio what is behind `start_ns`; whether there is any."""
        frame = said.frame
        assert isinstance(frame, OutputAudioRawFrame)
        skipped = _bytes_of(frame, start_ns - said.position_ns)
        if skipped >= len(frame.audio):
            return False
        if skipped > 0:
            said.frame = _tail_of(frame, skipped)
            said.position_ns = start_ns
        return True

    def _time(self, said: _Said) -> None:
        if said.frame.pts and not isinstance(said.frame, OutputAudioRawFrame):
            said.frame.pts = self._played.time_at(said.position_ns)

    def _forget_audio(self, before_ns: int) -> None:
        """What begins the list and has left the output; words come before the audio behind them."""
        before_ns = min(before_ns, self._left_ns)
        while self._said:
            said = self._said[0]
            if not isinstance(said.frame, OutputAudioRawFrame):
                return
            if said.position_ns + _length_ns(said.frame) > before_ns:
                return
            self._said.popleft()


def _length_ns(frame: OutputAudioRawFrame) -> int:
    return frame.num_frames * NS // frame.sample_rate


def _bytes_of(frame: OutputAudioRawFrame, length_ns: int) -> int:
    return max(0, length_ns) * frame.sample_rate // NS * 2 * frame.num_channels


def _tail_of(frame: OutputAudioRawFrame, skipped: int) -> OutputAudioRawFrame:
    tail = copy(frame)
    tail.audio = frame.audio[skipped:]
    tail.num_frames = len(tail.audio) // (2 * frame.num_channels)
    return tail
