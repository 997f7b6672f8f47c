"""How Echo starts, served or at this machine: settings, log, who serves each role, clear errors."""

import asyncio
import sys
from collections.abc import Callable, Coroutine

from loguru import logger

from bot import config
from bot.config import Settings, SettingsError
from bot.providers.choice import choices
from bot.providers.local.weights import WeightsError
from bot.providers.settings import MissingKeyError
from bot.tools.store import StoreError

CANNOT_START = (SettingsError, MissingKeyError, WeightsError, StoreError)
"""What stops a start; each says in one line what to do."""


def run(
    serve: Callable[[Settings], Coroutine[object, object, None]], *errors: type[Exception]
) -> int:
    """Run `serve` to its end and return the exit code.

    2 when it cannot start: for one of `CANNOT_START` or `errors`, with its line on stderr.
    """
    try:
        settings = config.load()
        log_to_stderr(settings.log_level)
        for choice in choices(settings).values():
            say(str(choice))
        asyncio.run(serve(settings))
    except (*CANNOT_START, *errors) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def log_to_stderr(level: str) -> None:
    """One line an event. Of pipecat only warnings: what it says below may hold a caller's words."""
    logger.remove()
    logger.add(
        sys.stderr,
        level=level,
        filter={"": level, "pipecat": "WARNING"},
        format="{time:HH:mm:ss.SSS} {level:<7} {message} {extra}",
        backtrace=False,
        diagnose=False,
    )


def say(line: str) -> None:
    print(line, flush=True)
