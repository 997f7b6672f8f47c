"""A realtime session whose tools see what the caller said before they were called.

What the caller said is written down by another model, later than the answer to it begins, and
Pipecat's aggregator keeps the words until the answer is over: a tool that is called in between
would not know of a yes that was said.
"""

from dataclasses import dataclass

from pipecat.frames.frames import DataFrame, Frame, InterruptionFrame
from pipecat.processors.aggregators.llm_response_universal import LLMUserAggregator
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.openai.realtime import events

from bot.providers.after_words import AfterWords
from bot.providers.lasting_realtime import LastingRealtime

SPOKE_FIRST = '{"error": "The caller spoke before this was begun: it was not done."}'


@dataclass
class WriteDownFrame(DataFrame):
    """Upstream, behind transcripts; downstream once they are in the context."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.interruptible = False


def writes_down_when_asked(user: LLMUserAggregator) -> None:
    """Has the caller's aggregator write what was said into the context for a tool that waits."""

    async def after(_: FrameProcessor, frame: Frame) -> None:
        if isinstance(frame, WriteDownFrame):
            await user.push_aggregation()
            await user.push_frame(WriteDownFrame())

    user.add_event_handler("on_after_process_frame", after)


class HeardFirst(AfterWords, LastingRealtime):
    """Needs `writes_down_when_asked`: without it every tool waits in vain, for `WORDS_SECS`."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self._unwritten: set[str] = set()
        """What the caller has said and the provider has not written down."""
        self._asked = False
        """Whether it has been asked for what is written down to be in the context."""

    @property
    def _awaits_words(self) -> bool:
        return bool(self._unwritten) or self._asked

    async def _forgo_words(self) -> None:
        self._unwritten.clear()
        self._asked = False

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        match frame, direction:
            case WriteDownFrame(), FrameDirection.DOWNSTREAM:
                self._asked = False
                if not self._unwritten:
                    await self._run_what_waits()
            case InterruptionFrame(), _:
                await self._drop_what_waits()
                await super().process_frame(frame, direction)
            case _:
                await super().process_frame(frame, direction)

    async def _handle_evt_speech_stopped(self, evt: events.InputAudioBufferSpeechStopped) -> None:
        self._unwritten.add(evt.item_id)
        await super()._handle_evt_speech_stopped(evt)

    async def handle_evt_input_audio_transcription_completed(
        self, evt: events.ConversationItemInputAudioTranscriptionCompleted
    ) -> None:
        await super().handle_evt_input_audio_transcription_completed(evt)
        self._unwritten.discard(evt.item_id)
        if self._to_run:
            await self._ask()

    async def _handle_evt_function_call_arguments_done(
        self, evt: events.ResponseFunctionCallArgumentsDone
    ) -> None:
        await self._ask()
        await super()._handle_evt_function_call_arguments_done(evt)

    async def _ask(self) -> None:
        if not self._unwritten and not self._asked:
            self._asked = True
            await self.push_frame(WriteDownFrame(), FrameDirection.UPSTREAM)

    async def _drop_what_waits(self) -> None:
        """A call that was not begun before the caller spoke again is the model's to make anew."""
        await self._stop_waiting()
        calls, self._to_run = self._to_run, []
        for call in calls:
            self._pending_function_calls.pop(call.call_id, None)
            await self._send_tool_result(call.call_id, SPOKE_FIRST)

    async def _end_session(self) -> None:
        """No transcript of what an old session heard comes any more, and no result goes there."""
        await self._stop_waiting()
        self._to_run.clear()
        await self._forgo_words()
        await super()._end_session()
