"""Whole calls by phone in two languages, every provider emulated: who hears and speaks which."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
import pytest_asyncio

from bot.language.book import NAMES
from bot.language.spanish import Spanish
from tests.calls.inside import Inside, inside
from tests.calls.phone import PUBLIC_URL, PhoneCall, telephone
from tests.emulators.cartesia import Cartesia
from tests.emulators.deepgram import Deepgram
from tests.emulators.ear import Heard
from tests.emulators.ear import Scripted as Ear
from tests.emulators.mind import Call, Line, Reply
from tests.emulators.mind import Scripted as Mind
from tests.emulators.openai_chat import OpenAIChat
from tests.emulators.provider import INSTANT, serving
from tests.emulators.twilio_caller import Twilio

ES = Spanish()
MADRID, BOSTON, DALLAS = "+34910000000", "+16170000000", "+12140000000"
NUMBERS = {MADRID: "es", DALLAS: "en"}
in_one_loop = pytest.mark.asyncio(loop_scope="module")
SAMPLE = "Where is my order one zero four two?"
"""Some speech, in one breath: what is heard of it is in the script."""


def spanish(text: str) -> Heard:
    return Heard(text, language="es")


@dataclass
class Stage:
    """A server with both languages, and its providers, for one scripted call after another."""

    echo: Inside
    ears: Deepgram
    model: OpenAIChat
    voice: Cartesia
    mind: Mind = field(default_factory=Mind)
    _before: tuple[int, int] = (0, 0)

    @asynccontextmanager
    async def call(
        self,
        heard: Sequence[str | Heard] = (),
        replies: Sequence[Reply | str] = (),
        caller: str = BOSTON,
        called: str = BOSTON,
    ) -> AsyncIterator[PhoneCall]:
        self.ears.ear = Ear(heard or ["Hello."])
        self.mind = self.model.mind = Mind(replies)
        self._before = len(self.ears.noted("connect")), len(self.voice.noted("generate"))
        async with aiohttp.ClientSession() as http:
            twilio = Twilio(http, self.echo.url, PUBLIC_URL, caller=caller, called=called)
            async with twilio.call() as stream:
                call = PhoneCall(stream)
                await call.hears_out()
                yield call

    def heard_in(self) -> list[str]:
        """The language of every connection to the ears."""
        return [asked["language"][-1] for asked in self.ears.noted("connect")[self._before[0] :]]

    def told(self, run: int) -> tuple[str, list[str]]:
        """The model's instructions in that run, and what Echo had said until then."""
        lines = [each for each in self.mind.runs[run] if isinstance(each, Line)]
        return lines[0].text, [each.text for each in lines if each.role == "assistant"]

    def spoken(self) -> list[tuple[str, str, str]]:
        """Language, voice and text of what the voice was asked to say, but for what it practises
        beside the calls."""
        practised = {"", *self.echo.house.engines.repertoire.phrases}
        return [
            (each["language"], each["voice"]["id"], text)
            for each in self.voice.noted("generate")[self._before[1] :]
            if (text := each["transcript"].strip()) not in practised
        ]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    ears, model = Deepgram(profile=INSTANT), OpenAIChat(profile=INSTANT)
    voice = Cartesia(profile=INSTANT)
    async with serving(ears, model, voice):
        clouds = {
            "deepgram": {"api_key": ears.key, "base_url": ears.url},
            "openai": {"api_key": model.key, "base_url": f"{model.url}/v1"},
            "cartesia": {
                "api_key": voice.key,
                "base_url": f"{voice.url.replace('http', 'ws', 1)}/tts/websocket",
            },
        }
        engines = {"stt": "auto", "llm": "auto", "tts": "auto", "languages": [*NAMES]}
        own = {"spoken": {"at_numbers": NUMBERS}}
        async with inside(**{**telephone(), **clouds, **engines, **own}) as echo:
            yield Stage(echo, ears, model, voice)


@in_one_loop
async def test_who_calls_from_spain_is_heard_answered_and_said_goodbye_to_in_spanish(stage: Stage):
    heard = [spanish("¿Dónde está mi pedido mil cuarenta y dos?"), spanish("Adiós.")]
    answer = "Su lámpara llega mañana."
    look_up = Reply(calls=(Call("look_up_order", {"order_number": "1042"}),))
    replies = [look_up, answer, Reply(calls=(Call("end_call"),))]
    async with stage.call(heard, replies, caller=MADRID) as call:
        await call.asks(SAMPLE)
        await call.say("Goodbye.")
        await call.is_hung_up_on()
    persona, said = stage.told(2)
    assert "Hablas español" in persona
    assert said == [ES.greeting, answer]
    assert stage.heard_in() == ["multi"]
    assert stage.spoken() == [
        ("es", ES.cartesia_voice, answer),
        ("es", ES.cartesia_voice, ES.goodbye),
    ]


@in_one_loop
async def test_who_calls_the_spanish_number_is_greeted_in_spanish_and_no_ear_listens_for_english(
    stage: Stage,
):
    async with stage.call([spanish("Hola.")], ["Dígame usted."], called=MADRID) as call:
        await call.asks(SAMPLE)
    assert stage.told(0)[1] == [ES.greeting]
    assert stage.heard_in() == ["es"]


@in_one_loop
async def test_who_goes_on_in_spanish_is_answered_in_spanish_at_once(stage: Stage):
    heard = [spanish("Quiero saber dónde está mi pedido."), spanish("Mil cuarenta y dos.")]
    replies = ["¿Cuál es su número?", "Llega mañana."]
    async with stage.call(heard, replies) as call:
        await call.asks(SAMPLE)
        await call.asks(SAMPLE)
    greeting = stage.echo.house.settings.greeting
    persona, said = stage.told(0)
    assert "Hablas español" in persona
    assert said == [greeting]
    assert stage.told(1)[1] == [greeting, replies[0]]
    assert stage.heard_in() == ["multi", "es"]
    assert stage.spoken() == [("es", ES.cartesia_voice, text) for text in replies]


@in_one_loop
async def test_who_asks_for_spanish_gets_it_and_who_asks_for_english_gets_that(stage: Stage):
    heard = ["Do you speak Spanish?", spanish("English, please.")]
    replies = [
        Reply(calls=(Call("switch_language", {"language": "es"}),)),
        "Le escucho.",
        "I am listening.",
    ]
    async with stage.call(heard, replies, called=DALLAS) as call:
        await call.asks(SAMPLE)
        await call.asks(SAMPLE)
    assert "Hablas español" in stage.told(0)[0]
    assert "You are Echo" in stage.told(2)[0]
    assert stage.heard_in() == ["en", "es", "en"]
    assert [(language, text) for language, _, text in stage.spoken()] == [
        ("es", "Le escucho."),
        ("en", "I am listening."),
    ]
