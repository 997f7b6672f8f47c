"""Early guesses by a speech to text that takes turns itself; on a virtual clock."""

from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    EagerTranscriptionFrame,
    Frame,
    LLMContextFrame,
    ProposedUserStartedSpeakingFrame,
    ProposedUserStoppedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.tests.utils import run_test
from pipecat.turns.user_turn_strategies import ExternalUserTurnStrategies

from processors.asking import Asking, AskingSettings
from processors.withdrawal import AnsweringEagerStopStrategy
from tests.unit.processors.test_prompt_stop import SOON, said

BEGUN = (ProposedUserStartedSpeakingFrame(), SOON)
OVER = (ProposedUserStoppedSpeakingFrame(), SOON)


def guess(words: str) -> Frame:
    return EagerTranscriptionFrame(words, "", "")


def asking(turns: int = 4, **settings: object) -> Asking:
    """Behind so many turns without a wrong guess."""
    made = Asking(AskingSettings.model_validate(settings))
    for _ in range(turns):
        made.turn_over()
    return made


async def asked(*frames: Frame, by: Asking | None = None) -> list[str]:
    """What the model is asked ahead, and at last, and what becomes of it, in order."""
    strategies = ExternalUserTurnStrategies()
    strategies.stop = [AnsweringEagerStopStrategy(by or asking())]
    context = LLMContextAggregatorPair(
        LLMContext(), user_params=LLMUserAggregatorParams(user_turn_strategies=strategies)
    )
    down, _ = await run_test(context.user(), frames_to_send=[*frames])
    told: list[str] = []
    for frame in down:
        match frame:
            case LLMContextFrame():
                words = frame.context.messages[-1]["content"]
                told.append(f"{words} ahead" if frame.speculation else f"{words} at last")
            case EagerEndOfTurnCancelFrame():
                told.append("withdrawn")
            case UserStoppedSpeakingFrame():
                told.append("over")
            case _:
                pass
    return told


async def test_a_right_guess_is_the_answer():
    turn = (*BEGUN, guess("Where is it?"), SOON, said("Where is it?"), SOON, *OVER)
    assert await asked(*turn) == ["Where is it? ahead", "over"]


async def test_other_words_withdraw_the_guess_before_they_are_asked():
    turn = (*BEGUN, guess("Where is"), SOON, said("Where is it?"), SOON, *OVER)
    assert await asked(*turn) == ["Where is ahead", "withdrawn", "Where is it? at last", "over"]


async def test_a_guess_whose_withdrawal_overtook_it_is_withdrawn_by_the_next():
    guesses = guess("Where is"), SOON, guess("Where is it?"), SOON
    told = await asked(*BEGUN, *guesses, said("Where is it?"), SOON, *OVER)
    assert told == ["Where is ahead", "withdrawn", "Where is it? ahead", "over"]


async def test_a_guess_is_not_asked_where_nothing_is_asked_ahead():
    turn = (*BEGUN, guess("Where is it?"), SOON, said("Where is it?"), SOON, *OVER)
    assert await asked(*turn, by=asking(ask_early=False)) == ["Where is it? at last", "over"]


async def test_a_caller_who_goes_on_behind_a_guess_costs_one_request_and_not_one_a_guess():
    goes_on = (guess("Where is"), SOON, EagerEndOfTurnCancelFrame(), SOON)
    turn = (*BEGUN, *goes_on, *goes_on, *goes_on, said("Where is it?"), SOON, *OVER)
    told = await asked(*turn, by=asking(turns=0))
    assert [each for each in told if each != "withdrawn"] == [
        "Where is ahead",
        "Where is it? at last",
        "over",
    ]
