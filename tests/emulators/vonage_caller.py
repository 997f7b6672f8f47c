"""Vonage, as a server meets it when somebody calls: a signed webhook, then the call's socket.

It obeys the NCCO it gets, plays 20 ms every 20 ms, and notifies when the caller has heard what was
sent before; a `clear` drops the audio and its notifications. Buffers at most 3,072 packets.
"""

import hashlib
import json
import secrets
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import jwt

from tests.emulators.receiver import CarrierError, Receiver
from tests.emulators.stream_caller import local

HZ = 16_000
FRAME = HZ // 50 * 2
MOST_PACKETS = 3_072
PATIENCE_SECS = 5.0
ANSWER, NEXT, EVENT = "/vonage/answer", "/vonage/next", "/vonage/event"


@dataclass(frozen=True, slots=True)
class Application:
    """Whose calls they are, and what they are signed with."""

    id: str = "78d335fa-323d-0114-9c3d-d6f0d48968cf"
    secret: str = "the-signature-secret-of-a-test-account"

    def headers(self, body: bytes | None = None, **claims: object) -> dict[str, str]:
        """`claims` override those that Vonage makes."""
        told = {
            "iat": int(time.time()),
            "jti": str(uuid.uuid4()),
            "iss": "Vonage",
            "api_key": "a1b2c3d4",
            "application_id": self.id,
        }
        if body is not None:
            told["payload_hash"] = hashlib.sha256(body).hexdigest()
        token = jwt.encode(told | claims, self.secret, algorithm="HS256")
        return {"Authorization": f"Bearer {token}"}


@dataclass(frozen=True, slots=True)
class Instructions:
    """What an NCCO says, as far as a call is concerned with it."""

    actions: tuple[str, ...]
    socket_url: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    then_url: str = ""
    then_payload: dict[str, str] = field(default_factory=dict)
    said: str = ""
    said_in: str = ""
    """The language that is asked for; empty: the carrier's usual one."""


def read(body: str) -> Instructions:
    """Raises CarrierError for what is not an NCCO."""
    try:
        actions = json.loads(body)
        assert isinstance(actions, list)
        by_name = {each["action"]: each for each in actions}
        if endpoint := by_name.get("connect", {}).get("endpoint"):
            (socket,) = endpoint
            assert socket["type"] == "websocket"
            assert socket["content-type"] == f"audio/l16;rate={HZ}"
            assert socket["authorization"] == {"type": "vonage"}
            then = by_name["notify"]
            (then_url,) = then["eventUrl"]
            return Instructions(
                tuple(by_name), socket["uri"], socket["headers"], then_url, then["payload"]
            )
        talk = by_name.get("talk", {})
        said, said_in = talk.get("text", ""), talk.get("language", "")
        return Instructions(tuple(by_name), said=said, said_in=said_in)
    except (AssertionError, ValueError, KeyError, TypeError) as error:
        raise CarrierError("not an NCCO") from error


@dataclass
class Vonage:
    """Vonage's side of one call, to the server at `url` which calls itself `public_url`."""

    http: aiohttp.ClientSession
    url: str
    public_url: str = "https://echo.example"
    application: Application = field(default_factory=Application)
    call_id: str = field(default_factory=lambda: secrets.token_hex(16))
    caller: str = "15550001042"

    def about(self) -> dict[str, object]:
        """What the answer webhook says."""
        return {
            "from": self.caller,
            "to": "15550009999",
            "uuid": self.call_id,
            "conversation_uuid": f"CON-{uuid.UUID(self.call_id)}",
            "region_url": "https://api-us-3.vonage.com",
        }

    async def post(
        self, path: str, told: object, headers: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        """A webhook, signed unless `headers` say otherwise; its answer's status and body."""
        body = json.dumps(told).encode()
        signed = self.application.headers(body) if headers is None else headers
        deadline = aiohttp.ClientTimeout(total=PATIENCE_SECS)
        async with self.http.post(
            self.url + path,
            data=body,
            headers={"Content-Type": "application/json", **signed},
            timeout=deadline,
        ) as response:
            return response.status, await response.text()

    async def ask(self, path: str = ANSWER, told: object = None) -> Instructions:
        """What to do with the call. Raises CarrierError for anything but an NCCO."""
        status, body = await self.post(path, self.about() if told is None else told)
        if status != 200:
            raise CarrierError(f"HTTP {status}")
        return read(body)

    async def go_on(self, instructions: Instructions) -> Instructions:
        """What to do when the socket is closed."""
        path = instructions.then_url.removeprefix(self.public_url)
        told = {"payload": instructions.then_payload, "conversation_uuid": "CON-1"}
        return await self.ask(path, told)

    async def open(
        self, socket_url: str, headers: Mapping[str, str] | None = None
    ) -> aiohttp.ClientWebSocketResponse:
        """The call's socket. Raises aiohttp.WSServerHandshakeError when it is refused."""
        at = local(self.url, self.public_url, socket_url)
        signed = self.application.headers() if headers is None else headers
        return await self.http.ws_connect(at, headers=dict(signed), compress=0)

    @asynccontextmanager
    async def call(self) -> AsyncIterator["Line"]:
        """A call from its webhook to its hang-up, already connected."""
        instructions = await self.ask()
        line = Line(await self.open(instructions.socket_url), instructions)
        await line.begin()
        async with line.live():
            yield line


class Line(Receiver):
    """The socket of one call."""

    hz = HZ
    frame = FRAME
    silence = b"\0"
    returns_cleared = False

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, instructions: Instructions) -> None:
        super().__init__(socket)
        self.instructions = instructions

    async def begin(self, **more: object) -> None:
        connected = {"event": "websocket:connected", "content-type": f"audio/l16;rate={HZ}"}
        await self.socket.send_json(connected | self.instructions.headers | more)

    async def press(self, digits: str) -> None:
        for digit in digits:
            await self.socket.send_json({"event": "websocket:dtmf", "digit": digit, "duration": 80})

    async def send_audio(self, audio: bytes) -> None:
        await self.socket.send_bytes(audio)

    async def send_mark(self, name: str) -> None:
        await self.socket.send_json({"event": "websocket:notify", "payload": json.loads(name)})

    async def obey(self, message: aiohttp.WSMessage) -> None:
        if message.type is aiohttp.WSMsgType.BINARY:
            if len(message.data) > FRAME or len(self._to_hear) >= MOST_PACKETS:
                raise CarrierError("audio that Vonage would not play")
            self.play(message.data.ljust(FRAME, b"\0"))
            return
        match json.loads(message.data):
            case {"action": "notify", "payload": dict(payload)}:
                self.mark(json.dumps(payload))
            case {"action": "clear"}:
                await self.clear()
                await self.socket.send_json({"event": "websocket:cleared"})
            case _:
                raise CarrierError("not a command that a socket takes")
