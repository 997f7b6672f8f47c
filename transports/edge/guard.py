"""Puts the edge before an application, outermost first: headers, cross-origin answers, origins,
pace."""

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from transports.edge.headers import SecurityHeaders
from transports.edge.malformed import malformed
from transports.edge.origins import Origins
from transports.edge.pace import Pace
from transports.edge.rates import Rates
from transports.edge.settings import EdgeSettings


def guard(app: FastAPI, settings: EdgeSettings, public_url: str, listens_at: str = "") -> None:
    """Everything the application answers goes through these from here on.

    `listens_at` is the address it listens at, which may tell that all come from this machine.
    """
    rates = Rates(settings.starts_per_min / 60, settings.starts_burst)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(ClientDisconnect, gone)
    app.add_middleware(Pace, rates=rates)
    app.add_middleware(
        Origins,
        public_url=public_url,
        allowed=settings.allowed_origins,
        listens_at=listens_at,
    )
    if settings.allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.allowed_origins,
            allow_methods=("GET", "POST", "PATCH"),
            allow_headers=("Authorization", "Content-Type"),
            expose_headers=("Retry-After",),
        )
    app.add_middleware(SecurityHeaders, public_url=public_url)


async def gone(_: Request, __: Exception) -> Response:
    """For who went away before the request was whole: no error of ours, to be told of at length."""
    return Response(status_code=400)
