"""OpenAI Realtime, as a service that outlives its sessions and says what it is told to say.

Pipecat's service connects once: when the connection ends, it is mute. This one opens a session
again, with the conversation in it, before the provider's limit (`Renewal`) and after a drop.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from loguru import logger
from pipecat.frames.frames import (
    AggregatedTextFrame,
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    Frame,
    FunctionCallCancelFrame,
    FunctionCallInProgressFrame,
    FunctionCallResultFrame,
    InputAudioRawFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMRunFrame,
    LLMTextFrame,
    ProposedUserStoppedSpeakingFrame,
    StartFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
    TTSTextFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators import async_tool_messages
from pipecat.processors.aggregators.llm_context import (
    LLMContext,
    LLMContextMessage,
    LLMSpecificMessage,
    LLMStandardMessage,
    standard_message_text,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.openai.realtime import events
from pipecat.services.openai.realtime.llm import (
    OpenAIRealtimeLLMService,
    OpenAIRealtimeLLMSettings,
)
from pipecat.utils.errors import ErrorCategory
from pipecat.utils.text.base_text_aggregator import TextType
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from bot.providers.history import items, said
from bot.providers.renewal import Renewal
from bot.providers.subtitles import Subtitles
from bot.providers.typed import TypedFrame
from processors.filler import FILLER

RETRY_AFTER_SECS = (0.0, 0.3, 1.0, 2.0)
"""Waits before each attempt to open a session again; then the service gives up."""
CONNECT_SECS = 5.0
LOST = ErrorCategory.CONNECTIVITY
BYTES_PER_SEC = 2 * 24_000
HELD_AUDIO_SECS = 10.0
"""Of the caller's audio, kept while a session is being opened: more than all attempts take."""
FAILURES_IN_A_ROW = 3
"""So many failed responses and the service takes itself to be out of order."""

FATAL_ERRORS = {"session_expired", "invalid_api_key", "insufficient_quota", "server_error"}
"""Codes and types of `error` events that end a session; all others concern one event."""


class SayResponse(events.ResponseProperties):
    """A response that says a given text; `conversation` "none" keeps it out of the conversation."""

    conversation: str = "auto"


class SayEvent(events.ResponseCreateEvent):
    response: SayResponse | None = None  # pyright: ignore[reportIncompatibleVariableOverride]


def _to_say(text: str, remember: bool) -> SayEvent:
    wanted = f'Say the following to the caller, word for word, and nothing else: "{text}"'
    return SayEvent(
        response=SayResponse(
            instructions=wanted,
            tool_choice="none",
            conversation="auto" if remember else "none",
        )
    )


def _not_remembered(text: str, context_id: str) -> AggregatedTextFrame:
    frame = AggregatedTextFrame(text, FILLER, context_id=context_id)
    frame.append_to_context = False
    return frame


class SpeechToSpeech(OpenAIRealtimeLLMService):
    """Answers a caller's audio with audio; a `TTSSpeakFrame` is said by the same voice.

    The conversation is `context`, from the start: no frame has to bring it. `can_speak` is False
    while there is no session, or the last response failed: then a `TTSSpeakFrame` is for somebody
    else. After `RETRY_AFTER_SECS` without a session it is unusable, as with a bad key at once.
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
            function_call_timeout_secs=function_call_timeout_secs,
        )
        self._context = context
        self._llm_needs_conversation_setup = False  # `_carry_over` does it
        self._renewal = renewal
        self._changed = asyncio.Event()
        self._watch: asyncio.Task[None] | None = None
        self._connect_error: Exception | None = None
        self._ready = asyncio.Event()
        self._callers_turn = False
        self._held: list[InputAudioRawFrame] = []
        self._held_secs = 0.0
        self._subtitles = Subtitles()
        self._to_say: list[TTSSpeakFrame] = []
        self._aside = ""  # the context of a filler that is being said
        self._notes_read = 0
        self._responding = False
        self._interrupted_there = False  # the provider has cancelled its response by itself
        self._failures = 0
        self._repaired = False

    @property
    def can_speak(self) -> bool:
        return self._connected and not self._failures

    @property
    def _connected(self) -> bool:
        return bool(self._websocket)

    # Frames

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        assert self._context is not None
        self._sync_registered_tool_handlers(self._context.tools)
        self._watch = self.create_task(self._renew_when_due())

    async def cleanup(self) -> None:
        if self._watch:
            await self.cancel_task(self._watch)
            self._watch = None
        await super().cleanup()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        self._notice(frame)
        match frame:
            case TTSSpeakFrame() if self.can_speak:
                await self._speak(frame)
            case TypedFrame(messages=messages):
                await self._answer_typed(messages)
            case LLMRunFrame() if direction is FrameDirection.UPSTREAM:
                await self._answer_results()
            case _:
                await super().process_frame(frame, direction)

    def _notice(self, frame: Frame) -> None:
        renewal, now = self._renewal, self._now_secs
        match frame:
            case UserStartedSpeakingFrame() | VADUserStartedSpeakingFrame():
                self._callers_turn |= isinstance(frame, UserStartedSpeakingFrame)
                renewal.begins("caller")
            case UserStoppedSpeakingFrame() | VADUserStoppedSpeakingFrame():
                self._callers_turn &= not isinstance(frame, UserStoppedSpeakingFrame)
                renewal.ends("caller", now)
            case BotStartedSpeakingFrame():
                renewal.begins("bot")
            case BotStoppedSpeakingFrame():
                renewal.ends("bot", now)
            case _:
                return
        self._changed.set()

    async def push_frame(
        self, frame: Frame, direction: FrameDirection = FrameDirection.DOWNSTREAM
    ) -> None:
        match frame:
            case LLMFullResponseStartFrame():
                if self._responding:
                    return  # Pipecat tells of a response when it asks, and again when it comes
                self._responding = True
            case LLMFullResponseEndFrame():
                if not self._responding:
                    return
                self._responding = False
            case FunctionCallInProgressFrame():
                self._renewal.tool_begins(frame.tool_call_id)
            case FunctionCallResultFrame() | FunctionCallCancelFrame():
                self._renewal.tool_ends(frame.tool_call_id, self._now_secs)
                self._changed.set()
            case TTSStartedFrame() | TTSAudioRawFrame() if self._aside and not frame.context_id:
                frame.context_id = self._aside
            case TTSTextFrame() if self._aside and not frame.context_id:
                frame.context_id, frame.text_type = self._aside, FILLER
                frame.append_to_context = False
            case _:
                pass
        await super().push_frame(frame, direction)

    @property
    def _now_secs(self) -> float:
        return asyncio.get_running_loop().time()

    # Speaking

    async def _speak(self, frame: TTSSpeakFrame) -> None:
        """Have the model say it, now or when it is done with what it says."""
        remember = frame.append_to_context is not False
        if not self._api_session_ready or (self._response_active and remember):
            self._to_say.append(frame)
        elif not self._response_active:
            self._response_active = True
            self._renewal.begins("response")
            if not remember:
                self._aside = f"aside-{frame.id}"
                await self.push_frame(_not_remembered(frame.text, self._aside))
            await self.send_client_event(_to_say(frame.text, remember))

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

    def _unread_notes(self, context: LLMContext) -> Sequence[LLMStandardMessage]:
        """What the house has noted in the context since the model was last told."""
        notes = [
            message
            for message in context.get_messages()
            if not isinstance(message, LLMSpecificMessage)
            and message["role"] == "developer"
            and not async_tool_messages.parse_message(message)
        ]
        unread, self._notes_read = notes[self._notes_read :], len(notes)
        return unread

    async def _tell(self, notes: Sequence[LLMStandardMessage]) -> None:
        for note in notes:
            await self._send_item(said("system", standard_message_text(note)))

    async def _send_item(self, item: events.ConversationItem) -> None:
        self._messages_added_manually[item.id] = True
        await self.send_client_event(events.ConversationItemCreateEvent(item=item))

    # Hearing

    async def _send_user_audio(self, frame: InputAudioRawFrame) -> None:
        if self._api_session_ready and not self._held:
            await super()._send_user_audio(frame)
            return
        self._held.append(frame)
        self._held_secs += frame.num_frames / frame.sample_rate
        while self._held_secs > HELD_AUDIO_SECS:
            dropped = self._held.pop(0)
            self._held_secs -= dropped.num_frames / dropped.sample_rate

    async def _send_held_audio(self) -> None:
        while self._held:
            frame = self._held[0]
            await super()._send_user_audio(frame)
            self._held.pop(0)
        self._held_secs = 0.0

    # Events

    async def _handle_evt_speech_started(self, evt: events.InputAudioBufferSpeechStarted) -> None:
        self._interrupted_there = True
        await super()._handle_evt_speech_started(evt)

    async def _handle_evt_response_created(self, evt: events.ResponseCreated) -> None:
        """The model was asked, by us or by the end of the caller's turn."""
        self._renewal.begins("response")
        await super()._handle_evt_response_created(evt)
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
        self._renewal.ends("response", self._now_secs)
        self._changed.set()
        if self._failures >= FAILURES_IN_A_ROW:
            await self._give_up("responses fail", None)
        await self._speak_on()

    async def _handle_evt_function_call_arguments_done(
        self, evt: events.ResponseFunctionCallArgumentsDone
    ) -> None:
        """Arguments that are no JSON get one try more, and then an apology."""
        if _is_object(evt.arguments):
            self._repaired = False
            await super()._handle_evt_function_call_arguments_done(evt)
            return
        self._pending_function_calls.pop(evt.call_id, None)
        wrong = json.dumps({"error": "The arguments are not a JSON object. Call it again."})
        await self._send_tool_result(evt.call_id, wrong)
        if self._repaired:
            await self.push_error("The model's tool arguments are malformed")
            return
        self._repaired = True
        self._results_awaiting_response = True
        self._response_create_owed = True  # this response is not over yet

    async def _maybe_handle_evt_retrieve_conversation_item_error(
        self, evt: events.ErrorEvent
    ) -> bool:
        """Errors after which the session goes on; to the others Pipecat's loop ends."""
        if await super()._maybe_handle_evt_retrieve_conversation_item_error(evt):
            return True
        if {evt.error.code, evt.error.type} & FATAL_ERRORS:
            return False
        logger.bind(code=evt.error.code).warning("the provider refused an event")
        return True

    async def _handle_evt_error(self, evt: events.ErrorEvent) -> None:
        """The session is of no use any more; `_lose` follows."""
        logger.bind(code=evt.error.code).warning("the provider ended the session")

    async def _handle_evt_session_updated(self, evt: events.SessionUpdatedEvent) -> None:
        fresh = not self._api_session_ready
        if fresh:
            await self._carry_over()
        await super()._handle_evt_session_updated(evt)
        if fresh:
            self._renewal.opened(self._now_secs)
            self._ready.set()
            self._changed.set()
            await self._send_held_audio()
            await self._speak_on()

    async def _carry_over(self) -> None:
        """Tell a fresh session what was said so far."""
        assert self._context is not None
        for item in items(self._context.get_messages()):
            await self._send_item(item)
        self._unread_notes(self._context)

    # Connecting

    async def _connect(self) -> None:
        """Open a session; an error is kept for `_renew` to act upon."""
        if self._websocket:
            return
        try:
            self._websocket = await connect(
                uri=self.base_url,
                additional_headers=await self._auth_headers(),
                open_timeout=CONNECT_SECS,
                close_timeout=1,
                ping_interval=5,
                ping_timeout=5,
                compression=None,
                max_size=None,
            )
            self._connect_error = None
            self._ready.clear()
            self._receive_task = self.create_task(self._receive_task_handler())
        except (OSError, TimeoutError, WebSocketException) as error:
            self._connect_error = error

    async def _receive_task_handler(self) -> None:
        """Until the connection ends; a message that makes no sense is passed over."""
        going_on = True
        while going_on:
            try:
                await super()._receive_task_handler()
                going_on = False
            except ConnectionClosed:
                going_on = False
            except Exception:  # noqa: BLE001  Pipecat raises no narrower one; its text is private
                logger.warning("the provider sent a malformed message")
        if not self._disconnecting:
            self._lose()

    async def _ws_send(self, realtime_message: dict[str, Any]) -> None:
        """A send that fails is no error of its own: the receiver learns of the drop as well."""
        if self._websocket and not self._disconnecting:
            with suppress(ConnectionClosed):
                await self._websocket.send(json.dumps(realtime_message))

    def _lose(self) -> None:
        self._api_session_ready = False
        self._ready.clear()
        self._renewal.drops(self._now_secs)
        self._changed.set()

    async def _renew_when_due(self) -> None:
        if not await self._opens():
            self._renewal.drops(self._now_secs)
        while True:
            due_secs = self._renewal.due_secs
            if due_secs is not None and due_secs <= self._now_secs:
                await self._renew()
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout_at(due_secs):
                    await self._changed.wait()
            self._changed.clear()

    async def _opens(self) -> bool:
        """Whether the session that was connected to is ready in time."""
        if not self._connected:
            return False
        with suppress(TimeoutError):
            async with asyncio.timeout(CONNECT_SECS):
                await self._ready.wait()
        return self._ready.is_set()

    async def _renew(self) -> None:
        """Exchange the session for a fresh one; the caller's audio waits meanwhile."""
        dropped, missed = self._renewal.lost, not self._renewal.quiet
        await self._end_response()
        for wait_secs in RETRY_AFTER_SECS:
            if _is_refusal(self._connect_error):
                break
            await asyncio.sleep(wait_secs)
            await self.reset_conversation()
            self._llm_needs_conversation_setup = False
            if await self._opens():
                logger.bind(dropped=dropped).info("the session was renewed")
                if dropped and missed:
                    await self.push_error("The connection was lost", None, category=LOST)
                return
        await self._disconnect()
        await self._give_up("no session", self._connect_error)

    async def _end_response(self) -> None:
        """What the old session was in the middle of has come to its end."""
        self._subtitles.drop()
        if self._response_active:
            if self._current_audio_response:
                await self.push_frame(TTSStoppedFrame())
            await self.push_frame(LLMFullResponseEndFrame())
        self._current_assistant_response = self._current_audio_response = None
        self._aside = ""
        if self._callers_turn:
            await self.broadcast_frame(ProposedUserStoppedSpeakingFrame)

    async def _give_up(self, why: str, error: Exception | None) -> None:
        self._failures += 1
        if _is_refusal(error):
            logger.error("OpenAI refused the key: set OPENAI_API_KEY to one that is valid")
        await self.push_error(
            f"OpenAI Realtime is out of order: {why}",
            exception=error,
            category=_category(error),
            force_treat_as_permanent=True,
        )
        await asyncio.Event().wait()  # the call ends; nothing is left to watch


def _is_refusal(error: Exception | None) -> bool:
    return isinstance(error, InvalidStatus) and error.response.status_code in (401, 403)


def _category(error: Exception | None) -> ErrorCategory:
    if _is_refusal(error):
        return ErrorCategory.AUTHENTICATION
    return ErrorCategory.CONNECTIVITY if error else ErrorCategory.SERVER


def _is_object(arguments: str) -> bool:
    try:
        return isinstance(json.loads(arguments), dict)
    except ValueError:
        return False
