"""A filler that is being said, of which the caller has been given no more than is needed (pure)."""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field

from pipecat.frames.frames import Frame, TTSAudioRawFrame, TTSStoppedFrame, TTSTextFrame

from processors.clause_ends import ClauseEnd, clause_ends, faded

NS = 1_000_000_000


@dataclass(slots=True)
class HeldFiller:
    """Times are ns of the pipeline's clock, positions ns from the filler's first sample.

    Sizes are bytes of its sound, 16-bit mono.
    """

    context_id: str | None
    starts_ns: int
    """When its first sample is heard."""
    told_ns: int
    """And when its voice takes it to be."""
    stopped: TTSStoppedFrame | None = None
    """Its voice has said that nothing more comes."""
    _hz: int = 1
    _destination: str | None = None
    _audio: bytearray = field(default_factory=bytearray)
    _given: int = 0
    _words: list[tuple[TTSTextFrame, int | None]] = field(
        default_factory=list[tuple[TTSTextFrame, int | None]]
    )
    """With their positions, where the voice tells them; those that were given come first."""
    _words_given: int = 0

    @property
    def size(self) -> int:
        """Of all the sound there is of it so far."""
        return len(self._audio)

    @property
    def given_till_ns(self) -> int:
        """When the last of what was given is heard."""
        return self.starts_ns + self.length_ns(self._given)

    @property
    def has_more(self) -> bool:
        """There is something that has not been given: sound, or its end."""
        return self._given < len(self._audio) or self.stopped is not None

    def length_ns(self, size: int) -> int:
        return size * NS // (self._hz * 2)

    def hear(self, frame: TTSAudioRawFrame) -> None:
        """More of its sound."""
        self._hz, self._destination = frame.sample_rate, frame.transport_destination
        self._audio += frame.audio

    def read(self, word: TTSTextFrame, at_ns: int | None) -> None:
        """More of its words, at that position; None: the voice does not tell it."""
        self._words.append((word, at_ns))

    def give(self, until_ns: int) -> Iterator[Frame]:
        """What is heard before that time and has not been given."""
        until = until_ns - self.starts_ns
        size = max(self._given, min(until * self._hz // NS * 2, len(self._audio)))
        while self._words_given < len(self._words):
            word, at_ns = self._words[self._words_given]
            if at_ns is None or at_ns >= self.length_ns(size):
                break
            self._words_given += 1
            yield word
        yield from self._sound(size)

    def finish(self, end: ClauseEnd | None) -> Iterator[Frame]:
        """The rest, up to there; None: all of it."""
        given = sum(_count(word) for word, _ in self._words[: self._words_given])
        left = (end.words if end else float("inf")) - given
        for word, _ in self._words[self._words_given :]:
            if left > 0:
                yield word if _count(word) <= left else _first(word, int(left))
            left -= _count(word)
        yield from self._sound(end.size if end else len(self._audio))
        if self.stopped:
            yield self.stopped

    def next_end(self) -> ClauseEnd | None:
        """The first end of a clause that can still be kept to."""
        words = [
            (part, None if at_ns is None else at_ns / NS)
            for word, at_ns in self._words
            for part in word.text.split()
        ]
        ends = clause_ends(words, bytes(self._audio), self._hz)
        return next((end for end in ends if end.size >= self._given), None)

    def fade(self, end: ClauseEnd) -> None:
        """Makes what has not been given fall silent there, without a click."""
        last = bytes(self._audio[self._given : end.size])
        self._audio[self._given : end.size] = faded(last, self._hz)

    def _sound(self, size: int) -> Iterator[Frame]:
        audio, self._given = bytes(self._audio[self._given : size]), max(size, self._given)
        if audio:
            frame = TTSAudioRawFrame(audio, self._hz, 1, context_id=self.context_id)
            frame.transport_destination = self._destination
            yield frame


def _count(text: TTSTextFrame) -> int:
    return len(text.text.split())


def _first(text: TTSTextFrame, words: int) -> TTSTextFrame:
    cut = copy(text)
    cut.text = " ".join(text.text.split()[:words])
    return cut
