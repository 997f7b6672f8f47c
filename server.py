"""The edge: mounts the ways in, starts sessions, says how it is, and closes without losing a call.

`python server.py` serves; every setting is an environment variable or a line in `.env`.
"""

import asyncio
import errno
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles

from bot.client_secrets import ClientSecrets, Control
from bot.config import Settings, SettingsError
from bot.house import House, open_house
from bot.language.carriers import spoken_by_carriers
from bot.language.choice import wrong_language
from bot.pool import Places, Pool
from bot.providers.choice import can_speak_to_speech, choices, wrong_mode
from bot.session import run_call
from bot.startup import run, say
from transports import daily, direct, start, webrtc, websocket
from transports.edge.bearer import has_key
from transports.edge.doorstep import doorstep
from transports.edge.guard import guard
from transports.edge.origins import only_we_come
from transports.edge.settings import EdgeSettings
from transports.edge.socket import Socket
from transports.phone.carrier import Carrier
from transports.phone.carrier import routes as phone_routes
from transports.plivo.carrier import Plivo
from transports.telnyx.carrier import Telnyx
from transports.tickets import Tickets
from transports.twilio import routes as twilio
from transports.vonage import routes as vonage

PAGE = Path(__file__).with_name("transports") / "web"
LARGEST_MESSAGE_BYTES = 65_536
"""A client sends 20 ms of sound, 640 bytes, at a time; a long typed message is still smaller."""


class PortError(Exception):
    """The address cannot be listened on; the message says what to do."""


def create_app(house: House) -> tuple[FastAPI, Pool]:
    """The application that callers reach, and the pool that runs their calls."""
    settings = house.settings
    places = Places(settings.max_calls, settings.ticket.lifetime_secs, time.monotonic)
    pool = Pool(partial(run_call, house), places)
    tickets = Tickets(settings.ticket)
    ways = {
        "websocket": websocket.way(tickets),
        "webrtc": webrtc.way(settings.webrtc),
        "daily": daily.way(settings.daily, places, pool.run),
    }
    if settings.realtime.direct and can_speak_to_speech(settings):
        secrets = ClientSecrets(settings, house.brief, settings.ticket.lifetime_secs)
        ways["openai-webrtc"] = direct.way(secrets.mint, tickets)
    app = FastAPI(
        title="Echo",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        max_body_size=settings.edge.max_body_bytes,
    )
    objection = partial(_wrong, settings=settings)
    speaks = spoken_by_carriers(settings)
    told_to_carriers = Tickets(settings.ticket, way="phone")
    phones = told_to_carriers, places, pool.run, speaks
    app.include_router(
        start.routes(settings.public, ways, places, objection, settings.edge.reserved_each)
    )
    app.include_router(websocket.routes(settings.websocket, tickets, places, pool.run))
    app.include_router(webrtc.routes(settings.webrtc, places, pool.run))
    if "openai-webrtc" in ways:
        app.include_router(direct.routes(tickets, places, pool.run, Control(settings).join))
    if settings.twilio.account_sid:
        if missing := settings.twilio.missing(settings.public.url):
            raise SettingsError(missing)
        if missing := settings.outbound.missing(settings.twilio.number):
            raise SettingsError(missing)
        phone = twilio.routes(
            settings.twilio,
            settings.public.url,
            told_to_carriers,
            places,
            pool.run,
            settings.outbound,
            speaks,
        )
        app.include_router(phone)
    if settings.vonage.application_id:
        if missing := settings.vonage.missing(settings.public.url):
            raise SettingsError(missing)
        app.include_router(vonage.routes(settings.vonage, settings.public.url, *phones))
    for carrier in _carriers(settings):
        app.include_router(phone_routes(carrier, settings.public.url, *phones))
    _tell(app, house, places, list(ways))
    guard(app, settings.edge, settings.public.url, settings.host)
    app.mount("/client", _official_page())
    app.mount("/", StaticFiles(directory=PAGE, html=True))
    return app, pool


def _wrong(body: Mapping[str, object], settings: Settings) -> str | None:
    """What a client asks for that it cannot have, in words for it."""
    return wrong_mode(body, settings) or wrong_language(body, settings.languages)


def _carriers(settings: Settings) -> Iterator[Carrier]:
    """Those that stream and are set up. Raises SettingsError for one that is not wholly so."""
    url = settings.public.url
    if settings.telnyx.public_key:
        if missing := settings.telnyx.missing(url):
            raise SettingsError(missing)
        yield Telnyx(settings.telnyx)
    if settings.plivo.auth_id:
        if missing := settings.plivo.missing(url):
            raise SettingsError(missing)
        yield Plivo(settings.plivo)


def _official_page() -> StaticFiles:
    with redirect_stdout(None):  # its package prints where it found its files
        from pipecat_ai_prebuilt.frontend import PipecatPrebuiltUI
    return PipecatPrebuiltUI


def _tell(app: FastAPI, house: House, places: Places, transports: list[str]) -> None:
    settings = house.settings
    engines = [str(choice) for choice in choices(settings).values()]
    key = settings.edge.status_key
    without_key = only_we_come(settings.host, settings.public.url)

    @app.get("/status")
    async def status(request: Request) -> dict[str, object]:
        is_ours = has_key(request, key) if key.get_secret_value() else without_key
        told: dict[str, object] = {
            "status": "draining" if places.closed else "ready",
            "transports": transports,
            "mode": settings.mode,
            "engines": engines,
            "calls": places.live,
            "free": places.free(),
            "loop_lag_p99_ms": house.lag.total.p99_ms,
        }
        if is_ours:
            told["ended"] = house.totals.to_dict()
        return told

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz")
    async def readyz(response: Response) -> dict[str, str]:
        if places.closed or places.free() == 0:
            response.status_code = 503
            return {"status": "draining" if places.closed else "full"}
        return {"status": "ready"}


class Server(uvicorn.Server):
    """On SIGTERM lets live calls finish first; uvicorn alone would cut them at once.

    A second signal, or Ctrl+C, ends them at once. The process then ends as if by itself: uvicorn
    would raise the signal again, which kills.
    """

    def __init__(self, uvicorn_config: uvicorn.Config, pool: Pool, drain_secs: float) -> None:
        super().__init__(uvicorn_config)
        self._pool = pool
        self._drain_secs = drain_secs
        self._loop = asyncio.get_running_loop()
        self._leaving: list[asyncio.Task[None]] = []

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._loop.call_soon_threadsafe(self._leave, sig == signal.SIGTERM)

    def _leave(self, gently: bool) -> None:
        patience_secs = self._drain_secs if gently and not self._leaving else 0
        self.force_exit = len(self._leaving) > 1
        leaving = asyncio.ensure_future(self._pool.drain(patience_secs))
        self._leaving.append(leaving)
        leaving.add_done_callback(self._stop)

    def _stop(self, _: object) -> None:
        self.should_exit = True


def listen(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        PortError: the port is taken, or the host is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    websocket.keep_short(listener)
    try:
        listener.bind((host, port))
        listener.listen()  # before the models load: two that start at once may both bind
    except (OSError, UnicodeError) as error:
        listener.close()
        raise PortError(_advice(host, port, error)) from None
    return listener


def _advice(host: str, port: int, error: OSError | UnicodeError) -> str:
    match error:
        case OSError(errno=errno.EADDRINUSE):
            return f"Port {port} is in use: choose another, PORT={port % 65535 + 1}."
        case OSError(errno=errno.EACCES):
            return f"Port {port} is not for everybody: choose one above 1023, PORT=7860."
        case _:
            return f"Cannot listen on {host}: choose HOST=localhost, or HOST=0.0.0.0 for everybody."


async def serve(settings: Settings) -> None:
    """Serve until a signal ends it."""
    with listen(settings.host, settings.port) as listener:
        async with open_house(settings, progress=say) as house:
            app, pool = create_app(house)
            server = Server(uvicorn_config(app, settings.edge), pool, settings.drain_secs)
            port = listener.getsockname()[1]
            say(f"\nTalk to Echo: http://{settings.host}:{port}\n")
            await server.serve(sockets=[listener])
            await pool.drain(0)


def uvicorn_config(app: FastAPI, edge: EdgeSettings) -> uvicorn.Config:
    """How the application is served: what is bounded, and what is not written down."""
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,  # the address of a socket holds its ticket
        http=doorstep(edge),
        ws=Socket,
        proxy_headers=bool(edge.proxies),
        forwarded_allow_ips=list(edge.proxies),
        ws_max_size=LARGEST_MESSAGE_BYTES,
        ws_per_message_deflate=False,  # costs a core for nothing: sound does not shrink
        ws_ping_interval=5,
        ws_ping_timeout=10,
        timeout_graceful_shutdown=2,
    )


if __name__ == "__main__":
    sys.exit(run(serve, PortError))
