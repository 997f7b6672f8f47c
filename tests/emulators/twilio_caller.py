"""Twilio, as a server meets it when somebody calls: a signed webhook, then the call's audio.

It obeys the TwiML it gets, plays 20 ms every 20 ms, and lets a mark come back when the caller has
heard what was sent before it, or at once after a `clear`.
"""

import asyncio
import base64
import json
import secrets
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from xml.etree import ElementTree

import aiohttp
import numpy as np
from twilio.request_validator import HMAC_SHA1, HMAC_SHA256, RequestValidator

from transports.twilio import mulaw

HZ = 8_000
FRAME = HZ // 50
QUIET = b"\xff" * FRAME
SOON_SECS = 0.7
"""Silence for longer than this is no gap within what is said, but the end of it."""
PATIENCE_SECS = 15.0
"""Twilio gives a webhook so long in all."""

VOICE, NEXT, STATUS, DIALLED = (
    "/twilio/voice",
    "/twilio/next",
    "/twilio/status",
    "/twilio/dialled",
)


class TwilioError(Exception):
    """The server did what Twilio would not put up with."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who signs, and with what."""

    sid: str = "AC" + 32 * "a"
    auth_token: str = "the-auth-token-of-a-test"
    shared_key: str = ""

    def headers(self, address: str, form: Mapping[str, str]) -> dict[str, str]:
        """The signature of a request, SHA-256 where the account has a shared key."""
        algorithm = HMAC_SHA256 if self.shared_key else HMAC_SHA1
        validator = RequestValidator(self.shared_key or self.auth_token)
        headers = {"X-Twilio-Signature": validator.compute_signature(address, form, algorithm)}
        if self.shared_key:
            settings = f"key=webhooks_sharedkey_1,algorithm={HMAC_SHA256}"
            headers["X-Twilio-Webhooks-Signature-Settings"] = settings
        return headers


@dataclass(frozen=True, slots=True)
class Instructions:
    """What a TwiML document says, as far as a call is concerned with it."""

    verbs: tuple[str, ...]
    stream_url: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    then_url: str = ""
    said: str = ""
    dialled: str = ""
    dialled_url: str = ""
    """Asked when the dialling is over."""


def read(twiml: str) -> Instructions:
    """Raises TwilioError for what is not TwiML, or has a stream Twilio could not open."""
    try:
        response = ElementTree.fromstring(twiml)
    except ElementTree.ParseError as error:
        raise TwilioError("12100 Document parse failure") from error
    stream, dial = response.find("Connect/Stream"), response.find("Dial")
    if response.tag != "Response" or (stream is not None and "?" in stream.get("url", "?")):
        raise TwilioError("12200 Schema validation warning")
    return Instructions(
        verbs=tuple(verb.tag for verb in response),
        stream_url="" if stream is None else stream.get("url", ""),
        parameters={p.get("name", ""): p.get("value", "") for p in response.iter("Parameter")},
        then_url=response.findtext("Redirect", ""),
        said=response.findtext("Say", ""),
        dialled=response.findtext("Dial", ""),
        dialled_url="" if dial is None else dial.get("action", ""),
    )


@dataclass
class Twilio:
    """Twilio's side of one call, to the server at `url` which calls itself `public_url`."""

    http: aiohttp.ClientSession
    url: str
    public_url: str = "https://echo.example"
    account: Account = field(default_factory=Account)
    call_sid: str = field(default_factory=lambda: "CA" + secrets.token_hex(16))
    caller: str = "+15550001042"
    called: str = "+15550009999"
    direction: str = "inbound"
    webhook: str = VOICE
    """The number's."""
    opened: list[str] = field(default_factory=list)
    """The addresses of all streams that were asked for."""
    kind: "type[Stream] | None" = None
    """What its calls are like, if not like `Stream`."""

    def form(self, **more: str) -> dict[str, str]:
        about = {"CallSid": self.call_sid, "AccountSid": self.account.sid, "CallStatus": "ringing"}
        return about | {"From": self.caller, "To": self.called, "Direction": self.direction} | more

    async def post(
        self,
        path: str,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, str]:
        """A webhook, signed unless `headers` say otherwise; its answer's status and body."""
        form = self.form() if form is None else form
        if headers is None:
            headers = self.account.headers(self.public_url + path, form)
        deadline = aiohttp.ClientTimeout(total=PATIENCE_SECS)
        async with self.http.post(
            self.url + path, data=form, headers=headers, timeout=deadline
        ) as response:
            return response.status, await response.text()

    async def ask(self, path: str = "", **more: str) -> Instructions:
        """What to do with the call. Raises TwilioError for anything but TwiML."""
        status, body = await self.post(path or self.webhook, self.form(**more))
        if status != 200:
            raise TwilioError(f"11200 HTTP retrieval failure: {status}")
        return read(body)

    async def open(
        self, stream_url: str, headers: Mapping[str, str] | None = None
    ) -> aiohttp.ClientWebSocketResponse:
        """The stream's socket. Raises aiohttp.WSServerHandshakeError when it is refused."""
        if headers is None:
            headers = self.account.headers(stream_url, {})
        public = "ws" + self.public_url.removeprefix("http")
        if not stream_url.startswith(public):
            raise TwilioError(f"31920 the stream is not at {public}")
        self.opened.append(stream_url)
        local = "ws" + self.url.removeprefix("http") + stream_url.removeprefix(public)
        return await self.http.ws_connect(local, headers=dict(headers), compress=0)

    @asynccontextmanager
    async def call(self, **start: object) -> AsyncIterator["Stream"]:
        """A call from its webhook to its hang-up, already streaming; `start` overrides what is said
        in the `start` message."""
        instructions = await self.ask()
        socket = await self.open(instructions.stream_url)
        stream = (self.kind or Stream)(socket, self, instructions.parameters)
        await stream.begin(**start)
        running = asyncio.create_task(stream.run())
        try:
            yield stream
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await stream.hang_up()


class Stream:
    """The media stream of one call, in real time, and what its caller hears."""

    def __init__(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        twilio: Twilio,
        parameters: Mapping[str, str],
        echoes: bool = True,
    ) -> None:
        self.socket = socket
        self.sid = "MZ" + secrets.token_hex(16)
        self.echoes = echoes
        """False: marks never come back."""
        self.heard = bytearray()
        """Mu-law, from the call's start: 20 ms each 20 ms, silence where nothing was played."""
        self.spoken = bytearray()
        """Mu-law, as `heard`: what the caller sent."""
        self.clears = 0
        self.cleared_bytes = 0
        self.marks: list[str] = []
        self.echoed: list[str] = []
        self.arrived: list[tuple[float, int]] = []
        """When each piece came, by the loop's clock, and its length in bytes."""
        self.cleared_at: list[float] = []
        self.played_at_clear: list[int] = []
        """Bytes of what was sent that had been heard, at each `clear`."""
        self.dry: list[tuple[float, float]] = []
        """Where sound stopped for want of anything to play and soon went on: from when, how long,
        in seconds of `heard`."""
        self.closed = asyncio.Event()
        self.twilio = twilio
        self._parameters = dict(parameters)
        self._sequence = 0
        self._chunk = 0
        self._dry_since: int | None = None
        self._to_say = deque[bytes]()
        self._to_hear = deque[bytes | str]()

    async def begin(self, **start: object) -> None:
        await self.socket.send_json({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        await self.send("start", start=self.start_of(**start))

    def start_of(self, **more: object) -> dict:
        return {
            "streamSid": self.sid,
            "accountSid": self.twilio.account.sid,
            "callSid": self.twilio.call_sid,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": HZ, "channels": 1},
            "customParameters": self._parameters,
        } | more

    async def send(self, event: str, **more: object) -> None:
        self._sequence += 1
        message = {"event": event, "sequenceNumber": str(self._sequence), "streamSid": self.sid}
        await self.socket.send_json(message | more)

    async def send_audio(self, mu_law: bytes, chunk: int | None = None) -> None:
        self._chunk = self._chunk + 1 if chunk is None else chunk
        payload = base64.b64encode(mu_law).decode()
        at_ms = str(20 * (self._chunk - 1))
        media = {"track": "inbound", "chunk": str(self._chunk), "timestamp": at_ms}
        await self.send("media", media=media | {"payload": payload})

    def say(self, pcm: bytes) -> None:
        """Speak, mono s16 at 8 kHz, after what is being said."""
        mu_law = mulaw.encode(pcm)
        for at in range(0, len(mu_law), FRAME):
            self._to_say.append(mu_law[at : at + FRAME].ljust(FRAME, b"\xff"))

    @property
    def talking(self) -> bool:
        return bool(self._to_say)

    async def press(self, digits: str) -> None:
        for digit in digits:
            await self.send("dtmf", dtmf={"track": "inbound_track", "digit": digit})

    async def run(self) -> None:
        """Until the server closes: 20 ms out and 20 ms in the ear, every 20 ms."""
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
            await self._hear()
            said = self._to_say.popleft() if self._to_say else QUIET
            self.spoken += said
            try:
                await self.send_audio(said)
            except (ConnectionError, aiohttp.ClientError):
                return
            due += 0.02
            await asyncio.sleep(due - loop.time())

    async def _hear(self) -> None:
        played = b""
        while self._to_hear and len(played) < FRAME:
            head = self._to_hear.popleft()
            if isinstance(head, str):
                await self._echo(head)
                continue
            room = FRAME - len(played)
            played += head[:room]
            if rest := head[room:]:
                self._to_hear.appendleft(rest)
        self._note_dry(len(played))
        self.heard += played.ljust(FRAME, b"\xff")
        while self._to_hear and isinstance(self._to_hear[0], str):
            await self._echo(str(self._to_hear.popleft()))

    def _note_dry(self, played: int) -> None:
        at = len(self.heard)
        if played and self._dry_since is not None:
            if 0 < at - self._dry_since < SOON_SECS * HZ:
                self.dry.append((self._dry_since / HZ, (at - self._dry_since) / HZ))
            self._dry_since = None
        if self._dry_since is None and played < FRAME:
            self._dry_since = at + played if played or self.heard else None

    async def _echo(self, name: str) -> None:
        if self.echoes:
            self.echoed.append(name)
            await self.send("mark", mark={"name": name})

    async def _listen(self) -> None:
        async for message in self.socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                raise TwilioError("31951 the server sent what is not text")
            await self._obey(json.loads(message.data))
        self.closed.set()

    async def _obey(self, message: dict) -> None:
        match message:
            case {"event": "media", "streamSid": self.sid, "media": {"payload": str(payload)}}:
                audio = base64.b64decode(payload, validate=True)
                self.arrived.append((asyncio.get_running_loop().time(), len(audio)))
                self._to_hear.extend(audio[at : at + FRAME] for at in range(0, len(audio), FRAME))
            case {"event": "mark", "streamSid": self.sid, "mark": {"name": str(name)}}:
                self.marks.append(name)
                self._to_hear.append(name)
            case {"event": "clear", "streamSid": self.sid}:
                await self._clear()
            case _:
                raise TwilioError("31951 not a message that a media stream takes")

    async def _clear(self) -> None:
        self.clears += 1
        self.cleared_at.append(asyncio.get_running_loop().time())
        dropped, self._to_hear = self._to_hear, deque()
        unheard = sum(len(part) for part in dropped if isinstance(part, bytes))
        self.cleared_bytes += unheard
        self.played_at_clear.append(sum(size for _, size in self.arrived) - self.cleared_bytes)
        for part in dropped:
            if isinstance(part, str):
                await self._echo(part)

    async def hang_up(self) -> None:
        """The caller puts down the receiver."""
        if not self.socket.closed:
            about = {"accountSid": self.twilio.account.sid, "callSid": self.twilio.call_sid}
            try:
                await self.send("stop", stop=about)
            except (ConnectionError, aiohttp.ClientError):
                return
            await self.socket.close()

    @property
    def ear(self) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
        """What the caller has heard so far, mono at 8 kHz."""
        return np.frombuffer(mulaw.decode(bytes(self.heard)), dtype="<i2")

    @property
    def mouth(self) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
        """What the caller has said so far, silence too, mono at 8 kHz."""
        return np.frombuffer(mulaw.decode(bytes(self.spoken)), dtype="<i2")

    def silent_secs(self) -> float:
        """How long nothing has been heard, and no sound waits to be."""
        waits = b"".join(part for part in self._to_hear if isinstance(part, bytes))
        if np.any(np.abs(np.frombuffer(mulaw.decode(waits), dtype="<i2")) > 200):
            return 0.0
        loud = np.flatnonzero(np.abs(self.ear.astype(np.int32)) > 200)
        return (len(self.heard) - (int(loud[-1]) + 1 if loud.size else 0)) / HZ

    def has_heard(self) -> bool:
        return bool(np.any(np.abs(self.ear.astype(np.int32)) > 200))

    async def until_silent(self, secs: float, within_secs: float = 30.0) -> None:
        """Waits for something to be heard, and then for so much silence."""
        async with asyncio.timeout(within_secs):
            while not (self.has_heard() and self.silent_secs() >= secs):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
