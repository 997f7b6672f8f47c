"""A provider failed in a call: what happened, and who took over."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from pipecat.frames.frames import ErrorFrame, SystemFrame
from pipecat.utils.errors import ErrorCategory

from bot.providers.health import Cause
from bot.providers.role import Role


@dataclass
class IncidentFrame(SystemFrame):
    """For whoever measures; pushed downstream the moment it is decided.

    successor: who serves from here on; "" when nobody is left.
    after_ms: since somebody waited for the provider; None where it was not asked a single thing.
    """

    role: Role
    provider: str
    cause: Cause
    successor: str
    after_ms: float | None = None


class OutageError(Exception):
    """Every provider of a role has failed: the call cannot go on."""

    def __init__(self, role: Role) -> None:
        super().__init__(f"nobody is left to serve {role}")
        self.role: Role = role


_CAUSES: dict[ErrorCategory, Cause] = {
    ErrorCategory.AUTHENTICATION: "credentials",
    ErrorCategory.AUTHORIZATION: "credentials",
    ErrorCategory.QUOTA: "quota",
    ErrorCategory.RATE_LIMIT: "rate limit",
}


class _Response(Protocol):
    @property
    def headers(self) -> Mapping[str, str]: ...


@runtime_checkable
class _Refusal(Protocol):
    """What the SDKs raise for an answer with an error's status."""

    response: _Response


def retry_after_secs(error: ErrorFrame) -> float:
    """How long the provider asks to be left alone; 0 where it does not say so in seconds."""
    if not isinstance(error.exception, _Refusal):
        return 0.0
    try:
        secs = float(error.exception.response.headers.get("Retry-After", "0"))
    except ValueError:
        return 0.0
    return secs if 0 < secs < float("inf") else 0.0


def cause_of(error: ErrorFrame) -> Cause | None:
    """None for an error that says nothing about the provider."""
    if error.category is ErrorCategory.APPLICATION:
        return None
    return _CAUSES.get(error.category or ErrorCategory.UNKNOWN, "unavailable")
