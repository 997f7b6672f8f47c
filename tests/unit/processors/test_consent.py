"""What counts as consent to a recording, and what does not."""

import pytest
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    Frame,
    LLMMessagesAppendFrame,
    TranscriptionFrame,
)
from pipecat.tests.utils import SleepFrame, run_test

from processors.consent import Consent, answer_in, change_in


@pytest.mark.parametrize(
    "text",
    [
        "Yes.",
        "Yeah, sure.",
        "Okay",
        "Hello, yes you may.",
        "No problem!",
        "I don't mind",
        "Go ahead",
        "Yeah, that's fine with me, thanks.",
        "Of course, if you need to.",
        "You can record this call.",
        "Yes. Where is my order 1042?",
    ],
)
def test_a_clear_yes_is_consent(text: str):
    assert answer_in(text) == "yes"


@pytest.mark.parametrize(
    "text",
    [
        *("No.", "No, thank you", "I'd rather not", "Please don't", "Not really"),
        *("Yes, but why?", "Okay, no", "Never", "Yes, I do mind.", "Of course I mind", "I object"),
    ],
)
def test_a_no_and_a_yes_with_a_doubt_are_a_refusal(text: str):
    assert answer_in(text) == "no"


@pytest.mark.parametrize(
    "text",
    [
        *("Where is my order?", "Maybe", "I want an appointment", "Hm", "", "You can hang up"),
        *("Yes, hello?", "Yes. Hello?", "Yes? Who is this?", "Okay. So I am calling about my lamp"),
        *("Yes hi I would like to book an appointment", "Fine weather today", "Sure?"),
    ],
)
def test_anything_else_is_no_consent(text: str):
    assert answer_in(text) == "neither"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Sí.", "yes"),
        ("Hola, sí, claro.", "yes"),
        ("Por supuesto", "yes"),
        ("No hay problema", "yes"),
        ("Puede, sí", "yes"),
        ("No.", "no"),
        ("No, gracias", "no"),
        ("Prefiero que no", "no"),
        ("Mejor no", "no"),
        ("Sí, pero ¿por qué?", "no"),
        ("¿Dónde está mi pedido?", "neither"),
        ("Quizás", "neither"),
        ("Puede grabar la llamada, gracias.", "yes"),
        ("Sí, me importa", "no"),
        ("Puede ser", "neither"),
        ("Si puedo elegir otro día", "neither"),
        ("Yes, claro", "yes"),
    ],
)
def test_consent_may_be_given_and_refused_in_spanish(text: str, answer: str):
    assert answer_in(text) == answer


def test_who_says_yes_for_minutes_keeps_nobody_waiting():
    assert answer_in("yes you can that's fine " * 200 + "then") == "neither"
    assert answer_in("yes you can " * 5 + "or so") == "neither"


@pytest.mark.parametrize(
    "text",
    [
        *("Stop recording.", "Please don't record me.", "I don't want to be recorded anymore"),
        *(
            "Can you turn off the recording?",
            "I withdraw my consent",
            "I'd rather you didn't record",
        ),
        *("Deje de grabar, por favor.", "No quiero que me graben", "Pare la grabación"),
    ],
)
def test_a_yes_is_taken_back_in_words_that_name_the_recording(text: str):
    assert change_in(text) == "no"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "You can record this call now.",
            "Okay, you may record again.",
            "Please resume recording",
        ),
        *("Ya puede grabar la llamada", "Siga grabando"),
    ],
)
def test_a_no_is_taken_back_likewise(text: str):
    assert change_in(text) == "yes"


@pytest.mark.parametrize(
    "text",
    [
        *("No.", "Yes.", "Stop.", "I do not have a record of my order", "Are you recording this?"),
        *("I bought a record player", "Please record that I called", "Can you record this call?"),
    ],
)
def test_other_words_change_nothing(text: str):
    assert change_in(text) == "neither"


SPEAKS, FALLS_SILENT = BotStartedSpeakingFrame, BotStoppedSpeakingFrame


async def decided(*happens: type[Frame] | Frame | str) -> tuple[list[str], list[str]]:
    """The answers, and what goes on to those who are behind it; words are the caller's."""
    consent, answers = Consent("May I record this call?"), list[str]()

    @consent.event_handler("on_answer")
    async def answered(_: object, answer: str) -> None:
        answers.append(answer)

    consent.ask("You are talking to an AI.")
    frames: list[Frame] = []
    for each in happens:
        said = TranscriptionFrame(each, "", "") if isinstance(each, str) else each
        frames += [said() if isinstance(said, type) else said, SleepFrame()]
    down, _ = await run_test(consent, frames_to_send=frames)
    return answers, [frame.text for frame in down if isinstance(frame, TranscriptionFrame)]


def test_the_question_and_what_comes_before_it_are_one_breath_that_nobody_cuts():
    words = Consent("May I record this call?").ask("You are talking to an AI.")
    assert words.text == "You are talking to an AI. May I record this call?"
    assert not words.interruptible


async def test_a_yes_to_the_question_is_consent_and_no_words_for_the_model():
    assert await decided(SPEAKS, FALLS_SILENT, "Yes, sure.") == (["yes"], [])


async def test_a_yes_over_the_question_is_none_and_the_question_stays_open():
    assert await decided(SPEAKS, "Yes?", FALLS_SILENT, "No.") == (["no"], [])
    assert await decided(SPEAKS, "Yes.", FALLS_SILENT, "Yes.") == (["yes"], [])


async def test_a_no_over_the_question_is_a_no():
    assert await decided(SPEAKS, "No, don't.", FALLS_SILENT, "Yes.") == (["no"], ["Yes."])


async def test_who_says_something_else_over_the_question_is_not_asked_again():
    lamp = "I want to return my lamp."
    answers, goes_on = await decided(SPEAKS, lamp, FALLS_SILENT, SPEAKS, FALLS_SILENT, "Yes.")
    assert (answers, goes_on) == (["neither"], [lamp, "Yes."])


async def test_a_yes_to_what_echo_says_next_is_no_consent():
    answers, goes_on = await decided(SPEAKS, FALLS_SILENT, SPEAKS, FALLS_SILENT, "Yes.")
    assert (answers, goes_on) == (["neither"], ["Yes."])


async def test_a_yes_behind_what_was_typed_is_an_answer_to_that():
    typed = LLMMessagesAppendFrame([{"role": "user", "content": "Return my lamp"}], run_llm=True)
    assert (await decided(SPEAKS, typed, FALLS_SILENT, "Yes."))[0] == ["neither"]


@pytest.mark.parametrize("text", ["I can't breathe.", "No! Call 911!", "He is not breathing"])
@pytest.mark.parametrize("heard", [True, False])
async def test_who_is_in_danger_is_heard_by_those_behind_and_has_not_answered(
    text: str, heard: bool
):
    happens = [SPEAKS, FALLS_SILENT, text] if heard else [SPEAKS, text, FALLS_SILENT]
    assert await decided(*happens) == (["neither"], [text])


async def test_who_thinks_better_of_it_is_heeded_each_time():
    answers, goes_on = await decided(
        *(SPEAKS, FALLS_SILENT, "Yes.", SPEAKS, FALLS_SILENT, "Stop recording.", "No."),
        *("You can record this call again.", "Yes."),
    )
    assert answers == ["yes", "no", "yes"]
    assert goes_on == ["No.", "Yes."]


async def test_a_refusal_that_is_repeated_is_for_the_model():
    answers, goes_on = await decided(SPEAKS, FALLS_SILENT, "No.", "Don't record me.")
    assert (answers, goes_on) == (["no"], ["Don't record me."])
