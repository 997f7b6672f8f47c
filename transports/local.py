"""Whoever sits at this machine, by its microphone and speaker.

PortAudio calls back from a thread of its own, every few milliseconds; nothing here blocks the
event loop, and nothing in a callback waits for it.
"""

import asyncio
import threading
import uuid
from collections.abc import Awaitable, Callable

from pipecat.frames.frames import (
    CancelFrame,
    ClientConnectedFrame,
    EndFrame,
    Frame,
    InputAudioRawFrame,
    InterruptionFrame,
    OutputAudioRawFrame,
    StartFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import BaseTransport, TransportParams
from pydantic import BaseModel, ConfigDict, Field

from transports.connection import Audio, Caller, Connection
from transports.cutting_in import SaysOver
from transports.portaudio import Device, Wanted, find_device
from transports.resampling import PromptResampler


class LocalSettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    microphone: str = ""
    """Part of a device's name, or its number; empty is the system's own choice."""
    speaker: str = ""
    in_hz: int = 16_000
    out_hz: int = 24_000
    block_ms: int = Field(default=20, ge=5, le=100)
    """How much the microphone hands over at a time."""
    lead_ms: int = Field(default=120, ge=0)
    """Speech kept ready for the speaker, so that a busy moment is not heard as a gap. It costs no
    time: the first word is played at once, and an interruption throws the rest away."""
    loudspeaker: bool = False
    """Whether the microphone hears the speaker. Then it is not listened to while Echo speaks:
    without it, Echo would take its own words for an interruption. With headphones, or echo
    cancellation by the system, leave it off and interrupt as you like."""


ROOM_SECS = 0.2
"""How long a room goes on sounding, and a laptop's own processing lasts."""


class SpeakerBuffer:
    """Audio on its way to the speaker: written by the event loop, read by PortAudio's thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pcm = bytearray()

    def write(self, pcm: bytes) -> None:
        with self._lock:
            self._pcm += pcm

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes; silence where there is nothing to say."""
        with self._lock:
            pcm = bytes(self._pcm[:size])
            del self._pcm[:size]
        return pcm.ljust(size, b"\0")

    def clear(self) -> None:
        with self._lock:
            self._pcm.clear()

    def __len__(self) -> int:
        return len(self._pcm)


class LocalInput(BaseInputTransport):
    """The microphone."""

    def __init__(
        self, params: TransportParams, device: Device, opened: Callable[[], Awaitable[None]]
    ) -> None:
        super().__init__(params)
        self._device = device
        self._opened = opened
        self.deaf: Callable[[], bool] = lambda: False
        """While it says so, silence takes the place of what is heard."""
        self._resampler = PromptResampler()
        self._blocks: asyncio.Queue[bytes] = asyncio.Queue(maxsize=100)
        self._listening: asyncio.Task[None] | None = None

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)
        loop = self.get_event_loop()

        def heard(pcm: memoryview) -> None:
            loop.call_soon_threadsafe(self._take, bytes(pcm))

        if await self._device.open(heard):
            self._listening = self.create_task(self._listen())
            await self.push_frame(ClientConnectedFrame())
            await self._opened()

    def _take(self, pcm: bytes) -> None:
        if self._blocks.full():
            self._blocks.get_nowait()  # nobody has listened for seconds: the oldest goes
        self._blocks.put_nowait(bytes(len(pcm)) if self.deaf() else pcm)

    async def _listen(self) -> None:
        while True:
            block = await self._blocks.get()
            pcm = await self._resampler.resample(block, self._device.hz, self.sample_rate)
            await self.push_audio_frame(InputAudioRawFrame(pcm, self.sample_rate, 1))

    async def _close(self) -> None:
        await self._device.close()
        if self._listening:
            await self.cancel_task(self._listening)
            self._listening = None

    async def stop(self, frame: EndFrame) -> None:
        await super().stop(frame)
        await self._close()

    async def cancel(self, frame: CancelFrame) -> None:
        await super().cancel(frame)
        await self._close()

    async def cleanup(self) -> None:
        await super().cleanup()
        await self._close()


class Speaker(BaseOutputTransport):
    """The speaker, kept `lead_secs` ahead; an interruption silences it within one block."""

    def __init__(self, params: TransportParams, device: Device, lead_secs: float) -> None:
        super().__init__(params)
        self._device = device
        self._lead_secs = lead_secs
        self._buffer = SpeakerBuffer()
        self._resampler = PromptResampler()
        self._silent_at = 0.0

    @property
    def speaking(self) -> bool:
        """Whether the room may still be full of it."""
        return self.get_event_loop().time() < self._silent_at

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)

        def wanted(out: memoryview) -> None:
            out[:] = self._buffer.read(len(out))

        await self._device.open(wanted)
        await self.set_transport_ready(frame)

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        self._buffer.write(
            await self._resampler.resample(frame.audio, self.sample_rate, self._device.hz)
        )
        ahead_secs = self._unheard_secs()
        echo_secs = self._device.latency_secs + ROOM_SECS
        self._silent_at = self.get_event_loop().time() + ahead_secs + echo_secs
        await asyncio.sleep(max(0.0, ahead_secs - self._lead_secs))
        return True

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, InterruptionFrame):
            self._buffer.clear()

    def _unheard_secs(self) -> float:
        return len(self._buffer) / 2 / self._device.hz

    async def stop(self, frame: EndFrame) -> None:
        await super().stop(frame)
        await asyncio.sleep(self._unheard_secs() + self._device.latency_secs)  # the last word
        await self._device.close()

    async def cancel(self, frame: CancelFrame) -> None:
        await super().cancel(frame)
        await self._device.close()

    async def cleanup(self) -> None:
        await super().cleanup()
        await self._device.close()


class LocalOutput(SaysOver, Speaker):
    """What is played here."""


class LocalTransport(BaseTransport):
    """Whoever sits at this machine. Raises DeviceError if it has not what it takes.

    Events: `on_client_connected` when the microphone is open; `on_client_disconnected` when the
    microphone or the speaker cannot be opened, or goes away.
    """

    def __init__(self, settings: LocalSettings) -> None:
        super().__init__()
        microphone = Wanted("input", settings.microphone, settings.in_hz, settings.block_ms)
        speaker = Wanted("output", settings.speaker, settings.out_hz, settings.block_ms)
        for wanted in (microphone, speaker):
            find_device(wanted)
        params = TransportParams(
            audio_in_enabled=True,
            audio_in_sample_rate=settings.in_hz,
            audio_out_enabled=True,
            audio_out_sample_rate=settings.out_hz,
            audio_out_10ms_chunks=4,
            audio_out_end_silence_secs=0,
        )
        self._output = LocalOutput(params, Device(speaker, self._lost), settings.lead_ms / 1000)
        self._input = LocalInput(params, Device(microphone, self._lost), self._opened)
        if settings.loudspeaker:
            self._input.deaf = lambda: self._output.speaking
        self._register_event_handler("on_client_connected")
        self._register_event_handler("on_client_disconnected")

    def input(self) -> LocalInput:
        return self._input

    def output(self) -> LocalOutput:
        return self._output

    async def _opened(self) -> None:
        await self._call_event_handler("on_client_connected", None)

    def _lost(self) -> None:
        self._input.create_task(self._call_event_handler("on_client_disconnected", None))


def connect(settings: LocalSettings) -> Connection:
    """The call of whoever sits at this machine. Raises DeviceError."""
    return Connection(
        transport=LocalTransport(settings),
        kind="local",
        session_id=str(uuid.uuid4()),
        audio=Audio(settings.in_hz, settings.out_hz),
        caller=Caller("this machine"),
    )
