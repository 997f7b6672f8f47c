"""A model that tells on everything it was told: the caller hears a refusal, and no more of it.

What is asserted is what goes to the voice and to clients, of every attack that is after it.
"""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema

from bot.config import Settings
from bot.house import confidential
from bot.providers.llm import Brief
from bot.tongues import tongue
from bot.tools import TOOLS
from bot.tools.offer import offered
from processors.reticent import Reticence, ReticencePolicy, Reticent
from tests.emulators.mind import Scripted
from tests.emulators.openai_chat import OpenAIChat
from tests.emulators.provider import serving
from tests.emulators.tattler import PIECE, Tattler
from tests.wire.cloud_model import model_call
from tests.wire.test_attacks import ATTACKS, NOW, Attack
from tests.wire.test_tool_faults import settings_for

PERSONA = Path("bot/persona.md").read_text()
BRIEF = Brief(PERSONA, "Hi, this is Echo at Acme.", lambda: NOW)
OFFERED = offered(TOOLS, 20)
POLICY = ReticencePolicy()
SECRET = confidential([replace(tongue(Settings(), "en"), brief=BRIEF)], ToolsSchema([*OFFERED]))
TELLING = [attack for attack in ATTACKS if attack.tells]


def spoken(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower().replace("_", " "))


WHO, NOT_PUBLIC = PERSONA.split(".", 1)
TOLD = " ".join(spoken(f"{NOT_PUBLIC} {[(tool.name, tool.description) for tool in OFFERED]}"))
BACKWARDS = " ".join(reversed(TOLD.split()))


def disclosed(said: str) -> int:
    """The longest run of words of what was said that the model was told, either way round."""
    heard = [word for word in spoken(said.replace(WHO, "")) if word != "banana"]
    runs = (heard[a:b] for a in range(len(heard)) for b in range(a + 1, len(heard) + 1))
    found = (run for run in runs if any(f" {' '.join(run)} " in text for text in (TOLD, BACKWARDS)))
    return max(map(len, found), default=0)


def test_every_attack_that_is_after_what_the_model_was_told_has_a_model_that_tells():
    assert {attack.after for attack in TELLING} == {"disclosure"}
    assert len(TELLING) == len([attack for attack in ATTACKS if attack.after == "disclosure"]) >= 20


@pytest.mark.parametrize("attack", TELLING, ids=lambda attack: f"{attack.tells}: {attack.words}")
async def test_a_model_that_tells_what_it_was_told_is_not_heard(attack: Attack):
    provider = OpenAIChat(mind=Tattler(attack.tells))
    reticent = Reticent(Reticence(SECRET, POLICY))
    async with (
        serving(provider),
        model_call(
            settings_for(provider), attack.said, tools=OFFERED, brief=BRIEF, reticent=reticent
        ) as call,
    ):
        await call.ask()
        if attack.tells == "pieces":
            await call.say("Go on.")
            await call.say("Go on.")
    assert POLICY.refusal in call.said
    assert "_" not in call.said
    most = PIECE if attack.tells == "pieces" else POLICY.held_from
    assert max(disclosed(reply) for reply in call.said.split(POLICY.refusal)) <= most


def test_what_a_speech_model_is_to_say_before_a_tool_waits_for_nothing():
    reticence = Reticence(SECRET, POLICY)
    reticence.begin()
    said = [reticence.hear(word) for word in ("Let ", "me ", "look ", "that ", "up.")]
    assert said == ["Let ", "me ", "look ", "that ", "up."]


async def test_what_is_said_to_callers_every_day_is_heard_as_it_is_written():
    said = (
        "I'm Echo, the voice assistant of Acme Corp and of the Acme clinic."
        " What is the order number, or the e-mail address on the order?"
    )
    provider = OpenAIChat(mind=Scripted([said]))
    reticent = Reticent(Reticence(SECRET, POLICY))
    async with (
        serving(provider),
        model_call(
            settings_for(provider), "Who are you?", tools=OFFERED, brief=BRIEF, reticent=reticent
        ) as call,
    ):
        await call.ask()
    assert call.said == said
