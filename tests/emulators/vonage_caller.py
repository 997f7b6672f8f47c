"""Vonage, as a server meets it when somebody calls: a signed webhook, then the call's socket.

It obeys the NCCO it gets, plays 20 ms every 20 ms, and notifies when the caller has heard what was
sent before; a `clear` drops the audio and its notifications. Buffers at most 3,072 packets.
"""

import asyncio
import hashlib
import json
import secrets
import time
import uuid
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import jwt
import numpy as np

HZ = 16_000
FRAME = HZ // 50 * 2
QUIET = bytes(FRAME)
MOST_PACKETS = 3_072
PATIENCE_SECS = 5.0
ANSWER, NEXT, EVENT = "/vonage/answer", "/vonage/next", "/vonage/event"


class VonageError(Exception):
    """The server did what Vonage would not put up with."""


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


def read(body: str) -> Instructions:
    """Raises VonageError for what is not an NCCO."""
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
        return Instructions(tuple(by_name), said=by_name.get("talk", {}).get("text", ""))
    except (AssertionError, ValueError, KeyError, TypeError) as error:
        raise VonageError("not an NCCO") from error


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
        """What to do with the call. Raises VonageError for anything but an NCCO."""
        status, body = await self.post(path, self.about() if told is None else told)
        if status != 200:
            raise VonageError(f"HTTP {status}")
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
        public = "ws" + self.public_url.removeprefix("http")
        assert socket_url.startswith(public), socket_url
        local = "ws" + self.url.removeprefix("http") + socket_url.removeprefix(public)
        signed = self.application.headers() if headers is None else headers
        return await self.http.ws_connect(local, headers=dict(signed), compress=0)

    @asynccontextmanager
    async def call(self) -> AsyncIterator["Line"]:
        """A call from its webhook to its hang-up, already connected."""
        instructions = await self.ask()
        line = Line(await self.open(instructions.socket_url), instructions)
        await line.begin()
        running = asyncio.create_task(line.run())
        try:
            yield line
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await line.socket.close()


class Line:
    """The socket of one call, in real time, and what its caller hears."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, instructions: Instructions) -> None:
        self.socket = socket
        self.instructions = instructions
        self.heard = bytearray()
        """Mono s16, from the call's start: 20 ms each 20 ms, silence where nothing was played."""
        self.notified: list[str] = []
        self.clears = 0
        self.closed = asyncio.Event()
        self._to_say = deque[bytes]()
        self._to_hear = deque[bytes | dict]()

    async def begin(self, **more: object) -> None:
        connected = {"event": "websocket:connected", "content-type": f"audio/l16;rate={HZ}"}
        await self.socket.send_json(connected | self.instructions.headers | more)

    def say(self, pcm: bytes) -> None:
        """Speak, mono s16 at 16 kHz, after what is being said."""
        for at in range(0, len(pcm), FRAME):
            self._to_say.append(pcm[at : at + FRAME].ljust(FRAME, b"\0"))

    async def press(self, digits: str) -> None:
        for digit in digits:
            await self.socket.send_json({"event": "websocket:dtmf", "digit": digit, "duration": 80})

    async def run(self) -> None:
        """Until the server closes."""
        listening = asyncio.create_task(self._listen())
        try:
            await self._tick()
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while not self.closed.is_set():
            try:
                await self._play()
                await self.socket.send_bytes(self._to_say.popleft() if self._to_say else QUIET)
            except (ConnectionError, aiohttp.ClientError):
                return
            due += 0.02
            await asyncio.sleep(due - loop.time())

    async def _play(self) -> None:
        await self._notify()
        played = self._to_hear.popleft() if self._to_hear else QUIET
        assert isinstance(played, bytes)
        self.heard += played
        await self._notify()

    async def _notify(self) -> None:
        while self._to_hear and isinstance(self._to_hear[0], dict):
            payload = self._to_hear.popleft()
            self.notified.append(str(payload))
            await self.socket.send_json({"event": "websocket:notify", "payload": payload})

    async def _listen(self) -> None:
        async for message in self.socket:
            if message.type is aiohttp.WSMsgType.BINARY:
                if len(message.data) > FRAME or len(self._to_hear) >= MOST_PACKETS:
                    raise VonageError("audio that Vonage would not play")
                self._to_hear.append(message.data.ljust(FRAME, b"\0"))
                continue
            match json.loads(message.data):
                case {"action": "notify", "payload": dict(payload)}:
                    self._to_hear.append(payload)
                case {"action": "clear"}:
                    self.clears += 1
                    self._to_hear.clear()
                    await self.socket.send_json({"event": "websocket:cleared"})
                case _:
                    raise VonageError("not a command that a socket takes")
        self.closed.set()

    @property
    def ear(self) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
        """What the caller has heard so far, mono at 16 kHz."""
        return np.frombuffer(bytes(self.heard), dtype="<i2")
