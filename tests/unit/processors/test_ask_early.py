"""The model is asked before the turn is over, and right guesses are kept; on a virtual clock."""

from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    Frame,
    LLMContextFrame,
    UserStoppedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.tests.utils import run_test
from pipecat.turns.user_start import VADUserTurnStartStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies

from processors.all_heard import WholeGuessFrame
from processors.ask_early import AskEarlyStopStrategy
from processors.asking import Asking, AskingSettings
from processors.endpointing import EndpointingSettings
from processors.silence import VoiceFrame
from tests.unit.processors.test_prompt_stop import AUDIO, SOON, STARTED, Voice, said, silence

STOPPED = VADUserStoppedSpeakingFrame(stop_secs=0.2)
IN_DOUBT = 0.1
"""Smart Turn's word: the turn goes on for 0.6 s of silence."""
REST = [AUDIO] * 40


async def asked(
    *frames: Frame, memory: LLMContext | None = None, asking: AskingSettings | None = None
) -> list[Frame]:
    """The questions, their withdrawals and the ends of turns, in order."""
    strategy = AskEarlyStopStrategy(
        turn_analyzer=Voice(IN_DOUBT),
        settings=EndpointingSettings(),
        asking=asking or AskingSettings(ask_early=True),
    )
    strategies = UserTurnStrategies(start=[VADUserTurnStartStrategy()], stop=[strategy])
    context = LLMContextAggregatorPair(
        memory or LLMContext(), user_params=LLMUserAggregatorParams(user_turn_strategies=strategies)
    )
    down, _ = await run_test(context.user(), frames_to_send=[*frames])
    kinds = (LLMContextFrame, EagerEndOfTurnCancelFrame, UserStoppedSpeakingFrame)
    return [frame for frame in down if isinstance(frame, kinds)]


def questions(frames: list[Frame]) -> list[tuple[str, bool]]:
    """What was asked, and whether ahead of the end of the turn."""
    return [
        (str(frame.context.messages[-1]["content"]), frame.speculation)
        for frame in frames
        if isinstance(frame, LLMContextFrame)
    ]


def withdrawn(frames: list[Frame]) -> int:
    return sum(isinstance(frame, EagerEndOfTurnCancelFrame) for frame in frames)


def ended(frames: list[Frame]) -> int:
    return sum(isinstance(frame, UserStoppedSpeakingFrame) for frame in frames)


def memory_of(context: LLMContext) -> list[str]:
    return [str(message["content"]) for message in context.messages]


BEGUN: list[Frame] = [STARTED, *silence(0.03), said("Where is my order?"), SOON, *silence(0.1)]


async def test_the_model_is_asked_while_the_turn_is_in_doubt():
    frames = await asked(*BEGUN)
    assert questions(frames)[0] == ("Where is my order?", True)
    assert not ended(frames)


async def test_a_right_guess_is_not_asked_again():
    memory = LLMContext()
    frames = await asked(*BEGUN, STOPPED, SOON, *REST, SOON, memory=memory)
    assert questions(frames) == [("Where is my order?", True)]
    assert (withdrawn(frames), ended(frames)) == (0, 1)
    assert memory_of(memory) == ["Where is my order?"]


async def test_case_and_punctuation_make_no_guess_wrong():
    guess = WholeGuessFrame("where is my order", "", "")
    memory = LLMContext()
    frames = await asked(
        *(STARTED, *silence(0.03), guess, SOON, *silence(0.1)),
        *(STOPPED, SOON, said("Where is my order?"), SOON, *REST, SOON),
        memory=memory,
    )
    assert questions(frames) == [("where is my order", True)]
    assert memory_of(memory) == ["Where is my order?"]


async def test_other_words_withdraw_the_question_before_the_turn_ends():
    guess = WholeGuessFrame("Where is my hoarder?", "", "")
    memory = LLMContext()
    frames = await asked(
        *(STARTED, *silence(0.03), guess, SOON, *silence(0.1)),
        *(STOPPED, SOON, said("Where is my order?"), SOON, *REST, SOON),
        memory=memory,
    )
    assert withdrawn(frames) == 1
    assert questions(frames)[0] == ("Where is my hoarder?", True)
    assert questions(frames)[-1][0] == "Where is my order?"
    assert memory_of(memory) == ["Where is my order?"]


async def test_more_speech_withdraws_the_question_and_leaves_nothing():
    memory = LLMContext()
    frames = await asked(*BEGUN, VoiceFrame(0.1), SOON, memory=memory)
    assert withdrawn(frames) == 1
    assert not ended(frames)
    # the end of the session writes down what was said until then, as it was said
    assert memory_of(memory) == ["Where is my order?"]


async def test_words_that_cannot_end_so_are_no_question():
    frames = await asked(STARTED, *silence(0.03), said("My order number is"), SOON, *silence(0.1))
    assert not any(ahead for _, ahead in questions(frames))


async def test_switched_off_the_model_is_asked_when_the_turn_is_over():
    frames = await asked(
        *(*BEGUN, STOPPED, SOON, *REST, SOON), asking=AskingSettings(ask_early=False)
    )
    assert questions(frames) == [("Where is my order?", False)]


async def test_a_model_that_takes_its_question_back_is_asked_again():
    back = EagerEndOfTurnCancelFrame()
    frames = await asked(*BEGUN, back, SOON, STOPPED, SOON, *REST, SOON)
    assert questions(frames) == [("Where is my order?", True), ("Where is my order?", False)]


def worth(asking: Asking, words: str = "Where is it?") -> bool:
    return asking.worth(words)


def test_a_caller_who_goes_on_is_not_guessed_at_for_ever():
    asking = Asking(AskingSettings(ask_early=True, ask_wasted_share=0.3))
    assert worth(asking)
    asking.wasted()
    assert not worth(asking)
    for _ in range(4):
        asking.turn_over()
    assert worth(asking)


def test_words_that_may_change_have_to_stand_for_a_moment():
    asking = Asking(AskingSettings(ask_early=True))
    assert not asking.worth("Where is it?", unsure_secs=0.03)
    assert asking.worth("Where is it?", unsure_secs=0.06)
