"""A collector of spans that is slow, or gone: the callers' calls go on as if nobody traced them."""

import asyncio
import time

import pytest

from tests.calls.beside import said_to, speaking_beside
from tests.calls.inside import until
from tests.calls.phone import ENVIRONMENT, PhoneCall, telephoning
from tests.calls.running import running_server
from tests.emulators.collector import Collector
from tests.emulators.provider import Drop, Refuse, Stall, serving

pytestmark = pytest.mark.timeout(240)
GREETING = " ".join(["Welcome to Acme, where everything is in order and always was."] * 24)
ASKS, ANSWER = "What can you do for me?", "orders"
ANSWER_MS = 3_000
"""Nobody waits longer, on a machine that has other things to do: an export gives up after as much
again."""
MANY = 50


async def test_a_collector_that_is_slow_or_gone_is_heard_by_nobody():
    """Fault 54: spans are dropped, and the server ends in time."""
    collector = Collector()
    async with serving(collector):
        settings = {
            "TRACING_URL": f"{collector.url}/v1/traces",
            "GREETING": GREETING,
            "SILENCE_AFTER_SECS": "30",
        }
        running = running_server(**settings, **ENVIRONMENT)
        server = await asyncio.to_thread(running.__enter__)
        async with speaking_beside(server.url) as beside:
            await until(lambda: noted(collector, "export", 1), within_secs=20)
            for fault in (Stall(), Drop(), Refuse(503)):
                failed = len(collector.noted("fault"))
                collector.will(*[fault] * MANY)
                async with beside.undisturbed(), telephoning(server.url) as call:
                    await call.hears(0.0)
                    await answered(call)
                    await until(lambda n=failed: noted(collector, "fault", n + 1), 15)
                    await answered(call)
                    assert not call.stream.closed.is_set()
                collector.faults.clear()
            collector.will(*[Stall()] * MANY)
        began = time.monotonic()
        await asyncio.to_thread(running.__exit__, None, None, None)
        assert time.monotonic() - began < 10
        assert server.process.returncode == 0


async def noted(collector: Collector, kind: str, times: int) -> bool:
    return len(collector.noted(kind)) >= times


async def answered(call: PhoneCall) -> None:
    """The caller hears what they ask for, in time."""
    asked = await call.say(ASKS)
    await call.hears_out()
    assert ANSWER in await said_to(call, asked.end_secs)
    assert call.answered_ms(asked) < ANSWER_MS
