"""What of a WebSocket never comes to a call, and so is bounded here: a handshake that is none,
pings and pongs that nobody asked for, and pieces of a message.
"""

import asyncio

from websockets.frames import Frame

from transports.edge.outbound import Outbound
from transports.limits import Allowance

PINGS_PER_SEC, PINGS_AT_ONCE = 10.0, 50.0
"""Browsers send none, other clients one in some seconds; ours are answered every five."""
MOST_PIECES = 64
"""Of one message, which holds 64 KiB at most."""
NO_HANDSHAKE = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Socket(Outbound):
    """uvicorn's protocol of one WebSocket, which hangs up on whoever keeps it busy for nothing."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._pings = Allowance(PINGS_PER_SEC, PINGS_AT_ONCE)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # Its head comes in one piece. websockets takes less of one than HTTP does: fewer headers,
        # no body; where it does not, uvicorn waits for more, for ever.
        if not self.handshake_initiated:
            self.transport.write(b"".join(self.conn.data_to_send()) or NO_HANDSHAKE)
            self.transport.close()

    def handle_ping(self) -> None:
        if not self._too_many():
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        if not self._too_many():
            super().handle_pong(event)

    def handle_cont(self, event: Frame) -> None:
        super().handle_cont(event)
        if len(self.frames) > MOST_PIECES:
            self._hang_up("a message in too many pieces")

    def _too_many(self) -> bool:
        if self._pings.take(1, self.loop.time()):
            return False
        self._hang_up("too many pings")
        return True

    def _hang_up(self, reason: str) -> None:
        if self.close_sent:
            return
        self.conn.fail(1008, reason)
        if self.conn.close_sent:
            self.handle_parser_exception()
        else:  # not accepted yet
            self.transport.close()
