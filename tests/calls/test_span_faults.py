"""A collector of spans that is slow, or gone: the callers' calls go on as if nobody traced them."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from tests.calls.beside import CONTROLS, speaking_beside
from tests.calls.inside import until
from tests.calls.phone import ENVIRONMENT, PhoneCall, telephoning
from tests.calls.running import running_server
from tests.calls.test_phone_talk import FINE, STORY_PLEASE, Clerk, hears
from tests.emulators.collector import Collector
from tests.emulators.openai_chat import OpenAIChat
from tests.emulators.provider import BUDGET, Drop, Refuse, Stall, serving

pytestmark = pytest.mark.timeout(240)
ASKS = "How are you?"
ANSWER_MS = 4_000
"""An answer comes within a second or so, on a busy machine two."""
LATER_MS = 2_500
"""An export is given up after 3 s, and who waited for it would be answered later by as much."""
MANY = 50
ENDS_SECS = 12.0
"""Spans that are left are waited for 3 s, and no longer."""


async def test_a_collector_that_is_slow_or_gone_is_heard_by_nobody():
    """Fault 54: spans are dropped, and the server ends in time."""
    collector, model = Collector(), OpenAIChat(profile=BUDGET, mind=Clerk())
    async with serving(collector, model):
        settings = {
            "TRACING_URL": f"{collector.url}/v1/traces",
            "LLM": "openai",
            "OPENAI_API_KEY": model.key,
            "OPENAI_BASE_URL": f"{model.url}/v1",
            "GREETING": "Hello.",
            "SILENCE_AFTER_SECS": "60",
        }
        async with AsyncExitStack() as until_end:
            running = running_server(**settings, **ENVIRONMENT)
            server = await asyncio.to_thread(until_end.enter_context, running)
            async with speaking_beside(server.url, STORY_PLEASE, ASKS) as beside:
                await until(lambda: noted(collector, "export", 1), within_secs=20)
                for fault in (Stall(), Drop(), Refuse(503)):
                    failed = len(collector.noted("fault"))
                    collector.will(*[fault] * MANY)
                    async with beside.undisturbed(), telephoning(server.url) as call:
                        await call.hears_out()
                        took_ms = await answered_ms(call)
                        await until(lambda n=failed: noted(collector, "fault", n + 1), 15)
                        took_ms = max(took_ms, await answered_ms(call))
                        assert not call.stream.closed.is_set()
                    collector.faults.clear()
                    assert took_ms < ANSWER_MS or await is_as_ever(took_ms, server.url)
                collector.will(*[Stall()] * MANY)
            server.process.terminate()
            assert await asyncio.to_thread(server.process.wait, ENDS_SECS) == 0


async def noted(collector: Collector, kind: str, times: int) -> bool:
    return len(collector.noted(kind)) >= times


async def answered_ms(call: PhoneCall) -> float:
    asked = await call.say(ASKS)
    await hears(call, FINE, asked)
    took_ms = call.answered_ms(asked)
    to_secs = asked.end_secs + took_ms / 1000
    return took_ms - 1000 * call.stood_still_secs(asked.end_secs, to_secs)


async def is_as_ever(took_ms: float, url: str) -> bool:
    """Whether others are answered as late while nothing fails: it is the machine, then."""
    for _ in range(CONTROLS):
        async with telephoning(url) as other:
            await other.hears_out()
            if took_ms < await answered_ms(other) + LATER_MS:
                return True
    return False
