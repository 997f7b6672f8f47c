"""How many may stand outside: connections that are no call (pure: no clock, no I/O)."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from ipaddress import ip_address, ip_network
from typing import Generic, TypeVar

from transports.edge.rates import household

One = TypeVar("One", bound=Hashable)


class Crowd(Generic[One]):
    """Knows who waits, in the order in which they came, and how many of each household.

    A proxy is many people: its connections are counted in all only. What is remembered is who waits
    and no more.
    """

    def __init__(self, most: int, most_each: int, proxies: Iterable[str] = ()) -> None:
        self._most = most
        self._most_each = most_each
        self._proxies = [ip_network(proxy, strict=False) for proxy in proxies]
        self._of = Counter[str]()
        self._waiting: dict[One, str] = {}

    def join(self, one: One, address: str) -> bool:
        """Whether that household may have one more; if so it is counted until it leaves."""
        who = household(address)
        if self._of[who] >= self._most_each and not self._is_proxy(address):
            return False
        self._of[who] += 1
        self._waiting[one] = who
        return True

    def leave(self, one: One) -> None:
        """It is gone, or has become a call; harmless for one that does not wait."""
        who = self._waiting.pop(one, None)
        if who is None:
            return
        self._of[who] -= 1
        if not self._of[who]:
            del self._of[who]

    def __iter__(self) -> Iterator[One]:
        """Whoever has waited longest comes first."""
        return iter(self._waiting)

    @property
    def is_too_large(self) -> bool:
        """Whether somebody has to go."""
        return len(self._waiting) > self._most

    @property
    def remembered(self) -> int:
        return len(self._of)

    def _is_proxy(self, address: str) -> bool:
        try:
            ip = ip_address(address)
        except ValueError:
            return False
        return any(ip in network for network in self._proxies)
