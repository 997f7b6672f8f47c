"""Speech to text that fails in the middle of a call, on the wire: no turn is lost, none twice."""

import asyncio
from collections.abc import Sequence

import numpy as np
import pytest
from pipecat.frames.frames import (
    ErrorFrame,
    ProposedUserStartedSpeakingFrame,
    ProposedUserStoppedSpeakingFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.audio.vad_processor import VADProcessor
from pydantic import SecretStr

from bot.providers.candidate import Candidate
from bot.providers.choice import Choice
from bot.providers.health import Health, HealthPolicy
from bot.providers.hearing import Hearing
from bot.providers.incident import IncidentFrame, OutageError
from bot.providers.local.whisper import Whisper, WhisperSettings, load
from bot.providers.settings import DeepgramSettings, ProviderSettings
from bot.providers.stt import stt
from bot.providers.warm import Engines
from bot.turns import Ears, TurnSettings
from tests.emulators.deepgram import Deepgram
from tests.emulators.ear import Scripted, Whispering
from tests.emulators.flux import Flux
from tests.emulators.provider import Drop, Refuse, Stall, serving
from tests.wire.dictation import Line, line, quiet, spoken

ORDER = "Where is my order one zero four two?"
MID_SENTENCE = 55
"""Pieces of 20 ms: 0.3 s of silence and 0.8 s of speech."""
THANKS = "Thank you very much."


@pytest.fixture(scope="module")
def whisper() -> Whisper:
    return load(WhisperSettings())


@pytest.fixture(scope="module")
def engines(whisper: Whisper) -> Engines:
    return Engines(Ears(), whisper, None, None)


@pytest.fixture
def health() -> Health:
    return Health(HealthPolicy())


Emulator = Deepgram | Flux


def of(name: str, engines: Engines, emulator: Emulator | None = None) -> Candidate:
    """A provider under a name of its own, so that two of a kind can stand in for each other."""
    kind = {Deepgram: "deepgram", Flux: "flux", type(None): "local"}[type(emulator)]
    key, url = ("a-key", emulator.url) if emulator else ("", "")
    part = DeepgramSettings(api_key=SecretStr(key), base_url=url)
    settings = ProviderSettings(deepgram=part)
    return Candidate(
        name,
        lambda: stt(Choice("STT", kind, ""), settings, engines),
        takes_turns=kind == "flux",
        is_here=emulator is None,
    )


def listening(candidates: Sequence[Candidate], engines: Engines, health: Health) -> tuple:
    vad = VADProcessor(vad_analyzer=engines.ears.vad(TurnSettings()))
    return vad, Hearing(candidates, health)


def said(text: str) -> np.ndarray:
    return np.concatenate((quiet(0.3), spoken(text), quiet(0.8)))


def texts(heard: Line) -> list[str]:
    return [frame.text for frame in heard.of(TranscriptionFrame)]


def apologised_for(heard: Line) -> list[str]:
    """The errors that leave the stage: the session answers them with an apology."""
    return [error.error for source, error in heard.errors_from if source.startswith("Hearing")]


def incidents(heard: Line) -> list[tuple[str, str, str]]:
    return [(each.provider, each.cause, each.successor) for each in heard.of(IncidentFrame)]


async def test_all_is_well_and_the_first_hears_everything(engines, health):
    first, second = Deepgram(ear=Scripted([ORDER, THANKS])), Deepgram()
    async with serving(first, second):
        stages = listening([of("a", engines, first), of("b", engines, second)], engines, health)
        async with line(*stages) as heard:
            await heard.hear(said(ORDER), live=True)
            await heard.hear(said(THANKS), live=True)
            await heard.until(TranscriptionFrame, 2)
    assert texts(heard) == [ORDER, THANKS]
    assert not incidents(heard)
    assert not apologised_for(heard)
    assert second.connections == 0  # a backup costs nothing until it is needed
    assert len(heard.of(VADUserStoppedSpeakingFrame)) == 4  # up and down


async def test_a_socket_that_drops_while_the_caller_speaks_loses_no_word(engines, health):
    first, second = Deepgram(ear=Whispering()), Deepgram(ear=Whispering())
    first.will(Drop(after=MID_SENTENCE))
    async with serving(first, second):
        stages = listening([of("a", engines, first), of("b", engines, second)], engines, health)
        async with line(*stages) as heard:
            await heard.hear(said(ORDER), live=True)
            await heard.until(TranscriptionFrame, within_secs=15)
            await heard.hear(quiet(0.5), live=True)
    (text,) = texts(heard)
    assert "where is my order" in text.lower()
    assert "1042" in text
    assert incidents(heard) == [("a", "unavailable", "b")]
    assert not apologised_for(heard)


async def test_a_socket_that_is_open_but_dead_is_given_up_after_two_seconds(engines, health):
    first, second = Deepgram(ear=Scripted([ORDER])), Deepgram(ear=Scripted([ORDER]))
    first.will(Stall())
    async with serving(first, second):
        stages = listening([of("a", engines, first), of("b", engines, second)], engines, health)
        async with line(*stages) as heard:
            await heard.hear(np.concatenate((said(ORDER), quiet(1.0))), live=True)
            await heard.until(TranscriptionFrame)
    assert texts(heard) == [ORDER]
    assert incidents(heard) == [("a", "late", "b")]
    detected = heard.at(IncidentFrame) - heard.at(VADUserStartedSpeakingFrame)
    recovered = heard.at(TranscriptionFrame) - heard.at(IncidentFrame)
    assert 1.9 <= detected <= 2.3
    assert recovered <= 0.5  # faster than real time


async def test_one_that_stalls_in_a_sentence_is_given_up_and_its_late_words_are_dropped(
    engines, health
):
    first, second = Deepgram(ear=Scripted([ORDER])), Deepgram(ear=Scripted([ORDER]))
    first.will(Stall(after=MID_SENTENCE))
    async with serving(first, second):
        stages = listening([of("a", engines, first), of("b", engines, second)], engines, health)
        async with line(*stages) as heard:
            await heard.hear(np.concatenate((said(ORDER), quiet(1.5))), live=True)
            await heard.until(TranscriptionFrame)
    assert texts(heard) == [ORDER]
    assert incidents(heard) == [("a", "stalled", "b")]


async def test_what_was_transcribed_before_is_not_transcribed_again(engines, health):
    first, second = Deepgram(ear=Whispering()), Deepgram(ear=Whispering())
    async with serving(first, second):
        stages = listening([of("a", engines, first), of("b", engines, second)], engines, health)
        async with line(*stages) as heard:
            await heard.hear(said(ORDER), live=True)
            await heard.until(TranscriptionFrame, within_secs=15)
            await asyncio.sleep(0.3)
            await first.hang_up()
            await heard.hear(said(THANKS), live=True)
            await heard.until(TranscriptionFrame, 2, within_secs=15)
            await heard.hear(quiet(0.5), live=True)
    assert len(texts(heard)) == 2
    assert "order" in texts(heard)[0].lower()
    assert "thank you" in texts(heard)[1].lower()
    assert "order" not in texts(heard)[1].lower()


async def test_a_refused_key_is_found_out_by_one_call_only(engines, health):
    first, second = Deepgram(), Deepgram(ear=Scripted([ORDER]))
    first.will(Refuse(401))
    async with serving(first, second):
        for _ in range(2):
            stages = listening([of("a", engines, first), of("b", engines, second)], engines, health)
            async with line(*stages) as heard:
                await heard.hear(said(ORDER), live=True)
                await heard.until(TranscriptionFrame)
            assert texts(heard) == [ORDER]
            assert not apologised_for(heard)
    assert first.connections == 1
    assert health.state("STT", "a", asyncio.get_running_loop().time()) == "dead"


async def test_this_machine_is_the_last_resort(engines, health):
    first, second = Deepgram(), Deepgram()
    first.will(Refuse(503))
    second.will(Stall())
    async with serving(first, second):
        stages = listening(
            [of("a", engines, first), of("b", engines, second), of("local", engines)],
            engines,
            health,
        )
        async with line(*stages) as heard:
            await heard.hear(np.concatenate((said(ORDER), quiet(1.0))), live=True)
            await heard.until(TranscriptionFrame, within_secs=15)
    assert incidents(heard) == [("a", "unavailable", "b"), ("b", "late", "local")]
    assert "order" in " ".join(texts(heard)).lower()
    assert "1042" in " ".join(texts(heard))


def outages(heard: Line) -> list[str]:
    errors = [frame.exception for frame in heard.of(ErrorFrame)]
    return [error.role for error in errors if isinstance(error, OutageError)]


async def test_when_nobody_is_left_there_is_an_outage(engines, health):
    only = Deepgram()
    only.will(Refuse(401))
    async with serving(only), line(*listening([of("a", engines, only)], engines, health)) as heard:
        await heard.until(ErrorFrame)
        await heard.until(IncidentFrame)
    assert incidents(heard) == [("a", "credentials", "")]
    assert outages(heard) == ["STT"]


async def test_the_only_one_gets_another_try_and_loses_no_word(engines, health):
    only = Deepgram(ear=Scripted([ORDER]))
    only.will(Stall())
    async with serving(only), line(*listening([of("a", engines, only)], engines, health)) as heard:
        await heard.hear(np.concatenate((said(ORDER), quiet(1.0))), live=True)
        await heard.until(TranscriptionFrame)
    assert texts(heard) == [ORDER]
    assert incidents(heard) == [("a", "late", "a")]
    assert not outages(heard)


async def test_turns_are_still_taken_when_who_took_them_is_gone(engines, health):
    flux, nova = Flux(), Deepgram(ear=Scripted([ORDER]))
    flux.will(Stall())
    async with serving(flux, nova):
        stages = listening([of("flux", engines, flux), of("b", engines, nova)], engines, health)
        async with line(*stages) as heard:
            await heard.hear(np.concatenate((said(ORDER), quiet(1.0))), live=True)
            await heard.until(ProposedUserStoppedSpeakingFrame)
    assert texts(heard) == [ORDER]
    assert heard.at(ProposedUserStartedSpeakingFrame) <= heard.at(TranscriptionFrame)
