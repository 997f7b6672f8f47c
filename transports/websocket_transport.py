"""Pipecat's FastAPI WebSocket transport, made safe against clients and smooth for ears."""

import asyncio

from fastapi import WebSocket, WebSocketDisconnect
from loguru import logger
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InputTransportMessageFrame,
    InterruptionFrame,
    OutputAudioRawFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.websocket.fastapi import (
    FastAPIWebsocketCallbacks,
    FastAPIWebsocketClient,
    FastAPIWebsocketInputTransport,
    FastAPIWebsocketOutputTransport,
    FastAPIWebsocketParams,
    FastAPIWebsocketTransport,
)
from pydantic import BaseModel, ConfigDict, Field
from starlette.websockets import WebSocketState

from transports.cutting_in import SaysOver
from transports.gathering import Gathering
from transports.intake import Goodbye, Intake, IntakeSettings
from transports.pacing import Pacer
from transports.resampling import PromptResampler
from transports.wire import Heard, Wire

_AT_ONCE = 8
"""Messages that are read without a look at other calls: 20 ms of audio each."""


class WireSettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    in_hz: int = 16_000
    """What the models listen at. A client may send another rate: it is resampled."""
    out_hz: int = 24_000
    """What Pipecat's browser clients play at."""
    gather_secs: float = Field(default=0.032, gt=0, le=0.1)
    """Silence from the client goes on in pieces of this length, Silero's window: a third cheaper
    than the 20 ms that clients send. Sound goes on as it comes: callers wait from its end."""
    gather_lasting_secs: float = Field(default=0.096, gt=0, le=0.2)
    """The same for a silence that has lasted a second, as while Echo speaks."""
    chunk_ms: int = Field(default=40, ge=10, le=200, multiple_of=10)
    """Audio per message to the client. The voice comes in pieces of at least 40 ms, so the first
    sound leaves no sooner in smaller messages, and each 20 ms less costs 2 % of a core a call."""
    lead_ms: int = Field(default=160, ge=0)
    """Audio the client is kept ahead of its ear, so that a busy server is not heard as a gap:
    stalls of up to this length are not. After an interruption, a client that does not drop what it
    has buffered plays at most this much of it."""
    first_word_secs: float = 10.0
    """From the connection to the first message. Whoever has not even greeted by then is gone."""
    send_secs: float = 2.0
    """How long the client may leave what is sent to it unread, before it counts as gone."""
    intake: IntakeSettings = IntakeSettings()


class Client(FastAPIWebsocketClient):
    """The socket: every send has a deadline, and the end is reported once."""

    def __init__(
        self, websocket: WebSocket, callbacks: FastAPIWebsocketCallbacks, send_secs: float
    ) -> None:
        super().__init__(websocket, callbacks)
        self._send_secs = send_secs
        self._stuck = False
        self._reported = False

    @property
    def is_closing(self) -> bool:
        closed = self._websocket.application_state == WebSocketState.DISCONNECTED
        return self._closing or self._stuck or closed

    @property
    def is_leaving(self) -> bool:
        """It is us who hang up. Not so when a send failed, which closes the socket too."""
        return self._closing

    def _can_send(self) -> bool:
        return self.is_connected and not self.is_closing

    async def send(self, data: str | bytes) -> None:
        try:
            async with asyncio.timeout(self._send_secs):
                await super().send(data)
        except TimeoutError:
            self._stuck = True
            logger.warning("The client does not read what is sent to it; hanging up")
            await self.trigger_client_disconnected()

    async def hang_up(self, goodbye: Goodbye) -> None:
        """Close the connection, saying why."""
        logger.bind(code=goodbye.code, reason=goodbye.reason).warning("Hanging up on the client")
        try:
            async with asyncio.timeout(self._send_secs):
                await self._websocket.close(goodbye.code, goodbye.reason)
        except (TimeoutError, RuntimeError, WebSocketDisconnect):
            self._stuck = True  # it did not read, or it was gone before
        await self.trigger_client_disconnected()

    def _on_close_done(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and isinstance(task.exception(), WebSocketDisconnect):
            logger.debug("The client had hung up before it was hung up on")
            return
        super()._on_close_done(task)

    async def trigger_client_disconnected(self) -> None:
        if not self._reported:
            self._reported = True
            await super().trigger_client_disconnected()


class Input(FastAPIWebsocketInputTransport):
    """Passes on what the intake lets through, at the rate of the models."""

    def __init__(
        self,
        transport: FastAPIWebsocketTransport,
        client: Client,
        params: FastAPIWebsocketParams,
        settings: WireSettings,
    ) -> None:
        super().__init__(transport, client, params)
        self._line = client
        self._settings = settings
        self._intake = Intake(settings.intake)
        self._resampler = PromptResampler()
        self._gathering = Gathering(settings.gather_secs, settings.gather_lasting_secs)
        self._newest: InputAudioRawFrame | None = None
        self._read_at_once = 0

    async def _receive_messages(self) -> None:
        messages = self._line.receive()
        first_word = asyncio.timeout(self._settings.first_word_secs)
        try:
            async with first_word:
                async for data in messages:
                    judged = self._intake.take(data, self.get_event_loop().time())
                    if self._intake.greeted:
                        first_word.reschedule(None)
                    if isinstance(judged, Goodbye):
                        await self._line.hang_up(judged)
                        break
                    if judged:
                        await self._pass_on(judged)
                    await self._breathe()
        except TimeoutError:
            await self._line.hang_up(Goodbye(1008, "nothing was said"))
        except RuntimeError:
            logger.debug("The client was gone already")
        self._say_what_was_lost()
        if not self._line.is_leaving:
            await self._line.trigger_client_disconnected()

    async def _breathe(self) -> None:
        """What has arrived is read without waiting: a flood would stop all other calls."""
        self._read_at_once = (self._read_at_once + 1) % _AT_ONCE
        if not self._read_at_once:
            await asyncio.sleep(0)

    async def push_audio_frame(self, frame: InputAudioRawFrame) -> None:
        """What nobody has taken yet is taken in one piece: busy, we hear in longer ones."""
        waiting = self._newest
        if waiting is None or self._audio_in_queue.empty():
            self._newest = frame
            await super().push_audio_frame(frame)
        else:
            waiting.audio += frame.audio
            waiting.num_frames += frame.num_frames

    async def _pass_on(self, heard: Heard) -> None:
        match heard:
            case InputAudioRawFrame():
                hz = self.sample_rate
                audio = await self._resampler.resample(heard.audio, heard.sample_rate, hz)
                if piece := self._gathering.add(audio, hz):
                    await self.push_audio_frame(InputAudioRawFrame(piece, hz, 1))
            case InputTransportMessageFrame():
                await self.broadcast_frame(InputTransportMessageFrame, message=heard.message)

    def _say_what_was_lost(self) -> None:
        intake = self._intake
        if intake.bad or intake.dropped_messages or intake.dropped_audio_secs:
            logger.bind(
                malformed=intake.bad,
                dropped_messages=intake.dropped_messages,
                dropped_audio_secs=round(intake.dropped_audio_secs, 2),
            ).warning("Some of what the client sent was dropped")


class Paced(FastAPIWebsocketOutputTransport):
    """Sends speech a little ahead of the ear, on a schedule that makes up for stalls."""

    def __init__(
        self,
        transport: FastAPIWebsocketTransport,
        client: Client,
        params: FastAPIWebsocketParams,
        settings: WireSettings,
    ) -> None:
        super().__init__(transport, client, params)
        self._pacer = Pacer(settings.lead_ms / 1000)
        self._guarded_till_secs = 0.0
        """Until then the client plays words that no interruption may cut."""

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        audio = OutputAudioRawFrame(frame.audio, self.sample_rate, self._params.audio_out_channels)
        if not await self._write_frame(audio):
            return False
        audio_secs = audio.num_frames / audio.sample_rate
        now = self.get_event_loop().time()
        wait_secs = self._pacer.sent(audio_secs, now)
        if not frame.interruptible:
            self._guarded_till_secs = now + self._pacer.unheard_secs(now)
        await asyncio.sleep(wait_secs)
        return True

    def spares_playout(self, frame: Frame) -> bool:
        """An interruption during words that must be heard in full: the client drops nothing."""
        if not isinstance(frame, InterruptionFrame):
            return False
        guarded = self.get_event_loop().time() < self._guarded_till_secs
        return guarded or "spares_playout" in frame.metadata

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        if self.spares_playout(frame):
            await BaseOutputTransport.process_frame(self, frame, direction)
            return
        await super().process_frame(frame, direction)
        if isinstance(frame, InterruptionFrame):
            self._pacer.flush()


class Output(SaysOver, Paced):
    """What a client is sent."""


class WebsocketTransport(FastAPIWebsocketTransport):
    """One client's audio and messages over an accepted WebSocket.

    Events: `on_client_connected` and, however the connection ends unless by us,
    `on_client_disconnected`, once.
    """

    def __init__(self, websocket: WebSocket, settings: WireSettings) -> None:
        params = _params(settings)
        super().__init__(websocket, params)
        client = Client(websocket, self._callbacks, settings.send_secs)
        self._client = client
        self._input = Input(self, client, params, settings)
        self._output = Output(self, client, params, settings)


def _params(settings: WireSettings) -> FastAPIWebsocketParams:
    return FastAPIWebsocketParams(
        serializer=Wire(),
        allowed_origins=[],  # checked before the handshake is accepted
        audio_in_enabled=True,
        audio_in_sample_rate=settings.in_hz,
        audio_out_enabled=True,
        audio_out_sample_rate=settings.out_hz,
        audio_out_10ms_chunks=settings.chunk_ms // 10,
        audio_out_end_silence_secs=1,  # the last word leaves the client's buffer before the close
    )
