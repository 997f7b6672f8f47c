"""429 for whoever asks for calls faster than anybody makes them."""

import asyncio

from loguru import logger
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from transports.edge.rates import Rates

PATHS = frozenset({"/start", "/api/offer", "/calls", "/openai-webrtc/calls"})
"""Where a call is asked for. A second offer on the line counts too; a client makes few."""


class Pace:
    """Limits the posts to those paths, by the address they come from."""

    def __init__(self, app: ASGIApp, rates: Rates) -> None:
        self._app = app
        self._rates = rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST" and _path(scope) in PATHS:
            address, _ = scope["client"] or ("", 0)
            if wait_secs := self._rates.wait_secs(address, asyncio.get_running_loop().time()):
                logger.warning("A call was refused: too many were asked for from one address")
                await _too_many(wait_secs)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _path(scope: Scope) -> str:
    """As routes know it: `$` in their patterns lets the end of a line follow (`/start%0A`)."""
    path: str = scope["path"]
    return path.removesuffix("\n")


def _too_many(wait_secs: int) -> JSONResponse:
    seconds = "1 second" if wait_secs == 1 else f"{wait_secs} seconds"
    words = f"Too many calls were asked for from here. Try again in {seconds}."
    return JSONResponse({"detail": words}, 429, {"Retry-After": str(wait_secs)})
