"""How Echo starts, served or at this machine: settings, log, who serves each role, clear errors."""

import asyncio
import sys
from collections.abc import Callable, Coroutine

from bot import config
from bot.config import Settings, SettingsError
from bot.log import log_to_stderr
from bot.providers.check import RefusedError
from bot.providers.choice import announced
from bot.providers.local.weights import WeightsError
from bot.providers.settings import MissingKeyError
from bot.telemetry.prices import PricesError
from bot.telemetry.spans import TracingError
from bot.tools.database import StoreError

CANNOT_START = (
    *(SettingsError, PricesError, MissingKeyError, RefusedError, WeightsError, StoreError),
    TracingError,
)
"""What stops a start; each says in one line what to do."""

SWITCH_SECS = 0.001
"""How long a thread that runs Python may keep the event loop waiting; Python's own 5 ms would add
up to a gap in the audio, with the models' threads at work."""


def run(
    serve: Callable[[Settings], Coroutine[object, object, None]], *errors: type[Exception]
) -> int:
    """Run `serve` to its end and return the exit code.

    2 when it cannot start: for one of `CANNOT_START` or `errors`, with its line on stderr.
    """
    try:
        settings = config.load()
        log_to_stderr(settings.log)
        _leave_no_core()
        for line in announced(settings):
            say(line)
        sys.setswitchinterval(SWITCH_SECS)
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(serve(settings))
    except (*CANNOT_START, *errors) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # there is none for Windows
        return None
    return uvloop.new_event_loop


def _leave_no_core() -> None:
    """What a crash would write down is all of memory: what callers said, and what they keyed in."""
    try:
        import resource
    except ImportError:  # there is none for Windows, which writes down nothing unless asked to
        return
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))


def say(line: str) -> None:
    print(line, flush=True)
