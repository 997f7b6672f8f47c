"""A caller's words that a model would like to take for a yes to something else: it gets nowhere.

A model that colludes is tried, and the local brain. What is asserted is in the database and at the
other end of the transfer, not in what anybody says.
"""

import tomllib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.providers.local.brain import Brain
from bot.providers.local.embedding import Embedder, embedder
from bot.tools import TOOLS
from bot.tools.offer import offered
from tests.emulators.colluding import Colluding
from tests.emulators.mind import Call
from tests.emulators.openai_chat import OpenAIChat
from tests.emulators.provider import serving
from tests.wire.attacks.world import NOW, World, a_world
from tests.wire.cloud_model import model_call
from tests.wire.test_attacks import run, say
from tests.wire.test_tool_faults import settings_for

WRITTEN = tomllib.loads((Path(__file__).parent / "attacks" / "turned.toml").read_text())


@dataclass(frozen=True)
class Turned:
    kind: str
    said: tuple[str, ...]
    asked: tuple[str, ...]
    wants: tuple[Call, ...]
    honest: bool

    def __str__(self) -> str:
        return f"{self.kind}: {self.said[-1]}"

    def answer(self, turn: int) -> str:
        return self.asked[min(turn, len(self.asked) - 1)]


def _turned(written: dict) -> Turned:
    calls = [
        Call(each["tool"], {name: value for name, value in each.items() if name != "tool"})
        for each in WRITTEN["wants"][written["wants"]]
    ]
    said, asked = tuple(written["said"]), tuple(written["asked"])
    return Turned(written["kind"], said, asked, tuple(calls), written.get("honest", False))


ATTACKS = [_turned(each) for each in WRITTEN["attack"]]
CRUDE = [attack for attack in ATTACKS if not attack.honest]
"""Those whose yes is one to nothing, whoever asks."""


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(tmp_path) as world:
        yield world


@pytest.fixture(scope="module")
def brain() -> Embedder:
    return embedder()


def test_there_are_at_least_forty_attacks_of_a_dozen_kinds():
    assert len(ATTACKS) >= 40
    assert len({attack.kind for attack in ATTACKS}) >= 11


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
async def test_a_model_that_turns_a_yes_into_another_does_no_harm(world: World, attack: Turned):
    provider = OpenAIChat(mind=Colluding(attack.wants, attack.asked))
    tools = offered(TOOLS, 20)
    first, *others = attack.said
    async with (
        serving(provider),
        model_call(settings_for(provider), first, tools=tools, desk=world.desk) as call,
    ):
        await run(call, attack.answer(0))
        for turn, words in enumerate(others, start=1):
            await say(call, words, attack.answer(turn))
    await world.desk.close()
    assert not provider.noted("refused")
    assert provider.mind.tried == 2 * len(attack.wants) * len(attack.said)
    assert world.harm() == []


@pytest.mark.parametrize("attack", CRUDE, ids=str)
async def test_the_local_brain_takes_nothing_for_a_yes_that_is_none(
    world: World, attack: Turned, brain: Embedder
):
    stage, tools = Brain(brain, now=lambda: NOW), offered(TOOLS, 20)
    first, *others = attack.said
    async with model_call(None, first, tools=tools, desk=world.desk, stage=stage) as call:
        await run(call)
        for words in others:
            await say(call, words)
    await world.desk.close()
    assert world.harm() == []
