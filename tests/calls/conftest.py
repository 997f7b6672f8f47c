from collections.abc import AsyncIterator, Callable, Iterator
from functools import lru_cache

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from bot.providers.local.voice import Voice, VoiceSettings, load
from tests.calls.chromium import ANOTHER_HOST, MICROPHONES, chromium
from tests.calls.running import RunningServer, running_server
from tests.calls.sound import plug_in
from tests.wire.pulse import Pulse, pulse

KEPT = 500
"""Sentences, of some 100 kB each."""


@pytest.fixture(scope="session")
def server() -> Iterator[RunningServer]:
    """One server for every test that leaves it as it was."""
    with running_server() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def card(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pulse]:
    async with pulse(tmp_path_factory.mktemp("pulse")) as card:
        await plug_in(card, *MICROPHONES)
        yield card


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser(card: Pulse) -> AsyncIterator[Browser]:
    names = f"--host-resolver-rules=MAP {ANOTHER_HOST} 127.0.0.1"
    async with chromium(card.env, names) as browser:
        yield browser


@pytest.fixture(autouse=True, scope="package")
def what_was_said_before_is_not_computed_again() -> Iterator[None]:
    """Callers ask the same questions, and every server of this process practises its phrases:
    a third of what a call computes. To the ear the voice says a text the same each time."""
    voice = load(VoiceSettings())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(voice, "synthesise", _remembering(voice))
        yield


@lru_cache(maxsize=1)
def _remembering(voice: Voice) -> Callable[[str], bytes]:
    return lru_cache(maxsize=KEPT)(voice.synthesise)
