"""A network between a caller and a server that is slow, swallows what it is given, or breaks."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

PIECE_SECS = 0.1
KERNEL_BYTES = 4_096
"""What the kernel keeps of a connection: as little as it lets us, for what is slow to be so."""
AT_ONCE = 65_536
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: closing sends RST and not FIN."""


class Chaos:
    """Connects its callers to the server at `port`; what befalls a network befalls them all."""

    def __init__(self, port: int) -> None:
        self._server = port
        self._open: set[asyncio.StreamWriter] = set()
        self._nobody = asyncio.Event()
        self._nobody.set()
        self._lets_through = asyncio.Event()
        self._lets_through.set()
        self.port = 0
        self.bytes_per_sec: float | None = None
        """Of what the server sends; None is as fast as it comes."""
        self.delivered = 0
        """Bytes of it that have reached callers."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def black_hole(self) -> None:
        """From here on nothing arrives, in either direction, and nobody is told."""
        self._lets_through.clear()

    def let_through(self) -> None:
        """What was held back arrives, late."""
        self._lets_through.set()

    def reset(self) -> None:
        """Every connection breaks, with RST to both ends."""
        for writer in self._open:
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()

    async def empty(self) -> None:
        """Waits until no connection is left."""
        await self._nobody.wait()

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One caller's connection, to its end."""
        upstream = socket.socket()
        upstream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KERNEL_BYTES)
        upstream.setblocking(False)
        await asyncio.get_running_loop().sock_connect(upstream, ("127.0.0.1", self._server))
        from_server, to_server = await asyncio.open_connection(sock=upstream, limit=KERNEL_BYTES)
        both = {writer, to_server}
        self._open |= both
        self._nobody.clear()
        try:
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._up(reader, to_server))
                ways.create_task(self._down(from_server, writer))
        except* OSError:
            pass
        finally:
            for each in both:
                each.close()
                with suppress(OSError):
                    await each.wait_closed()
            self._open -= both
            if not self._open:
                self._nobody.set()

    async def _up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(AT_ONCE):
            await self._lets_through.wait()
            writer.write(data)
            await writer.drain()
        writer.close()

    async def _down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(self._piece()):
            await self._lets_through.wait()
            writer.write(data)
            await writer.drain()
            self.delivered += len(data)
            if self.bytes_per_sec:
                await asyncio.sleep(len(data) / self.bytes_per_sec)
        writer.close()

    def _piece(self) -> int:
        rate = self.bytes_per_sec
        return max(1, round(rate * PIECE_SECS)) if rate else AT_ONCE


@asynccontextmanager
async def chaos(url: str) -> AsyncIterator[Chaos]:
    """A network to the server at `url`, whose callers are cut off when the block ends."""
    network = Chaos(int(url.rpartition(":")[2]))
    server = await asyncio.start_server(network.connect, "127.0.0.1", 0)
    network.port = server.sockets[0].getsockname()[1]
    try:
        yield network
    finally:
        server.close()
        network.reset()
        network.let_through()
        await network.empty()
