"""The agent. Nothing is imported at the top: this runs before every `bot.x`."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipecat.runner.types import RunnerArguments


async def bot(runner_args: "RunnerArguments") -> None:
    """Run one call; what pipecat's own runner and `pipecat eval` look for."""
    from bot.runner import run

    await run(runner_args)
