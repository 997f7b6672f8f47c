"""Pipecat's aggregator starts a turn when the strategy says so; on a virtual clock."""

import numpy as np
import pytest
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    Frame,
    FunctionCallInProgressFrame,
    FunctionCallResultFrame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    TranscriptionFrame,
    UserStartedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.tests.utils import SleepFrame, run_test
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies

from processors.barge_in import BargeInStrategy, level_db
from processors.hold import HeldFrame, HoldFrame, ReleaseFrame
from processors.silence import SoundFrame
from processors.verdict import InterruptionSettings

BOT = BotStartedSpeakingFrame()
VOICE = VADUserStartedSpeakingFrame(start_secs=0.1)
SILENCE = VADUserStoppedSpeakingFrame(stop_secs=0.2)
HELD = HeldFrame(text="Your order has", speaking=True)
SOON = SleepFrame(sleep=0.01)
SOUND = InputAudioRawFrame(bytes(640), 16_000, 1)
SEEN = (HoldFrame, ReleaseFrame, UserStartedSpeakingFrame, InterruptionFrame)


def final(text: str) -> TranscriptionFrame:
    return TranscriptionFrame(text, "", "")


def interim(text: str) -> InterimTranscriptionFrame:
    return InterimTranscriptionFrame(text, "", "")


def listens(secs: float) -> list[Frame]:
    return [frame for _ in range(round(secs / 0.1)) for frame in (SleepFrame(sleep=0.1), SOUND)]


async def happens(*frames: Frame) -> tuple[list[str], str]:
    """What goes to the output in order, and what the caller's turn says in the end."""
    strategies = UserTurnStrategies(
        start=[BargeInStrategy(InterruptionSettings())],
        stop=[SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=0.5)],
    )
    context = LLMContext()
    pair = LLMContextAggregatorPair(
        context, user_params=LLMUserAggregatorParams(user_turn_strategies=strategies)
    )
    down, _ = await run_test(pair.user(), frames_to_send=[*frames, SleepFrame(sleep=8)])
    said = " ".join(str(message["content"]) for message in context.messages)
    return [type(frame).__name__ for frame in down if isinstance(frame, SEEN)], said


async def test_a_silent_echo_is_spoken_to_at_once():
    assert (await happens(VOICE))[0] == ["UserStartedSpeakingFrame", "InterruptionFrame"]


async def test_words_alone_start_a_turn_too():
    order, said = await happens(final("Hello."))
    assert order == ["UserStartedSpeakingFrame", "InterruptionFrame"]
    assert said == "Hello."


async def test_an_uh_huh_leaves_no_trace():
    order, said = await happens(BOT, VOICE, HELD, *listens(0.3), SILENCE, final("Uh-huh."))
    assert order == ["HoldFrame", "ReleaseFrame"]
    assert said == ""


async def test_words_that_come_late_are_not_the_beginning_of_the_next_turn():
    order, said = await happens(
        *(BOT, VOICE, HELD, *listens(0.3), SILENCE, *listens(0.9), final("Okay."), SOON),
        *(BotStoppedSpeakingFrame(), VOICE, *listens(0.3), SILENCE, final("Where is it?")),
    )
    assert order == ["HoldFrame", "ReleaseFrame", "UserStartedSpeakingFrame", "InterruptionFrame"]
    assert said == "Where is it?"


async def test_stop_interrupts_and_is_the_callers_turn():
    order, said = await happens(BOT, VOICE, HELD, *listens(0.3), SILENCE, final("Stop."))
    assert order == ["HoldFrame", "UserStartedSpeakingFrame", "InterruptionFrame"]
    assert said == "Stop."


async def test_stop_that_is_understood_too_late_takes_it_back():
    order, said = await happens(
        BOT, VOICE, HELD, *listens(0.3), SILENCE, *listens(1.0), final("Stop.")
    )
    assert order == ["HoldFrame", "ReleaseFrame", "UserStartedSpeakingFrame", "InterruptionFrame"]
    assert said == "Stop."


async def test_yes_answers_what_was_asked():
    asked = HeldFrame(text="Shall I book it for Tuesday?", speaking=True)
    order, said = await happens(BOT, VOICE, asked, *listens(0.3), SILENCE, final("Yes."))
    assert order[-1] == "InterruptionFrame"
    assert said == "Yes."


async def test_who_speaks_when_all_was_said_is_not_judged():
    order, said = await happens(
        *(BOT, VOICE, SOON, HeldFrame(text="Goodbye.", speaking=False)),
        *(*listens(0.3), SILENCE, final("Okay.")),
    )
    assert order == ["HoldFrame", "UserStartedSpeakingFrame", "InterruptionFrame"]
    assert said == "Okay."


async def test_a_cough_is_let_pass():
    order, _ = await happens(BOT, VOICE, HELD, *listens(0.2), SILENCE, *listens(1.2))
    assert order == ["HoldFrame", "ReleaseFrame"]


async def test_a_caller_whose_audio_ends_in_the_middle_holds_nothing_up():
    order, _ = await happens(BOT, VOICE, HELD)
    assert order == ["HoldFrame", "ReleaseFrame"]


async def test_words_too_soft_for_the_vad_are_judged_as_well():
    order, _ = await happens(BOT, interim("Wait"), SOON, HELD, *listens(0.3))
    assert order == ["HoldFrame", "UserStartedSpeakingFrame", "InterruptionFrame"]


async def test_the_callers_own_turn_is_not_judged():
    order, said = await happens(
        VOICE, BOT, *listens(0.3), SILENCE, VOICE, *listens(0.3), SILENCE, final("Uh-huh.")
    )
    assert "HoldFrame" not in order
    assert said == "Uh-huh."


async def test_the_first_sound_holds_echo_and_the_voice_that_follows_is_judged():
    order, said = await happens(
        *(BOT, SoundFrame(sounding=True), SOON, HELD, SOON, VOICE, *listens(0.3), SILENCE),
        final("Stop."),
    )
    assert order == ["HoldFrame", "UserStartedSpeakingFrame", "InterruptionFrame"]
    assert said == "Stop."


CLICK = (SoundFrame(sounding=True), SOON, HELD, SoundFrame(sounding=False))


async def test_a_sound_that_becomes_no_voice_lets_echo_go_on():
    order, _ = await happens(BOT, *CLICK, *listens(0.3), SleepFrame(sleep=0.1))
    assert order == ["HoldFrame", "ReleaseFrame"]


async def test_echo_does_not_speak_between_the_click_and_the_vowel_of_a_word():
    sounds = (*CLICK, *listens(0.1), SoundFrame(sounding=True), VOICE, *listens(0.3), SILENCE)
    order, said = await happens(BOT, *sounds, final("Stop."))
    assert order == ["HoldFrame", "UserStartedSpeakingFrame", "InterruptionFrame"]
    assert said == "Stop."


async def test_a_mere_sound_starts_no_turn():
    assert (await happens(SoundFrame(sounding=True), SoundFrame(sounding=False)))[0] == []
    finished = HeldFrame(text="Goodbye.", speaking=False)
    order, _ = await happens(BOT, SoundFrame(sounding=True), SOON, finished)
    assert order == ["HoldFrame"]


RUNS = FunctionCallInProgressFrame("look_up_order", "call", {})
DONE = FunctionCallResultFrame("look_up_order", "call", {}, {"say": "It is on its way."})


async def test_an_okay_while_a_tool_runs_does_not_cancel_it():
    order, said = await happens(
        *(RUNS, SOON, VOICE, SOON, HeldFrame(text="One moment.", speaking=True)),
        *(*listens(0.3), SILENCE, final("Okay.")),
    )
    assert order == ["HoldFrame", "ReleaseFrame"]
    assert said == ""


async def test_once_the_tool_is_done_whoever_speaks_has_the_turn():
    order, _ = await happens(RUNS, SOON, DONE, SOON, VOICE)
    assert order == ["UserStartedSpeakingFrame", "InterruptionFrame"]


def test_level_is_in_decibels_of_full_scale():
    full = np.full(160, 32767, np.int16)
    assert level_db(full.tobytes()) == pytest.approx(0, abs=0.01)
    assert level_db((full // 10).tobytes()) == pytest.approx(-20, abs=0.01)
    assert level_db(bytes(320)) == -100
    assert level_db(b"") == -100
