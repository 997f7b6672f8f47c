"""Ears and voices that change their language in the middle of a call, on the wire."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import numpy as np
import pytest
from pipecat.frames.frames import ProposedUserStoppedSpeakingFrame, TranscriptionFrame
from pipecat.processors.audio.vad_processor import VADProcessor
from pydantic import SecretStr

from bot.config import Settings
from bot.language.book import Language
from bot.language.localized import spoken_in
from bot.language.spanish import Spanish
from bot.last_words import by_cloud, texts
from bot.providers.candidate import Candidate
from bot.providers.choice import Choice
from bot.providers.health import Health, HealthPolicy
from bot.providers.hearing import Hearing
from bot.providers.speaking import Speaking
from bot.providers.stt import stt
from bot.providers.tts import tts
from bot.providers.warm import Engines, Repertoire
from bot.turns import Ears, TurnSettings
from processors.spoken_language import Following, SpokenLanguage
from tests.emulators.cartesia import Cartesia
from tests.emulators.deepgram import Deepgram
from tests.emulators.ear import Heard, Scripted
from tests.emulators.elevenlabs import ElevenLabs
from tests.emulators.flux import Flux
from tests.emulators.provider import Refuse, serving
from tests.wire.dictation import line, quiet, spoken
from tests.wire.test_local_tts import calling
from tests.wire.test_tts_failover import REPLY, Scale, assert_heard_once, reply
from tests.wire.test_tts_failover import quiet as said_all

ES = Spanish()
ORDER = "Where is my order one zero four two?"
PEDIDO = Heard("¿Dónde está mi pedido?", language="es")
MID_SENTENCE_SECS = 1.2


@pytest.fixture(scope="module")
def engines() -> Engines:
    return Engines(Ears(), None, None, None)


@pytest.fixture
def health() -> Health:
    return Health(HealthPolicy())


@pytest.fixture
async def cartesia() -> AsyncIterator[Cartesia]:
    async with serving(emulator := Cartesia()):
        yield emulator


@pytest.fixture
async def elevenlabs() -> AsyncIterator[ElevenLabs]:
    async with serving(emulator := ElevenLabs()):
        yield emulator


def cloud(*emulators: Deepgram | Flux | Cartesia | ElevenLabs) -> Settings:
    """Settings that lead to these."""
    parts: dict[str, dict[str, object]] = {}
    for each in emulators:
        key, socket = SecretStr(each.key), each.url.replace("http", "ws", 1)
        match each:
            case Cartesia():
                url = f"{socket}/tts/websocket"
                parts["cartesia"] = {"api_key": key, "base_url": url}
            case ElevenLabs():
                parts["elevenlabs"] = {"api_key": key, "base_url": socket}
            case _:
                parts["deepgram"] = {"api_key": key, "base_url": each.url}
    return Settings(_env_file=None, **parts)


def ear(provider: str, settings: Settings, language: Language, engines: Engines) -> Candidate:
    own = spoken_in(settings, language)
    made = partial(stt, Choice("STT", provider, ""), own, engines)
    return Candidate(provider, made, takes_turns=provider == "flux")


def voice(provider: str, settings: Settings, language: Language, engines: Engines) -> Candidate:
    own = spoken_in(settings, language)
    return Candidate(provider, lambda: tts(Choice("TTS", provider, ""), own, engines))


async def test_what_is_said_after_the_change_is_heard_in_the_other_language(engines, health):
    async with serving(emulator := Deepgram(ear=Scripted([ORDER, PEDIDO]))):
        settings = cloud(emulator)
        hearing = Hearing([ear("deepgram", settings, "en", engines)], health)
        vad = VADProcessor(vad_analyzer=engines.ears.vad(TurnSettings()))
        async with line(vad, hearing) as heard:
            said = np.concatenate((quiet(0.3), spoken(ORDER), quiet(0.8)))
            await heard.hear(said, live=True)
            await heard.until(TranscriptionFrame, 1)
            await hearing.change([ear("deepgram", settings, "es", engines)])
            await heard.hear(said, live=True)
            await heard.until(TranscriptionFrame, 2)
    assert [frame.text for frame in heard.of(TranscriptionFrame)] == [ORDER, PEDIDO.text]
    assert [asked["language"] for asked in emulator.noted("connect")] == [["en"], ["es"]]
    assert not heard.errors_from


async def test_a_sentence_in_whose_middle_the_ears_change_is_heard_whole_and_once(engines, health):
    async with serving(emulator := Deepgram(ear=Scripted([PEDIDO]))):
        settings = cloud(emulator)
        hearing = Hearing([ear("deepgram", settings, "en", engines)], health)
        vad = VADProcessor(vad_analyzer=engines.ears.vad(TurnSettings()))
        async with line(vad, hearing) as heard:
            said = np.concatenate((quiet(0.3), spoken(ORDER), quiet(0.8)))
            middle = round(MID_SENTENCE_SECS * 16_000)
            await heard.hear(said[:middle], live=True)
            await hearing.change([ear("deepgram", settings, "es", engines)])
            await heard.hear(said[middle:], live=True)
            await heard.until(TranscriptionFrame, 1)
            await asyncio.sleep(0.3)
    assert [frame.text for frame in heard.of(TranscriptionFrame)] == [PEDIDO.text]


async def test_a_turn_whose_words_change_the_ears_is_ended_by_those_that_have_heard_it(
    engines, health
):
    async with serving(emulator := Flux(ear=Scripted(["In Spanish, please."]))):
        settings = cloud(emulator)
        hearing = Hearing([ear("flux", settings, "en", engines)], health)
        spoken_language = SpokenLanguage(Following("en", ("en", "es")))

        @spoken_language.event_handler("on_language")
        async def goes_on(_: object, language: Language) -> None:
            await hearing.change([ear("flux", settings, language, engines)])

        vad = VADProcessor(vad_analyzer=engines.ears.vad(TurnSettings()))
        async with line(vad, hearing, spoken_language) as heard:
            await heard.hear(np.concatenate((quiet(0.3), spoken(ORDER), quiet(1.0))), live=True)
            await heard.until(TranscriptionFrame, 1)
            await heard.until(ProposedUserStoppedSpeakingFrame, 2)
            await asyncio.sleep(0.3)
    assert len(heard.of(ProposedUserStoppedSpeakingFrame)) == 2, "once in each direction"
    assert len(emulator.noted("connect")) == 2


@pytest.mark.parametrize("provider", ["cartesia", "elevenlabs"])
async def test_what_is_said_after_the_change_is_said_by_the_other_voice(
    provider: str, engines, health, cartesia: Cartesia, elevenlabs: ElevenLabs
):
    settings = cloud(cartesia, elevenlabs)
    speaking = Speaking([voice(provider, settings, "en", engines)], health)
    async with calling(tts=speaking) as call:
        await call.say("Hello there.")
        await call.finished()
        await speaking.change([voice(provider, settings, "es", engines)])
        await call.say("Buenos días.")
        await call.finished()
        assert list(call.remembered()) == ["Hello there.", "Buenos días."]
    if provider == "cartesia":
        asked = [each for each in cartesia.noted("generate") if each["transcript"].strip()]
        assert [(each["language"], each["voice"]["id"]) for each in asked] == [
            ("en", settings.cartesia.voice),
            ("es", ES.cartesia_voice),
        ]
    else:
        asked = elevenlabs.noted("connect")
        assert [each["language_code"] for each in asked] == ["en", "es"]


async def test_the_last_words_are_spoken_by_the_cloud_in_the_language_of_the_call(cartesia):
    settings = spoken_in(cloud(cartesia), "es")
    engines = Engines(Ears(), None, None, None, repertoire=Repertoire(texts(settings)))
    words = await by_cloud(settings, engines)
    assert words
    assert min(clip.secs for clip in (words.goodbye, words.handover, words.emergency)) > 1.0
    asked = [each for each in cartesia.noted("generate") if each["transcript"].strip()]
    assert [each["transcript"].strip() for each in asked] == [*texts(settings)]
    assert {each["language"] for each in asked} == {"es"}


async def test_the_next_voice_says_the_last_words_when_the_first_cannot(cartesia, elevenlabs):
    cartesia.will(*[Refuse(500)] * 20)
    settings = spoken_in(cloud(cartesia, elevenlabs), "es")
    engines = Engines(Ears(), None, None, None, repertoire=Repertoire(texts(settings)))
    assert await by_cloud(settings, engines)
    assert elevenlabs.connections >= 1


async def test_without_any_voice_there_are_no_last_words(cartesia):
    cartesia.will(*[Refuse(401)] * 20)
    settings = spoken_in(cloud(cartesia), "es")
    engines = Engines(Ears(), None, None, None, repertoire=Repertoire(texts(settings)))
    assert await by_cloud(settings, engines) is None


@pytest.mark.parametrize("between_secs", [0.0, 0.02, 0.5])
async def test_what_is_being_said_when_the_voice_goes_there_and_back_is_heard_once(
    between_secs: float, engines, health
):
    async with serving(emulator := Cartesia(mouth=Scale())):
        settings = cloud(emulator)
        speaking = Speaking([voice("cartesia", settings, "en", engines)], health)
        async with calling(tts=speaking) as call:
            await reply(call)
            await call.played(1.0)
            await speaking.change([voice("cartesia", settings, "es", engines)])
            await asyncio.sleep(between_secs)
            await speaking.change([voice("cartesia", settings, "en", engines)])
            await said_all(call)
            assert_heard_once(call)
            assert await call.memory() == [REPLY]
    asked = [each for each in emulator.noted("generate") if each["transcript"].strip()]
    assert (asked[0]["language"], asked[-1]["language"]) == ("en", "en")
