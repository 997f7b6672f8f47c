"""ElevenLabs as Echo uses it: by the clause, from memory where it can, told what is final."""

from pipecat.frames.frames import ErrorFrame
from pipecat.services.elevenlabs.tts import ElevenLabsTTSService
from pipecat.services.websocket_service import ReportErrorCallback
from websockets.exceptions import ConnectionClosedError
from websockets.frames import CloseCode
from websockets.protocol import State

from bot.providers.clauses import ByClause
from bot.providers.in_turn import InTurn
from bot.providers.opening import OpensByHeart

_PASSING = ("Have not received a new text input", "Maximum simultaneous contexts")
"""How the reasons begin for which a socket is closed that may be opened again."""


class ElevenLabs(  # pyright: ignore[reportIncompatibleVariableOverride]
    OpensByHeart, ByClause, InTurn, ElevenLabsTTSService
):
    """Given a clause at a time: of single tokens it would wait for 120 characters.

    It opens its socket to anybody, and closes it with code 1008 on those it refuses: a wrong key,
    an unknown voice, a spent quota. Pipecat would knock for 12 s more; here that is an error at
    once, for good.
    """

    fluent = True

    async def introduce(self, context_id: str) -> None:
        if not self._websocket or self._websocket.state is State.CLOSED:
            await self._connect()
        if self._websocket:
            self._reset_word_clock()
            await self._send_context_init(context_id)

    async def _maybe_try_reconnect(
        self,
        error_message: str,
        report_error: ReportErrorCallback,
        error: Exception | None = None,
    ) -> bool:
        reason = _refusal(error)
        if reason is None or self._disconnecting:
            return await super()._maybe_try_reconnect(error_message, report_error, error)
        refused = ErrorFrame(f"ElevenLabs refuses: {reason}", exception=error)
        await report_error(refused, force_treat_as_permanent=True)
        return False


def _refusal(error: Exception | None) -> str | None:
    """Why the socket was closed, where another would be closed as well."""
    if not isinstance(error, ConnectionClosedError) or error.rcvd is None:
        return None
    close = error.rcvd
    final = close.code == CloseCode.POLICY_VIOLATION and not close.reason.startswith(_PASSING)
    return close.reason if final else None
