"""OpenAI Realtime, as a service that outlives its sessions.

Pipecat's service connects once: when the connection ends, it is mute. This one opens a session
again, with the conversation in it, before the provider's limit (`Renewal`) and after a drop.
"""

import asyncio
from collections.abc import Sequence

from loguru import logger
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    Frame,
    FunctionCallCancelFrame,
    FunctionCallInProgressFrame,
    FunctionCallResultFrame,
    InputAudioRawFrame,
    LLMFullResponseEndFrame,
    ProposedUserStoppedSpeakingFrame,
    StartFrame,
    TTSStoppedFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.openai.realtime import events
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMSettings
from pipecat.utils.errors import ErrorCategory

from bot.providers.held_audio import HeldAudio
from bot.providers.history import items, notes
from bot.providers.realtime_connection import RealtimeConnection
from bot.providers.realtime_errors import HARMLESS, category, is_refusal
from bot.providers.renewal import Renewal
from processors.due import until_due

RETRY_AFTER_SECS = (0.0, 0.3, 1.0, 2.0)
"""Waits before each attempt to open a session again; then the service gives up."""
HELD_AUDIO_SECS = 10.0
"""Of the caller's audio, kept while a session is being opened."""


class LastingRealtime(RealtimeConnection):
    """One conversation, `context` from the start, in as many sessions as it takes.

    After `RETRY_AFTER_SECS` without a session it is unusable, as with a bad key at once.
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
        self._callers_turn = False
        self._held = HeldAudio(HELD_AUDIO_SECS)
        self._notes_read = 0
        self._asked_by = ""  # the event that asked for a response last

    @property
    def _now_secs(self) -> float:
        return asyncio.get_running_loop().time()

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
            case FunctionCallInProgressFrame():
                self._renewal.tool_begins(frame.tool_call_id)
            case FunctionCallResultFrame() | FunctionCallCancelFrame():
                self._renewal.tool_ends(frame.tool_call_id, self._now_secs)
                self._changed.set()
            case _:
                pass
        await super().push_frame(frame, direction)

    # The caller's audio waits for a session

    async def _send_user_audio(self, frame: InputAudioRawFrame) -> None:
        if self._api_session_ready and not self._held.oldest:
            await super()._send_user_audio(frame)
        else:
            self._held.hold(frame)

    async def _send_held_audio(self) -> None:
        while frame := self._held.oldest:
            await super()._send_user_audio(frame)
            self._held.drop_oldest()

    # Responses

    async def send_client_event(self, event: events.ClientEvent) -> None:
        if isinstance(event, events.ResponseCreateEvent):
            self._asked_by = event.event_id
            self._response_active = True
            self._renewal.begins("response")
        await super().send_client_event(event)

    async def _handle_evt_response_created(self, evt: events.ResponseCreated) -> None:
        self._renewal.begins("response")
        await super()._handle_evt_response_created(evt)

    async def _handle_evt_response_done(self, evt: events.ResponseDone) -> None:
        await super()._handle_evt_response_done(evt)
        if not self._response_active:
            self._renewal.ends("response", self._now_secs)
            self._changed.set()

    async def _refused(self, error: events.RealtimeError) -> None:
        """A response that will not come is an error; what two sides did at once is none."""
        if error.event_id == self._asked_by and error.code not in HARMLESS:
            self._response_active = False
            self._renewal.ends("response", self._now_secs)
            await self.push_frame(LLMFullResponseEndFrame())
            await self.push_error("A response was refused", category=ErrorCategory.INVALID_REQUEST)

    # Sessions

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

    async def _carry_over(self) -> None:
        """Tell a fresh session what was said so far."""
        assert self._context is not None
        for item in items(self._context.get_messages()):
            await self._send_item(item)
        self._unread_notes(self._context)

    def _unread_notes(self, context: LLMContext) -> Sequence[str]:
        """What the house has noted in the context since the model was last told."""
        told = notes(context.get_messages())
        unread, self._notes_read = told[self._notes_read :], len(told)
        return unread

    async def _send_item(self, item: events.ConversationItem) -> None:
        self._messages_added_manually[item.id] = True
        await self.send_client_event(events.ConversationItemCreateEvent(item=item))

    def _lose(self) -> None:
        super()._lose()
        self._renewal.drops(self._now_secs)
        self._changed.set()

    async def _renew_when_due(self) -> None:
        if not await self._opens():
            self._renewal.drops(self._now_secs)
        while self.is_usable:
            await until_due(lambda: self._renewal.due_secs, self._changed)
            if self.is_usable:
                await self._renew()

    async def _renew(self) -> None:
        """Exchange the session for a fresh one; the caller's audio waits meanwhile."""
        dropped, missed = self._renewal.lost, not self._renewal.quiet
        await self._end_session()
        for wait_secs in RETRY_AFTER_SECS:
            if is_refusal(self._connect_error):
                break
            await asyncio.sleep(wait_secs)
            await self.reset_conversation()
            self._llm_needs_conversation_setup = False
            if await self._opens():
                logger.bind(dropped=dropped).info("the session was renewed")
                if dropped and missed:
                    lost = ErrorCategory.CONNECTIVITY
                    await self.push_error("The connection was lost", category=lost)
                return
        await self._disconnect()
        await self._give_up("no session", self._connect_error)

    async def _end_session(self) -> None:
        """What the old session was in the middle of has come to its end."""
        if self._response_active:
            if self._current_audio_response:
                await self.push_frame(TTSStoppedFrame())
            await self.push_frame(LLMFullResponseEndFrame())
        self._current_assistant_response = self._current_audio_response = None
        if self._callers_turn:
            await self.broadcast_frame(ProposedUserStoppedSpeakingFrame)

    async def _give_up(self, why: str, error: Exception | None) -> None:
        if is_refusal(error):
            logger.error("OpenAI refused the key: set OPENAI_API_KEY to one that is valid")
        await self.push_error(
            f"OpenAI Realtime is out of order: {why}",
            exception=error,
            category=category(error),
            force_treat_as_permanent=True,
        )
