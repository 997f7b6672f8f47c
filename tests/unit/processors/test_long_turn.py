"""A caller who talks for minutes to a speech to text that takes turns by itself."""

import asyncio
from collections.abc import Sequence

from pipecat.frames.frames import (
    EagerTranscriptionFrame,
    Frame,
    InterimTranscriptionFrame,
    LLMContextFrame,
    ProposedUserStartedSpeakingFrame,
    ProposedUserStoppedSpeakingFrame,
    TranscriptionFrame,
    TTSSpeakFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.tests.utils import SleepFrame, run_test

from bot.turns import decided_elsewhere
from processors.asking import AskingSettings
from processors.long_talk import LongTalk, LongTalkSettings
from processors.long_turn import EndTurnFrame
from processors.verdict import InterruptionSettings

LINE = "I'm with you."
WORDS = "And then my order was, um,"
BEGINS: list[Frame] = [
    VADUserStartedSpeakingFrame(start_secs=0.1),
    ProposedUserStartedSpeakingFrame(),
    InterimTranscriptionFrame(WORDS, "", ""),
]
PAUSES = VADUserStoppedSpeakingFrame(stop_secs=0.2)
ENDS: list[Frame] = [
    TranscriptionFrame(WORDS, "", "", finalized=True),
    ProposedUserStoppedSpeakingFrame(),
]
TOLD = (EndTurnFrame, TTSSpeakFrame, LLMContextFrame, UserStoppedSpeakingFrame)


def lasting(secs: float) -> SleepFrame:
    return SleepFrame(sleep=secs)


def patient() -> LongTalk:
    return LongTalk(LongTalkSettings(after_secs=2.0, line=LINE))


async def heard(*frames: Frame, memory: LLMContext | None = None) -> list[type[Frame]]:
    """What comes of them downstream, and then what went upstream."""
    down, up = await told_of(*frames, memory=memory, talk=patient())
    ups = [type(frame) for frame in up if isinstance(frame, EndTurnFrame)]
    return [type(frame) for frame in down if isinstance(frame, TOLD)] + ups


async def told_of(
    *frames: Frame, memory: LLMContext | None, talk: LongTalk
) -> tuple[Sequence[Frame], Sequence[Frame]]:
    context = LLMContextAggregatorPair(
        memory or LLMContext(),
        user_params=LLMUserAggregatorParams(
            user_turn_strategies=decided_elsewhere(AskingSettings(), InterruptionSettings(), talk),
            user_turn_stop_timeout=60,
        ),
    )
    return await run_test(context.user(), frames_to_send=[*frames])


async def test_a_pause_ends_the_turn_and_the_line_answers_it():
    memory = LLMContext()
    told = await heard(
        *BEGINS, lasting(2.5), PAUSES, lasting(0.5), *ENDS, lasting(1), memory=memory
    )
    assert told == [UserStoppedSpeakingFrame, TTSSpeakFrame, EndTurnFrame]
    assert [message["content"] for message in memory.get_messages()] == [WORDS]


async def test_what_is_being_answered_ahead_is_no_answer_to_a_long_turn():
    guess = EagerTranscriptionFrame("Where is it?", "", "")
    told = await heard(*BEGINS, lasting(2.5), PAUSES, guess, lasting(0.5), *ENDS, lasting(1))
    assert told == [LLMContextFrame, UserStoppedSpeakingFrame, TTSSpeakFrame, EndTurnFrame]


async def test_a_caller_who_is_brief_is_answered_by_the_model():
    told = await heard(*BEGINS, lasting(1), PAUSES, lasting(0.5), *ENDS, lasting(1))
    assert told == [LLMContextFrame, UserStoppedSpeakingFrame]


async def test_a_breath_ends_no_turn():
    told = await heard(*BEGINS, lasting(2.5), PAUSES, lasting(0.1), BEGINS[0], lasting(1))
    assert not told


async def test_a_caller_who_goes_on_as_the_turn_ends_is_not_talked_over():
    told = await heard(*BEGINS, lasting(2.5), PAUSES, lasting(0.3), BEGINS[0], *ENDS, lasting(1))
    assert told == [UserStoppedSpeakingFrame, EndTurnFrame]


async def test_a_turn_is_answered_in_the_language_that_its_words_are_found_to_be_in():
    """They are there only when it is over, and with them another language."""
    talk = patient()
    spanish = LongTalkSettings(after_secs=2.0, line="Le sigo.")
    asyncio.get_running_loop().call_later(2.95, talk.follow, spanish)
    frames = [*BEGINS, lasting(2.5), PAUSES, lasting(0.5), *ENDS, lasting(1)]
    down, _ = await told_of(*frames, memory=None, talk=talk)
    assert [frame.text for frame in down if isinstance(frame, TTSSpeakFrame)] == ["Le sigo."]
