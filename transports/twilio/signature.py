"""Is this from Twilio? Its signature, over the address we gave it and what it sent."""

from collections.abc import Mapping

from twilio.request_validator import (
    HMAC_SHA1,
    HMAC_SHA256,
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)

from transports.phone.exchange import say_unverified
from transports.twilio.settings import TwilioSettings


class Signatures:
    """Checks requests that came to `base_url`, which is configured: no header tells it."""

    def __init__(self, settings: TwilioSettings, base_url: str) -> None:
        self._base_url = base_url
        self._verify = settings.verify
        secrets = {HMAC_SHA1: settings.auth_token, HMAC_SHA256: settings.shared_key}
        self._validators = {
            algorithm: RequestValidator(secret.get_secret_value())
            for algorithm, secret in secrets.items()
            if secret.get_secret_value()
        }
        if not settings.verify:
            say_unverified("Twilio")

    def good(self, address: str, form: Mapping[str, str], headers: Mapping[str, str]) -> bool:
        """Whether Twilio signed a request for this address (`wss` for a socket) with this form.

        A signature says nothing about when: what it lets in must be idempotent or once only.
        """
        if not self._verify:
            return True
        algorithm = get_signature_algorithm(headers.get(SIGNATURE_SETTINGS_HEADER)).upper()
        validator = self._validators.get(algorithm)
        signature = headers.get(SIGNATURE_HEADER, "")
        if validator is None or not signature:
            return False
        return bool(validator.validate(address, dict(form), signature, algorithm))

    def web(self, path: str) -> str:
        """The public address of a path."""
        return self._base_url + path

    def socket(self, path: str) -> str:
        """The public address of a path that is a WebSocket."""
        return f"ws{self._base_url.removeprefix('http')}{path}"
