"""Whole calls in which a provider fails: how they are placed, and what they have in common."""

import re
from functools import lru_cache

from bot.providers.local.voice import VoiceSettings, load
from bot.providers.settings import (
    AnthropicSettings,
    CartesiaSettings,
    DeepgramSettings,
    OpenAISettings,
)
from evals.performance import Manners
from evals.record import CallRecord
from evals.script import Say
from tests.emulators.anthropic import Anthropic
from tests.emulators.cartesia import Cartesia
from tests.emulators.deepgram import Deepgram
from tests.emulators.ear import Scripted
from tests.emulators.mouth import Hibari
from tests.emulators.openai_chat import OpenAIChat
from tests.emulators.provider import BUDGET

ORDER = Say("Where is my order one zero four two?")
THANKS = Say("What is the weather in Boston?")
PATIENT = Manners(settle_secs=1.5)


@lru_cache(maxsize=2)
def words(record: CallRecord) -> str:
    """What speech recognition makes of Echo's side, in small letters without punctuation."""
    return re.sub(r"[^a-z0-9 ]", "", record.heard().lower())


def held_up_ms(record: CallRecord, turn: int = 1) -> float:
    """For how much of the wait for that turn's first sound the process of caller and server stood
    still."""
    asked = record.turns[turn]
    said_secs = asked.said.span.end_secs
    return record.held_up_ms(said_secs, said_secs + (asked.first_sound_ms or 0.0) / 1000)


def first_sound_ms(record: CallRecord, turn: int = 1) -> float:
    """From the caller's last sample to Echo's first, less the time in which neither could run."""
    return (record.turns[turn].first_sound_ms or 1e9) - held_up_ms(record, turn)


def incidents(record: CallRecord) -> list[tuple[str, str]]:
    """Who failed, and who went on, as the turns' records have it."""
    told = [each for turn in record.latencies for each in turn["incidents"]]
    return [(each["provider"], each["successor"]) for each in told]


def assert_answered(record: CallRecord, within_ms: float) -> None:
    """The question about the order, once, in speech, in time, and without an apology."""
    assert record.unanswered == 0
    assert "1042" in record.turns[1].reply
    assert [tool.name for tool in record.tools] == ["look_up_order"]
    heard = words(record)
    assert "1042" in heard
    assert "something went wrong" not in heard
    assert first_sound_ms(record) < within_ms
    assert not record.errors


def assert_ended_in_words(record: CallRecord) -> None:
    """Echo said that it is broken, and hung up."""
    heard = words(record)
    assert "something is broken on my side" in heard
    assert "call again later" in heard
    assert record.ended_by == "echo"


def hearing_by(emulator: Deepgram) -> dict:
    settings = DeepgramSettings(api_key=emulator.key, base_url=emulator.url)
    return {"stt": "deepgram", "deepgram": settings, "greeting": "Hi."}


def scripted(*texts: str) -> Deepgram:
    """Ears that hear this, whatever the machine has to do; for what is no matter of hearing."""
    return Deepgram(profile=BUDGET, ear=Scripted(texts))


def thinking_by(emulator: OpenAIChat, other: Anthropic | None = None) -> dict:
    openai = OpenAISettings(api_key=emulator.key, base_url=f"{emulator.url}/v1")
    anthropic = AnthropicSettings(api_key=other.key, base_url=other.url) if other else None
    settings = {"llm": "openai", "openai": openai, "greeting": "Hi."}
    return settings | ({"anthropic": anthropic} if anthropic else {})


def speaking() -> Cartesia:
    return Cartesia(profile=BUDGET, mouth=Hibari(load(VoiceSettings())))


def speaking_by(emulator: Cartesia) -> dict:
    url = f"{emulator.url.replace('http', 'ws', 1)}/tts/websocket"
    settings = CartesiaSettings(api_key=emulator.key, base_url=url)
    return {"tts": "cartesia", "cartesia": settings, "greeting": "Hi."}
