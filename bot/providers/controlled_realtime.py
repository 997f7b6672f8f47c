"""OpenAI Realtime in a call that is not ours to hear: the browser talks to the provider itself.

Pipecat's service, on a control line instead of a socket of its own and without audio: it runs the
model's tools and gives their results back, says what it is told to, and writes down what was said.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from typing import Any, cast

from loguru import logger
from pipecat.frames.frames import (
    BotSpeakingFrame,
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    Frame,
    InterruptionFrame,
    LLMRunFrame,
    LLMServiceMetadataFrame,
    LLMTextFrame,
    StartFrame,
    TranscriptionFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.openai.realtime import events
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMSettings
from pipecat.utils.time import time_now_iso8601

from bot.providers.after_words import AfterWords
from bot.providers.control_line import ControlLine
from bot.providers.history import notes, said
from bot.providers.overheard import Overheard, Words
from bot.providers.prompted_realtime import Prompted
from bot.providers.realtime_errors import ALREADY_ANSWERING, ends_session
from bot.providers.repairable import Repairable
from bot.providers.transcribed import Transcribed


class Controlled(Prompted, Repairable, AfterWords, Transcribed):
    """Acts for a model that somebody else listens to, until `line` is closed.

    The words of both sides are put into `context` here, by `Overheard`, before any tool sees it.
    """

    def __init__(
        self,
        *,
        line: ControlLine,
        model: str,
        context: LLMContext,
        function_call_timeout_secs: float,
    ) -> None:
        super().__init__(
            api_key="",
            settings=OpenAIRealtimeLLMSettings(model=model),
            function_call_timeout_secs=function_call_timeout_secs,
        )
        self._line = line
        self._context = context
        self._llm_needs_conversation_setup = False  # there is nothing to carry over
        self._overheard = Overheard()
        self._notes_read = 0
        self._reply_due = False  # the provider asks the model itself when the caller is done

    @property
    def _audible(self) -> bool:
        return self._overheard.audible

    @property
    def _awaits_words(self) -> bool:
        return self._overheard.awaits_words

    def service_metadata_frame(self) -> LLMServiceMetadataFrame:
        """An ordinary model: no aggregator is to write down words, or to take turns."""
        return LLMServiceMetadataFrame(service_name=self.name)

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        assert self._context is not None
        self._sync_registered_tool_handlers(self._context.tools)
        self._websocket = cast(Any, Tap(self._line, self))
        self._receive_task = self.create_task(self._receive_task_handler())
        await self._send_session_update()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        if isinstance(frame, LLMRunFrame):  # a tool's result overtook what was said before it
            if self._results_awaiting_response:
                await self._create_response()
        else:
            await super().process_frame(frame, direction)

    # The line, in the place of Pipecat's socket

    async def _connect(self) -> None:
        """The line is open; what comes on it waits for `start`."""

    async def _send_session_update(self) -> None:
        """Offer the tools, and leave the rest of the session as it is."""
        assert self._context is not None
        given = await self.get_llm_adapter().get_llm_invocation_params(self._context)
        update = events.SessionProperties(tools=given["tools"])
        await self.send_client_event(events.SessionUpdateEvent(session=update))

    async def _handle_evt_session_created(self, evt: events.SessionCreatedEvent) -> None:
        pass

    async def overhear(self, event: Mapping[str, object]) -> bool:
        """Take note of an event; whether it is one for Pipecat's handlers."""
        for words in self._overheard.take(event):
            await self._write_down(words)
        match event:
            case {"type": "error", "error": dict(error)}:
                await self._refused(error)
                return False
            case {"type": "output_audio_buffer.started"}:
                await self.stop_ttfb_metrics()
                await self.push_frame(BotStartedSpeakingFrame())
                await self.push_frame(BotSpeakingFrame())
            case {"type": "output_audio_buffer.stopped" | "output_audio_buffer.cleared"}:
                await self.push_frame(BotStoppedSpeakingFrame())
                await self._leave_if_done()
            case _:
                pass
        if not self._awaits_words:
            await self._run_what_waits()
        return True

    async def _write_down(self, words: Words) -> None:
        assert self._context is not None
        match words.role:
            case "user":
                self._context.add_message({"role": "user", "content": words.text})
            case "assistant":
                self._context.add_message({"role": "assistant", "content": words.text})

    async def _refused(self, error: Mapping[str, object]) -> None:
        code = str(error.get("code"))
        logger.bind(code=code).warning("the provider refused an event")
        if ends_session(code, str(error.get("type"))):
            await self.push_error("The session is of no use", force_treat_as_permanent=True)
        elif error.get("event_id") == self._asked_by:
            self._not_asked(already_answering=code == ALREADY_ANSWERING)

    # Turns

    async def _handle_evt_speech_started(self, evt: events.InputAudioBufferSpeechStarted) -> None:
        """The provider stops by itself; what is under way here is interrupted as in any call."""
        await super()._handle_evt_speech_started(evt)
        await self.push_frame(UserStartedSpeakingFrame())
        if self._overheard.audible or self._function_call_tasks:
            # At once: queued, it would reach the tools that the caller is about to ask for.
            await self.process_frame(InterruptionFrame(), FrameDirection.DOWNSTREAM)

    async def _handle_evt_speech_stopped(self, evt: events.InputAudioBufferSpeechStopped) -> None:
        await super()._handle_evt_speech_stopped(evt)
        self._reply_due = True
        await self.push_frame(UserStoppedSpeakingFrame())

    async def handle_evt_input_audio_transcription_completed(
        self, evt: events.ConversationItemInputAudioTranscriptionCompleted
    ) -> None:
        """As Pipecat, but downstream: no aggregator in between is to write it down again."""
        await self._bill(evt)
        frame = TranscriptionFrame(evt.transcript, "", time_now_iso8601(), result=evt)
        await self.push_frame(frame)

    async def _handle_evt_input_audio_transcription_delta(self, evt: object) -> None:
        pass

    async def _push_output_transcript_text_frames(self, text: str) -> None:
        frame = LLMTextFrame(text)
        frame.append_to_context = False
        await self.push_frame(frame)

    # Tools

    async def _forgo_words(self) -> None:
        for words in self._overheard.forgo():
            await self._write_down(words)

    async def _handle_context(self, context: LLMContext, direction: FrameDirection) -> None:
        told = notes(context.get_messages())
        unread, self._notes_read = told[self._notes_read :], len(told)
        for note in unread:
            item = said("system", note)
            await self.send_client_event(events.ConversationItemCreateEvent(item=item))
        await super()._handle_context(context, direction)

    # Responses

    async def _create_response(self) -> None:
        """While the caller speaks, results wait for the response that the provider makes then."""
        if not (self._overheard.speaking or self._reply_due):
            await super()._create_response()

    async def _handle_evt_response_created(self, evt: events.ResponseCreated) -> None:
        self._reply_due = False
        await super()._handle_evt_response_created(evt)


class Tap:
    """A line whose messages its model overhears before Pipecat handles them."""

    def __init__(self, line: ControlLine, model: Controlled) -> None:
        self._line = line
        self._model = model

    async def __aiter__(self) -> AsyncGenerator[str | bytes]:
        async for message in self._line:
            event = _legible(message)
            if event is None:
                logger.warning("the provider sent a malformed message")
            elif await self._model.overhear(event):
                yield message

    async def send(self, message: str) -> None:
        await self._line.send(message)

    async def close(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(2):
                await self._line.close()


def _legible(message: str | bytes) -> Mapping[str, object] | None:
    """The event, if Pipecat can read it as well: what it cannot would end its loop."""
    try:
        events.parse_server_event(message)
        return json.loads(message)
    except Exception:  # noqa: BLE001  Pipecat raises no narrower one; its text is private
        return None
