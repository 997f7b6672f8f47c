"""Whole calls in which providers fail: what the caller hears of it, and how soon."""

import re
import time

import pytest

from bot.providers.local.tts import VoiceSettings, load
from bot.providers.settings import (
    AnthropicSettings,
    CartesiaSettings,
    DeepgramSettings,
    OpenAISettings,
)
from evals.caller import place_call
from evals.performance import Manners
from evals.record import CallRecord
from evals.script import Say
from tests.calls.inside import Inside, inside, until
from tests.emulators.anthropic import Anthropic
from tests.emulators.cartesia import Cartesia
from tests.emulators.deepgram import Deepgram
from tests.emulators.ear import Whispering
from tests.emulators.mind import Line, Scripted
from tests.emulators.mouth import Hibari
from tests.emulators.openai_chat import OpenAIChat
from tests.emulators.provider import BUDGET, Drop, Empty, Fault, Late, Refuse, Stall, serving

ORDER = Say("Where is my order one zero four two?")
THANKS = Say("What is the weather in Boston?")
PATIENT = Manners(settle_secs=1.5)
MID_SENTENCE = 100
"""Pieces of audio of 20 ms: in the middle of what is said first."""


def words(record: CallRecord) -> str:
    """What speech recognition makes of Echo's side, in small letters without punctuation."""
    return re.sub(r"[^a-z0-9 ]", "", record.heard().lower())


def assert_answered(record: CallRecord) -> None:
    """Each question once, and in speech."""
    assert record.unanswered == 0
    assert "1042" in record.turns[1].reply
    assert "Boston" in record.turns[2].reply
    assert [tool.name for tool in record.tools] == ["look_up_order", "get_weather"]
    heard = words(record)
    assert "1042" in heard
    assert "boston" in heard
    assert "something went wrong" not in heard


def hearing_by(emulator: Deepgram) -> dict:
    settings = DeepgramSettings(api_key=emulator.key, base_url=emulator.url)
    return {"stt": "deepgram", "deepgram": settings, "greeting": "Hi."}


async def practised(echo: Inside) -> bool:
    repertoire = echo.house.engines.repertoire
    return repertoire.known == len(repertoire.phrases)


def incidents(record: CallRecord) -> list[tuple[str, str]]:
    """Who failed in which turn's records, and who went on."""
    told = [each for turn in record.latencies for each in turn["incidents"]]
    return [(each["provider"], each["successor"]) for each in told]


def slowest_answer_ms(record: CallRecord) -> float:
    return max(turn.first_sound_ms or 1e9 for turn in record.turns[1:])


@pytest.mark.parametrize(
    ("fault", "within_ms"),
    [
        pytest.param(Drop(after=MID_SENTENCE), 2_500, id="1-drops-mid-utterance"),
        pytest.param(Stall(), 3_500, id="2-open-but-silent"),
        pytest.param(Refuse(401), 2_500, id="12-refuses-the-key"),
        pytest.param(Refuse(503), 2_500, id="unavailable"),
    ],
)
async def test_ears_that_fail_lose_no_turn(fault: Fault, within_ms: float):
    emulator = Deepgram(profile=BUDGET, ear=Whispering())
    emulator.will(fault)
    async with serving(emulator), inside(**hearing_by(emulator)) as echo:
        record = await place_call(echo.url, [ORDER, THANKS], manners=PATIENT)
    assert_answered(record)
    assert incidents(record) == [("deepgram", "local")]
    assert slowest_answer_ms(record) < within_ms
    assert not record.errors


@pytest.mark.parametrize(
    ("fault", "within_ms"),
    [
        pytest.param(Empty(), 2_500, id="9-success-without-audio"),
        pytest.param(Stall(), 3_500, id="no-audio"),
        pytest.param(Drop(after=12), 2_500, id="10-dies-mid-sentence"),
        pytest.param(Refuse(429), 2_500, id="busy"),
    ],
)
async def test_a_voice_that_fails_is_followed_by_the_next(fault: Fault, within_ms: float):
    emulator = Cartesia(profile=BUDGET, mouth=Hibari(load(VoiceSettings())))
    async with serving(emulator), inside(**speaking_by(emulator)) as echo:
        await until(lambda: practised(echo))
        emulator.will(fault)
        record = await place_call(echo.url, [ORDER, THANKS], manners=PATIENT)
    assert_answered(record)
    assert incidents(record) == [("cartesia", "local")]
    assert slowest_answer_ms(record) < within_ms
    assert not record.errors


def speaking_by(emulator: Cartesia) -> dict:
    url = f"{emulator.url.replace('http', 'ws', 1)}/tts/websocket"
    settings = CartesiaSettings(api_key=emulator.key, base_url=url)
    return {"tts": "cartesia", "cartesia": settings, "greeting": "Hi."}


def assert_ended_in_words(record: CallRecord, *phrases: str) -> None:
    heard = words(record)
    for phrase in phrases:
        assert phrase in heard
    assert record.ended_by == "echo"


async def test_a_call_that_nobody_can_hear_ends_in_words_within_ten_seconds():
    emulator = Deepgram(profile=BUDGET, ear=Whispering())
    emulator.will(*[Refuse(503)] * 9)
    async with serving(emulator), inside(**hearing_by(emulator), stt_backups=()) as echo:
        record = await place_call(echo.url, [ORDER], manners=PATIENT)
    assert_ended_in_words(record, "something is broken on my side", "call again later")
    assert record.pace.frames * 0.02 < 10


async def test_a_call_that_nobody_can_speak_in_ends_in_words_all_the_same():
    emulator = Cartesia(profile=BUDGET, mouth=Hibari(load(VoiceSettings())))
    async with serving(emulator), inside(**speaking_by(emulator), tts_backups=()) as echo:
        await until(lambda: practised(echo))
        emulator.will(*[Stall()] * 9)
        began = time.monotonic()
        record = await place_call(echo.url, [ORDER], manners=PATIENT)
    assert_ended_in_words(record, "something is broken on my side", "call again later")
    assert time.monotonic() - began < 16  # 3 s of a question, twice 1.5 s until it is sure


@pytest.mark.parametrize(
    ("fault", "within_ms"),
    [
        pytest.param(Refuse(429, {"Retry-After": "60"}), 1_500, id="3-busy"),
        pytest.param(Refuse(503), 1_500, id="4-unavailable"),
        pytest.param(Late(9), 3_500, id="5-slow-first-token"),
        pytest.param(Stall(), 3_500, id="7-open-without-a-token"),
        pytest.param(Refuse(401), 1_500, id="12-refuses-the-key"),
    ],
)
async def test_a_model_that_fails_is_followed_by_the_next(fault: Fault, within_ms: float):
    emulator = OpenAIChat(profile=BUDGET, mind=Scripted([]))
    emulator.will(*[fault] * 9)
    async with serving(emulator), inside(**thinking_by(emulator)) as echo:
        record = await place_call(echo.url, [ORDER, THANKS], manners=PATIENT)
    assert_answered(record)
    assert ("openai", "local") in incidents(record)
    assert slowest_answer_ms(record) < within_ms
    assert not record.errors


async def test_a_model_that_stalls_in_a_sentence_is_gone_on_from_and_remembered_as_heard():
    """Fault 6; what was heard of both is one answer in the memory of the next turn."""
    begun = "Your order one zero four two, which you placed last week with our shop in Boston, "
    first = OpenAIChat(profile=BUDGET, mind=Scripted([f"{begun} left on Monday.", "Sunny."]))
    second = Anthropic(profile=BUDGET, mind=Scripted(["is in the van and comes tomorrow."]))
    first.will(Stall(18))
    async with serving(first, second), inside(**thinking_by(first, second)) as echo:
        record = await place_call(echo.url, [ORDER, THANKS], manners=PATIENT)
    heard = words(record)
    assert "last week" in heard
    assert "comes tomorrow" in heard
    assert heard.count("order") == 1
    assert record.unanswered == 0
    remembered = [line.text for line in first.mind.runs[1] if isinstance(line, Line)]
    (answer,) = [text for text in remembered if "last week" in text]
    assert answer.startswith("Your order")
    assert "comes tomorrow" in answer


async def test_a_call_without_a_model_ends_in_words_within_ten_seconds():
    emulator = OpenAIChat(profile=BUDGET)
    emulator.will(*[Refuse(503)] * 9)
    async with serving(emulator), inside(**thinking_by(emulator), llm_backups=()) as echo:
        record = await place_call(echo.url, [ORDER], manners=PATIENT)
    assert_ended_in_words(record, "something is broken on my side", "call again later")


async def test_one_call_finds_out_for_all_and_the_others_do_not_wait():
    """Fault 12: the second caller is answered as if the first provider had never been there."""
    emulator = OpenAIChat(profile=BUDGET, mind=Scripted([]))
    emulator.will(*[Refuse(401)] * 99)
    async with serving(emulator), inside(**thinking_by(emulator)) as echo:
        await place_call(echo.url, [ORDER], manners=PATIENT)
        asked = len(emulator.noted("request"))
        record = await place_call(echo.url, [ORDER], manners=PATIENT)
        assert len(emulator.noted("request")) == asked
    assert "1042" in words(record)


def thinking_by(emulator: OpenAIChat, other: Anthropic | None = None) -> dict:
    openai = OpenAISettings(api_key=emulator.key, base_url=f"{emulator.url}/v1")
    anthropic = AnthropicSettings(api_key=other.key, base_url=other.url) if other else None
    settings = {"llm": "openai", "openai": openai, "greeting": "Hi."}
    return settings | ({"anthropic": anthropic} if anthropic else {})
