"""No call lasts for ever: who still talks is told in time, said goodbye to, and hung up on."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from loguru import logger
from pipecat.frames.frames import EndWorkerFrame, Frame, TTSSpeakFrame
from pydantic import BaseModel, ConfigDict, Field

GOODBYE_SECS = 10.0
"""So long the goodbye may take until the call is cut off without one."""
TIME_IS_UP = "it lasted too long"
"""The reason of such an end."""


class TimeLimitSettings(BaseModel):
    """What is said when a call comes to `MAX_CALL_SECS`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    warn_secs: float = Field(default=60.0, ge=0)
    """So long before, the caller is told; a call of less than twice that is not, nor any with 0."""
    warning: str = "Just so you know, we have about a minute left on this call."
    goodbye: str = "Our time is up, so I have to hang up now. Please call again. Goodbye!"
    """Heard to its end, whatever is said meanwhile."""

    @property
    def phrases(self) -> tuple[str, ...]:
        """Everything that may be said."""
        return (self.warning, self.goodbye)


async def keep_time(
    max_secs: float,
    own: Callable[[], TimeLimitSettings],
    say: Callable[[Sequence[Frame]], Awaitable[None]],
) -> None:
    """Says when time is nearly up, and that it is.

    own: the words, in the language the call is in by then.
    """
    warn_secs = own().warn_secs
    if 0 < 2 * warn_secs <= max_secs:
        await asyncio.sleep(max_secs - warn_secs)
        await say([TTSSpeakFrame(own().warning)])
        await asyncio.sleep(warn_secs)
    else:
        await asyncio.sleep(max_secs)
    logger.warning("a call was ended: it lasted too long")
    goodbye = TTSSpeakFrame(own().goodbye)
    goodbye.interruptible = False
    await say([goodbye, EndWorkerFrame(reason=TIME_IS_UP)])
