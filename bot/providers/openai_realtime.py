"""OpenAI Realtime as the voice of a call: says what it is told to, and remembers what was heard."""

import time
from collections.abc import Sequence

from pipecat.frames.frames import (
    AggregatedTextFrame,
    Frame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMRunFrame,
    LLMTextFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    TTSStartedFrame,
    TTSTextFrame,
)
from pipecat.processors.aggregators.llm_context import (
    LLMContext,
    LLMContextMessage,
    LLMSpecificMessage,
    standard_message_text,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.openai.realtime import events
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMSettings
from pipecat.utils.text.base_text_aggregator import TextType

from bot.providers.heard_first import HeardFirst
from bot.providers.history import said
from bot.providers.leaving import LeavesLast
from bot.providers.renewal import Renewal
from bot.providers.repairable import Repairable
from bot.providers.saying import to_say
from bot.providers.subtitles import Subtitles
from bot.providers.typed import TypedFrame
from processors.filler import FILLER

BYTES_PER_SEC = 2 * 24_000
FAILURES_IN_A_ROW = 3
"""So many failed responses and the service takes itself to be out of order."""


def _not_remembered(text: str, context_id: str) -> AggregatedTextFrame:
    frame = AggregatedTextFrame(text, FILLER, context_id=context_id)
    frame.append_to_context = False
    return frame


class SpeechToSpeech(LeavesLast, Repairable, HeardFirst):
    """Answers a caller's audio with audio; a `TTSSpeakFrame` is said by the same voice.

    `can_speak` is False while there is no session, or the last response failed: then a
    `TTSSpeakFrame` is for somebody else.
    """

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str,
        settings: OpenAIRealtimeLLMSettings,
        context: LLMContext,
        renewal: Renewal,
        function_call_timeout_secs: float,
    ) -> None:
        super().__init__(
            api_key=api_key,
            base_url=base_url,
            settings=settings,
            context=context,
            renewal=renewal,
            function_call_timeout_secs=function_call_timeout_secs,
        )
        self._subtitles = Subtitles()
        self._to_say: list[TTSSpeakFrame] = []
        self._is_to_begin = False  # what it was told to say last
        self._aside = ""  # the context of a filler that is being said
        self._responding = False
        self._interrupted_there = False  # the provider has cancelled its response by itself
        self._failures = 0

    @property
    def can_speak(self) -> bool:
        return self._connected and not self._failures and self.is_usable

    # Frames

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        match frame:
            case TTSSpeakFrame() if self.can_speak:
                await self._speak(frame)
            case TypedFrame(messages=messages):
                await self._answer_typed(messages)
            case LLMRunFrame() if direction is FrameDirection.UPSTREAM:
                await self._answer_results()
            case _:
                await super().process_frame(frame, direction)

    async def push_frame(
        self, frame: Frame, direction: FrameDirection = FrameDirection.DOWNSTREAM
    ) -> None:
        match frame:
            case TTSSpeakFrame() if direction is FrameDirection.DOWNSTREAM and self.can_speak:
                await self._speak(frame)  # a tool's
                return
            case LLMFullResponseStartFrame():
                if self._responding:
                    return  # Pipecat tells of a response when it asks, and again when it comes
                self._responding = True
            case LLMFullResponseEndFrame():
                if not self._responding:
                    return
                self._responding = False
            case TTSStartedFrame() | TTSAudioRawFrame() if self._aside and not frame.context_id:
                frame.context_id = self._aside
            case TTSTextFrame() if self._aside and not frame.context_id:
                frame.context_id, frame.text_type = self._aside, FILLER
                frame.append_to_context = False
            case _:
                pass
        await super().push_frame(frame, direction)

    # Speaking

    async def _speak(self, frame: TTSSpeakFrame) -> None:
        """Have the model say it, now or when it is done with what it says."""
        remember = frame.append_to_context is not False
        if not self._api_session_ready or (self._response_active and remember):
            self._to_say.append(frame)
        elif not self._response_active:
            if not remember:
                self._aside = f"aside-{frame.id}"
                await self.push_frame(_not_remembered(frame.text, self._aside))
            self._is_to_begin = True
            await self.send_client_event(to_say(frame.text, remember))

    @property
    def _is_done(self) -> bool:
        return not (self._to_say or self._is_to_begin or self._response_active)

    async def _speak_on(self) -> None:
        if self._to_say and not self._response_active:
            await self._speak(self._to_say.pop(0))

    async def _answer_results(self) -> None:
        """A tool's result overtook the speech before it: the model is to go on at once."""
        if self._results_awaiting_response:
            await self._create_response()

    async def _handle_interruption(self) -> None:
        """A typed message interrupts too, of which the provider knows nothing."""
        self._to_say.clear()
        self._is_to_begin = False
        self._subtitles.drop()
        if self._response_active and not self._interrupted_there:
            await self.send_client_event(events.ResponseCancelEvent())
        self._interrupted_there = False
        await super()._handle_interruption()

    async def _answer_typed(self, messages: Sequence[LLMContextMessage]) -> None:
        for message in messages:
            if not isinstance(message, LLMSpecificMessage):
                await self._send_item(said(message["role"], standard_message_text(message)))
        self._results_awaiting_response = True
        await self._create_response()

    async def _handle_context(self, context: LLMContext, direction: FrameDirection) -> None:
        await self._tell(self._unread_notes(context))
        await super()._handle_context(context, direction)

    async def _tell(self, notes: Sequence[str]) -> None:
        for note in notes:
            await self._send_item(said("system", note))

    # Events

    async def _handle_evt_speech_started(self, evt: events.InputAudioBufferSpeechStarted) -> None:
        self._interrupted_there = True
        await super()._handle_evt_speech_started(evt)

    async def _handle_evt_response_created(self, evt: events.ResponseCreated) -> None:
        """The model was asked, by us or by the end of the caller's turn."""
        await super()._handle_evt_response_created(evt)
        self._is_to_begin = False
        if not self._aside:
            await self.push_frame(LLMFullResponseStartFrame())

    async def _handle_evt_audio_delta(self, evt: events.ResponseAudioDelta) -> None:
        """Each response is an utterance of its own, even behind one that is still being heard."""
        before = self._current_audio_response
        if before and before.response_id != evt.response_id:
            self._current_audio_response = None
        await super()._handle_evt_audio_delta(evt)
        current = self._current_audio_response
        if before and current and before.item_id != current.item_id:
            ends_ms = before.start_time_ms + self._calculate_audio_duration_ms(before.total_size)
            current.start_time_ms = max(current.start_time_ms, ends_ms)
        for word in self._subtitles.play(len(evt.delta) * 3 / 4 / BYTES_PER_SEC):
            await self._push_word(word)

    async def _truncate_current_audio_response(self) -> None:
        """What has not begun to play was not heard at all."""
        if current := self._current_audio_response:
            current.start_time_ms = min(current.start_time_ms, int(time.time() * 1000))
        await super()._truncate_current_audio_response()

    async def _push_output_transcript_text_frames(self, text: str) -> None:
        frame = LLMTextFrame(text)
        frame.append_to_context = False
        await self.push_frame(frame)
        self._subtitles.write(text)

    async def _push_word(self, word: str) -> None:
        frame = TTSTextFrame(word, text_type=TextType.SENTENCE)
        frame.will_be_spoken = True
        await self.push_frame(frame)

    async def _end_subtitles(self, *, heard: bool) -> None:
        words = self._subtitles.rest()
        for word in words if heard else ():
            await self._push_word(word)

    async def _handle_evt_response_done(self, evt: events.ResponseDone) -> None:
        status = evt.response.status
        self._failures = self._failures + 1 if status == "failed" else 0
        await self._end_subtitles(heard=status == "completed")
        await super()._handle_evt_response_done(evt)
        self._aside = ""
        if self._failures >= FAILURES_IN_A_ROW:
            await self._give_up("responses fail", None)
        await self._speak_on()
        await self._leave_if_done()

    async def _handle_evt_session_updated(self, evt: events.SessionUpdatedEvent) -> None:
        await super()._handle_evt_session_updated(evt)
        await self._speak_on()

    async def _end_session(self) -> None:
        self._subtitles.drop()
        await super()._end_session()
        self._aside, self._is_to_begin = "", False
