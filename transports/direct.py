"""A browser that talks to the provider itself: it is given a secret that opens one conversation.

Persona, tools and voice are fixed in the secret, and the provider's key stays here. The call is
none of ours: its place is given back when the secret has lapsed.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import HTTPException

from transports.start import Asked, Way


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """What a browser connects with: to `url`, until `expires_at` (Unix time)."""

    value: str
    expires_at: int
    url: str
    model: str


class NoSecretError(Exception):
    """The provider gave none; the message is fit for a client."""


Mint = Callable[[], Awaitable[ClientSecret]]
"""Asks the provider for a secret. Raises NoSecretError."""


def way(mint: Mint) -> Way:
    """`POST /start` with `{"transport": "openai-webrtc"}`: the secret, and where to use it."""

    async def give(asked: Asked) -> dict[str, object]:
        try:
            secret = await mint()
        except NoSecretError as error:
            raise HTTPException(502, str(error)) from None
        return {
            "sessionId": asked.guest.session_id,
            "clientSecret": secret.value,
            "expiresAt": secret.expires_at,
            "url": secret.url,
            "model": secret.model,
        }

    return give
