"""Calls by Telnyx: TeXML, which is TwiML, asked for with a signature of its own."""

from collections.abc import Mapping

from transports.connection import Kind
from transports.phone import twiml
from transports.phone.carrier import Webhook
from transports.phone.lines import Line
from transports.phone.stream import HZ, Wire
from transports.telnyx.settings import TelnyxSettings
from transports.telnyx.signature import Signatures
from transports.telnyx.wire import WIRE

BOTH_WAYS = {
    "bidirectionalMode": "rtp",  # its default, MP3 files one a second, is no conversation
    "bidirectionalCodec": "PCMU",
    "bidirectionalSamplingRate": str(HZ),
    "codec": "PCMU",
    "track": "inbound_track",
}
"""https://developers.telnyx.com/docs/voice/programmable-voice/texml-verbs/stream"""

EVERY_LANGUAGE = "alice"
"""A voice: the usual ones speak English, whatever language is asked for.

https://developers.telnyx.com/docs/voice/programmable-voice/texml-verbs/say
"""


class Telnyx:
    """The carrier."""

    kind: Kind = "telnyx"
    wire: Wire = WIRE
    account_id: str = ""

    def __init__(self, settings: TelnyxSettings) -> None:
        self.settings = settings
        self._signatures = Signatures(settings.key_bytes)

    def signed(self, webhook: Webhook) -> bool:
        return self._signatures.good(webhook.body, webhook.headers)

    def signed_socket(self, address: str, headers: Mapping[str, str]) -> bool:
        """Always: Telnyx signs no handshake. The ticket, told to Telnyx alone, lets it in."""
        return True

    def call_of(self, form: Mapping[str, str]) -> Line:
        caller, called = form.get("From", ""), form.get("To", "")
        return Line(form.get("CallSid", ""), "", "", caller, called)

    def connect(self, stream_url: str, then_url: str) -> str:
        return twiml.connect(stream_url, {}, then_url, **BOTH_WAYS)

    def busy(self) -> str:
        return twiml.busy()

    def hang_up(self, words: str = "", say_in: str = "") -> str:
        return twiml.hang_up(words, say_in, EVERY_LANGUAGE if say_in else "")
