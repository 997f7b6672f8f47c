"""What goes wrong with OpenAI Realtime, and whether anything can go on (pure)."""

from pipecat.utils.errors import ErrorCategory
from websockets.exceptions import InvalidStatus

_FATAL = {"session_expired", "invalid_api_key", "insufficient_quota", "server_error"}
"""Codes and types of `error` events that end a session; all others concern one event."""
ALREADY_ANSWERING = "conversation_already_has_active_response"
HARMLESS = {"response_cancel_not_active", ALREADY_ANSWERING}
"""Codes of two sides that acted at the same moment."""


def ends_session(code: str | None, kind: str | None) -> bool:
    """Whether an `error` event of this code and type leaves the session of no use."""
    return bool({code, kind} & _FATAL)


def is_refusal(error: Exception | None) -> bool:
    """Whether a handshake failed for the key: another attempt will, too."""
    return isinstance(error, InvalidStatus) and error.response.status_code in (401, 403)


def category(error: Exception | None) -> ErrorCategory:
    """Of a handshake that failed; None: it did not, and the provider is at fault."""
    if is_refusal(error):
        return ErrorCategory.AUTHENTICATION
    return ErrorCategory.CONNECTIVITY if error else ErrorCategory.SERVER
