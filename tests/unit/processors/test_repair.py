from collections.abc import Sequence

import pytest
from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    Frame,
    LLMContextFrame,
    TranscriptionFrame,
    TTSSpeakFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.filters.identity_filter import IdentityFilter
from pipecat.tests.utils import SleepFrame, run_test

from processors.repair import Question, Repair, Repairing, RepairSettings, Words
from processors.vault import Vault

SETTINGS = RepairSettings()
SURE, UNSURE, LOST = 0.95, 0.4, 0.1
TURN = "Where is my order 1042?"
ASKED = "Sorry, was that one-zero-four-two?"
WITHDRAWN = "never mind"


def heard(text: str, **doubted: float) -> list[tuple[str, float]]:
    """`_1042=0.4`: the ear is not sure of that word."""
    return [(word, doubted.get("_" + word.strip("?.,"), SURE)) for word in text.split()]


def asked_in(text: str, **doubted: float) -> str:
    repair = Repair(SETTINGS)
    repair.heard(heard(text, **doubted))
    question = repair.question(text)
    return question.text if question else ""


def asking() -> Repair:
    repair = Repair(SETTINGS)
    repair.heard(heard(TURN, _1042=UNSURE))
    repair.settled(repair.question(TURN))
    return repair


class TestWhatIsAsked:
    def test_the_value_that_is_uncertain(self):
        assert asked_in(TURN, _1042=UNSURE) == ASKED

    def test_nothing_when_all_was_heard_well(self):
        assert asked_in(TURN) == ""

    def test_nothing_about_words_that_are_no_values(self):
        assert asked_in(TURN, _Where=LOST, _my=LOST) == ""

    def test_only_the_part_that_is_uncertain(self):
        text = "Book Tuesday at three, my number is 5550123."
        assert asked_in(text, _Tuesday=UNSURE) == "Sorry, was that Tuesday?"

    def test_the_least_certain_of_several(self):
        text = "Book Tuesday at three."
        assert asked_in(text, _Tuesday=0.5, _three=UNSURE) == "Sorry, was that three?"

    def test_to_say_it_again_when_there_is_nothing_to_read_back(self):
        assert asked_in(TURN, _1042=LOST) == (
            "Sorry, I didn't catch the number. Could you say it again?"
        )

    def test_nothing_when_it_is_switched_off(self):
        repair = Repair(RepairSettings(below=0))
        repair.heard(heard(TURN, _1042=LOST))
        assert repair.question(TURN) is None

    def test_nothing_when_the_speech_to_text_tells_no_certainty(self):
        assert Repair(SETTINGS).question(TURN) is None

    @pytest.mark.parametrize("lead", ["Yes,", "No,", "Okay,", "Um, yeah,", "Go ahead,"])
    def test_nothing_of_a_caller_who_says_yes_or_no(self, lead):
        assert asked_in(f"{lead} order 1042.", _1042=UNSURE) == ""

    def test_nothing_that_is_not_in_the_turn(self):
        repair = Repair(SETTINGS)
        repair.heard(heard("1043", _1043=UNSURE) + heard(TURN))
        assert repair.question(TURN) is None


class TestTheNextTurn:
    def test_is_not_asked_about_again_and_the_one_after_it_is(self):
        repair = asking()
        repair.heard(heard("1043.", _1043=UNSURE))
        assert repair.question("1043.") is None
        repair.settled(None)
        repair.heard(heard(TURN, _1042=UNSURE))
        assert repair.question(TURN) is not None

    @pytest.mark.parametrize(
        ("answer", "reply"),
        [
            ("Yes.", "yes"),
            ("Yeah, that's right.", "yes"),
            ("Correct!", "yes"),
            ("No.", "no"),
            ("No, sorry, that's wrong.", "no"),
            ("No, 1043.", "something"),
            ("Yes, and when does it come?", "something"),
            ("What?", "something"),
        ],
    )
    def test_answers_the_question(self, answer, reply):
        assert asking().reply(ASKED, answer) == reply

    def test_answers_a_question_that_was_cut_short(self):
        assert asking().reply("Sorry, was that one", "Yes.") == "yes"

    @pytest.mark.parametrize("said", ["", "Shall I book it?"])
    def test_is_no_answer_where_something_else_was_heard(self, said):
        assert asking().reply(said, "Yes.") is None

    def test_is_no_answer_to_a_request_to_say_it_again(self):
        repair = Repair(SETTINGS)
        repair.settled(Question("Could you say it again?"))
        assert repair.reply("Could you say it again?", "Yes.") is None


def certainty(result: object) -> Words:
    return result if isinstance(result, list) else ()


def transcript(text: str, **doubted: float) -> TranscriptionFrame:
    return TranscriptionFrame(text, "caller", "", result=heard(text, **doubted))


def question_to(context: LLMContext, *, ahead: bool = False) -> LLMContextFrame:
    return LLMContextFrame(context, speculation=ahead)


def context_of(*texts: str) -> LLMContext:
    """The caller first, then in turns."""
    roles = ("user", "assistant")
    return LLMContext([{"role": roles[at % 2], "content": text} for at, text in enumerate(texts)])


async def passed(frames: Sequence[Frame], vault: Vault | None = None) -> list[object]:
    """What comes out: words that are spoken, or the caller's last words a model is asked about."""
    ear, repairing = IdentityFilter(), Repairing(SETTINGS, vault or Vault(), certainty)
    repairing.watch(ear)
    paced = [each for frame in frames for each in (frame, SleepFrame(0.05))]
    down, _ = await run_test(Pipeline([ear, repairing]), frames_to_send=paced)
    out: list[object] = []
    for frame in down:
        if isinstance(frame, TTSSpeakFrame):
            out.append(frame.text)
        elif isinstance(frame, LLMContextFrame):
            out.append(frame.context.get_messages()[-1])
        elif isinstance(frame, EagerEndOfTurnCancelFrame):
            out.append(WITHDRAWN)
    return out


def users(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


class TestTheModel:
    async def test_is_not_asked_where_the_caller_is(self):
        frames = [transcript(TURN, _1042=UNSURE), question_to(context_of(TURN))]
        assert await passed(frames) == [ASKED]

    async def test_is_asked_what_the_caller_had_said_after_a_yes(self):
        context = context_of(TURN, ASKED, "Yes.")
        frames = [transcript(TURN, _1042=UNSURE), question_to(context_of(TURN))]
        assert await passed([*frames, question_to(context)]) == [ASKED, users(TURN)]
        assert [*context.get_messages()] == [users(TURN)]

    async def test_is_not_asked_after_a_mere_no(self):
        context = context_of(TURN, ASKED, "No.")
        frames = [transcript(TURN, _1042=UNSURE), question_to(context_of(TURN))]
        assert await passed([*frames, question_to(context)]) == [
            ASKED,
            "What was the number, then?",
        ]

    async def test_is_asked_about_what_the_caller_says_instead(self):
        context = context_of(TURN, ASKED, "No, 1043.")
        frames = [transcript(TURN, _1042=UNSURE), question_to(context_of(TURN))]
        assert await passed([*frames, question_to(context)]) == [ASKED, users("No, 1043.")]
        assert len(context.get_messages()) == 3

    async def test_is_asked_when_it_goes_on_behind_a_tool(self):
        context = LLMContext([{"role": "tool", "content": "done", "tool_call_id": "1"}])
        frames = [transcript(TURN, _1042=UNSURE), question_to(context)]
        assert len(await passed(frames)) == 1

    async def test_is_asked_while_a_secret_is_keyed_in(self):
        vault = Vault()
        vault.expect("pin")
        frames = [transcript(TURN, _1042=UNSURE), question_to(context_of(TURN))]
        assert await passed(frames, vault) == [users(TURN)]


class TestAGuess:
    """The model is asked ahead of the end of the turn."""

    async def test_is_held_back_and_the_caller_asked_with_the_end_of_the_turn(self):
        frames = [transcript(TURN, _1042=UNSURE), question_to(context_of(TURN), ahead=True)]
        assert await passed(frames) == []
        assert await passed([*frames, UserStoppedSpeakingFrame()]) == [ASKED]

    async def test_that_is_withdrawn_asks_nothing(self):
        frames = [transcript(TURN, _1042=UNSURE), question_to(context_of(TURN), ahead=True)]
        ended = [EagerEndOfTurnCancelFrame(), UserStoppedSpeakingFrame()]
        assert await passed([*frames, *ended]) == [WITHDRAWN]
        again = [*frames, *ended, question_to(context_of(TURN))]
        assert await passed(again) == [WITHDRAWN, ASKED]

    async def test_ahead_of_its_words_is_withdrawn_if_they_were_not_heard_well(self):
        context = context_of(TURN)
        asks, over = question_to(context, ahead=True), UserStoppedSpeakingFrame()
        said = {"role": "user", "content": TURN}
        assert await passed([asks, transcript(TURN), over]) == [said]
        unsure = transcript(TURN, _1042=UNSURE)
        assert await passed([asks, unsure, over]) == [said, WITHDRAWN, ASKED]
