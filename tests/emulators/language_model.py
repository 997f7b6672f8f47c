"""What emulated language models have in common: a mind, models with names, tokens in time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from tests.emulators.mind import Message, Mind, Reply, Scripted, Tool, Unscripted
from tests.emulators.provider import Fault, Provider, befall


@dataclass
class LanguageModel(Provider):
    """A provider whose answers are streamed as server-sent events; a chunk is a token.

    The journal holds each `request`, each one `refused` and why, each `unscripted` one, after how
    many tokens the client was `gone`, the client's port for each request, as its `socket`, and the
    `usage` that each whole answer was charged with.
    """

    mind: Mind = field(default_factory=Scripted)
    models: tuple[str, ...] = ()

    def note_socket(self, request: web.Request) -> None:
        peer = request.transport and request.transport.get_extra_info("peername")
        self.note(self.connections, "socket", peer and peer[1])

    async def think(self, number: int, messages: Sequence[Message], tools: Sequence[Tool]) -> Reply:
        """The reply to a request.

        Raises:
            Unscripted: the mind has none; the journal has an entry.
        """
        try:
            return await self.mind.reply(messages, tools)
        except Unscripted as error:
            self.note(number, "unscripted", str(error))
            raise

    @asynccontextmanager
    async def first_token(self, fault: Fault | None) -> AsyncIterator["asyncio.Task[None]"]:
        """A wait that began when the request came, so that thinking is part of it."""
        waiting = asyncio.create_task(self.first(self.profile.llm_first_token, fault))
        try:
            yield waiting
        finally:
            waiting.cancel()

    @asynccontextmanager
    async def streaming(
        self,
        request: web.Request,
        number: int,
        fault: Fault | None,
        garbled: Callable[[str | bytes], bytes],
    ) -> AsyncIterator["Stream"]:
        """Open the answer to a request; `garbled` puts a scripted message on the wire."""
        stream = Stream(request, fault, self.profile.token_secs, garbled)
        try:
            await stream.response.prepare(request)
            yield stream
            await stream.response.write_eof()
        except ConnectionError:
            self.note(number, "gone", stream.sent)
        except asyncio.CancelledError:  # as the server does when the client has left
            self.note(number, "gone", stream.sent)
            raise


class Stream:
    """An answer on its way."""

    def __init__(
        self,
        request: web.Request,
        fault: Fault | None,
        token_secs: float,
        garbled: Callable[[str | bytes], bytes],
    ) -> None:
        headers = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"}
        self.response = web.StreamResponse(headers=headers)
        self.sent = 0
        """Tokens so far."""
        self._request = request
        self._fault = fault
        self._token_secs = token_secs
        self._garbled = garbled
        self._began_secs = 0.0

    async def send(self, *events: bytes) -> None:
        """Send what is no token."""
        for event in events:
            await self.response.write(event)

    async def end(self, event: bytes) -> None:
        """Send the last event and the end of the answer in one piece.

        A client that stops reading at that event would otherwise close the connection or keep it,
        as chance will have it.
        """
        await self.response.write_eof(event)

    async def token(self, *events: bytes) -> None:
        """Send a token when it is due, or what befalls it."""
        now_secs = asyncio.get_running_loop().time()
        if not self.sent:
            self._began_secs = now_secs
        await asyncio.sleep(self._began_secs + self.sent * self._token_secs - now_secs)
        await self.befall()
        await self.send(*events)
        self.sent += 1

    async def befall(self) -> None:
        """What goes wrong before the next token, or before the end."""
        await befall(self._fault, self.sent, self._request, self._send_garbled)

    async def _send_garbled(self, message: str | bytes) -> None:
        await self.response.write(self._garbled(message))
