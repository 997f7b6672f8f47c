"""A provider failed in a call: what happened, and who took over."""

from dataclasses import dataclass

from pipecat.frames.frames import ErrorFrame, SystemFrame
from pipecat.utils.errors import ErrorCategory

from bot.providers.choice import Role
from bot.providers.health import Cause


@dataclass
class IncidentFrame(SystemFrame):
    """For whoever measures; pushed downstream the moment it is decided.

    successor: who serves from here on; "" when nobody is left.
    """

    role: Role
    provider: str
    cause: Cause
    successor: str


_CAUSES: dict[ErrorCategory, Cause] = {
    ErrorCategory.AUTHENTICATION: "credentials",
    ErrorCategory.AUTHORIZATION: "credentials",
    ErrorCategory.QUOTA: "quota",
    ErrorCategory.RATE_LIMIT: "rate limit",
}


def cause_of(error: ErrorFrame) -> Cause | None:
    """None for an error that says nothing about the provider."""
    if error.category is ErrorCategory.APPLICATION:
        return None
    return _CAUSES.get(error.category or ErrorCategory.UNKNOWN, "unavailable")
