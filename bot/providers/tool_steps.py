"""A turn in which the model calls tools ends in words, whatever it calls and however often."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import uuid4

from loguru import logger
from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    Frame,
    FunctionCallFromLLM,
    InterruptionFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection

from bot.providers.arguments import ILLEGIBLE
from bot.providers.still_asked import Adapter, StillAsked

_NOT_IN_A_NAME = re.compile(r"[^a-zA-Z0-9_-]")
_MOST_CHARS = 64
"""Of a name, for OpenAI; Anthropic takes 128."""
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


class Steps:
    """How often the model has called tools since the caller last spoke, and how often illegibly."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._turn = -1
        self._taken = 0
        self._illegible = False

    def begin(self, turn: int) -> None:
        """The model is asked, in the turn with this number."""
        if turn != self._turn:
            self._turn, self._taken, self._illegible = turn, 0, False

    @property
    def spent(self) -> bool:
        """Whether the model has to answer without tools."""
        return self._taken >= self._most

    def take(self, calls: Sequence[FunctionCallFromLLM]) -> bool:
        """Whether the calls of an answer may be carried out; else the turn ends in an apology.

        Illegible ones may once: the model is told, and has one more try.
        """
        illegible = any(call.arguments == ILLEGIBLE for call in calls)
        may = not self.spent and not (illegible and self._illegible)
        self._taken += 1
        self._illegible = self._illegible or illegible
        return may


class Acceptable:
    """The calls of one conversation, as providers take them back in its history.

    They refuse names and ids of other characters, and an id that is there twice, in every request
    from then on; models make up names (`multi_tool_use.parallel`), and servers count ids from 0 in
    each answer.
    """

    def __init__(self) -> None:
        self._ids: set[str] = set()

    def of(self, calls: Iterable[FunctionCallFromLLM]) -> list[FunctionCallFromLLM]:
        """The calls of one answer; one that was delivered twice is there once."""
        once: list[FunctionCallFromLLM] = []
        for call in calls:
            if call not in once:
                once.append(call)
        return [
            replace(call, function_name=_name(call), tool_call_id=self._id(call)) for call in once
        ]

    def _id(self, call: FunctionCallFromLLM) -> str:
        given = call.tool_call_id or ""
        taken = given in self._ids or not _ID.fullmatch(given)
        identity = f"call_{uuid4().hex[:24]}" if taken else given
        self._ids.add(identity)
        return identity


def _name(call: FunctionCallFromLLM) -> str:
    return _NOT_IN_A_NAME.sub("_", call.function_name)[:_MOST_CHARS] or "unnamed"


def turn_of(context: LLMContext) -> int:
    """How often the caller has spoken: within one turn it stays the same."""
    return sum(
        isinstance(message, dict) and message.get("role") == "user"
        for message in context.get_messages()
    )


class InSteps(StillAsked[Adapter]):
    """Carries out tool calls as far as `steps` lets it, and ends the turn with `apology` there.

    Those of a question that was asked ahead of the end of the turn wait for that end, and are
    dropped with the question: no tool runs on a guess.
    """

    steps: Steps
    apology: str
    _acceptable: Acceptable | None = None
    _ahead: Sequence[FunctionCallFromLLM] = ()
    """What an answer to a turn that may not be over wants to have done."""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        if isinstance(frame, (EagerEndOfTurnCancelFrame, InterruptionFrame)):
            self._ahead = ()
        await super().process_frame(frame, direction)
        if isinstance(frame, UserStoppedSpeakingFrame):
            await self._act()  # behind the frame: with it the answer is no guess any more

    async def _process_context(self, context: LLMContext) -> None:
        self._ahead = ()
        self.steps.begin(turn_of(context))
        await super()._process_context(context)  # type: ignore[misc]

    async def run_function_calls(self, function_calls: Sequence[FunctionCallFromLLM]) -> None:
        if self._speculation_gate.is_speculating:
            self._ahead = function_calls
            return
        await self._carry_out(function_calls)

    async def _act(self) -> None:
        calls, self._ahead = self._ahead, ()
        await self._carry_out(calls)

    async def _carry_out(self, function_calls: Sequence[FunctionCallFromLLM]) -> None:
        if not function_calls:
            return
        if not self.steps.take(function_calls):
            logger.bind(calls=len(function_calls)).warning("tool calls were not carried out")
            await self._push_llm_text(f" {self.apology}")  # there may be words before it
            return
        self._acceptable = self._acceptable or Acceptable()
        await super().run_function_calls(self._acceptable.of(function_calls))
