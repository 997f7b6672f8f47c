"""What browsers are told about every answer: which sources a page may use, and who may frame it."""

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OFFICIAL = "/client"
"""Pipecat's prebuilt page; its policy is as lax as its parts need."""
HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:]{2,45}\](:\d{1,5})?")
ONE_YEAR_SECS = 31_536_000

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}
WITH_HTTPS = {
    "Strict-Transport-Security": f"max-age={ONE_YEAR_SECS}",
    "Cross-Origin-Opener-Policy": "same-origin",  # without https, browsers complain of it
}
MAY_USE = "microphone=(self), camera=({camera}), geolocation=(), payment=(), usb=(), serial=()"


def policy(host: str, public_host: str) -> str:
    """The Content-Security-Policy of our page: nothing but itself, and its sockets.

    host: what the client asked for, which the page's socket goes to unless there is a
        `public_host`. `'self'` alone is not a socket's origin to every browser.
    """
    own = public_host or (host if HOST.fullmatch(host) else "")
    sockets = f" ws://{own} wss://{own}" if own else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"media-src 'self' blob:; connect-src 'self'{sockets}; worker-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def official_policy() -> str:
    """The policy of Pipecat's page: it styles inline, keeps its worklets in blobs, compiles an Opus
    decoder, and fetches Daily's client from Daily."""
    return (
        "default-src 'self'; script-src 'self' blob: 'wasm-unsafe-eval' https://c.daily.co; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "media-src 'self' blob: mediastream:; worker-src 'self' blob:; "
        "connect-src 'self' data: blob: ws: wss: https:; frame-src 'none'; object-src 'none'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def headers_for(path: str, host: str, public_url: str) -> dict[str, str]:
    """The headers of an answer to a request for `path` at `host`."""
    official = path == OFFICIAL or path.startswith(f"{OFFICIAL}/")
    public = urlsplit(public_url)
    headers = ALWAYS | {
        "Permissions-Policy": MAY_USE.format(camera="self" if official else ""),
        "Content-Security-Policy": official_policy() if official else policy(host, public.netloc),
    }
    return headers | WITH_HTTPS if public.scheme == "https" else headers


class SecurityHeaders:
    """Puts them on every answer, those of errors and of refused handshakes too."""

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self._app = app
        self._public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        host = Headers(scope=scope).get("host", "")
        told = headers_for(scope["path"], host, self._public_url)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(told)
            await send(message)

        await self._app(scope, receive, sending)
