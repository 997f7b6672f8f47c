"""Plivo, as a server meets it when somebody calls.

It signs each webhook and each handshake (V3: HMAC-SHA256, over the address, the fields and a
nonce), obeys the XML it gets, and tells when the caller has heard what was sent before a
checkpoint; a `clearAudio` drops the audio and its checkpoints.
"""

import base64
import hashlib
import hmac
import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp

from tests.emulators import stream_caller
from tests.emulators.receiver import CarrierError
from tests.emulators.stream_caller import HZ, Instructions, MediaStream, StreamCaller

VOICE, NEXT, STATUS = "/plivo/voice", "/plivo/next", "/plivo/status"
MU_LAW = "audio/x-mulaw"


@dataclass(frozen=True, slots=True)
class Account:
    """Who signs, and with what."""

    id: str = "MATESTACCOUNT0000000"
    auth_token: str = "the-auth-token-of-a-test"

    def headers(self, method: str, address: str, fields: Mapping[str, str]) -> dict[str, str]:
        """As Plivo's own libraries compute it: of a GET, the address; of a POST, that, a question
        mark, and each name and value, by name; then a nonce, behind a full stop."""
        nonce = secrets.token_hex(10)
        text = address
        if method == "POST" and fields:
            text += "?"
            for name in sorted(fields):
                text += f"{name}{fields[name]}"
        mac = hmac.new(self.auth_token.encode(), digestmod=hashlib.sha256)
        mac.update(text.encode())
        mac.update(b"." + nonce.encode())
        signature = base64.encodebytes(mac.digest()).strip().decode()
        return {"X-Plivo-Signature-V3": signature, "X-Plivo-Signature-V3-Nonce": nonce}


def read(text: str) -> Instructions:
    """Raises CarrierError for what is not Plivo's XML, or has a stream no conversation fits in."""
    response = stream_caller.parsed(text)
    stream = response.find("Stream")
    if stream is not None and (
        stream.get("bidirectional") != "true"
        or stream.get("keepCallAlive") != "true"
        or stream.get("contentType") != f"{MU_LAW};rate={HZ}"
        or stream.get("audioTrack", "inbound") != "inbound"
    ):
        raise CarrierError("the stream is not both ways, or does not keep the call alive")
    unknown = {verb.tag for verb in response} - {"Stream", "Redirect", "Speak", "Hangup"}
    if unknown:
        raise CarrierError(f"no such element: {unknown}")
    return Instructions(
        verbs=tuple(verb.tag for verb in response),
        stream_url=response.findtext("Stream", ""),
        then_url=response.findtext("Redirect", ""),
        said=response.findtext("Speak", ""),
        said_in="" if (speak := response.find("Speak")) is None else speak.get("language", ""),
    )


@dataclass
class Plivo(StreamCaller):
    """Plivo's side of one call."""

    account: Account = field(default_factory=Account)
    call_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    webhook: str = field(default=VOICE, kw_only=True)

    def form(self, **more: str) -> dict[str, str]:
        parties = {"From": self.caller.removeprefix("+"), "To": self.called.removeprefix("+")}
        about = {"CallUUID": self.call_id, "CallStatus": "ringing", "Direction": "inbound"}
        return about | parties | {"Event": "StartApp", "CallerName": ""} | more

    def signature(self, address: str, form: Mapping[str, str], body: bytes) -> dict[str, str]:
        return self.account.headers("POST", address, form)

    def socket_signature(self, address: str) -> dict[str, str]:
        return self.account.headers("GET", address, {})

    def read(self, text: str) -> Instructions:
        return read(text)

    def stream(
        self, socket: aiohttp.ClientWebSocketResponse, instructions: Instructions
    ) -> "Stream":
        return Stream(socket, self)


class Stream(MediaStream):
    """The audio stream of one call."""

    returns_cleared = False

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, plivo: Plivo) -> None:
        super().__init__(socket)
        self.id = str(uuid.uuid4())
        self._plivo = plivo

    async def begin(self, **start: object) -> None:
        self._sequence += 1
        said = {"event": "start", "sequenceNumber": self._sequence, "extra_headers": "{}"}
        await self.socket.send_json(said | {"start": self.start_of(**start)})

    def start_of(self, **more: object) -> dict:
        return {
            "callId": self._plivo.call_id,
            "streamId": self.id,
            "accountId": self._plivo.account.id,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": MU_LAW, "sampleRate": HZ},
        } | more

    def message(self, event: str, **more: object) -> dict:
        return {"event": event, "sequenceNumber": self._sequence, "streamId": self.id, **more}

    def media(self, chunk: int, payload: str) -> dict:
        at_ms = str(int(1000 * time.time()))
        return {"track": "inbound", "chunk": chunk, "timestamp": at_ms, "payload": payload}

    async def send_mark(self, name: str) -> None:
        await self.send("playedStream", name=name)

    async def do(self, told: dict) -> None:
        match told:
            case {
                "event": "playAudio",
                "streamId": self.id,
                "media": {"contentType": "audio/x-mulaw", "sampleRate": 8000, "payload": payload},
            }:
                self.play_payload(payload)
            case {"event": "checkpoint", "streamId": self.id, "name": str(name)}:
                self.mark(name)
            case {"event": "clearAudio", "streamId": self.id}:
                await self.clear()
                await self.send("clearedAudio")
            case _:
                raise CarrierError("not a message that an audio stream takes")
