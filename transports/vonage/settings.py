"""What there is to set about calls by Vonage."""

from pydantic import Field, SecretStr

from transports.phone.settings import PhoneSettings
from transports.vonage.wire import HZ


class VonageSettings(PhoneSettings):
    application_id: str = ""
    """The Voice application's; calls of any other are refused. Without it there is no phone."""
    signature_secret: SecretStr = SecretStr("")
    """Vonage signs with it (JWT, HS256) what it sends; what is not so signed is refused."""
    reconnects: int = Field(default=2, ge=0)
    """How often a call whose socket was cut is connected anew before it is apologised for."""

    @property
    def out_hz(self) -> int | None:
        """What the caller is sent; None without this phone."""
        return HZ if self.application_id else None

    def missing(self, public_url: str) -> str | None:
        """What the phone cannot do without, in words for whoever sets it up; None if all is there.

        `verify` off, on this machine only, may go without signatures and without `https`.
        """
        if self.verify and not self.signature_secret.get_secret_value():
            return "The phone needs VONAGE_SIGNATURE_SECRET: Vonage signs with it."
        if not public_url:
            return "The phone needs PUBLIC_URL, like https://echo.example.com: Vonage comes there."
        if self.verify and not public_url.startswith("https://"):
            return "The phone needs a PUBLIC_URL with https: Vonage connects by wss only."
        return None
