from collections.abc import Iterator
from functools import lru_cache

import pytest

from bot.providers.local.tts import Voice, VoiceSettings, load
from tests.calls.running import RunningServer, running_server

KEPT = 500
"""Sentences, of some 100 kB each."""


@pytest.fixture(scope="session")
def server() -> Iterator[RunningServer]:
    """One server for every test that leaves it as it was."""
    with running_server() as running:
        yield running


@pytest.fixture(autouse=True, scope="package")
def what_was_said_before_is_not_computed_again() -> Iterator[None]:
    """Callers ask the same questions, and every server of this process practises its phrases:
    half of what a call computes. What the voice says of a text is always the same."""
    voice = load(VoiceSettings())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(voice, "synthesise", _remembered(voice))
        yield


@lru_cache(maxsize=1)
def _remembered(voice: Voice):
    return lru_cache(maxsize=KEPT)(voice.synthesise)
