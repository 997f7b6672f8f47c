"""The moment before a request is one: how many connections may be at it, how long, and how much.

uvicorn reads a request for as long as it comes, headers for as many as there are, and requests
before others are answered; it waits for whoever does not read an answer. It bounds only the pause
between two requests (`timeout_keep_alive`), and bodies it leaves to the application.
"""

import asyncio
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from transports.edge.crowd import Crowd
from transports.edge.outbound import WAITING_BYTES
from transports.edge.settings import EdgeSettings

RETRY_SECS = 5
TOO_MANY = f"Too many connections wait. Try again in {RETRY_SECS} seconds."


class InAHurryError(Exception):
    """A third request, before the first is answered: browsers wait, as everybody does."""


class Doorstep(HttpToolsProtocol):
    """uvicorn's protocol of one connection, with deadlines and a place in the crowd."""

    crowd: "Crowd[Doorstep]"
    edge: EdgeSettings
    _in_head = True
    _beside_body_bytes = 0
    _deadline: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=WAITING_BYTES)
        if not self.crowd.join(self, self.client[0] if self.client else ""):
            self._turn_away(503, TOO_MANY)
            return
        self._be_done_in_time()
        if self.crowd.is_too_large:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if not self._answers:  # an empty line begins no request, and ends uvicorn's wait for one
            self._be_done_in_time()
        self._beside_body_bytes += len(data)
        super().data_received(data)
        if self._beside_body_bytes > self.edge.max_head_bytes:
            self._turn_away(431, "The headers are too large.")

    def on_message_begin(self) -> None:
        if self.pipeline:
            raise InAHurryError  # 400: each would be kept until its turn
        super().on_message_begin()
        self._in_head, self._beside_body_bytes = True, 0
        self._be_done_in_time()

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._beside_body_bytes -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_time()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        self._leave()  # a ticket is looked at next, at once
        super().handle_websocket_upgrade()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(self.edge.unread_secs, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._has_read()

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()
        super().connection_lost(exc)

    @property
    def _answers(self) -> bool:
        """Whether a request is being answered."""
        return bool(self.cycle) and not self.cycle.response_complete

    def _be_done_in_time(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.edge.request_secs, self._too_late)

    def _in_time(self) -> None:
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None

    def _has_read(self) -> None:
        if self._unread:
            self._unread.cancel()
            self._unread = None

    def _too_late(self) -> None:
        self._turn_away(408, "The request took too long.")

    def _leave(self) -> None:
        self._in_time()
        self._has_read()
        self.crowd.leave(self)

    def _make_room(self) -> None:
        """Whoever has waited longest goes: those who mean it are done sooner than a flood."""
        longest = next(one for one in self.crowd if not one._answers)  # at the latest ourselves
        longest._give_way()

    def _give_way(self) -> None:
        if self._deadline:
            self._turn_away(503, TOO_MANY)
        else:  # idle after an answer: to be told something would answer what comes next
            self.transport.close()
        self._leave()

    def _turn_away(self, status: int, words: str) -> None:
        """Hang up, in words unless others are being said already."""
        if not self._in_head and self.cycle and self.cycle.response_started:
            self.transport.abort()
            return
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
            f"Content-Type: text/plain; charset=utf-8\r\nContent-Length: {len(words)}\r\n"
            f"Retry-After: {RETRY_SECS}\r\nConnection: close\r\n\r\n"
        )
        self.transport.write(f"{head}{words}".encode("ascii"))
        self.transport.close()


def doorstep(settings: EdgeSettings) -> type[asyncio.Protocol]:
    """For uvicorn's `http`: a protocol whose connections share one crowd."""

    class Shared(Doorstep):
        crowd = Crowd[Doorstep](settings.waiting, settings.waiting_each, settings.proxies)
        edge = settings

    return Shared
