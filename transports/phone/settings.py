"""What there is to set about a phone's audio, whichever carrier brings it."""

from pydantic import BaseModel, ConfigDict, Field

from transports.intake import IntakeSettings


class PhoneSettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    verify: bool = True
    """False takes anybody for the carrier: for work on this machine, never where others come."""
    apology: str = "We are sorry, this call cannot go on. Please call again later."
    """Said by the carrier itself when the agent has been cut off and could not be reached again."""
    reconnects: int = Field(default=2, ge=0)
    """How often a call whose stream was cut is connected anew before it is apologised for."""
    start_secs: float = Field(default=5.0, gt=0)
    """From the handshake to the message that says which call it is, which follows at once."""
    silent_secs: float = Field(default=10.0, gt=0)
    """Carriers send audio 50 times a second, silence too; when none comes the line is dead."""
    echo_secs: float = Field(default=1.0, gt=0)
    """How long after it should have been heard a mark may come back; then the clock is believed."""
    in_hz: int = 16_000
    """What the local models listen at. 8000 leaves the phone's audio as it is, for the cloud."""
    lead_ms: int = Field(default=200, ge=100, le=200)
    """Audio the carrier is kept ahead of the caller's ear: what a busy server may be late by."""
    send_secs: float = 2.0
    """How long the carrier may leave what is sent to it unread, before it counts as gone."""
    intake: IntakeSettings = IntakeSettings()

    def _missing(self, carrier: str, key: str, is_set: bool, public_url: str) -> str | None:
        """What the phone cannot do without, in words for whoever sets it up; None if all is there.

        `verify` off, on this machine only, may go without signatures and without `https`.
        """
        if self.verify and not is_set:
            return f"The phone needs {key}: {carrier} signs with it."
        if not public_url:
            example = "https://echo.example.com"
            return f"The phone needs PUBLIC_URL, like {example}: {carrier} comes there."
        if self.verify and not public_url.startswith("https://"):
            return f"The phone needs a PUBLIC_URL with https: {carrier} connects by wss only."
        return None


class StreamSettings(PhoneSettings):
    """Of a carrier whose audio comes in a media stream."""

    fill_secs: float = Field(default=0.2, ge=0, le=1.0)
    """Lost audio up to this length is filled with silence, so that time stays true for the models;
    after more the stream is taken up where it is."""
