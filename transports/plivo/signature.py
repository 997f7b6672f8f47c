"""Is this from Plivo? Its signature, over the address we gave it, what it sent, and a nonce.

https://www.plivo.com/docs/voice/concepts/signature-validation
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping

SIGNATURE, NONCE = "x-plivo-signature-v3", "x-plivo-signature-v3-nonce"


class Signatures:
    """Checks what is signed with this token."""

    def __init__(self, auth_token: str) -> None:
        self._auth_token = auth_token.encode()

    def good(self, address: str, form: Mapping[str, str], headers: Mapping[str, str]) -> bool:
        """Whether Plivo signed a request for this address, which has no query, with this form.

        A signature says nothing about when.
        """
        nonce = headers.get(NONCE, "")
        if not (nonce and self._auth_token):
            return False
        fields = "".join(name + form[name] for name in sorted(form))
        signed = f"{address}?{fields}" if fields else address
        digest = hmac.new(self._auth_token, f"{signed}.{nonce}".encode(), hashlib.sha256).digest()
        ours = base64.b64encode(digest)
        # While a token is being changed there is a signature with each.
        theirs = headers.get(SIGNATURE, "").split(",")
        return any(hmac.compare_digest(ours, each.strip().encode()) for each in theirs)
