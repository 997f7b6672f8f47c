"""Pipecat's Daily transport for one room. Imports Daily's SDK; see daily.py."""

import asyncio

from pipecat.transports.base_transport import BaseTransport
from pipecat.transports.daily.transport import DailyOutputTransport, DailyParams, DailyTransport

from transports.cutting_in import SaysOver
from transports.daily import DailySettings, Room
from transports.intake import IntakeSettings
from transports.limits import Allowance
from transports.wire import is_offered


class Output(SaysOver, DailyOutputTransport):
    """What the room is sent."""


class RoomTransport(DailyTransport):
    """A room's audio, and those of its messages that a caller may send, no faster than typed."""

    def __init__(self, room: Room, params: DailyParams) -> None:
        super().__init__(room.url, room.bot_token, "Echo", params)
        self._output = Output(self, self._client, self._params)
        limits = IntakeSettings()
        self._messages = Allowance(limits.messages_per_sec, limits.messages_burst)

    async def _on_app_message(self, message: object, sender: str) -> None:
        now = asyncio.get_running_loop().time()
        if is_offered(message) and self._messages.take(1, now):
            await super()._on_app_message(message, sender)


def daily_transport(settings: DailySettings, room: Room) -> BaseTransport:
    return RoomTransport(
        room,
        DailyParams(
            api_url=settings.api_url,
            api_key=settings.api_key.get_secret_value(),
            audio_in_enabled=True,
            audio_in_sample_rate=settings.in_hz,
            audio_out_enabled=True,
            audio_out_sample_rate=settings.out_hz,
            audio_out_10ms_chunks=4,
            audio_out_end_silence_secs=1,
            camera_out_enabled=False,
        ),
    )
