"""What there is to set about calls by Vonage."""

from pydantic import SecretStr

from transports.phone.settings import PhoneSettings
from transports.vonage.wire import HZ


class VonageSettings(PhoneSettings):
    application_id: str = ""
    """The Voice application's; calls of any other are refused. Without it there is no phone."""
    signature_secret: SecretStr = SecretStr("")
    """Vonage signs with it (JWT, HS256) what it sends; what is not so signed is refused."""
    busy: str = "All our lines are busy. Please call again in a moment."
    """Said by Vonage to who calls when every place is taken: it has no busy tone for them."""

    @property
    def out_hz(self) -> int | None:
        """What the caller is sent; None without this phone."""
        return HZ if self.application_id else None

    def missing(self, public_url: str) -> str | None:
        """What the phone cannot do without, in words for whoever sets it up; None if all is there.

        `verify` off, on this machine only, may go without signatures and without `https`.
        """
        signed = bool(self.signature_secret.get_secret_value())
        return self._missing("Vonage", "VONAGE_SIGNATURE_SECRET", signed, public_url)
