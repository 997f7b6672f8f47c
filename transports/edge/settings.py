"""What there is to set about the edge."""

from ipaddress import ip_network

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from transports.edge.bearer import Key
from transports.edge.origins import is_origin


class EdgeSettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    allowed_origins: tuple[str, ...] = ()
    """Pages elsewhere that may call, e.g. `https://example.com`. Echo's own page always may: that
    of `PUBLIC_URL` (and then not `http://localhost:7860`, unless it is named here), or without it
    of the host that was asked. Whoever sends no Origin is no
    browser, and is not asked for one."""
    proxies: tuple[str, ...] = ()
    """Addresses or networks of our own proxies, e.g. `10.0.0.0/8`: only they are believed when
    they say (X-Forwarded-For) who calls. Empty believes nobody."""
    starts_per_min: float = Field(default=60, gt=0)
    """Calls that one address may ask for: an office, not a flood. 429 and when to come again."""
    starts_burst: int = Field(default=30, ge=1)
    """How many of them at once."""
    status_key: Key = SecretStr("")
    """Who sends it to `/status`, `Authorization: Bearer ...`, is told what calls cost and which
    providers failed. Without it that is told where nobody else comes: with HOST=localhost and
    no PUBLIC_URL."""
    reserved_each: int = Field(default=8, ge=1)
    """Places that are kept for one address (or IPv6 /64) which nobody has come to take: half the
    house. 429 for the next; one that nobody takes is free again when its ticket has expired."""
    waiting: int = Field(default=512, ge=1)
    """Connections that are no call, of everybody: half a request, or idle after one. For one more,
    the one that has waited longest goes. Below the 1024 files that most systems let a process
    open."""
    waiting_each: int = Field(default=64, ge=1)
    """The same of one address (or IPv6 /64), whose next one gets 503 at once. A page takes six; our
    own proxies are not counted."""
    request_secs: float = Field(default=5.0, gt=0)
    """From the connection, or a request's first byte, to its last."""
    unread_secs: float = Field(default=30.0, gt=0)
    """How long a piece of an answer, 64 KiB, may be left unread: longer than any network takes."""
    max_body_bytes: int = Field(default=131_072, ge=1024)
    """The largest body of a request: an offer of WebRTC, quoted, is half of it."""
    max_head_bytes: int = Field(default=32_768, ge=1024)
    """The largest request line and headers."""

    @field_validator("allowed_origins")
    @classmethod
    def _are_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := [origin for origin in origins if not is_origin(origin)]:
            raise ValueError(f"{wrong[0]!r} is no origin, like https://example.com")
        return origins

    @field_validator("proxies")
    @classmethod
    def _are_networks(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(ip_network(proxy, strict=False)) for proxy in proxies)
