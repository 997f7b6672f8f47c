"""How long each tool takes, as its last calls have shown (pure)."""

from collections import defaultdict, deque
from collections.abc import Iterable

KEPT = 100
"""So many calls of a tool are remembered: enough for its tenth, few enough to follow a change."""
ENOUGH = 8
"""With fewer nothing is foretold."""


class ToolPace:
    """The latencies of tools; all calls of a process may share one."""

    def __init__(self) -> None:
        self._took: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=KEPT))

    def took(self, tool: str, secs: float) -> None:
        self._took[tool].append(secs)

    def left_secs(self, tool: str, lasted_secs: float, share: float) -> float | None:
        """How much longer a call that has `lasted_secs` takes: at most this with chance `share`.

        None where too few calls lasted as long to tell.
        """
        left = sorted(secs - lasted_secs for secs in self._took[tool] if secs > lasted_secs)
        if len(left) < ENOUGH:
            return None
        return left[min(int(share * len(left)), len(left) - 1)]

    def all_left_secs(self, lasted: Iterable[tuple[str, float]], share: float) -> float | None:
        """As `left_secs`, of several that run at once: the last of them counts."""
        left = [self.left_secs(tool, secs, share) for tool, secs in lasted]
        known = [secs for secs in left if secs is not None]
        return max(known) if known and len(known) == len(left) else None
