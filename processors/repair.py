"""Asks about the part that was not heard well, before anything is done with it.

"Sorry, was that one-zero-four-two?" is asked instead of asking the model, so that any model, the
keyless brain included, only ever meets values that were heard well or said twice. After a yes the
exchange is taken out of the context, and the model answers what the caller had said.
"""

import re
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    Frame,
    InterruptionFrame,
    LLMContextFrame,
    TranscriptionFrame,
    TTSSpeakFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext, LLMContextMessage
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pydantic import BaseModel, ConfigDict, Field

from processors.said_over import plain
from processors.values_said import Value, aloud, values_in
from processors.vault import Vault

Words = Sequence[tuple[str, float]]
"""As they were said, each with how sure (0 to 1) the speech to text is of it."""


class RepairSettings(BaseModel):
    """When Echo asks whether it heard a number, a day, a time, a name or an e-mail address well."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    below: float = Field(default=0.6, ge=0, le=1)
    """Of a word's certainty; 0: never. Of 114 spoken turns with a value, with noise and by
    telephone, the local Whisper has 12 with one below it, and in 10 of those it is wrong."""
    lost_below: float = Field(default=0.25, ge=0, le=1)
    """Then it is not worth reading back: the caller is asked to say it again."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and what is asked next when that was wrong; "": it was no yes or no."""

    text: str
    otherwise: str = ""


Reply = Literal["yes", "no", "something"]


class Repair:
    """Told what was heard and how surely; says what to ask in a turn, if anything (pure)."""

    _KEPT = 200

    def __init__(self, settings: RepairSettings) -> None:
        self._settings = settings
        self._heard: deque[tuple[str, float]] = deque(maxlen=self._KEPT)
        self._asked: Question | None = None

    def follow(self, settings: RepairSettings) -> None:
        """Other limits from here on."""
        self._settings = settings

    def heard(self, words: Words) -> None:
        """The words of a final transcript."""
        self._heard.extend(words)

    def question(self, turn: str) -> Question | None:
        """What to ask a caller whose turn these words are; nothing twice in a row."""
        if self._asked or not self._settings.below or _YES_OR_NO.match(plain(turn)):
            return None
        words = [text for text, _ in self._heard]
        found = [value for value in values_in(words) if _is_in(turn, words, value)]
        value = min(found, key=self._certainty, default=None)
        if value is None or self._certainty(value) >= self._settings.below:
            return None
        if self._certainty(value) < self._settings.lost_below:
            text = f"Sorry, I didn't catch the {value.kind}. Could you say it again?"
            return Question(text)
        text = f"Sorry, was that {aloud(value.kind, words[value.begins : value.ends])}?"
        return Question(text, f"What was the {value.kind}, then?")

    def reply(self, said: str, answer: str) -> Reply | None:
        """What the caller's words are to the question that is open.

        said: what the caller heard of Echo before them. None: they are no reply to it.
        """
        asked = self._asked
        if not asked or not asked.otherwise or not plain(said):
            return None
        if not plain(asked.text).startswith(plain(said)):
            return None
        if _YES.fullmatch(plain(answer)):
            return "yes"
        return "no" if _NO.fullmatch(plain(answer)) else "something"

    @property
    def next(self) -> Question | None:
        """What to ask when that was wrong."""
        return Question(self._asked.otherwise) if self._asked else None

    def settled(self, asked: Question | None) -> None:
        """The turn is over, and this is asked; None: the model is."""
        self._heard.clear()
        self._asked = asked

    def _certainty(self, value: Value) -> float:
        return min(sure for _, sure in [*self._heard][value.begins : value.ends])


def _is_in(turn: str, words: Sequence[str], value: Value) -> bool:
    """Some words that were heard are in no turn: an "uh-huh" over Echo."""
    said = plain(" ".join(words[value.begins : value.ends]))
    return f" {said} " in f" {plain(turn)} "


_YES_OR_NO = re.compile(
    r"(?:(?:oh|um+|uh+|well) )*(?:ye?s|yeah|yep|yup|sure|okay|ok|right|correct|exactly|no|nope|nah"
    r"|of course|go ahead|absolutely|definitely|please do)\b"
)
"""Before anything else, they say what is to be done: that is for the model, and for the desk."""
_YES = re.compile(
    r"(?:(?:ye?s|yeah|yep|yup|mhm|uh huh|sure|okay|ok|right|correct|exactly|perfect|please|thanks"
    r"|thank you|that's (?:right|correct|it)|it is|it was|that was it) ?)+"
)
_NO = re.compile(
    r"(?:(?:no|nope|nah|not quite|wrong|sorry|that's (?:wrong|not (?:it|right))|that is (?:wrong"
    r"|not (?:it|right))|it's not|it isn't|it was not|it wasn't) ?)+"
)


class Repairing(FrameProcessor):
    """Before the model: asks the caller instead of it, where a value was not heard well.

    certainty: reads the words of a transcript's `result`, where it has any.
    Nothing is asked while a secret is keyed in.
    """

    def __init__(
        self, settings: RepairSettings, vault: Vault, certainty: Callable[[object], Words]
    ) -> None:
        super().__init__(enable_direct_mode=True)
        self._repair = Repair(settings)
        self._vault = vault
        self._certainty = certainty
        self._ahead: tuple[str, Question | None] | None = None
        """The words of a turn of which the model was to be asked ahead of its end, and what to ask
        then instead."""

    def follow(self, settings: RepairSettings) -> None:
        """Ask by others from here on."""
        self._repair.follow(settings)

    def watch(self, ear: FrameProcessor) -> None:
        """Take what this one writes down."""
        ear.add_event_handler("on_before_push_frame", self.hear)

    async def hear(self, _: FrameProcessor, frame: Frame) -> None:
        """A frame that leaves the ear."""
        if isinstance(frame, TranscriptionFrame) and not self._vault.expected:
            self._repair.heard(self._certainty(frame.result))

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case LLMContextFrame() if turn := _turn(frame.context):
                asked = self._considered(frame.context, turn)
                self._ahead = (turn, asked) if frame.speculation else None
                if asked is None:
                    await self.push_frame(frame, direction)
                if not frame.speculation:
                    await self._settle(asked)
                return
            case EagerEndOfTurnCancelFrame() | InterruptionFrame():
                self._ahead = None
            case UserStoppedSpeakingFrame() if self._ahead:
                (turn, asked), self._ahead = self._ahead, None
                await self._end(frame, turn, asked)
                return
            case _:
                pass
        await self.push_frame(frame, direction)

    async def _end(self, over: UserStoppedSpeakingFrame, turn: str, asked: Question | None) -> None:
        """The turn is over of which the model may have been asked ahead: before its words were
        there, whose certainty nobody knew then."""
        if asked is None and (asked := self._repair.question(turn)):
            await self.push_frame(EagerEndOfTurnCancelFrame())
        await self.push_frame(over)
        await self._settle(asked)

    def _considered(self, context: LLMContext, turn: str) -> Question | None:
        messages = [*context.get_messages()]
        said = _words_of(messages[-2], "assistant") if len(messages) > 1 else ""
        reply = self._repair.reply(said, turn)
        if reply not in ("yes", "no"):
            return self._repair.question(turn)
        context.set_messages(messages[:-2])  # both are of what the caller had said before
        return None if reply == "yes" else self._repair.next

    async def _settle(self, asked: Question | None) -> None:
        self._repair.settled(asked)
        if asked:
            await self.push_frame(TTSSpeakFrame(asked.text, append_to_context=True))


def _turn(context: LLMContext) -> str:
    """The caller's words that a model is asked about; "" if it goes on behind something else."""
    messages = context.get_messages()
    return _words_of(messages[-1], "user") if messages else ""


def _words_of(message: LLMContextMessage, role: str) -> str:
    if not isinstance(message, dict) or message.get("role") != role:
        return ""
    content = message.get("content")
    return content if isinstance(content, str) else ""
