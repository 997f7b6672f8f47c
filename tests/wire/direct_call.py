"""A server for browsers that talk to the emulated OpenAI Realtime, with real calls behind it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from aiohttp import ClientSession
from fastapi import FastAPI
from pydantic import SecretStr

from bot.client_secrets import ClientSecrets, Control
from bot.config import Settings
from bot.house import House, LastWords
from bot.pool import Places, Pool
from bot.providers import Brief
from bot.providers.clip import Clip
from bot.providers.settings import OpenAISettings
from bot.providers.warm import Engines
from bot.session import run_call
from bot.telemetry.loop_lag import LoopLag
from bot.telemetry.prices import prices
from bot.telemetry.session_metrics import VoiceSessionMetrics
from bot.tongues import tongue
from bot.tools.outlook import weather_source
from bot.tools.store import Store, open_store
from bot.toolsets import toolsets
from processors.confidential import Confidential
from tests.emulators.openai_realtime import OpenAIRealtime
from tests.emulators.realtime_call import BrowserCall
from tests.wire.ways_in import serving
from transports import direct, start
from transports.connection import Connection
from transports.tickets import Tickets

OFFER = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
MUTE = Clip(b"", 16_000)


@dataclass
class Office:
    """The server, as browsers see it, and what becomes of the calls."""

    provider: OpenAIRealtime
    store: Store
    url: str = ""
    time: float = 0.0
    """Of day; tickets go by it."""
    places: Places = field(default_factory=lambda: Places(5, 60, time.monotonic))
    connections: list[Connection] = field(default_factory=list)
    ended: list[VoiceSessionMetrics] = field(default_factory=list)

    async def start(self) -> dict[str, Any]:
        async with (
            ClientSession() as http,
            http.post(f"{self.url}/start", json={"transport": "openai-webrtc"}) as response,
        ):
            assert response.status == 200, await response.text()
            return await response.json()

    async def dial(self, secret: str) -> BrowserCall:
        """The offer of a browser, made with its secret."""
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/sdp"}
        calls = f"{self.provider.url}/v1/realtime/calls"
        async with (
            ClientSession() as http,
            http.post(calls, data=OFFER, headers=headers) as response,
        ):
            assert response.status == 201, await response.text()
            return self.provider.calls[response.headers["Location"].rsplit("/", 1)[1]]

    async def tell(self, token: object, call_id: str, **more: object) -> int:
        """The status of what a browser posts once it is connected."""
        body = {"token": token, "callId": call_id, **more}
        async with (
            ClientSession() as http,
            http.post(f"{self.url}/openai-webrtc/calls", json=body) as response,
        ):
            return response.status

    async def call(self) -> BrowserCall:
        """A call that is under control, greeting and all."""
        given = await self.start()
        call = await self.dial(given["clientSecret"])
        assert await self.tell(given["token"], call.id) == 204
        await until(lambda: self.played(call) == 1)
        return call

    def sent(self, call: BrowserCall, kind: str) -> list[Any]:
        """What the server sent in this call, by type."""
        return [
            e.body
            for e in self.provider.journal
            if e.connection == call.connection and e.kind == kind
        ]

    def played(self, call: BrowserCall) -> int:
        """How many responses were heard to their end."""
        return self.told(call, "output_audio_buffer.stopped")

    def told(self, call: BrowserCall, kind: str) -> int:
        return len([event for event in call.told if event["type"] == kind])

    def spoken(self, call: BrowserCall) -> list[str]:
        """What the model said, heard or not."""
        done = "response.output_audio_transcript.done"
        return [event["transcript"] for event in call.told if event["type"] == done]

    def outputs(self, call: BrowserCall) -> list[str]:
        items = [e["item"] for e in self.sent(call, "conversation.item.create")]
        return [i["output"] for i in items if i["type"] == "function_call_output"]


async def until(true: Callable[[], object], within_secs: float = 20.0) -> None:
    async with asyncio.timeout(within_secs):
        while not true():  # noqa: ASYNC110  works for whatever can be looked at
            await asyncio.sleep(0.02)


@asynccontextmanager
async def office(
    provider: OpenAIRealtime,
    folder: Path,
    confidential: Confidential | None = None,
    **more: object,
) -> AsyncIterator[Office]:
    key = SecretStr(provider.key)
    openai = OpenAISettings(api_key=key, realtime_url=provider.realtime_url)
    settings = Settings.model_construct(
        **Settings.model_validate(
            {"openai": openai, "database": {"url": f"sqlite:///{folder}/echo.db"}, **more}
        ).__dict__
    )
    store = await open_store(settings.database, settings.clinic)
    lag = LoopLag()
    lag.start()
    house = _house(settings, store, lag, confidential or Confidential(()))
    here = Office(provider, store, time=time.time())

    async def run(connection: Connection) -> VoiceSessionMetrics:
        here.connections.append(connection)
        metrics = await run_call(house, connection)
        here.ended.append(metrics)
        return metrics

    pool = Pool(run, here.places)
    tickets = Tickets(settings.ticket, lambda: here.time)
    secrets = ClientSecrets(settings, house.brief, settings.ticket.lifetime_secs)
    app = FastAPI()
    ways = {"openai-webrtc": direct.way(secrets.mint, tickets)}
    app.include_router(start.routes(settings.public, ways, here.places))
    app.include_router(direct.routes(tickets, here.places, pool.run, Control(settings).join))
    try:
        async with serving(app) as port:
            here.url = f"http://127.0.0.1:{port}"
            try:
                yield here
            finally:
                await pool.drain(0)
    finally:
        lag.stop()
        await store.close()


def _house(settings: Settings, store: Store, lag: LoopLag, confidential: Confidential) -> House:
    """With no engine in it: nobody is heard here."""
    english = tongue(settings, "en")
    english.brief = Brief("You are Echo.", settings.greeting, settings.clinic.now)
    return House(
        settings=settings,
        engines=Engines(cast("Any", None), None, None, None),
        store=store,
        weather=weather_source(settings.weather),
        tools=toolsets(settings.tool_timeout_secs, languages=1),
        brief=english.brief,
        lag=lag,
        last_words=LastWords(MUTE, MUTE, Clip(b"", 16_000, settings.emergency.spoken), MUTE),
        prices=prices(settings.prices),
        confidential=confidential,
        tongues={"en": english},
    )
