"""The real model, once for these tests: it is pure CPU, in process."""

import pytest

from bot.providers.local.dialogue import Dialogue
from bot.providers.local.embedding import Embedder, embedder
from bot.providers.local.intents import Intents
from tests.unit.providers.local.scripted import GREETING


@pytest.fixture(scope="session")
def model() -> Embedder:
    return embedder()


@pytest.fixture(scope="session")
def intents(model: Embedder) -> Intents:
    return Intents(model)


@pytest.fixture(scope="session")
def dialogue(intents: Intents) -> Dialogue:
    return Dialogue(intents, GREETING)
