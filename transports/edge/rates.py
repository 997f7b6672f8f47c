"""How often one address may ask, for as many addresses as come (pure: no clock, no I/O)."""

import math
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address

from transports.limits import Allowance

MOST = 10_000
"""Addresses remembered, about 2 MB; the one that asked longest ago is forgotten first."""
IPV6_NET_BITS = 64
"""What one customer is given: whoever has one address of it has all."""


def household(address: str) -> str:
    """Who is behind an address: itself, or its network where everybody has many."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if not isinstance(ip, IPv6Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return f"{IPv6Address(int(ip) >> IPV6_NET_BITS << IPV6_NET_BITS)}/{IPV6_NET_BITS}"


class Rates:
    """An allowance for each household: `per_sec` on average and `burst` at once."""

    def __init__(self, per_sec: float, burst: float, most: int = MOST) -> None:
        self._per_sec = per_sec
        self._burst = burst
        self._most = most
        self._allowances: OrderedDict[str, Allowance] = OrderedDict()

    def wait_secs(self, address: str, now: float) -> int:
        """0 if this may be done, which counts it; else whole seconds until it may be."""
        who = household(address)
        allowance = self._allowances.setdefault(who, Allowance(self._per_sec, self._burst))
        self._allowances.move_to_end(who)
        if len(self._allowances) > self._most:
            self._allowances.popitem(last=False)
        return 0 if allowance.take(1, now) else max(1, math.ceil(allowance.wait_secs(1, now)))

    @property
    def remembered(self) -> int:
        return len(self._allowances)
