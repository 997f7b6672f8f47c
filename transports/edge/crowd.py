"""How many may stand outside: connections that are no call (pure: no clock, no I/O)."""

from collections import Counter
from collections.abc import Iterable
from ipaddress import ip_address, ip_network

from transports.edge.rates import household


class Crowd:
    """Counts who waits, in all and of each household.

    A proxy is many people: its connections are counted in all only. What is remembered is who waits
    and no more.
    """

    def __init__(self, most: int, most_each: int, proxies: Iterable[str] = ()) -> None:
        self._most = most
        self._most_each = most_each
        self._proxies = [ip_network(proxy, strict=False) for proxy in proxies]
        self._of = Counter[str]()
        self.waiting = 0

    def join(self, address: str) -> bool:
        """Whether one more may wait; if so it is counted until it leaves."""
        who = household(address)
        too_many = self._of[who] >= self._most_each and not self._is_proxy(address)
        if too_many or self.waiting >= self._most:
            return False
        self._of[who] += 1
        self.waiting += 1
        return True

    def leave(self, address: str) -> None:
        """One that was let in is gone, or has become a call."""
        who = household(address)
        self.waiting -= 1
        self._of[who] -= 1
        if not self._of[who]:
            del self._of[who]

    @property
    def remembered(self) -> int:
        return len(self._of)

    def _is_proxy(self, address: str) -> bool:
        try:
            ip = ip_address(address)
        except ValueError:
            return False
        return any(ip in network for network in self._proxies)
