"""One-time tickets: who has one may connect, once, soon, to the session it was made for."""

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer
from pydantic import BaseModel, ConfigDict, SecretStr, field_validator

from transports.edge.bearer import MIN_KEY_LENGTH

KID_LENGTH = 8
_WRITTEN = re.compile(r"[A-Za-z0-9_.-]+")
"""As we write them: itsdangerous would read + for -, and / for _."""


class TicketSettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    keys: tuple[SecretStr, ...] = ()
    """Secrets that sign tickets, newest first. The first signs; a ticket names its key, and any of
    them verifies what bears its name, so that a key can be replaced while tickets are out. Calls
    that have begun ask for none. Without any, a random one is made at start, which is enough for
    one process."""
    lifetime_secs: int = 60
    """From `/start` to the connection. A page takes a second or two; a person who has to allow
    the microphone takes longer."""

    @field_validator("keys")
    @classmethod
    def _long_enough(cls, keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if any(len(key.get_secret_value()) < MIN_KEY_LENGTH for key in keys):
            raise ValueError(f"a ticket key needs at least {MIN_KEY_LENGTH} characters")
        return keys


class Tickets:
    """Makes tickets and takes them back.

    A ticket is `<key id>.<session id and nonce>.<time>.<HMAC-SHA256>`, URL-safe. `clock` is the
    time of day in seconds, since tickets may be checked by another process than the one that made
    them. A ticket is none, and is not spent, where `way` is another: what a carrier was told opens
    no socket that nobody signs.
    """

    def __init__(
        self, settings: TicketSettings, clock: Callable[[], float] = time.time, way: str = ""
    ) -> None:
        self._lifetime_secs = settings.lifetime_secs
        self._clock = clock
        self._spent: dict[str, float] = {}
        keys = [key.get_secret_value() for key in settings.keys] or [secrets.token_urlsafe(32)]
        self._kid = key_id(keys[0])
        self._keys = {key_id(key): _serializer(key, clock, way) for key in reversed(keys)}
        self._nobodys = _serializer(secrets.token_urlsafe(32), clock, way)

    def issue(self, session_id: str) -> str:
        """A ticket for that session, good for `lifetime_secs`."""
        signed = self._keys[self._kid].dumps([session_id, secrets.token_urlsafe(9)])
        return f"{self._kid}.{signed}"

    def redeem(self, ticket: str, for_session: str | None = None) -> str | None:
        """The session the ticket was made for, the first time; None for a ticket that is no good.

        Expired, forged, spent, made for another session than `for_session` and signed by a key we
        do not have all look the same to whoever presents it. The signature is compared in constant
        time, and against nobody's where the key is unknown.
        """
        now = self._clock()
        self._forget(now)
        if not _WRITTEN.fullmatch(ticket):
            return None
        kid, _, signed = ticket.partition(".")
        try:
            verified = self._keys.get(kid, self._nobodys)
            session_id, nonce = verified.loads(signed, max_age=self._lifetime_secs)
        except (BadData, ValueError, TypeError):
            return None
        if nonce in self._spent or for_session not in (None, session_id):
            return None
        # A little longer than any ticket lives, so that the oldest entry is always the first.
        self._spent[nonce] = now + self._lifetime_secs + 1
        return session_id

    @property
    def remembered(self) -> int:
        """Spent tickets held in memory: those of about one lifetime."""
        return len(self._spent)

    def _forget(self, now: float) -> None:
        while self._spent:
            nonce, until = next(iter(self._spent.items()))
            if until > now:
                return
            del self._spent[nonce]


def key_id(key: str) -> str:
    """The name of a key, which tells nothing about it: what a ticket says it was signed by."""
    return hmac.new(key.encode(), b"echo.ticket.kid", hashlib.sha256).hexdigest()[:KID_LENGTH]


def _serializer(key: str, clock: Callable[[], float], way: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        key,
        salt=f"echo.ticket{way}",
        signer=_signer(clock),
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )


def _signer(clock: Callable[[], float]) -> type[TimestampSigner]:
    class Signer(TimestampSigner):
        def get_timestamp(self) -> int:
            return int(clock())

    return Signer
