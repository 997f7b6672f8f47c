"""A model that keeps what it was told to itself in a call whose sound goes past us.

Its words are read as it writes them, and it is cut off as soon as they are known to be a
disclosure: its response is cancelled, and what the provider has not played yet is cleared. It
speaks slower than it writes, so that little of one is heard; how little is nowhere promised.
"""

from bot.providers.controlled_realtime import Controlled
from bot.providers.reserved import KeepsToItself
from processors.reticent import Reticence


class ReservedDirect(KeepsToItself, Controlled):
    """Cuts in with the refusal."""

    async def _go_on(self, reticence: Reticence, said: str) -> None:
        if reticence.refused:
            await self.cut_in(reticence.refusal)
        elif said:
            await self._show(said)
