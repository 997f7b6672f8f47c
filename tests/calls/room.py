"""A Daily room without Daily: Pipecat's transport as far as it is no SDK's, and a caller in it.

Daily's own SDK talks to Daily's servers and nobody else's. What stands between a call and the SDK
is Pipecat's, with the parameters of `transports/daily_room.py`: turns, interruptions and pace.
"""

import asyncio

import numpy as np
from pipecat.frames.frames import InputAudioRawFrame, OutputAudioRawFrame, StartFrame
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import BaseTransport, TransportParams

from evals.ear import Samples
from evals.mouth import RATE
from evals.voice import local_voice, resample
from transports.daily import DailySettings

TICK_SECS = 0.02


class Microphone(BaseInputTransport):
    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)


class Speaker(BaseOutputTransport):
    def __init__(self, params: TransportParams) -> None:
        super().__init__(params)
        self.heard = bytearray()

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        """Returns once it was played, as Daily's does."""
        self.heard += frame.audio
        await asyncio.sleep(frame.num_frames / frame.sample_rate)
        return True


class RoomTransport(BaseTransport):
    """The room, and whoever the test lets into it."""

    def __init__(self, settings: DailySettings) -> None:
        super().__init__()
        self._in_hz, self.out_hz = settings.in_hz, settings.out_hz
        params = TransportParams(
            audio_in_enabled=True,
            audio_in_sample_rate=settings.in_hz,
            audio_out_enabled=True,
            audio_out_sample_rate=settings.out_hz,
            audio_out_10ms_chunks=4,
            audio_out_end_silence_secs=1,
        )
        self._microphone, self._speaker = Microphone(params), Speaker(params)
        self._to_say: list[Samples] = []
        for event in ("on_client_connected", "on_client_disconnected"):
            self._register_event_handler(event)

    def input(self) -> Microphone:
        return self._microphone

    def output(self) -> Speaker:
        return self._speaker

    def heard(self) -> Samples:
        """All that came to the caller's ear."""
        return np.frombuffer(bytes(self._speaker.heard), np.int16)

    def say(self, text: str) -> None:
        samples = resample(local_voice(text), RATE, self._in_hz)
        step = round(self._in_hz * TICK_SECS)
        self._to_say += [samples[at : at + step] for at in range(0, len(samples), step)]

    async def join(self) -> None:
        """The caller is in the room; they are heard until the task that runs this is cancelled."""
        await self._call_event_handler("on_client_connected", {"id": "caller"})
        silence = np.zeros(round(self._in_hz * TICK_SECS), np.int16)
        due = asyncio.get_running_loop().time()
        while True:
            pcm = (self._to_say.pop(0) if self._to_say else silence).tobytes()
            await self._microphone.push_audio_frame(InputAudioRawFrame(pcm, self._in_hz, 1))
            due += TICK_SECS
            await asyncio.sleep(due - asyncio.get_running_loop().time())
