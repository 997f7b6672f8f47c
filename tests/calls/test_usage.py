"""Whole calls in the cloud: what was counted and what the providers would put on the bill."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager

import pytest
from loguru import logger

from bot.providers.reply import ThinkingPolicy
from bot.providers.settings import (
    AnthropicSettings,
    CartesiaSettings,
    DeepgramSettings,
    ElevenLabsSettings,
    OpenAISettings,
)
from bot.turns import TurnSettings
from evals.caller import place_call
from evals.performance import Manners
from evals.record import CallRecord
from evals.script import Interrupt, Say, Wait
from tests.calls.faults import held_up_ms
from tests.calls.inside import Inside, inside, until
from tests.emulators import realtime_ear, realtime_mind
from tests.emulators.anthropic import Anthropic
from tests.emulators.cartesia import Cartesia
from tests.emulators.deepgram import Deepgram
from tests.emulators.ear import Scripted as Hears
from tests.emulators.elevenlabs import ElevenLabs
from tests.emulators.flux import Flux
from tests.emulators.mind import Call, Reply, Scripted
from tests.emulators.openai_chat import OpenAIChat
from tests.emulators.openai_realtime import OpenAIRealtime
from tests.emulators.provider import BUDGET, Drop, Late, Provider, serving

ORDER = Say("Where is my order one zero four two?")
THANKS = Say("Thank you very much.")
PATIENT = Manners(settle_secs=1.5)
WORDS = [ORDER.text, THANKS.text]
SAID = "I will look that up. It is in the van, and comes tomorrow."
HEDGED_MS = 500
LOOKS_UP = Reply("", (Call("look_up_order", {"order_number": "1042"}),))
REPLIES = [LOOKS_UP, SAID, "You are welcome, have a nice day."]
ONE_QUESTION_EACH = TurnSettings(ask_early=False)
"""One that is withdrawn, as on a busy machine, is unreported as well."""


class Sessions:
    """The summary of each call, as it is logged."""

    def __init__(self) -> None:
        self.ended: list[dict] = []

    def __call__(self, message) -> None:
        self.ended.append(message.record["extra"])

    async def next(self) -> dict:
        async def ended() -> bool:
            return bool(self.ended)

        await until(ended)
        return self.ended.pop(0)


@pytest.fixture
def sessions() -> Iterator[Sessions]:
    kept = Sessions()
    sink = logger.add(kept, level="INFO", filter=lambda record: record["message"] == "session")
    yield kept
    logger.remove(sink)


def used(told: Mapping, provider: str, model: str | None = None) -> dict:
    found = [each for each in told["usages"] if each["provider"] == provider]
    (usage,) = [each for each in found if model in (None, each["model"])]
    return usage


def of_turns(record: CallRecord, provider: str, unit: str) -> float:
    turns = [each for turn in record.latencies for each in turn["usages"]]
    return sum(each[unit] for each in turns if each["provider"] == provider)


@asynccontextmanager
async def practised(*emulators: Provider, **settings: object) -> AsyncIterator[Inside]:
    """A server on these providers, whose voices know their phrases by heart; what that took is of
    no call."""

    async def is_done() -> bool:
        repertoire = echo.house.engines.repertoire
        return repertoire.known == len(repertoire.phrases)

    async with serving(*emulators):
        for emulator in emulators:
            settings |= served_by(emulator)
        async with inside(greeting="Hi.", **settings) as echo:
            await until(is_done, within_secs=60)
            for emulator in emulators:
                emulator.journal.clear()
            yield echo


def served_by(emulator: Provider) -> dict[str, object]:
    """The settings that make it serve its role."""
    key, url = emulator.key, emulator.url
    socket = url.replace("http", "ws", 1)
    match emulator:
        case Flux():
            return {"stt": "flux", "deepgram": DeepgramSettings(api_key=key, base_url=url)}
        case Deepgram():
            return {"stt": "deepgram", "deepgram": DeepgramSettings(api_key=key, base_url=url)}
        case OpenAIChat():
            return {"llm": "openai", "openai": OpenAISettings(api_key=key, base_url=f"{url}/v1")}
        case Anthropic():
            return {"llm": "anthropic", "anthropic": AnthropicSettings(api_key=key, base_url=url)}
        case Cartesia():
            settings = CartesiaSettings(api_key=key, base_url=f"{socket}/tts/websocket")
            return {"tts": "cartesia", "cartesia": settings}
        case ElevenLabs():
            settings = ElevenLabsSettings(api_key=key, base_url=socket)
            return {"tts": "elevenlabs", "elevenlabs": settings}
        case _:
            raise TypeError(emulator)


async def called(echo: Inside, *steps: Say | Interrupt | Wait) -> CallRecord:
    return await place_call(echo.url, [*steps] or [ORDER, THANKS], manners=PATIENT)


def openai_bill(model: OpenAIChat) -> tuple[int, int, int]:
    """Tokens that were read, that were read from a cache, and that were written."""
    bill = model.noted("usage")
    assert bill
    return (
        sum(each["prompt_tokens"] for each in bill),
        sum(each["prompt_tokens_details"]["cached_tokens"] for each in bill),
        sum(each["completion_tokens"] for each in bill),
    )


def anthropic_bill(model: Anthropic) -> tuple[int, int, int]:
    """The same; the cache is beside the prompt here."""
    bill = model.noted("usage")
    assert bill
    kinds = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    return (
        sum(each[kind] for each in bill for kind in kinds),
        sum(each["cache_read_input_tokens"] for each in bill),
        sum(each["output_tokens"] for each in bill),
    )


def counted(usage: Mapping) -> tuple[int, int, int]:
    return usage["prompt_tokens"], usage["cached_tokens"], usage["completion_tokens"]


async def test_deepgram_openai_and_cartesia_are_counted_as_they_count(sessions: Sessions):
    ears = Deepgram(profile=BUDGET, ear=Hears(WORDS))
    model = OpenAIChat(profile=BUDGET, mind=Scripted(REPLIES))
    voice = Cartesia(profile=BUDGET)
    async with practised(ears, model, voice) as echo:
        record = await called(echo)
        told = await sessions.next()
        await ears.until_noted("closed")
    assert counted(used(told, "openai")) == openai_bill(model)
    spoken = "".join(each["transcript"] for each in voice.noted("generate"))
    assert used(told, "cartesia")["characters"] == len(spoken)
    heard_secs = sum(ears.noted("heard_secs"))
    assert used(told, "deepgram")["audio_secs"] == pytest.approx(heard_secs, abs=0.1)
    for provider, unit in (("openai", "prompt_tokens"), ("cartesia", "characters")):
        assert of_turns(record, provider, unit) == used(told, provider)[unit]
    assert told["cost_usd"] == pytest.approx(
        (
            used(told, "openai")["prompt_tokens"] * 2.00
            + used(told, "openai")["completion_tokens"] * 8.00
            + len(spoken) * 39
        )
        / 1e6
        + used(told, "deepgram")["audio_secs"] / 60 * 0.0077,
        abs=1e-6,
    )
    assert told["incidents"] == ()
    assert [each["role"] for each in told["usages"]] == ["STT", "LLM", "TTS"]
    assert "cartesia" not in [each["provider"] for each in record.latencies[0]["usages"]]


async def test_flux_anthropic_and_elevenlabs_are_counted_as_they_count(sessions: Sessions):
    ears = Flux(profile=BUDGET, ear=Hears(WORDS))
    model = Anthropic(profile=BUDGET, mind=Scripted(REPLIES))
    voice = ElevenLabs(profile=BUDGET)
    async with practised(ears, model, voice) as echo:
        await called(echo)
        told = await sessions.next()
        await ears.until_noted("closed")
    anthropic = used(told, "anthropic")
    assert counted(anthropic) == anthropic_bill(model)
    written = sum(each["cache_creation_input_tokens"] for each in model.noted("usage"))
    assert anthropic["cache_written_tokens"] == written
    spoken = "".join(each.get("text", "") for each in voice.noted("text"))
    assert used(told, "elevenlabs")["characters"] == len(spoken)
    heard_secs = sum(ears.noted("heard_secs"))
    assert used(told, "flux")["audio_secs"] == pytest.approx(heard_secs, abs=0.1)
    assert told["cost_usd"] > 0


async def test_what_an_ear_was_sent_before_it_failed_is_counted(sessions: Sessions):
    ears = Deepgram(profile=BUDGET, ear=Hears(WORDS))
    async with practised(ears) as echo:
        ears.will(Drop(after=150))
        await called(echo, ORDER)
        told = await sessions.next()
    (heard_secs,) = ears.noted("heard_secs")
    assert heard_secs > 2
    assert used(told, "deepgram")["audio_secs"] == pytest.approx(heard_secs, abs=0.3)
    assert [each["successor"] for each in told["incidents"]] == ["local"]
    assert told["cost_usd"] > 0


async def test_an_answer_that_was_cut_off_is_known_to_be_missing_on_the_bill(sessions: Sessions):
    long = " ".join(f"number {n}," for n in range(300))
    model = OpenAIChat(profile=BUDGET, mind=Scripted([long, "All right."]))
    async with practised(model, turn=ONE_QUESTION_EACH) as echo:
        await called(echo, ORDER, Interrupt(Say("Please stop now."), 1.0), Wait(6))
        told = await sessions.next()
    openai = used(told, "openai")
    assert openai["unreported"] == 1
    assert counted(openai) == openai_bill(model)


async def test_a_model_that_was_given_up_had_no_first_byte(sessions: Sessions):
    model = OpenAIChat(profile=BUDGET, mind=Scripted(["Too late."]))
    async with practised(model, turn=ONE_QUESTION_EACH) as echo:
        model.will(Late(30))
        record = await called(echo, ORDER)
        told = await sessions.next()
        status = await echo.status()
    assert status["ended"] == {
        "calls": 1,
        "cost_usd": told["cost_usd"],
        "unpriced": 0,
        "incidents": {"LLM openai": 1},
    }
    assert used(told, "openai")["unreported"] == 1
    assert used(told, "openai")["ttfb_ms"] is None
    (incident,) = [each for turn in record.latencies for each in turn["incidents"]]
    assert (incident["role"], incident["provider"]) == ("LLM", "openai")
    assert (incident["cause"], incident["successor"]) == ("late", "local")
    assert 1_000 < incident["after_ms"] < 3_000
    assert incident["at_ms"] >= incident["after_ms"]


async def test_both_who_were_asked_for_an_answer_are_counted(sessions: Sessions):
    slow = OpenAIChat(profile=BUDGET, mind=Scripted(["Too late."]))
    quick = Anthropic(profile=BUDGET, mind=Scripted(["It is in the van."]))
    hedged = {"thinking": ThinkingPolicy(hedge_secs=HEDGED_MS / 1000)}
    async with serving(slow, quick):
        settings = served_by(quick) | served_by(slow) | hedged
        async with inside(greeting="Hi.", **settings) as echo:
            slow.will(Late(30))
            record = await called(echo, ORDER)
            told = await sessions.next()
    assert (used(told, "openai")["unreported"], used(told, "openai")["prompt_tokens"]) == (1, 0)
    assert counted(used(told, "anthropic")) == anthropic_bill(quick)
    (incident,) = record.latencies[-1]["incidents"]
    assert (incident["cause"], incident["successor"]) == ("hedged", "anthropic")
    most_ms = HEDGED_MS + 100 + held_up_ms(record)
    assert HEDGED_MS <= incident["after_ms"] <= most_ms


async def test_realtime_is_counted_as_its_provider_does(sessions: Sessions):
    model = OpenAIRealtime(
        ear=realtime_ear.scripted("Where is my order 1042?", "Thanks."),
        mind=realtime_mind.scripted("It is in the van.", "You are welcome."),
    )
    async with serving(model):
        openai = OpenAISettings(api_key=model.key, realtime_url=model.realtime_url)
        async with inside(mode="realtime", openai=openai) as echo:
            await called(echo)
            told = await sessions.next()
    bill = [each for each in model.noted("usage") if each]
    assert len(bill) >= 3
    usage = used(told, "openai-realtime", "gpt-realtime-2.1")
    assert counted(usage) == (
        sum(each["input_tokens"] for each in bill),
        0,
        sum(each["output_tokens"] for each in bill),
    )
    spoken = sum(each["output_token_details"]["audio_tokens"] for each in bill)
    assert usage["audio_out_tokens"] == spoken
    written_down = used(told, "openai-realtime", "gpt-realtime-whisper")
    transcribed_secs = sum(model.noted("transcribed_secs"))
    assert written_down["audio_secs"] == pytest.approx(transcribed_secs, rel=0.1)
    assert told["cost_usd"] > spoken * 64 / 1e6 + transcribed_secs / 60 * 0.015
