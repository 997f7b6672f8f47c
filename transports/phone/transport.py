"""A phone call's audio, both ways, over an accepted and started stream of a carrier's."""

import asyncio

from fastapi import WebSocket
from loguru import logger
from pipecat.audio.dtmf.types import KeypadEntry
from pipecat.frames.frames import (
    EndFrame,
    Frame,
    InputAudioRawFrame,
    InputDTMFFrame,
    InterruptionFrame,
    OutputAudioRawFrame,
    SystemFrame,
    TTSTextFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.serializers.base_serializer import FrameSerializer
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport

from transports.intake import Goodbye
from transports.phone.heard import Dialect, Heard, Intake, Key, Mark, Stop
from transports.phone.marks import Marks
from transports.phone.pressing import KeysFrame, Pressing
from transports.phone.settings import PhoneSettings
from transports.phone.words import Words
from transports.websocket_transport import Client, Input, Output, WireSettings

LAST = EndFrame
"""Waits for everything before it to be heard."""


class Phone(FrameSerializer):
    """Frames to what a carrier is told. What it says is judged by the intake, before any frame."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__()
        self._dialect = dialect

    async def serialize(self, frame: Frame) -> str | bytes | None:
        match frame:
            case OutputAudioRawFrame():
                return self._dialect.media(frame.audio)
            case InterruptionFrame():
                return self._dialect.clear()
            case _:
                return None

    async def deserialize(self, data: str | bytes) -> Frame | None:
        return None


class PhoneInput(Input):
    """Passes on what the intake lets through: audio and keys; and to the output, its marks."""

    def __init__(
        self,
        transport: FastAPIWebsocketTransport,
        client: Client,
        params: FastAPIWebsocketParams,
        settings: PhoneSettings,
        stream: Intake,
        output: "PhoneOutput",
    ) -> None:
        super().__init__(transport, client, params, _wire(settings))
        self._silent_secs = settings.silent_secs
        self._stream = stream
        self._speaker = output
        self._over = False

    async def _receive_messages(self) -> None:
        messages = self._line.receive()
        alive = asyncio.timeout(self._silent_secs)
        loop = self.get_event_loop()
        try:
            async with alive:
                async for data in messages:
                    judged = self._stream.take(data, loop.time())
                    if isinstance(judged, Goodbye):
                        await self._line.hang_up(judged)
                        break
                    if isinstance(judged, Stop):
                        break
                    if isinstance(judged, InputAudioRawFrame):
                        alive.reschedule(loop.time() + self._silent_secs)
                    if judged:
                        await self._take_in(judged)
                    await self._breathe()
        except TimeoutError:
            await self._line.hang_up(Goodbye(1008, "no audio came"))
        except RuntimeError:
            logger.debug("The stream was gone already")
        if self._stream.counts:
            logger.bind(**self._stream.counts).warning("Some of what came by phone was bad")
        if not self._line.is_leaving:
            await self._line.trigger_client_disconnected()

    async def _take_in(self, heard: Heard) -> None:
        match heard:
            case InputAudioRawFrame() if not self._over:
                await self._pass_on(heard)
            case Mark():
                await self._speaker.echoed(heard.name)
            case Key():
                await self.push_frame(InputDTMFFrame(button=KeypadEntry(heard.digit)))
            case _:
                pass

    async def stop(self, frame: EndFrame) -> None:
        """Hears nothing more, but goes on to read: the marks of the goodbye are still to come."""
        self._over = True
        await BaseInputTransport.stop(self, frame)
        await self._line.disconnect()  # counted: the output, which ends later, closes


class PhoneOutput(Output):
    """Speaks, and tells the rest of the pipeline what was said only when it has been heard."""

    def __init__(
        self,
        transport: FastAPIWebsocketTransport,
        client: Client,
        params: FastAPIWebsocketParams,
        settings: PhoneSettings,
        dialect: Dialect,
    ) -> None:
        super().__init__(transport, client, params, _wire(settings))
        self._socket = client
        self._dialect = dialect
        self._marks = Marks[Frame](settings.echo_secs)
        self._words = Words()
        self._pressing = Pressing()
        self._all_heard = asyncio.Event()
        self._all_heard.set()
        self._watch: asyncio.Task[None] | None = None

    async def echoed(self, name: str) -> None:
        """A mark came back: what it stands for was heard."""
        for frame in self._marks.echoed(name):
            await super().push_frame(frame)
        self._note()

    async def push_frame(
        self, frame: Frame, direction: FrameDirection = FrameDirection.DOWNSTREAM
    ) -> None:
        said = isinstance(frame, TTSTextFrame)
        passes = direction is FrameDirection.UPSTREAM or isinstance(frame, SystemFrame | LAST)
        if passes or not (said or self._marks):
            await super().push_frame(frame, direction)
        elif not isinstance(frame, TTSTextFrame):
            self._marks.follow(frame)
        elif self._words.take(frame):
            await self._mark(frame)

    async def _mark(self, frame: Frame, just_sent_secs: float = 0.0) -> None:
        now = self.get_event_loop().time()
        name = self._marks.say(frame, now + self._pacer.unheard_secs(now) + just_sent_secs)
        self._note()
        await self._socket.send(self._dialect.mark(name))

    def _note(self) -> None:
        """Keeps a watch for marks that do not return, as long as any is out."""
        if not self._marks:
            self._all_heard.set()
            return
        self._all_heard.clear()
        if self._watch is None or self._watch.done():
            self._watch = self.create_task(self._watch_overdue())

    async def _watch_overdue(self) -> None:
        while (due := self._marks.next_due()) is not None:
            await asyncio.sleep(due - self.get_event_loop().time())
            for frame in self._marks.overdue(self.get_event_loop().time()):
                await super().push_frame(frame)
        self._all_heard.set()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        if isinstance(frame, TTSTextFrame):
            self._words.expect(frame)
        if isinstance(frame, InterruptionFrame):
            if self._pressing.goes_on(self._now):
                frame.metadata["spares_playout"] = True
            self._words.clear()  # what has not been sent will not be, whatever is played on
            if not self.spares_playout(frame):
                await self._forget_unheard()
        await super().process_frame(frame, direction)

    async def _forget_unheard(self) -> None:
        """Before anybody hears of the interruption: what is kept back was not heard."""
        for rest in self._marks.clear():
            if not (rest.interruptible or isinstance(rest, TTSTextFrame)):
                await super().push_frame(rest)
        self._note()

    @property
    def _now(self) -> float:
        return self.get_event_loop().time()

    async def write_transport_frame(self, frame: Frame) -> None:
        if isinstance(frame, KeysFrame):
            await self._pressing.press(frame, self._pacer, self)
        else:
            await super().write_transport_frame(frame)

    async def _write_frame(self, frame: Frame) -> bool:
        if isinstance(frame, LAST):
            await self._wait_until_heard()
            return True
        written = await super()._write_frame(frame)
        if written and isinstance(frame, OutputAudioRawFrame):
            await self._mark_words(frame.num_frames / frame.sample_rate)
        return written

    async def _mark_words(self, just_sent_secs: float) -> None:
        ahead_secs = self._pacer.unheard_secs(self.get_event_loop().time()) + just_sent_secs
        for word in self._words.sent(self.get_clock().get_time() + round(1e9 * ahead_secs)):
            await self._mark(word, just_sent_secs)

    async def _wait_until_heard(self) -> None:
        """Until the last sound has been heard: no goodbye is cut off."""
        if self._socket.is_closing or not self._socket.is_connected:
            return
        await self._mark(_Silence())
        await self._all_heard.wait()

    async def cleanup(self) -> None:
        if self._watch is not None:
            await self.cancel_task(self._watch)
            self._watch = None
        await super().cleanup()


class _Silence(Frame):
    """The end of all audio; nobody downstream has a use for it."""


class PhoneTransport(FastAPIWebsocketTransport):
    """One caller on the phone, over a carrier's stream.

    Events: `on_client_connected` and, however the call ends unless by us,
    `on_client_disconnected`, once.
    """

    def __init__(
        self,
        websocket: WebSocket,
        settings: PhoneSettings,
        stream: Intake,
        dialect: Dialect,
    ) -> None:
        params = _params(settings, dialect)
        super().__init__(websocket, params)
        client = Client(websocket, self._callbacks, settings.send_secs)
        speaker = PhoneOutput(self, client, params, settings, dialect)
        self._client = client
        self._input = PhoneInput(self, client, params, settings, stream, speaker)
        self._output = self._speaker = speaker
        self._socket = client

    async def press(self, digits: str) -> None:
        """Press keys, `0-9*#` and `w` to wait, behind what is being said; returns at once."""
        await self._speaker.queue_frame(KeysFrame(digits))

    @property
    def ended_by_us(self) -> bool:
        return self._socket.is_leaving


def _wire(settings: PhoneSettings) -> WireSettings:
    return WireSettings(
        in_hz=settings.in_hz,
        lead_ms=settings.lead_ms,
        send_secs=settings.send_secs,
        intake=settings.intake,
    )


def _params(settings: PhoneSettings, dialect: Dialect) -> FastAPIWebsocketParams:
    return FastAPIWebsocketParams(
        serializer=Phone(dialect),
        allowed_origins=[],  # no browser comes this way: the handshake is signed
        audio_in_enabled=True,
        audio_in_sample_rate=settings.in_hz,
        audio_out_enabled=True,
        audio_out_sample_rate=dialect.hz,
        audio_out_10ms_chunks=dialect.chunk_ms // 10,
        audio_out_end_silence_secs=0,  # its last mark says when the goodbye was heard
    )
