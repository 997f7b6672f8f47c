"""A caller falls silent, and is answered early or waited for: only Deepgram is emulated."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest
from pipecat.frames.frames import (
    InterruptionFrame,
    LLMContextFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pydantic import SecretStr

from bot.providers.choice import Choice
from bot.providers.settings import DeepgramSettings, ProviderSettings
from bot.providers.stt import stt, turn_strategies
from bot.providers.warm import Engines
from bot.turns import Ears, TurnSettings
from processors.one_turn import OneTurn
from processors.silence import SilenceFrame, SilenceTeller, VoiceFrame
from tests.emulators.deepgram import Deepgram
from tests.emulators.ear import Scripted
from tests.emulators.provider import BUDGET, serving
from tests.wire.dictation import Line, line, quiet, spoken

CHOICE = Choice("STT", "deepgram", "")
ORDER = "Where is my order?"


@pytest.fixture(scope="module")
def engines() -> Engines:
    return Engines(Ears(), None, None, None)


@asynccontextmanager
async def call(engines: Engines, *heard: str) -> AsyncIterator[Line]:
    """From the VAD to the model's door, with a Deepgram that hears this on the "budget" profile."""
    emulator = Deepgram(profile=BUDGET, ear=Scripted([*heard], breath_secs=0.2))
    async with serving(emulator):
        part = DeepgramSettings(api_key=SecretStr(emulator.key), base_url=emulator.url)
        settings = ProviderSettings(deepgram=part)
        strategies = turn_strategies(CHOICE, settings, engines, TurnSettings())
        context = LLMContextAggregatorPair(
            LLMContext(), user_params=LLMUserAggregatorParams(user_turn_strategies=strategies)
        )
        vad = SilenceTeller(vad_analyzer=engines.ears.vad(TurnSettings()))
        words = stt(CHOICE, settings, engines)
        async with line(vad, words, context.user(), OneTurn()) as running:
            yield running


def asked(heard: Line) -> list[str]:
    """What the model was asked last, as it stood then is not kept: the caller's messages."""
    context: LLMContext = heard.of(LLMContextFrame)[-1].context
    return [str(message["content"]) for message in context.messages]


async def test_the_model_is_asked_as_soon_as_the_final_is_there(engines):
    """In audio time: how soon that is on the clock is for the bench to say."""
    async with call(engines, *[ORDER] * 5) as heard:
        for turn in range(1, 6):
            await heard.hear(quiet(0.4 + 0.01 * turn), live=True)
            await heard.hear(spoken(ORDER), live=True)
            await heard.hear(quiet(0.8), live=True)
            await heard.until(LLMContextFrame, turn)
    stops = [frame.stop_secs for frame in heard.of(VADUserStoppedSpeakingFrame)]
    assert len(stops) == 2 * 5  # up and down
    assert min(stops) < TurnSettings().stop_secs, "the silence is not waited for"


async def test_the_silence_before_an_early_end_is_told_as_it_was(engines):
    async with call(engines, ORDER) as heard:
        await heard.hear(quiet(0.4), live=True)
        ended = await heard.hear(spoken(ORDER), live=True)
        await heard.hear(quiet(0.8), live=True)
        await heard.until(LLMContextFrame)
    stopped = heard.of(VADUserStoppedSpeakingFrame)[0]
    fell_silent = heard.at(VADUserStoppedSpeakingFrame) - stopped.stop_secs
    assert fell_silent == pytest.approx(ended, abs=0.15)
    assert heard.of(SilenceFrame)


async def test_a_number_said_in_two_goes_is_one_turn(engines):
    said = (spoken("My order number is,"), quiet(0.7), spoken("one zero four two."), quiet(1.0))
    async with call(engines, "My order number is", "1042.") as heard:
        await heard.hear(np.concatenate((quiet(0.4), *said)), live=True)
        await heard.until(LLMContextFrame)
    assert len(heard.of(LLMContextFrame)) == 1
    assert asked(heard) == ["My order number is 1042."]
    assert len(heard.of(UserStoppedSpeakingFrame)) == 2 * 1


async def test_a_caller_who_never_says_the_number_is_answered_in_the_end(engines):
    async with call(engines, "My order number is") as heard:
        await heard.hear(np.concatenate((quiet(0.4), spoken("My order number is,"))), live=True)
        await heard.hear(quiet(2.2), live=True)
        await heard.until(LLMContextFrame)
    assert asked(heard) == ["My order number is"]


async def test_who_goes_on_before_the_answer_is_heard_whole(engines):
    async with call(engines, ORDER, "1042.") as heard:
        await heard.hear(np.concatenate((quiet(0.4), spoken(ORDER), quiet(0.4))), live=True)
        await heard.until(LLMContextFrame)
        await heard.hear(np.concatenate((spoken("one zero four two."), quiet(1.0))), live=True)
        await heard.until(LLMContextFrame, 2)
    assert asked(heard) == ["Where is my order 1042."]
    kinds = (LLMContextFrame, UserStartedSpeakingFrame, InterruptionFrame)
    order = [type(frame) for _, frame in heard.seen if isinstance(frame, kinds)]
    first = order.index(LLMContextFrame)
    assert InterruptionFrame in order[first + 1 :], "the answer that was begun is dropped"


async def test_a_sound_without_words_behind_a_question_does_not_keep_it_waiting(engines):
    async with call(engines, ORDER, "") as heard:
        await heard.hear(np.concatenate((quiet(0.4), spoken(ORDER), quiet(0.4))), live=True)
        await heard.until(LLMContextFrame)
        await heard.hear(np.concatenate((spoken("Hmm."), quiet(1.2))), live=True)
        await heard.until(LLMContextFrame, 2)
        stopped, asked_again = heard.at(VADUserStoppedSpeakingFrame), heard.at(LLMContextFrame)
    assert asked(heard) == [ORDER]
    assert asked_again - stopped < 1.0, "2.5 s are for a sound that nobody asked anything before"


async def test_a_pause_that_ends_nothing_is_told_when_it_is_over(engines):
    said = spoken("I have been waiting for two weeks.")
    async with call(engines, "I have been waiting for two weeks") as heard:
        await heard.hear(np.concatenate((quiet(0.4), said, quiet(0.12), said)), live=True)
        await heard.hear(quiet(0.8), live=True)
        await heard.until(VADUserStoppedSpeakingFrame)
    assert len(heard.of(VADUserStartedSpeakingFrame)) >= 1
    for pause in heard.of(VoiceFrame):
        assert 0 < pause.secs < 0.2
