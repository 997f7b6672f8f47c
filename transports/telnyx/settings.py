"""What there is to set about calls by Telnyx."""

import base64
import binascii

from pydantic import field_validator

from transports.phone.settings import StreamSettings
from transports.phone.stream import HZ

KEY_BYTES = 32


class TelnyxSettings(StreamSettings):
    public_key: str = ""
    """The account's, in base64 (Account Settings, Keys & Credentials): Telnyx signs (Ed25519) what
    it asks; what is not so signed is refused. Without it there is no phone."""

    @field_validator("public_key")
    @classmethod
    def _is_a_key(cls, public_key: str) -> str:
        if public_key and len(_bytes(public_key)) != KEY_BYTES:
            raise ValueError("an Ed25519 public key is 32 bytes in base64")
        return public_key

    @property
    def key_bytes(self) -> bytes:
        return _bytes(self.public_key)

    @property
    def out_hz(self) -> int | None:
        """What the caller is sent; None without this phone."""
        return HZ if self.public_key else None

    def missing(self, public_url: str) -> str | None:
        """What the phone cannot do without, in words for whoever sets it up; None if all is there.

        `verify` off, on this machine only, may go without `https`.
        """
        return self._missing("Telnyx", "TELNYX_PUBLIC_KEY", bool(self.public_key), public_url)


def _bytes(public_key: str) -> bytes:
    try:
        return base64.b64decode(public_key, validate=True)
    except binascii.Error:
        return b""
