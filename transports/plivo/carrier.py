"""Calls by Plivo: its own XML, over the same exchange."""

from collections.abc import Mapping

from transports.connection import Kind
from transports.phone.carrier import Webhook
from transports.phone.lines import Line
from transports.phone.stream import Wire
from transports.plivo import xml
from transports.plivo.settings import PlivoSettings
from transports.plivo.signature import Signatures
from transports.plivo.wire import WIRE


class Plivo:
    """The carrier."""

    kind: Kind = "plivo"
    wire: Wire = WIRE

    def __init__(self, settings: PlivoSettings) -> None:
        self.settings = settings
        self.account_id = settings.auth_id
        self._signatures = Signatures(settings.auth_token.get_secret_value())

    def signed(self, webhook: Webhook) -> bool:
        return self._signatures.good(webhook.address, webhook.form, webhook.headers)

    def signed_socket(self, address: str, headers: Mapping[str, str]) -> bool:
        return self._signatures.good(address, {}, headers)

    def call_of(self, form: Mapping[str, str]) -> Line:
        caller, called = (_dialled(form.get(name, "")) for name in ("From", "To"))
        return Line(form.get("CallUUID", ""), "", "", caller, called)

    def connect(self, stream_url: str, then_url: str) -> str:
        return xml.connect(stream_url, then_url)

    def busy(self) -> str:
        return xml.busy()

    def hang_up(self, words: str = "", say_in: str = "") -> str:
        return xml.hang_up(words, say_in)


def _dialled(number: str) -> str:
    """Plivo leaves the plus away."""
    return f"+{number}" if number.isascii() and number.isdigit() else number
