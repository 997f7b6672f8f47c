"""Says a phrase when a tool outlasts the caller's patience, while the answer is being computed."""

import asyncio
from dataclasses import dataclass

from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    CancelFrame,
    EndFrame,
    Frame,
    FunctionCallCancelFrame,
    FunctionCallInProgressFrame,
    FunctionCallResultFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    StartFrame,
    TTSSpeakFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.utils.text.base_text_aggregator import TextType

from processors.due import until_due
from processors.fast_lane import FastLane, PromptRunFrame
from processors.patience import FillerPolicy, Patience
from processors.tool_pace import ToolPace

FILLER = "filler"
"""The text type by which the frames of a filler's speech are known behind the TTS."""

_SETTLE_SECS = 0.005
"""A result that arrives together with the timer needs this long to travel here, and wins."""


@dataclass
class FillerFrame(TTSSpeakFrame):
    """A phrase that bridges a wait; it stays out of the model's context.

    The TTS marks the AggregatedTextFrame and the TTSTextFrame of this speech with the text type
    `FILLER`; their `context_id` is that of its TTSStartedFrame, TTSAudioRawFrames and
    TTSStoppedFrame.
    """

    append_to_context: bool = False
    text_type: TextType | str = FILLER


class Filler(FrameProcessor):
    """Behind the LLM: speaks while tools run, and lets their results overtake it.

    A phrase that was pushed is spoken even if the tool ends before it is audible; behind the TTS,
    `EndsAtAClause` ends it at its next clause when the answer is there.
    """

    def __init__(
        self,
        policy: FillerPolicy | None = None,
        speaker: FrameDirection = FrameDirection.DOWNSTREAM,
        pace: ToolPace | None = None,
    ) -> None:
        """`speaker` is where the phrases are said: a model that speaks is upstream of this.

        `pace` is what is known of the tools, and learns from this call.
        """
        super().__init__()
        self._speaker = speaker
        self._patience = Patience(policy or FillerPolicy(), pace)
        self._fast_lane = FastLane(self._run_model)
        self._changed = asyncio.Event()
        self._watch: asyncio.Task[None] | None = None

    def follow(self, policy: FillerPolicy) -> None:
        """Say other phrases from here on, such as those of another language."""
        self._patience.follow(policy)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case StartFrame():
                self._watch = self.create_task(self._speak_when_due())
            case EndFrame() | CancelFrame():
                await self._stop()
            case _:
                self._notice(frame, asyncio.get_running_loop().time())
        for routed in self._fast_lane.route(frame):
            await self.push_frame(routed, direction)

    async def cleanup(self) -> None:
        await self._stop()
        await super().cleanup()

    def _notice(self, frame: Frame, now_secs: float) -> None:
        match frame:
            case FunctionCallInProgressFrame():
                self._patience.called(frame.tool_call_id, frame.function_name, now_secs)
            case FunctionCallResultFrame() if not frame.properties or frame.properties.is_final:
                self._patience.returned(frame.tool_call_id, now_secs)
            case FunctionCallCancelFrame():
                self._patience.cancelled(frame.tool_call_id)
            case LLMFullResponseStartFrame():
                self._patience.responds()
            case LLMTextFrame() if frame.text.strip() and not frame.skip_tts:
                self._patience.says(now_secs)
            case BotStartedSpeakingFrame():
                self._patience.starts_talking("bot")
            case BotStoppedSpeakingFrame():
                self._patience.stops_talking("bot", now_secs)
            case UserStartedSpeakingFrame():
                self._patience.starts_talking("caller's turn")
            case UserStoppedSpeakingFrame():
                self._patience.stops_talking("caller's turn", now_secs)
            case VADUserStartedSpeakingFrame():
                self._patience.starts_talking("caller's voice")
            case VADUserStoppedSpeakingFrame():
                self._patience.stops_talking("caller's voice", now_secs)
            case _:
                return
        self._changed.set()

    async def _speak_when_due(self) -> None:
        while True:
            await until_due(lambda: self._patience.due_secs, self._changed)
            await asyncio.sleep(_SETTLE_SECS)
            if phrase := self._patience.phrase(asyncio.get_running_loop().time()):
                await self.push_frame(FillerFrame(phrase), self._speaker)

    async def _run_model(self) -> None:
        await self.push_frame(PromptRunFrame(), FrameDirection.UPSTREAM)

    async def _stop(self) -> None:
        if self._watch:
            await self.cancel_task(self._watch)
            self._watch = None
