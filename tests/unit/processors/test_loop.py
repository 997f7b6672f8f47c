"""Who is asked and hung up on: whoever says the same words again and again, and no caller."""

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from processors.loop import Loop, LoopSettings, Step

SETTINGS = LoopSettings()
QUESTION = Step(SETTINGS.question)
GOODBYE = Step(SETTINGS.goodbye, hangs_up=True)
LAST_GOODBYE = Step(SETTINGS.goodbye, hangs_up=True, in_full=True)

ON_HOLD = (
    "Thank you for calling Northern Gas.",
    "All our agents are busy at the moment.",
    "Please stay on the line and we will be with you shortly.",
)
VOICEMAIL = (
    "Hello, you have reached the voicemail of John Miller. I can't take your call right now, "
    "so please leave a message after the tone."
)
BOT = "I'm sorry, I didn't understand that. Please say or enter your account number."


def met(turns: Iterable[str], loop: Loop | None = None) -> list[Step | None]:
    """What is said to each of the turns instead of an answer."""
    loop = loop or Loop(SETTINGS)
    return [loop.heard(turn) for turn in turns]


def nobody(turns: Sequence[str]) -> bool:
    """Whether all of them are answered."""
    return met(turns) == [None] * len(turns)


def asked() -> Loop:
    """The question has just been asked."""
    loop = Loop(SETTINGS)
    assert met([VOICEMAIL] * 4, loop)[-1] == QUESTION
    return loop


class TestAMachine:
    @pytest.mark.parametrize("says", [VOICEMAIL, BOT, " ".join(ON_HOLD), "Please hold the line."])
    def test_is_asked_once_then_told_goodbye_and_then_to_the_end(self, says: str):
        steps = met([says] * 7)
        assert steps == [None] * 3 + [QUESTION, None, GOODBYE, LAST_GOODBYE]

    def test_is_known_by_sentences_that_are_turns(self):
        steps = met(ON_HOLD * 6)
        assert [step for step in steps if step][:2] == [QUESTION, GOODBYE]
        assert steps.index(QUESTION) == 9, "the first of them for the fourth time"

    def test_is_known_within_one_turn(self):
        assert met([f"{VOICEMAIL} " * 4]) == [QUESTION]

    def test_is_known_whatever_is_heard_in_the_music_between(self):
        between = [text for _ in range(4) for text in (VOICEMAIL, "Thank you.")]
        assert met(between)[6] == QUESTION

    def test_is_known_although_a_word_of_a_long_sentence_is_misheard(self):
        misheard = VOICEMAIL.replace("tone", "town")
        assert met([VOICEMAIL, misheard, VOICEMAIL, misheard])[-1] == QUESTION

    def test_is_known_by_its_words_not_by_how_they_are_written(self):
        written = [BOT, BOT.upper(), BOT.replace(".", ","), BOT.replace("'", "")]
        assert met(written)[-1] == QUESTION

    def test_that_goes_on_in_pieces_over_the_question_has_not_replied(self):
        loop = asked()
        assert met(["leave a message after the tone", "the tone", VOICEMAIL], loop)[-1] == GOODBYE

    def test_that_has_been_answered_the_same_again_and_again_is_asked_though_a_number_changes(self):
        loop, steps = Loop(SETTINGS), []
        for place in range(9, 2, -1):
            steps += met([f"You are number {place} in the queue, please hold."], loop)
            loop.answered("Sorry, I can help with orders and returns only.")
        assert steps.count(QUESTION) == 1
        assert GOODBYE not in steps, "that is not enough to hang up"


class TestACaller:
    @pytest.mark.parametrize(
        "says",
        [
            "Yes.",
            "No, thank you.",
            "Yes, that's right, thank you.",
            "Hello? Hello? Hello?",
            "five five five one two three four",
            "My number is 5550123.",
            "M I L L E R",
            "one zero four two",
            "",
            "...",
        ],
    )
    def test_who_says_little_may_say_it_as_often_as_they_like(self, says: str):
        assert nobody([says] * 20)

    def test_who_is_misheard_says_it_three_times(self):
        ask = "Can you tell me when my parcel will be here?"
        assert nobody([ask, ask, ask, "Thank you, and how much was it?", "Then send it back."])

    @pytest.mark.parametrize(
        "asks",
        ["What's the weather in {}?", "What will the weather be like in {}?", "And {}, how is it?"],
    )
    def test_who_asks_the_same_about_something_else_each_time_is_answered(self, asks: str):
        places = ("Boston", "Paris", "Rome", "Lima", "Oslo", "Cairo", "Delhi", "Quito")
        assert nobody([asks.format(place) for place in places])

    def test_who_tries_one_number_after_another_is_answered(self):
        assert nobody(
            [f"Where is my order number {number}, please?" for number in range(1040, 1048)]
        )

    def test_who_calls_for_help_is_never_hung_up_on(self):
        assert nobody(["Please help me, there is a fire in my house!"] * 20)

    @pytest.mark.parametrize("replies", ["Yes.", "What?", "Yes, I am.", f"Yes. {VOICEMAIL}"])
    def test_who_replies_is_a_caller_like_any_other(self, replies: str):
        loop = asked()
        assert met([replies, VOICEMAIL, VOICEMAIL], loop) == [None] * 3

    def test_who_says_something_else_over_the_goodbye_stays(self):
        loop = asked()
        assert met([VOICEMAIL] * 2, loop)[-1] == GOODBYE
        assert met(["Wait, I am here, don't hang up!", *[VOICEMAIL] * 3], loop) == [None] * 4

    def test_who_goes_on_as_before_is_asked_again(self):
        loop = asked()
        assert met(["Yes.", *[VOICEMAIL] * 4], loop)[-1] == QUESTION


class TestWhatIsAskedAhead:
    def test_is_what_will_be_said_and_changes_nothing(self):
        loop = Loop(SETTINGS)
        met([BOT] * 3, loop)
        assert [loop.step(BOT), loop.step(BOT), loop.step("Hello there.")] == [
            QUESTION,
            QUESTION,
            None,
        ]
        assert loop.heard(BOT) == QUESTION


class TestSettings:
    def test_say_how_often(self):
        loop = Loop(LoopSettings(times=6))
        assert met([BOT] * 6, loop) == [None] * 5 + [QUESTION]

    def test_switch_it_off(self):
        off = LoopSettings(times=0)
        assert met([BOT] * 30, Loop(off)) == [None] * 30
        assert off.phrases == ()

    @pytest.mark.parametrize("times", [1, 2, 3])
    def test_leave_callers_who_are_misheard_alone(self, times: int):
        with pytest.raises(ValidationError, match="at least 4"):
            LoopSettings(times=times)

    def test_of_another_language_are_its_words(self):
        loop = Loop(SETTINGS)
        loop.follow(LoopSettings(times=9, question="¿Sigue ahí?", goodbye="¡Adiós!"))
        steps = met([BOT] * 6, loop)
        assert [step.text for step in steps if step] == ["¿Sigue ahí?", "¡Adiós!"]


WORD = st.text("bcdfghjklmnp", min_size=2, max_size=6)  # without a vowel it means nothing
SENTENCE = st.lists(WORD, min_size=5, max_size=20, unique=True).map(" ".join)


def strangers(sentences: Sequence[str]) -> list[str]:
    """The same, without a word in common."""
    return [
        " ".join(letter + word for word in sentence.split())
        for letter, sentence in zip("qrstvwxz", sentences, strict=False)
    ]


@given(st.lists(SENTENCE, min_size=1, max_size=8).map(strangers), st.data())
@settings(max_examples=60, deadline=None)
def test_nobody_is_asked_who_says_nothing_more_than_three_times(pool: list[str], data):
    assert nobody(data.draw(st.permutations(pool * 3)))


@given(st.lists(st.sampled_from(["yes", "no", "1042", "a", "b", "five", "oh"]), max_size=60))
@settings(max_examples=60, deadline=None)
def test_nobody_is_asked_who_says_yes_or_no_or_spells(words: list[str]):
    assert nobody([" ".join(words[at : at + 8]) for at in range(0, len(words), 8)] * 5)


@given(st.lists(SENTENCE, min_size=1, max_size=3), st.data())
@settings(max_examples=60, deadline=None)
def test_a_machine_is_hung_up_on_wherever_its_pauses_are_taken_for_the_end(sentences, data):
    loop, steps, turn = Loop(SETTINGS), list[Step | None](), ""
    for _ in range(9):
        for number, sentence in enumerate(sentences, start=1):
            turn = f"{turn} {sentence}".strip()
            if number == len(sentences) or data.draw(st.booleans()):
                steps.append(loop.heard(turn))
                turn = ""
    assert [step for step in steps if step][:2] == [QUESTION, GOODBYE]


@given(
    st.lists(SENTENCE, min_size=1, max_size=4),
    st.lists(st.integers(0, 3), min_size=8, max_size=40),
)
@settings(max_examples=60, deadline=None)
def test_nobody_is_hung_up_on_who_was_not_asked_before(pool: list[str], order: list[int]):
    steps = [step for step in met([pool[each % len(pool)] for each in order]) if step]
    may_follow = {GOODBYE: (QUESTION,), LAST_GOODBYE: (GOODBYE, LAST_GOODBYE)}
    for before, step in zip([None, *steps], steps, strict=False):
        assert step == QUESTION or before in may_follow[step]
