"""A carrier of media streams, as a server meets it when somebody calls: a signed webhook, which is
answered with what to do, then the call's audio. What Twilio, Telnyx and Plivo have in common.
"""

import base64
import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode
from xml.etree import ElementTree

import aiohttp

from tests.emulators.receiver import CarrierError, Receiver
from transports.phone import mulaw

HZ = 8_000
FRAME = HZ // 50
QUIET = b"\xff" * FRAME
PATIENCE_SECS = 15.0
"""A webhook has so long in all."""


@dataclass(frozen=True, slots=True)
class Instructions:
    """What a document says, as far as a call is concerned with it."""

    verbs: tuple[str, ...]
    stream_url: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    then_url: str = ""
    said: str = ""
    said_in: str = ""
    """The language that is asked for; empty: the carrier's usual one."""
    dialled: str = ""
    dialled_url: str = ""
    """Asked when the dialling is over."""


def parsed(text: str) -> ElementTree.Element:
    """The response. Raises CarrierError for what is none."""
    try:
        response = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise CarrierError("not XML") from error
    if response.tag != "Response":
        raise CarrierError("not a Response")
    return response


def encoded(form: Mapping[str, str]) -> bytes:
    """The body of a webhook."""
    return urlencode(form).encode()


def local(url: str, public_url: str, address: str) -> str:
    """Where the public address of a socket is on this machine. Raises CarrierError if nowhere."""
    public = "ws" + public_url.removeprefix("http")
    if not address.startswith(public):
        raise CarrierError(f"the stream is not at {public}")
    return "ws" + url.removeprefix("http") + address.removeprefix(public)


@dataclass
class StreamCaller(ABC):
    """A carrier's side of one call, to the server at `url` which calls itself `public_url`."""

    http: aiohttp.ClientSession
    url: str
    public_url: str = "https://echo.example"
    caller: str = field(default="+15550001042", kw_only=True)
    called: str = field(default="+15550009999", kw_only=True)
    webhook: str = field(default="", kw_only=True)
    """The number's."""
    opened: list[str] = field(default_factory=list, kw_only=True)
    """The addresses of all streams that were asked for."""

    @abstractmethod
    def form(self, **more: str) -> dict[str, str]:
        """What a webhook says."""

    @abstractmethod
    def signature(self, address: str, form: Mapping[str, str], body: bytes) -> dict[str, str]:
        """The headers of a webhook."""

    @abstractmethod
    def socket_signature(self, address: str) -> dict[str, str]:
        """The headers of a stream's handshake."""

    @abstractmethod
    def read(self, text: str) -> Instructions:
        """Raises CarrierError for what the carrier could not do."""

    @abstractmethod
    def stream(
        self, socket: aiohttp.ClientWebSocketResponse, instructions: Instructions
    ) -> "MediaStream": ...

    async def post(
        self,
        path: str,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, str]:
        """A webhook, signed unless `headers` say otherwise; its answer's status and body."""
        form = self.form() if form is None else form
        body = encoded(form)
        if headers is None:
            headers = self.signature(self.public_url + path, form, body)
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        deadline = aiohttp.ClientTimeout(total=PATIENCE_SECS)
        async with self.http.post(
            self.url + path, data=body, headers={**kind, **headers}, timeout=deadline
        ) as response:
            return response.status, await response.text()

    async def ask(self, path: str = "", **more: str) -> Instructions:
        """What to do with the call. Raises CarrierError for anything but instructions."""
        status, body = await self.post(path or self.webhook, self.form(**more))
        if status != 200:
            raise CarrierError(f"HTTP retrieval failure: {status}")
        return self.read(body)

    async def open(
        self, stream_url: str, headers: Mapping[str, str] | None = None
    ) -> aiohttp.ClientWebSocketResponse:
        """The stream's socket. Raises aiohttp.WSServerHandshakeError when it is refused."""
        if headers is None:
            headers = self.socket_signature(stream_url)
        at = local(self.url, self.public_url, stream_url)
        self.opened.append(stream_url)
        return await self.http.ws_connect(at, headers=dict(headers), compress=0)

    async def streaming(self, **start: object) -> "MediaStream":
        """A stream that has begun, whose messages are the test's to send."""
        instructions = await self.ask()
        stream = self.stream(await self.open(instructions.stream_url), instructions)
        await stream.begin(**start)
        return stream

    @asynccontextmanager
    async def call(self, **start: object) -> AsyncIterator["MediaStream"]:
        """A call from its webhook to its hang-up, already streaming; `start` overrides what is said
        in the `start` message."""
        async with (await self.streaming(**start)).live() as stream:
            yield stream


class MediaStream(Receiver, ABC):
    """The media stream of one call: JSON text, mu-law in base64."""

    hz = HZ
    frame = FRAME
    silence = b"\xff"

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, echoes: bool = True) -> None:
        super().__init__(socket, echoes)
        self._sequence = 0
        self._chunk = 0

    @abstractmethod
    async def begin(self, **start: object) -> None:
        """Send what a stream begins with; `start` overrides what is said there."""

    @abstractmethod
    def message(self, event: str, **more: object) -> dict:
        """One of this stream's, with its number."""

    @abstractmethod
    def media(self, chunk: int, payload: str) -> dict:
        """A piece of the caller's audio."""

    @abstractmethod
    async def do(self, told: dict) -> None:
        """Raises CarrierError for what a stream does not take."""

    async def obey(self, message: aiohttp.WSMessage) -> None:
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise CarrierError("the server sent what is not text")
        await self.do(json.loads(message.data))

    async def send(self, event: str, **more: object) -> None:
        self._sequence += 1
        await self.socket.send_json(self.message(event, **more))

    async def send_audio(self, audio: bytes, chunk: int | None = None) -> None:
        self._chunk = self._chunk + 1 if chunk is None else chunk
        await self.send("media", media=self.media(self._chunk, base64.b64encode(audio).decode()))

    async def send_mark(self, name: str) -> None:
        await self.send("mark", mark={"name": name})

    async def press(self, digits: str) -> None:
        for digit in digits:
            await self.send("dtmf", dtmf={"track": "inbound", "digit": digit})

    def play_payload(self, payload: str) -> None:
        try:
            self.play(base64.b64decode(payload, validate=True))
        except ValueError as error:
            raise CarrierError("not base64") from error

    def encoded(self, pcm: bytes) -> bytes:
        return mulaw.encode(pcm)

    def decoded(self, audio: bytes) -> bytes:
        return mulaw.decode(audio)

    async def hang_up(self) -> None:
        if not self.socket.closed:
            try:
                await self.send("stop", **self.stop())
            except (ConnectionError, aiohttp.ClientError):
                return
            await self.socket.close()

    def stop(self) -> Mapping[str, object]:
        """What the message says that ends a stream."""
        return {}
