"""Lets a tool's result overtake the speech that only bridges the wait for it.

Pipecat keeps what an LLM pushes in order. A tool's result thus waits in the output transport until
all audio before it was heard, and then until the bot stops speaking
(`LLMAssistantAggregator._maybe_push_context`). That is right behind an answer, which the model must
see in its context before it goes on, and wrong behind "One moment, please": the answer would only
begin to be computed when the filler ends.

So the result goes to the aggregator as a system frame, which nothing holds, with the order not to
run the model. What runs it is a frame sent upstream, to the caller's aggregator, as soon as the
result is in the context: on the way back from the assistant's aggregator the context would wait
in a TTS that is still busy with the filler.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields, replace
from typing import TypeVar

from pipecat.frames.frames import (
    BotStoppedSpeakingFrame,
    Frame,
    FunctionCallCancelFrame,
    FunctionCallInProgressFrame,
    FunctionCallResultFrame,
    FunctionCallResultProperties,
    FunctionCallsStartedFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMRunFrame,
    SystemFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)


@dataclass
class PromptInProgressFrame(FunctionCallInProgressFrame, SystemFrame):
    """A FunctionCallInProgressFrame that does not queue behind audio."""


@dataclass
class PromptResultFrame(FunctionCallResultFrame, SystemFrame):
    """A FunctionCallResultFrame that does not queue behind audio."""


@dataclass
class PromptRunFrame(LLMRunFrame, SystemFrame):
    """Asks an aggregator to run the model at once, whoever speaks."""


Run = Callable[[], Awaitable[None]]


class FastLane:
    """Decides which frames of tool calls overtake, and when the model runs because of them.

    `run` is called when a result that overtook is in the context and the model is to see it.

    A call overtakes until the model begins another response: from then on its result may land in
    the middle of an answer and takes pipecat's way. It overtakes again once that answer was heard.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._group_of: dict[str, str | None] = {}
        self._announced: set[str] = set()
        self._outrun: set[str] = set()
        self._responding = False
        self._caller_talks = False

    def route(self, frame: Frame) -> tuple[Frame, ...]:
        """The frames to push instead of this one, in order."""
        match frame:
            case FunctionCallsStartedFrame():
                self._announced = {call.tool_call_id for call in frame.function_calls}
            case FunctionCallInProgressFrame():
                self._announced.discard(frame.tool_call_id)
                self._group_of[frame.tool_call_id] = frame.group_id
                return (_as(PromptInProgressFrame, frame),)
            case FunctionCallResultFrame():
                return self._result(frame)
            case FunctionCallCancelFrame():
                return self._cancelled(frame)
            case LLMFullResponseStartFrame():
                self._responding = True
                self._outrun |= self._group_of.keys()
            case LLMFullResponseEndFrame():
                self._responding = False
            case BotStoppedSpeakingFrame() if not self._responding:
                self._outrun.clear()
            case InterruptionFrame():
                self._announced.clear()
                self._responding = False
            case UserStartedSpeakingFrame():
                self._caller_talks = True
            case UserStoppedSpeakingFrame():
                self._caller_talks = False
            case _:
                pass
        return (frame,)

    def _result(self, frame: FunctionCallResultFrame) -> tuple[Frame, ...]:
        properties = frame.properties or FunctionCallResultProperties()
        overtakes = self._overtakes(frame.tool_call_id)
        if not properties.is_final:
            return (frame,)
        last = self._settle(frame.tool_call_id)
        if not overtakes:
            return (frame,)
        asked = properties.run_llm if properties.run_llm is not None else frame.run_llm
        runs = bool(frame.result) and (last if asked is None else asked)
        updated = properties.on_context_updated
        result = _as(PromptResultFrame, frame)
        result.properties = replace(
            properties,
            run_llm=False,
            on_context_updated=_both(updated, self._run) if runs else updated,
        )
        return (result,)

    def _cancelled(self, frame: FunctionCallCancelFrame) -> tuple[Frame, ...]:
        overtakes = self._overtakes(frame.tool_call_id)
        last = self._settle(frame.tool_call_id)
        if not frame.run_llm or not overtakes:
            return (frame,)
        cancelled = _as(FunctionCallCancelFrame, frame)
        cancelled.run_llm = False
        return (cancelled, PromptRunFrame()) if last else (cancelled,)

    def _overtakes(self, call_id: str) -> bool:
        known = call_id in self._group_of
        return known and call_id not in self._outrun and not self._caller_talks

    def _settle(self, call_id: str) -> bool:
        """Whether nothing else of the call's response is left to wait for."""
        group = self._group_of.pop(call_id, None)
        self._announced.discard(call_id)
        self._outrun.discard(call_id)
        if group is None:
            return True
        return not self._announced and group not in self._group_of.values()


def _both(first: Run | None, second: Run) -> Run:
    async def call() -> None:
        if first:
            await first()
        await second()

    return call


FrameT = TypeVar("FrameT", bound=Frame)


def _as(kind: type[FrameT], frame: Frame) -> FrameT:
    """The same frame as another kind; it keeps its id, by which observers know it."""
    copied = kind(**{f.name: getattr(frame, f.name) for f in fields(frame) if f.init})
    copied.id = frame.id
    copied.broadcast_sibling_id = frame.broadcast_sibling_id
    copied.metadata = frame.metadata
    return copied
