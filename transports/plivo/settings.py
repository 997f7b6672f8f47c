"""What there is to set about calls by Plivo."""

from pydantic import SecretStr

from transports.phone.settings import StreamSettings
from transports.phone.stream import HZ


class PlivoSettings(StreamSettings):
    auth_id: str = ""
    """The account's; streams of any other are refused. Without it there is no phone."""
    auth_token: SecretStr = SecretStr("")
    """Plivo signs with it (V3, SHA-256) what it asks, and each socket that it opens; what is not so
    signed is refused."""

    @property
    def out_hz(self) -> int | None:
        """What the caller is sent; None without this phone."""
        return HZ if self.auth_id else None

    def missing(self, public_url: str) -> str | None:
        """What the phone cannot do without, in words for whoever sets it up; None if all is there.

        `verify` off, on this machine only, may go without signatures and without `https`.
        """
        signed = bool(self.auth_token.get_secret_value())
        return self._missing("Plivo", "PLIVO_AUTH_TOKEN", signed, public_url)
