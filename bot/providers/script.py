"""What a text to speech was given and has not said: what another is given in its place (pure)."""

from copy import copy
from dataclasses import dataclass, field

from pipecat.frames.frames import (
    Frame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    TextFrame,
    TTSSpeakFrame,
)

_OPENING = "$€£#([{\"'“‘+-"
"""Signs that belong to the word behind them."""


@dataclass(slots=True)
class _Line:
    frame: Frame
    said: int = 0
    """Of its text: characters up to the end of the last word."""

    @property
    def text(self) -> str:
        match self.frame:
            case TTSSpeakFrame():
                return self.frame.text
            case TextFrame() if not self.frame.skip_tts:
                return self.frame.text
            case _:
                return ""

    @property
    def rest(self) -> str:
        return self.text[self.said :]


@dataclass(slots=True)
class Script:
    """Frames in the order they were given, without what was heard and what came out again.

    Words are matched by their letters and digits, in order: a provider may leave out marks, or
    break a text into words of its own.
    """

    _lines: list[_Line] = field(default_factory=list[_Line])

    def given(self, frame: Frame) -> None:
        self._lines.append(_Line(frame))

    def came_out(self, frame: Frame) -> None:
        """A service passed it on: all before the end of a response was said."""
        at = next((n for n, line in enumerate(self._lines) if line.frame is frame), None)
        if at is None or isinstance(frame, LLMFullResponseStartFrame):
            return
        if isinstance(frame, LLMFullResponseEndFrame):
            del self._lines[: at + 1]
        else:
            del self._lines[at]

    def said(self, words: str) -> None:
        """These were heard."""
        letters = count(words)
        for line in self._lines:
            if not letters:
                break
            while letters and line.said < len(line.text):
                letters -= line.text[line.said].isalnum()
                line.said += 1
        self._lines = [line for line in self._lines if not _spoken(line)]

    def clear(self) -> None:
        """The caller interrupts."""
        self._lines = [line for line in self._lines if not line.frame.interruptible]

    def rest(self) -> list[Frame]:
        """What another has to be given, in order; it begins with a whole word."""
        frames: list[Frame] = []
        begun = True
        for line in self._lines:
            text = line.rest
            if begun and text:
                text = _from_a_word(text) if line.said or not count(line.text) else text
                begun = not text
            frames.append(_with(line.frame, text) if line.text else line.frame)
        return frames


def count(text: str) -> int:
    """Its letters and digits."""
    return sum(character.isalnum() for character in text)


def _spoken(line: _Line) -> bool:
    return line.said > 0 and not count(line.rest)


def _from_a_word(text: str) -> str:
    """Without the marks that ended the words before."""
    kept = 0
    while kept < len(text) and not text[kept].isalnum() and text[kept] not in _OPENING:
        kept += 1
    return text[kept:]


def _with(frame: Frame, text: str) -> Frame:
    other = copy(frame)
    if isinstance(other, (TTSSpeakFrame, TextFrame)):
        other.text = text
    return other
