"""Twilio, as a server meets it when somebody calls: a signed webhook, then the call's audio.

It obeys the TwiML it gets, plays 20 ms every 20 ms, and lets a mark come back when the caller has
heard what was sent before it, or at once after a `clear`.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp
from twilio.request_validator import HMAC_SHA1, HMAC_SHA256, RequestValidator

from tests.emulators import stream_caller
from tests.emulators.receiver import CarrierError
from tests.emulators.stream_caller import HZ, QUIET, Instructions, MediaStream, StreamCaller

__all__ = ["HZ", "QUIET", "Account", "CarrierError", "Stream", "Twilio", "read"]

VOICE, NEXT, STATUS, DIALLED = (
    "/twilio/voice",
    "/twilio/next",
    "/twilio/status",
    "/twilio/dialled",
)


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


def read(twiml: str) -> Instructions:
    """Raises CarrierError for what is not TwiML, or has a stream Twilio could not open."""
    response = stream_caller.parsed(twiml)
    stream, dial = response.find("Connect/Stream"), response.find("Dial")
    if stream is not None and "?" in stream.get("url", "?"):
        raise CarrierError("12200 Schema validation warning")
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
class Twilio(StreamCaller):
    """Twilio's side of one call."""

    account: Account = field(default_factory=Account)
    call_sid: str = field(default_factory=lambda: "CA" + secrets.token_hex(16))
    direction: str = "inbound"
    webhook: str = field(default=VOICE, kw_only=True)
    kind: "type[Stream] | None" = None
    """What its calls are like, if not like `Stream`."""

    def form(self, **more: str) -> dict[str, str]:
        about = {"CallSid": self.call_sid, "AccountSid": self.account.sid, "CallStatus": "ringing"}
        return about | {"From": self.caller, "To": self.called, "Direction": self.direction} | more

    def signature(self, address: str, form: Mapping[str, str], body: bytes) -> dict[str, str]:
        return self.account.headers(address, form)

    def socket_signature(self, address: str) -> dict[str, str]:
        return self.account.headers(address, {})

    def read(self, text: str) -> Instructions:
        return read(text)

    def stream(
        self, socket: aiohttp.ClientWebSocketResponse, instructions: Instructions
    ) -> "Stream":
        return (self.kind or Stream)(socket, self, instructions.parameters)


class Stream(MediaStream):
    """The media stream of one call."""

    def __init__(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        twilio: Twilio,
        parameters: Mapping[str, str],
        echoes: bool = True,
    ) -> None:
        super().__init__(socket, echoes)
        self.sid = "MZ" + secrets.token_hex(16)
        self.twilio = twilio
        self._parameters = dict(parameters)

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

    def message(self, event: str, **more: object) -> dict:
        number = str(self._sequence)
        return {"event": event, "sequenceNumber": number, "streamSid": self.sid, **more}

    def media(self, chunk: int, payload: str) -> dict:
        at_ms = str(20 * (chunk - 1))
        return {"track": "inbound", "chunk": str(chunk), "timestamp": at_ms, "payload": payload}

    async def do(self, told: dict) -> None:
        match told:
            case {"event": "media", "streamSid": self.sid, "media": {"payload": str(payload)}}:
                self.play_payload(payload)
            case {"event": "mark", "streamSid": self.sid, "mark": {"name": str(name)}}:
                self.mark(name)
            case {"event": "clear", "streamSid": self.sid}:
                await self.clear()
            case _:
                raise CarrierError("31951 not a message that a media stream takes")

    def stop(self) -> Mapping[str, object]:
        return {"stop": {"accountSid": self.twilio.account.sid, "callSid": self.twilio.call_sid}}
