"""What there is to set about calls by Twilio."""

from pydantic import Field, SecretStr, field_validator

from transports.phone.settings import StreamSettings
from transports.phone.stream import HZ
from transports.twilio.numbers import e164


class TwilioSettings(StreamSettings):
    account_sid: str = ""
    """`AC...`; calls of any other account are refused. Without it there is no phone."""
    auth_token: SecretStr = SecretStr("")
    """Twilio signs with it (SHA-1) what it sends; what is not so signed is refused."""
    shared_key: SecretStr = SecretStr("")
    """The secret of newer accounts' signatures (SHA-256), where they use one."""
    api_key: str = ""
    """`SK...`: what we ask Twilio to do is asked with this key and its secret, which can be revoked
    alone. Without it the auth token serves for that too."""
    api_secret: SecretStr = SecretStr("")
    """The key's secret."""

    number: str = ""
    """Ours, like +15550009999: calls we place and texts we send come from it."""
    api_url: str = ""
    """Where Twilio's REST API is, if not at https://api.twilio.com."""
    rest_secs: float = Field(default=5.0, gt=0)
    """How long Twilio may take to do what we ask of it."""
    dial_secs: int = Field(default=20, ge=5, le=600)
    """How long a colleague's phone rings before the caller is told that nobody answers."""
    nobody: str = "I am sorry, nobody can take your call right now. A colleague will call you back."
    """Said by Twilio when a transfer was not answered; then the caller is with Echo again."""

    hold: str = "Please hold the line while I tell a colleague what it is about."
    """Said by Twilio to who is passed on with a word to a colleague (`HANDOFF_KIND=warm`)."""
    hold_url: str = ""
    """The music that follows: MP3, WAV or TwiML, by https. Without it Twilio's own."""
    accept_secs: int = Field(default=10, ge=2, le=120)
    """How long a colleague may take to press a key, after the last word of what it is about."""
    back: str = (
        "I am sorry, nobody can take your call right now. A colleague will call you back. "
        "Is there anything else I can do for you?"
    )
    """Said by Echo to a caller who comes back because no colleague took the call."""

    @field_validator("number")
    @classmethod
    def _as_dialled(cls, number: str) -> str:
        return e164(number) if number else number

    @property
    def credentials(self) -> tuple[str, str]:
        """User name and password for Twilio's REST API."""
        if self.api_key:
            return self.api_key, self.api_secret.get_secret_value()
        return self.account_sid, self.auth_token.get_secret_value()

    @property
    def out_hz(self) -> int | None:
        """What the caller is sent; None without this phone."""
        return HZ if self.account_sid else None

    def missing(self, public_url: str) -> str | None:
        """What the phone cannot do without, in words for whoever sets it up; None if all is there.

        `verify` off, on this machine only, may go without signatures and without `https`.
        """
        signed = self.auth_token.get_secret_value() or self.shared_key.get_secret_value()
        if bool(self.api_key) != bool(self.api_secret.get_secret_value()):
            return "TWILIO_API_KEY and TWILIO_API_SECRET belong together: set both or none."
        return self._missing("Twilio", "TWILIO_AUTH_TOKEN", bool(signed), public_url)
