"""Keys of who runs Echo: sent as a bearer (RFC 6750), and compared in constant time."""

import hmac
from typing import Annotated

from pydantic import AfterValidator, SecretStr
from starlette.requests import Request

MIN_KEY_LENGTH = 16


def _long_enough(key: SecretStr) -> SecretStr:
    """A key, or none."""
    if 0 < len(key.get_secret_value()) < MIN_KEY_LENGTH:
        raise ValueError(f"a key needs at least {MIN_KEY_LENGTH} characters")
    return key


Key = Annotated[SecretStr, AfterValidator(_long_enough)]
"""Empty: there is none, and nobody has it."""


def has_key(request: Request, key: SecretStr) -> bool:
    """Whether it was sent: `Authorization: Bearer ...`."""
    expected = key.get_secret_value()
    given = request.headers.get("Authorization", "").encode()
    return hmac.compare_digest(given, f"Bearer {expected}".encode()) and bool(expected)
