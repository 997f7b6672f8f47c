"""How much of what is said may pile up for a client that does not read: a second of a phone.

Speech is sent in real time, so what a client leaves unread is old by the time it is heard. asyncio
alone takes 64 KiB before a send has to wait, and Linux as much again, which together are twelve
seconds of a phone's mu-law in base64.
"""

import asyncio
import socket

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

WAITING_BYTES = 4_096
"""Beyond this, whoever sends has to wait: eight pieces of a phone's audio, two of the page's."""


class Outbound(WebSocketsSansIOProtocol):
    """uvicorn's protocol of one WebSocket, which keeps little of what cannot be sent yet.

    What is on its way is not bounded by it: that takes as much as the way is long.
    """

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=WAITING_BYTES)
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):  # Linux, macOS
            client: socket.socket = transport.get_extra_info("socket")
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, WAITING_BYTES)
