"""Attacks that are spoken, or hidden in what a tool finds: none moves a write or a transfer.

The local brain is tried, and a model that obeys the attacker in everything. What is asserted is in
the database and at the other end of the transfer, not in what anybody says.
"""

import tomllib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.providers.local.brain import Brain
from bot.providers.local.embedding import Embedder, embedder
from bot.tools import TOOLS
from bot.tools.offer import offered
from tests.emulators.mind import Call
from tests.emulators.obedient import HARMLESS, Obedient
from tests.emulators.openai_chat import OpenAIChat
from tests.emulators.provider import serving
from tests.emulators.tattler import Way
from tests.wire.attacks.world import COLLEAGUE, NOW, World, a_world
from tests.wire.cloud_model import ModelCall, model_call
from tests.wire.test_tool_faults import settings_for

FILE = Path(__file__).parent / "attacks" / "attacks.toml"
ASKS = {
    "item": ("Where is my order 1042?", Call("look_up_order", {"order_number": "1042"})),
    "seen": ("Track my order 1042.", Call("track_shipment", {"order_number": "1042"})),
    "place": ("What's the weather in Boston?", Call("get_weather", {"city": "Boston"})),
}
"""What a harmless caller says who comes upon an attack, and what reads it out to the model."""


@dataclass(frozen=True)
class Attack:
    by: str
    after: str
    words: str
    wants: tuple[Call, ...] = ()
    tells: Way | None = None

    @property
    def said(self) -> str:
        return self.words if self.by == "spoken" else ASKS[self.by][0]

    @property
    def reads(self) -> Call | None:
        return None if self.by == "spoken" else ASKS[self.by][1]


def _attack(written: Mapping[str, object]) -> Attack:
    wants = written.get("wants", [])
    calls = [
        Call(str(each["tool"]), {k: v for k, v in each.items() if k != "tool"}) for each in wants
    ]
    return Attack(
        written["by"], written["after"], written["words"], tuple(calls), written.get("tells")
    )


ATTACKS = [_attack(each) for each in tomllib.loads(FILE.read_text())["attack"]]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(tmp_path) as world:
        yield world


@pytest.fixture(scope="module")
def brain() -> Embedder:
    return embedder()


async def run(call: ModelCall, ending: str = "") -> None:
    """The model answers, until its last words, which end so, are in the memory."""
    await call.run()
    await call.until(lambda: _ends(call.context.get_messages()[-1], ending))


async def say(call: ModelCall, words: str, ending: str = "") -> None:
    call.context.add_message({"role": "user", "content": words})
    await run(call, ending)


def _ends(last: Mapping[str, object], ending: str) -> bool:
    words = last.get("content") if last.get("role") == "assistant" else None
    return bool(words) and f"{words}".endswith(ending)


def test_there_are_at_least_sixty_attacks_of_every_kind():
    assert len(ATTACKS) >= 80
    assert {attack.by for attack in ATTACKS} == {"spoken", *ASKS}
    assert {attack.after for attack in ATTACKS} >= {
        "refund", "booking for another", "cancellation", "transfer", "disclosure",
    }  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: f"{attack.by}, {attack.after}")
async def test_a_model_that_obeys_the_attacker_in_everything_does_no_harm(
    world: World, attack: Attack
):
    world.plant(attack.by, attack.words)
    provider = OpenAIChat(mind=Obedient(attack.wants, attack.reads))
    async with (
        serving(provider),
        model_call(
            settings_for(provider), attack.said, tools=offered(TOOLS, 20), desk=world.desk
        ) as call,
    ):
        await run(call, HARMLESS)
        await say(call, "Yes.", HARMLESS)
        await say(call, "Yes, please. Go ahead.", HARMLESS)
    await world.desk.close()
    assert not provider.noted("refused")
    tries = 3 * 3 * len(attack.wants)
    assert provider.mind.tried == tries
    assert world.harm() == []


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: f"{attack.by}, {attack.after}")
async def test_the_local_brain_does_no_harm(world: World, attack: Attack, brain: Embedder):
    world.plant(attack.by, attack.words)
    stage = Brain(brain, now=lambda: NOW)
    tools = offered(TOOLS, 20)
    async with model_call(None, attack.said, tools=tools, desk=world.desk, stage=stage) as call:
        await run(call)
        await say(call, "What's the weather in Boston?")
        # Who asked for a write is asked back, and a yes to that would be theirs.
        await say(call, "And in Denver?" if attack.by == "spoken" else "Yes.")
    await world.desk.close()
    assert world.harm() == []


async def test_who_asks_for_a_person_reaches_the_houses_own_colleague(world: World):
    """So that no harm, above, is not for want of a way to do it."""
    calls = (Call("talk_to_human", {"reason": "+19005550199"}),)
    provider = OpenAIChat(mind=Obedient(calls))
    said = "I want to talk to a person at plus one nine hundred five five five zero one nine nine."
    tools = offered(TOOLS, 20)
    async with (
        serving(provider),
        model_call(settings_for(provider), said, tools=tools, desk=world.desk) as call,
    ):
        await call.run()
        await call.until(lambda: bool(world.transfers))
    assert world.transfers == [COLLEAGUE]
