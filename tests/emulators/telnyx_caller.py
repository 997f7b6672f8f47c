"""Telnyx, as a server meets it when somebody calls.

It signs each webhook (Ed25519, over the time and the body) and no handshake, obeys the TeXML it
gets, and lets a mark come back when the caller has heard what was sent before it, or at once after
a `clear`. Audio comes in pieces of 20 ms to 30 s.
"""

import base64
import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.emulators import stream_caller
from tests.emulators.receiver import CarrierError
from tests.emulators.stream_caller import FRAME, HZ, Instructions, MediaStream, StreamCaller

VOICE, NEXT, STATUS = "/telnyx/voice", "/telnyx/next", "/telnyx/status"
LONGEST_SECS = 30


@dataclass(frozen=True, slots=True)
class Account:
    """Who signs, and with what."""

    id: str = "61bf923e-5e4d-4595-a110-56190ea18a1b"
    seed: bytes = b"the seed of a test account's key"

    @property
    def public_key(self) -> str:
        """As the portal shows it."""
        key = Ed25519PrivateKey.from_private_bytes(self.seed).public_key()
        return base64.b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()

    def headers(self, body: bytes, sent_at: int | None = None) -> dict[str, str]:
        at = str(int(time.time()) if sent_at is None else sent_at)
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(at.encode() + b"|" + body)
        return {
            "telnyx-timestamp": at,
            "telnyx-signature-ed25519": base64.b64encode(signature).decode(),
        }


def read(texml: str) -> Instructions:
    """Raises CarrierError for what is not TeXML, or has a stream that no conversation fits in."""
    response = stream_caller.parsed(texml)
    stream = response.find("Connect/Stream")
    if stream is not None:
        ours = {name: stream.get(name) for name in ("bidirectionalMode", "track", "codec")}
        if ours != {"bidirectionalMode": "rtp", "track": "inbound_track", "codec": "PCMU"}:
            raise CarrierError("the stream is not both ways in PCMU")
        if stream.get("bidirectionalCodec", "PCMU") != "PCMU":
            raise CarrierError("the stream is not both ways in PCMU")
    say = response.find("Say")
    said_in = "" if say is None else say.get("language", "")
    if say is not None and said_in not in ("", "en-US") and say.get("voice") != "alice":
        raise CarrierError("the basic voices speak English only")
    return Instructions(
        verbs=tuple(verb.tag for verb in response),
        stream_url="" if stream is None else stream.get("url", ""),
        then_url=response.findtext("Redirect", ""),
        said=response.findtext("Say", ""),
        said_in=said_in,
    )


@dataclass
class Telnyx(StreamCaller):
    """Telnyx's side of one call."""

    account: Account = field(default_factory=Account)
    call_id: str = field(default_factory=lambda: "v3:" + secrets.token_urlsafe(40))
    webhook: str = field(default=VOICE, kw_only=True)

    def form(self, **more: str) -> dict[str, str]:
        about = {"AccountSid": self.account.id, "CallSid": self.call_id, "CallStatus": "ringing"}
        return (
            about | {"CallSidLegacy": self.call_id, "From": self.caller, "To": self.called} | more
        )

    def signature(self, address: str, form: Mapping[str, str], body: bytes) -> dict[str, str]:
        return self.account.headers(body)

    def socket_signature(self, address: str) -> dict[str, str]:
        return {}

    def read(self, text: str) -> Instructions:
        return read(text)

    def stream(
        self, socket: aiohttp.ClientWebSocketResponse, instructions: Instructions
    ) -> "Stream":
        return Stream(socket, self)


class Stream(MediaStream):
    """The media stream of one call."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, telnyx: Telnyx) -> None:
        super().__init__(socket)
        self.id = str(uuid.uuid4())
        self._telnyx = telnyx

    async def begin(self, **start: object) -> None:
        await self.socket.send_json({"event": "connected", "version": "1.0.0"})
        await self.send("start", start=self.start_of(**start))

    def start_of(self, **more: object) -> dict:
        return {
            "user_id": self._telnyx.account.id,
            "call_control_id": self._telnyx.call_id,
            "call_session_id": str(uuid.uuid4()),
            "from": self._telnyx.caller,
            "to": self._telnyx.called,
            "media_format": {"encoding": "PCMU", "sample_rate": HZ, "channels": 1},
        } | more

    def message(self, event: str, **more: object) -> dict:
        number = str(self._sequence)
        return {"event": event, "sequence_number": number, "stream_id": self.id, **more}

    def media(self, chunk: int, payload: str) -> dict:
        at_ms = str(20 * (chunk - 1))
        return {"track": "inbound", "chunk": str(chunk), "timestamp": at_ms, "payload": payload}

    async def do(self, told: dict) -> None:
        match told:
            case {"event": "media", "media": {"payload": str(payload)}, **rest} if not rest:
                self.play_payload(payload)
                if not FRAME <= self.arrived[-1][1] <= LONGEST_SECS * HZ:
                    raise CarrierError("not 20 ms to 30 s of audio")
            case {"event": "mark", "mark": {"name": str(name)}, **rest} if not rest:
                self.mark(name)
            case {"event": "clear", **rest} if not rest:
                await self.clear()
            case _:
                raise CarrierError("not a message that a media stream takes")

    def stop(self) -> Mapping[str, object]:
        about = {"user_id": self._telnyx.account.id, "call_control_id": self._telnyx.call_id}
        return {"stop": about}
