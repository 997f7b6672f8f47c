"""Is this from Vonage? Its JWT, over what it sent and for our application.

https://developer.vonage.com/en/getting-started/concepts/webhooks#decoding-signed-webhooks
"""

import hashlib
import hmac
import time
from collections.abc import Callable, Mapping

import jwt

from transports.phone.exchange import say_unverified
from transports.vonage.settings import VonageSettings

OLDEST_SECS = 300
"""A webhook is repeated within its first minute; clocks may differ besides."""


class Signatures:
    """Checks what Vonage sends; `clock` is the time of day in seconds."""

    def __init__(self, settings: VonageSettings, clock: Callable[[], float] = time.time) -> None:
        self._application_id = settings.application_id
        self._secret = settings.signature_secret.get_secret_value()
        self._verify = settings.verify
        self._clock = clock
        if not settings.verify:
            say_unverified("Vonage")

    def good(self, headers: Mapping[str, str], body: bytes | None = None) -> bool:
        """Whether Vonage signed this a little while ago, and this body if there is one.

        A signature may be sent again for as long: what it lets in must be idempotent or once only.
        """
        if not self._verify:
            return True
        claims = self._claims(headers.get("authorization", ""))
        if claims is None or claims.get("application_id") != self._application_id:
            return False
        if body is None:
            return True
        told, ours = claims.get("payload_hash"), hashlib.sha256(body).hexdigest()
        return isinstance(told, str) and told.isascii() and hmac.compare_digest(told, ours)

    def _claims(self, authorization: str) -> Mapping[str, object] | None:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            return None
        try:
            claims: dict[str, object] = jwt.decode(
                token,
                self._secret,
                algorithms=["HS256"],
                # By our own clock below: PyJWT would take no other.
                options={"require": ["iat"], "verify_iat": False, "verify_aud": False},
            )
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError):  # claims of a wrong type
            return None
        issued, now = claims.get("iat"), self._clock()
        is_time = isinstance(issued, int | float)
        fresh = is_time and now - OLDEST_SECS <= issued <= now + OLDEST_SECS
        return claims if fresh else None
