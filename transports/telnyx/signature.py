"""Is this from Telnyx? Its signature, over when it was sent and what.

https://developers.telnyx.com/development/api-fundamentals/webhooks/receiving-webhooks
"""

import base64
import binascii
import time
from collections.abc import Callable, Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

OLDEST_SECS = 300
"""What Telnyx's own libraries allow."""
SIGNATURE, TIMESTAMP = "telnyx-signature-ed25519", "telnyx-timestamp"


class Signatures:
    """Checks what is signed for this key's account; `clock` is the time of day in seconds."""

    def __init__(self, public_key: bytes, clock: Callable[[], float] = time.time) -> None:
        self._key = Ed25519PublicKey.from_public_bytes(public_key)
        self._clock = clock

    def good(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Whether Telnyx sent this body a little while ago; it does not say to which address."""
        sent_at = headers.get(TIMESTAMP, "")
        if not (sent_at.isascii() and sent_at.isdigit() and len(sent_at) <= 12):
            return False
        if abs(self._clock() - int(sent_at)) > OLDEST_SECS:
            return False
        try:
            signature = base64.b64decode(headers.get(SIGNATURE, ""), validate=True)
            self._key.verify(signature, f"{sent_at}|".encode() + body)
        except (binascii.Error, ValueError, InvalidSignature):
            return False
        return True
