"""Which pages may call: the page itself, and those that are allowed by name.

Browsers say in `Origin` which page is behind a request. What has no `Origin` is no browser, and
could claim any.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

from loguru import logger
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

HARMLESS = ("GET", "HEAD", "OPTIONS")
"""They change nothing, and no other page can read the answer."""
PORTS = {"http": 80, "https": 443}
FOREIGN = "This page may not call Echo; EDGE_ALLOWED_ORIGINS names those that may."
HERE = ("localhost", "127.0.0.1", "::1")
"""By which names a machine is its own."""


Place = tuple[str, str | None, int | None]
"""Scheme, host and port: what an origin is (RFC 6454)."""


def is_origin(text: str) -> bool:
    """Whether it is written as browsers write one: scheme, host, and port where it is unusual."""
    scheme, host, port = _place(text)
    unusual = f":{port}" if port != PORTS.get(scheme) else ""
    written = f"[{host}]" if host and ":" in host else host
    return scheme in PORTS and bool(host) and text == f"{scheme}://{written}{unusual}"


def only_we_come(listens_at: str, public_url: str) -> bool:
    """Whether nobody but this machine is served."""
    return listens_at in HERE and not public_url


def may_call(
    origin: str, host: str, public_url: str, allowed: Sequence[str], *, only_here: bool = False
) -> bool:
    """Whether a page of this origin may call a server that was asked for as `host`.

    With a public URL, no `Host` is believed to be our own. Without one, a proxy may have taken the
    TLS off, so that the scheme is the page's. Who comes from this machine alone (`only_here`) asks
    for it by its own names: any other is a page elsewhere that has its name lead here.
    """
    if not is_origin(origin):
        return False
    if only_here and urlsplit(origin).hostname not in HERE:
        return origin in allowed
    own = public_url or f"{urlsplit(origin).scheme}://{host}"
    return origin in allowed or _place(origin) == _place(own)


def _place(url: str) -> Place:
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname, parts.port or PORTS.get(parts.scheme)
    except ValueError:
        return "", None, None


class Origins:
    """Refuses, with 403 and before anything else, browsers that act for another page."""

    def __init__(
        self, app: ASGIApp, public_url: str, allowed: Sequence[str], listens_at: str = ""
    ) -> None:
        self._app = app
        self._public_url = public_url
        self._allowed = allowed
        self._only_here = only_we_come(listens_at, public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._foreign(scope):
            await self._app(scope, receive, send)
            return
        logger.warning("A page of another origin was refused")
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # not accepted yet: HTTP 403
        else:
            await JSONResponse({"detail": FOREIGN}, 403)(scope, receive, send)

    def _foreign(self, scope: Scope) -> bool:
        acts = scope["type"] == "websocket" or scope.get("method", "GET") not in HARMLESS
        if scope["type"] == "lifespan" or not acts:
            return False
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if origin is None:
            return False
        own = headers.get("host", ""), self._public_url
        return not may_call(origin, *own, self._allowed, only_here=self._only_here)
