"""Whole calls by phone in two languages, every provider emulated: who hears and speaks which, and
what the caller hears of it. An emulated voice says each text as a tone of its own (`tones.py`)."""

import wave
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import numpy as np
import pytest
import pytest_asyncio

from bot.language.book import NAMES
from bot.language.spanish import Spanish
from bot.recording import RecordingSettings
from tests.calls.inside import Inside, inside
from tests.calls.phone import PUBLIC_URL, PhoneCall, telephone
from tests.calls.tones import texts_heard
from tests.emulators.cartesia import Cartesia
from tests.emulators.deepgram import Deepgram
from tests.emulators.ear import Heard
from tests.emulators.ear import Scripted as Ear
from tests.emulators.flux import Flux
from tests.emulators.mind import Call, Line, Message, Reply, Tool
from tests.emulators.mind import Scripted as Mind
from tests.emulators.openai_chat import OpenAIChat
from tests.emulators.provider import INSTANT, Delay, Profile, serving
from tests.emulators.slow_weather import slow_weather
from tests.emulators.twilio_caller import HZ, Twilio

ES = Spanish()
MADRID, BOSTON, DALLAS = "+34910000000", "+16170000000", "+12140000000"
NUMBERS = {MADRID: "es", DALLAS: "en"}
in_one_loop = pytest.mark.asyncio(loop_scope="module")
SAMPLE = "Where is my order one zero four two?"
"""Some speech, in one breath: what is heard of it is in the script."""
ORDER, BYE = "¿Dónde está mi pedido mil cuarenta y dos?", "Adiós."
ANSWER = "Su lámpara llega mañana."
IN_ENGLISH = "It comes tomorrow."
LOOK_UP = Reply(calls=(Call("look_up_order", {"order_number": "1042"}),))
HANG_UP = Reply(calls=(Call("end_call"),))


def spanish(text: str) -> Heard:
    return Heard(text, language="es")


@dataclass
class Stage:
    """A server with both languages, and its providers, for one scripted call after another."""

    echo: Inside
    ears: Deepgram | Flux
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

    @property
    def greeting(self) -> str:
        """The English one."""
        return self.echo.house.settings.greeting

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

    def voices_of(self, text: str) -> set[tuple[str, str]]:
        """Language and voice in which this has ever been said, practising or in a call."""
        return {
            (each["language"], each["voice"]["id"])
            for each in self.voice.noted("generate")
            if each["transcript"].strip() == text
        }


@asynccontextmanager
async def staged(ears: Deepgram | Flux | None = None, **settings: object) -> AsyncIterator[Stage]:
    ears, model = ears or Deepgram(profile=INSTANT), OpenAIChat(profile=INSTANT)
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
        # A slow machine thinks for longer than callers are left without a word.
        own = {"spoken": {"at_numbers": NUMBERS}, "filler": {"thought_secs": 60}}
        async with inside(**{**telephone(), **clouds, **engines, **own, **settings}) as echo:
            yield Stage(echo, ears, model, voice)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    async with slow_weather() as weather:
        at = {"url": weather.url, "geocoding_url": weather.url}
        async with staged(weather={"source": "open-meteo", "timeout_secs": 1.0, **at}) as stage:
            yield stage


def at_the_ear(call: PhoneCall, stage: Stage, *texts: str) -> list[str]:
    """What the caller heard of these texts and the greetings, and of anything else."""
    return texts_heard(call.ear(), HZ, [ES.greeting, stage.greeting, *texts])


@in_one_loop
async def test_who_calls_from_spain_is_heard_answered_and_said_goodbye_to_in_spanish(stage: Stage):
    heard, replies = [spanish(ORDER), spanish(BYE)], [LOOK_UP, ANSWER, HANG_UP]
    async with stage.call(heard, replies, caller=MADRID) as call:
        await call.asks(SAMPLE)
        await call.say("Goodbye.")
        await call.is_hung_up_on()
    persona, said = stage.told(2)
    assert "Hablas español" in persona
    assert said == [ES.greeting, ANSWER]
    assert stage.heard_in() == ["multi"]
    assert stage.spoken() == [
        ("es", ES.cartesia_voice, ANSWER),
        ("es", ES.cartesia_voice, ES.goodbye),
    ]
    assert stage.voices_of(ES.greeting) == {("es", ES.cartesia_voice)}
    assert at_the_ear(call, stage, ANSWER, ES.goodbye) == [ES.greeting, ANSWER, ES.goodbye]


@in_one_loop
async def test_who_calls_the_spanish_number_is_greeted_in_spanish_and_no_ear_listens_for_english(
    stage: Stage,
):
    answer = "Dígame usted."
    async with stage.call([spanish("Hola.")], [answer], called=MADRID) as call:
        await call.asks(SAMPLE)
    assert stage.told(0)[1] == [ES.greeting]
    assert stage.heard_in() == ["es"]
    assert at_the_ear(call, stage, answer) == [ES.greeting, answer]


@in_one_loop
async def test_who_goes_on_in_spanish_is_answered_in_spanish_at_once(stage: Stage):
    """And waits in Spanish: a filler is said while the weather does not come."""
    heard = [spanish("Quiero saber qué tiempo hace."), spanish("Mil cuarenta y dos.")]
    weather = Reply(calls=(Call("get_weather", {"city": "Boston"}),))
    replies = ["Ahora mismo no lo sé.", "Llega mañana."]
    async with stage.call(heard, [weather, *replies]) as call:
        await call.asks(SAMPLE)
        await call.asks(SAMPLE)
    persona, said = stage.told(0)
    assert "Hablas español" in persona
    assert said == [stage.greeting]
    assert stage.told(2)[1] == [stage.greeting, replies[0]]
    assert stage.heard_in() == ["multi", "es"]
    assert stage.spoken() == [("es", ES.cartesia_voice, text) for text in replies]
    fillers = ES.fillers["get_weather"]
    first, waiting, *answers = at_the_ear(call, stage, *fillers, *replies)
    assert (first, answers) == (stage.greeting, replies)
    assert waiting in fillers


@in_one_loop
async def test_who_asks_for_spanish_gets_it_and_may_go_back_and_come_again(stage: Stage):
    heard = ["Do you speak Spanish?", spanish("English, please."), "¿Habla español?"]
    spanish_answer, english_answer = "Le escucho.", "I am listening."
    again = "Le escucho otra vez."
    replies = [
        Reply(calls=(Call("switch_language", {"language": "es"}),)),
        spanish_answer,
        english_answer,
        again,
    ]
    async with stage.call(heard, replies, called=DALLAS) as call:
        for _ in heard:
            await call.asks(SAMPLE)
    assert "Hablas español" in stage.told(0)[0]
    assert "You are Echo" in stage.told(2)[0]
    assert "Hablas español" in stage.told(3)[0]
    assert stage.heard_in() == ["en", "es", "en", "es"]
    assert [(language, text) for language, _, text in stage.spoken()] == [
        ("es", spanish_answer),
        ("en", english_answer),
        ("es", again),
    ]
    said = [spanish_answer, english_answer, again]
    assert at_the_ear(call, stage, *said) == [stage.greeting, *said]


class Bilingual(Mind):
    """Answers as it is told to, however often it is asked."""

    async def reply(self, messages: Sequence[Message], tools: Sequence[Tool]) -> Reply:
        self.runs.append(messages)
        told = [each.text for each in messages if isinstance(each, Line)]
        return Reply(ANSWER if "Hablas español" in told[0] else IN_ENGLISH)


@in_one_loop
async def test_what_was_asked_ahead_in_english_is_answered_in_spanish():
    """By Flux, which lets a model be asked before it tells the words that change the language."""
    ears = Flux(profile=Profile(Delay(0.6, 0.6), Delay(0.05, 0.05), Delay(0.05, 0.05)))
    heard = ["¿Podemos hablar en español?"]
    async with (
        staged(ears, stt="flux") as stage,
        stage.call(heard) as call,
    ):
        mind = stage.mind = stage.model.mind = Bilingual()
        await call.asks(SAMPLE)
    personas = [stage.told(run)[0] for run in range(len(mind.runs))]
    assert ["Hablas español" in each for each in personas] == [False, True]
    said = at_the_ear(call, stage, ANSWER, IN_ENGLISH)
    assert (said[-1], IN_ENGLISH in said) == (ANSWER, False)


@in_one_loop
async def test_a_spanish_call_is_kept_in_spanish_once_its_caller_has_said_yes(tmp_path: Path):
    heard = [spanish("Sí, claro."), spanish(ORDER), spanish(BYE)]
    recording = RecordingSettings(enabled=True, folder=tmp_path / "kept")
    async with staged(recording=recording) as stage:
        calling = stage.call(heard, [LOOK_UP, ANSWER, HANG_UP], called=MADRID)
        async with calling as call:
            await call.asks("Yes.")
            await call.asks(SAMPLE)
            await call.say("Goodbye.")
            await call.is_hung_up_on()
    thanks = f"{ES.recording_thanks} {ES.greeting}"
    said = [thanks, ANSWER, ES.goodbye]
    assert at_the_ear(call, stage, ES.recording_question, *said) == [ES.recording_question, *said]
    (sound,) = (tmp_path / "kept").glob("*.wav")
    with wave.open(str(sound)) as file:
        both = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
        assert texts_heard(both[:, 1], file.getframerate(), said) == said
    lines = sound.with_suffix(".txt").read_text(encoding="utf-8")
    assert [line for line in (f"Caller: {ORDER}", f"Echo: {ANSWER}") if line not in lines] == []
