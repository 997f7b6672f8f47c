"""Keeps a model from telling what it was told: its instructions, and its tools' descriptions.

It asks no model, and what is said reaches the voice as it comes. Only words that may be the start
of a disclosure wait, until they are known to be none; what is one is never said, nor what the model
writes after it.
"""

from pipecat.frames.frames import (
    Frame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
)
from pipecat.processors.frame_processor import FrameProcessor
from pydantic import BaseModel, ConfigDict, Field

from processors.confidential import Confidential, Overlap, words


class ReticencePolicy(BaseModel):
    """What a model may say of its instructions, and of its tools."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: int = Field(default=10, ge=5)
    """So many of the instructions' own words in a row are a disclosure; up to nine are met in what
    a model says of an order."""
    held_from: int = Field(default=4, ge=2)
    """So many may be the start of one, and wait; those before them are said."""
    public: str = ""
    """What of the persona callers may be told in its own words, besides its first sentence: opening
    hours, an address."""
    refusal: str = "I'm sorry, I can't share that."
    """Said instead."""


class Reticence:
    """Given what a model writes, says how much of it may be said (pure)."""

    def __init__(self, confidential: Confidential, policy: ReticencePolicy) -> None:
        self._confidential = confidential
        self._policy = policy
        self._overlap = Overlap(confidential)
        self._word = ""
        """The last word, of which more may come."""
        self._held = ""
        self._said = False
        self.refused = False
        """Something was disclosed in this reply: no more of it is said."""

    @property
    def holds(self) -> bool:
        """Whether words wait."""
        return bool(self._held)

    @property
    def refusal(self) -> str:
        return self._policy.refusal

    def follow(self, policy: ReticencePolicy) -> None:
        """Refuse in other words from here on, such as those of another language."""
        self._policy = policy

    def begin(self) -> None:
        """Another reply; a run of words goes on from the one before."""
        self._word, self._held, self._said, self.refused = "", "", False, False

    def hear(self, text: str) -> str:
        """What may be said, now that this was written: of the text, and of what has waited."""
        if self.refused:
            return ""
        self._held += text
        *whole, self._word = _cut(self._word + text)
        return self._judge("".join(whole))

    def end(self) -> str:
        """The reply is over: what may be said of what has waited."""
        if self.refused:
            return ""
        whole, self._word = self._word, ""
        said = self._judge(whole)
        rest, self._held = self._held, ""
        return said + rest

    def _judge(self, text: str) -> str:
        for word in words(text):
            if self._overlap.add(word) >= self._policy.words:
                return self._refuse()
        if self._confidential.names(text):
            return self._refuse()
        if self._overlap.longest >= self._policy.held_from or "_" in self._word:
            return ""
        said, self._held = self._held, ""
        self._said |= bool(said.strip())
        return said

    def _refuse(self) -> str:
        self.refused, self._held, self._word = True, "", ""
        return f"... {self._policy.refusal}" if self._said else self._policy.refusal


class Reticent:
    """Changes the text that a model writes in the moment it leaves the model: before any observer,
    client or voice meets it, and without a hop."""

    def __init__(self, reticence: Reticence) -> None:
        self._reticence = reticence
        self._ours = 0
        """The id of a frame that holds what had waited."""

    def watch(self, model: FrameProcessor) -> None:
        """Have this one keep it to itself."""

        async def before_push(_: FrameProcessor, frame: Frame) -> None:
            match frame:
                case LLMTextFrame() if frame.id != self._ours:
                    frame.text = self._reticence.hear(frame.text)
                case LLMFullResponseStartFrame() | InterruptionFrame():
                    self._reticence.begin()
                case LLMFullResponseEndFrame():
                    if rest := self._reticence.end():
                        await self._push(model, rest)
                case _:
                    pass

        model.add_event_handler("on_before_push_frame", before_push)

    async def _push(self, model: FrameProcessor, text: str) -> None:
        frame = LLMTextFrame(text)
        self._ours = frame.id
        await model.push_frame(frame)


def _cut(text: str) -> list[str]:
    """The text in parts, of which only the last may go on: a word, or nothing."""
    end = len(text)
    while end and (text[end - 1].isalnum() or text[end - 1] in "_'’"):
        end -= 1
    return [text[:end], text[end:]]
