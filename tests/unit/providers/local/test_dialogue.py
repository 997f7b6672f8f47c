"""Whole conversations with the keyless brain, from the messages alone."""

import json

import pytest
from pipecat.processors.aggregators import async_tool_messages
from pipecat.processors.aggregators.llm_context import LLMContextMessage, LLMSpecificMessage
from pipecat.services.llm_service import FunctionCallParams

from bot.providers.local.dialogue import Dialogue
from bot.providers.local.intents import Intents
from tests.unit.providers.local.scripted import (
    GREETING,
    SITUATIONS,
    TOOLS,
    Call,
    called,
    decide,
    heard,
    said,
)


def test_order_is_asked_for_and_then_remembered(dialogue: Dialogue):
    call = Call(dialogue)
    assert "order number" in call.hears("Where is my order?")
    assert call.hears("ten forty-two") == "Order 1042 is on its way."
    assert call.hears("And who is bringing it?") == "UPS has order 1042."
    assert call.last == ("track_shipment", {"order_number": "1042"})


def test_wrong_number_is_corrected_in_half_a_sentence(dialogue: Dialogue):
    call = Call(dialogue)
    call.hears("Where is order 1042?")
    assert call.hears("No, 1043.") == "Order 1043 is on its way."
    assert call.hears("Sorry, not 1043, 1044.") == "Order 1044 is on its way."


def test_number_that_does_not_exist_is_said_again(dialogue: Dialogue):
    call = Call(dialogue)
    assert "can't find" in call.hears("What's the status of order 9999?")
    assert call.hears("Oh, it's 1042.") == "Order 1042 is on its way."


def test_caller_without_a_number_is_asked_for_the_email(dialogue: Dialogue):
    call = Call(dialogue)
    call.hears("I'd like to check on an order")
    assert "e-mail" in call.hears("I don't have the number")
    call.hears("maria dot lopez at example dot com")
    assert call.last == ("look_up_order", {"email": "maria.lopez@example.com"})


def test_one_of_several_orders_is_chosen_by_its_place(dialogue: Dialogue):
    call = Call(dialogue)
    call.hears("Look up the orders of pair at example dot com")
    assert call.hears("The second one.") == "Order 1051 is on its way."


def test_return_is_started_only_after_a_yes(dialogue: Dialogue):
    call = Call(dialogue)
    assert call.hears("I want to send something back") == "What is the order number?"
    assert "Shall I start" in call.hears("one zero three eight")
    assert "confirmed" not in call.last[1]
    assert "is started" in call.hears("Yes, please.")
    assert call.last == ("start_return", {"order_number": "1038", "confirmed": True})


def test_return_is_dropped_on_a_no(dialogue: Dialogue):
    call = Call(dialogue)
    call.hears("I want to return order 1038")
    assert "leave it" in call.hears("No, better not.")
    call.hears("Yes.")
    assert len(call.calls) == 1


def test_correction_of_a_read_back_is_read_back_again(dialogue: Dialogue):
    call = Call(dialogue)
    call.hears("I want to return order 1038")
    assert "order 1039. Shall" in call.hears("No, 1039.")
    assert "is started" in call.hears("That's right.")
    assert call.last[1]["order_number"] == "1039"


def test_appointment_is_found_chosen_named_and_booked(dialogue: Dialogue):
    call = Call(dialogue)
    assert "Which would you like" in call.hears("I need to see a doctor")
    assert "name" in call.hears("The second one.")
    assert "for Maria Lopez. Shall I book it?" in call.hears("Maria Lopez.")
    assert "is booked" in call.hears("Yeah, go ahead.")
    assert call.last == (
        "book_appointment",
        {"starts_at": "2026-11-24T14:00", "name": "Maria Lopez", "confirmed": True},
    )


def test_only_offer_is_taken_with_a_yes(dialogue: Dialogue):
    call = Call(dialogue)
    call.hears("Do you have anything on Friday?")
    assert "name" in call.hears("Yes, that works.")
    call.hears("It's for Sam Reed.")
    assert call.last == ("book_appointment", {"starts_at": "2026-11-27T11:00", "name": "Sam Reed"})


def test_other_time_than_the_one_read_back_is_read_back(dialogue: Dialogue):
    call = Call(dialogue)
    call.hears("Book Tuesday at 10:30 for Maria Lopez")
    assert "2026-11-24T14:00" in call.hears("Actually, make it two o'clock.")
    assert "is booked" in call.hears("Perfect.")


def test_taken_time_leads_to_the_times_offered_instead(dialogue: Dialogue):
    call = Call(dialogue)
    assert "not free" in call.hears("Book me in on Tuesday at noon, my name is Sam Reed")
    assert "2026-11-24T12:30, for Sam Reed" in call.hears("Half past twelve is fine.")


def test_appointment_just_booked_is_cancelled_as_it(dialogue: Dialogue):
    call = Call(dialogue)
    call.hears("Book Tuesday at 10:30 for Maria Lopez")
    call.hears("Yes.")
    assert "Shall I cancel" in call.hears("Oh no, cancel my appointment please.")
    assert call.last[1] == {"starts_at": "2026-11-24T10:30", "name": "Maria Lopez"}


def test_cancelling_asks_for_the_name_first(dialogue: Dialogue):
    call = Call(dialogue)
    assert "name" in call.hears("I need to cancel my appointment")
    assert "Shall I cancel" in call.hears("It's under John Smith.")
    assert call.hears("Yup.") == "The appointment is cancelled."


def test_booking_is_taken_back_as_it(dialogue: Dialogue):
    call = Call(dialogue)
    call.hears("Book Tuesday at 10:30 for Maria Lopez")
    call.hears("Yes.")
    assert "Shall I cancel" in call.hears("Actually, cancel it.")


def test_yes_takes_the_offer_at_the_time_asked_for(dialogue: Dialogue):
    call = Call(dialogue)
    call.hears("Can I see a doctor tomorrow at 2 p.m.?")
    assert "name" in call.hears("Yes, please.")
    call.hears("Anna Smith")
    assert call.last[1] == {"starts_at": "2026-11-24T14:00", "name": "Anna Smith"}


def test_name_said_before_the_choice_is_kept(dialogue: Dialogue):
    call = Call(dialogue)
    call.hears("I need an appointment")
    assert call.hears("Anna Smith") == "Which one would you like?"
    assert "for Anna Smith. Shall I book it?" in call.hears("The first one.")


def test_wrong_name_in_a_read_back_is_corrected_by_the_name_alone(dialogue: Dialogue):
    call = Call(dialogue)
    call.hears("Book Tuesday at 10:30 for Maria Lopez")
    assert "for Marta Lopez. Shall I book it?" in call.hears("Marta Lopez.")


def test_order_is_chosen_by_what_it_is(dialogue: Dialogue):
    call = Call(dialogue)
    call.hears("Look up the orders of pair at example dot com")
    assert call.hears("The desk.") == "Order 1051 is on its way."


def test_request_beside_an_answer_is_heard(dialogue: Dialogue):
    call = Call(dialogue)
    call.hears("Where is my order?")
    answer = call.hears("It's ten forty-two, and what's the weather in Boston?")
    assert answer == "Order 1042 is on its way. Boston will be sunny."


def test_weather_there_is_that_of_the_place_spoken_of(dialogue: Dialogue):
    call = Call(dialogue)
    call.hears("What's the weather in Boston?")
    call.hears("And what's the weather there tomorrow?")
    assert call.last == ("get_weather", {"city": "Boston", "day": "2026-11-24"})


def test_nobody_is_hung_up_on_for_a_likeness(dialogue: Dialogue):
    call = Call(dialogue)
    for words in ("it's the one for me", "I am on it", "that is something for me"):
        call.hears(words)
    assert "end_call" not in [tool for tool, _ in call.calls]


def test_digression_returns_to_the_open_question(dialogue: Dialogue):
    call = Call(dialogue)
    call.hears("I want to return something")
    answer = call.hears("What's the weather in Boston?")
    assert answer == "Boston will be sunny. What is the order number?"
    assert "order 1038" in call.hears("1038")


def test_digression_from_a_read_back_returns_to_it(dialogue: Dialogue):
    call = Call(dialogue)
    call.hears("I want to return order 1038")
    answer = call.hears("Sure, but what's the weather in Boston?")
    assert answer.startswith("Boston will be sunny.")
    assert answer.endswith("Shall I start the return?")
    assert "is started" in call.hears("Yes.")


def test_small_talk_returns_to_the_open_question(dialogue: Dialogue):
    call = Call(dialogue)
    call.hears("I want to return something")
    answer = call.hears("Are you a robot?")
    assert "AI" in answer
    assert answer.endswith("What is the order number?")


def test_the_same_is_asked_for_another_place_and_day(dialogue: Dialogue):
    call = Call(dialogue)
    call.hears("What's the weather in Boston?")
    call.hears("And in New York?")
    assert call.last == ("get_weather", {"city": "New York"})
    call.hears("What about tomorrow?")
    assert call.last == ("get_weather", {"city": "New York", "day": "2026-11-24"})


def test_two_requests_in_one_breath_are_both_answered(dialogue: Dialogue):
    call = Call(dialogue)
    answer = call.hears("Where is order 1042 and what's the weather in Boston?")
    assert answer == "Order 1042 is on its way. Boston will be sunny."


def test_second_request_waits_for_the_first(dialogue: Dialogue):
    call = Call(dialogue)
    answer = call.hears("What's the weather in Boston? And I want to return something.")
    assert answer == "Boston will be sunny. What is the order number?"
    assert "Shall I start" in call.hears("1038")


def test_person_is_offered_after_two_failures(dialogue: Dialogue):
    call = Call(dialogue)
    assert "I can look up an order" in call.hears("Sing me a song.")
    assert "talk to a person" in call.hears("What is the meaning of life?")
    assert call.hears("Yes please.") == "A colleague will call you back."


def test_unintelligible_answers_lead_to_a_person(dialogue: Dialogue):
    call = Call(dialogue)
    call.hears("I want to return something")
    assert call.hears("blue monkeys dance").endswith("What is the order number?")
    assert "talk to a person" in call.hears("green ideas sleep furiously")


def test_noise_is_not_taken_for_words(dialogue: Dialogue):
    call = Call(dialogue)
    assert call.hears("you") == "Sorry, I didn't catch that."
    assert call.hears(".") == "Sorry, I didn't catch that."
    call.hears("I want to return something")
    assert call.hears("um") == "Sorry, I didn't catch that. What is the order number?"


def test_silence_gets_no_answer(dialogue: Dialogue):
    assert decide(dialogue, SITUATIONS[""], heard("")).text == ""


def test_last_words_are_repeated(dialogue: Dialogue):
    call = Call(dialogue)
    call.hears("Where is order 1042?")
    assert call.hears("Could you say that again?") == "Order 1042 is on its way."


def test_no_after_anything_else_ends_the_call(dialogue: Dialogue):
    call = Call(dialogue)
    assert "anything else" in call.hears("Thank you.")
    call.hears("No.")
    assert call.last[0] == "end_call"


def test_caller_who_says_nothing_yet_is_greeted(dialogue: Dialogue):
    assert decide(dialogue).text == GREETING
    greet = [{"role": "developer", "content": "Greet the caller."}]
    assert decide(dialogue, greet).text == GREETING


def test_question_that_was_not_heard_is_not_confirmed(dialogue: Dialogue):
    unheard = SITUATIONS["confirm_booking"][:-1]
    act = decide(dialogue, unheard, heard("Yes."))
    assert not act.calls
    assert "Shall I book it?" in act.text


def test_question_cut_off_early_is_not_confirmed(dialogue: Dialogue):
    unheard = SITUATIONS["confirm_booking"][:-1]
    assert not decide(dialogue, unheard, said("Tuesday, November"), heard("Yes.")).calls


def test_yes_that_is_taken_back_is_no_yes(dialogue: Dialogue):
    for words in ("Yes. No, wait.", "Yeah, but not yet.", "Okay, actually don't."):
        assert not decide(dialogue, SITUATIONS["confirm_booking"], heard(words)).calls, words


def test_half_a_sentence_and_its_other_half_are_one(dialogue: Dialogue):
    act = decide(dialogue, SITUATIONS[""], heard("I would like, um"), heard("to track 1042"))
    assert [call.tool for call in act.calls] == ["track_shipment"]


def test_tool_cancelled_by_a_noise_runs_again(dialogue: Dialogue):
    cut_off = called("look_up_order", {"order_number": "1042"}, "CANCELLED")
    act = decide(dialogue, heard("where is order 1042"), cut_off, heard("um"))
    assert act.calls[0].arguments == {"order_number": "1042"}


def test_tool_cancelled_by_a_correction_runs_with_it(dialogue: Dialogue):
    cut_off = called("look_up_order", {"order_number": "1042"}, "CANCELLED")
    act = decide(dialogue, heard("where is order 1042"), cut_off, heard("sorry, 1043"))
    assert act.calls[0].arguments == {"order_number": "1043"}


def test_tool_still_running_gets_no_words(dialogue: Dialogue):
    running = called("look_up_order", {"order_number": "1042"}, "IN_PROGRESS")
    act = decide(dialogue, heard("where is order 1042"), running)
    assert (act.text, act.calls) == ("", ())


def test_filler_before_the_answer_does_not_hide_it(dialogue: Dialogue):
    done = called("look_up_order", {"order_number": "1042"}, {"say": "It is on its way."})
    act = decide(dialogue, heard("where is order 1042"), done, said("Let me look that up."))
    assert act.text == "It is on its way."


def test_answer_that_was_given_is_not_given_twice(dialogue: Dialogue):
    assert decide(dialogue, SITUATIONS["after_order"]).text == ""


def test_late_result_of_an_async_tool_is_spoken(dialogue: Dialogue):
    started = called("look_up_order", {"order_number": "1042"}, "IN_PROGRESS")
    identity = started[1]["tool_call_id"]
    started[1] = async_tool_messages.build_started_message(identity)
    late = async_tool_messages.build_final_result_message(
        identity, json.dumps({"say": "Your lamp has arrived."})
    )
    before = [*heard("where is order 1042"), *started, *heard("how are you"), *said("I'm fine.")]
    assert decide(dialogue, before, [late]).text == "Your lamp has arrived."


def test_write_finished_behind_a_barge_in_is_told(dialogue: Dialogue):
    arguments = {"starts_at": "2026-11-24T10:30", "name": "Maria Lopez", "confirmed": True}
    note = (
        "book_appointment was done after all, unheard by the caller: "
        "Maria Lopez is booked for Tuesday."
    )
    act = decide(
        dialogue,
        SITUATIONS["confirm_booking"],
        heard("yes"),
        called("book_appointment", arguments, "CANCELLED"),
        [{"role": "developer", "content": note}],
        heard("hello?"),
    )
    assert "Maria Lopez is booked for Tuesday." in act.text
    assert not act.calls


def test_messages_of_other_shapes_are_passed_over(dialogue: Dialogue):
    strange = [
        LLMSpecificMessage(llm="anthropic", message={"type": "thinking"}),
        {"role": "system", "content": "You are Echo."},
        {"role": "tool", "tool_call_id": "nobody", "content": "{}"},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "x", "type": "custom"}]},
        {
            "role": "user",
            "content": [
                {"type": "input_audio", "input_audio": {"data": "", "format": "wav"}},
                {"type": "text", "text": "Where is order 1042?"},
            ],
        },
    ]
    act = decide(dialogue, strange)
    assert act.calls[0].arguments == {"order_number": "1042"}


def test_tool_that_failed_is_tried_again_on_a_yes(dialogue: Dialogue):
    words = json.dumps("The function `get_weather` failed and returned no result.")
    for content in (words, "CANCELLED"):
        broken = called("get_weather", {"city": "Boston"}, content)
        before = [*heard("what's the weather in Boston"), *broken]
        assert "Shall I try again?" in decide(dialogue, before).text
        again = decide(dialogue, before, said("Sorry, that didn't work just now."), heard("Yes."))
        assert [call.tool for call in again.calls] == ["get_weather"]


async def find_recipe(params: FunctionCallParams, dish: str, guests: int = 2) -> None:
    """Find a recipe.

    Examples: "how do I cook lasagna", "a recipe for pancakes", "what can I make with eggs".

    Args:
        dish: What to cook.
        guests: For how many.
    """


def test_tool_of_a_newcomer_is_understood_from_its_examples(dialogue: Dialogue):
    call = Call(dialogue, tools=[*TOOLS, find_recipe])
    assert call.hears("Do you have a good recipe?") == "What is the dish?"
    assert call.hears("Pancakes, please.") == "find_recipe did its work."
    assert call.last == ("find_recipe", {"dish": "Pancakes"})
    call.hears("How do I cook mushroom soup?")
    assert call.last == ("find_recipe", {"dish": "mushroom soup"})
    assert "find recipe" in call.hears("What can you do?")
    assert call.hears("Where is order 1042?") == "Order 1042 is on its way."


def test_long_call_gets_the_same_replies_as_one_replayed_from_its_start(intents: Intents):
    call = Call(Dialogue(intents, GREETING))
    for words in ("Where is my order?", "1042", "I want to return it", "no, 1043", "yes"):
        call.hears(words)
    again = Call(Dialogue(intents, GREETING))
    again.messages = [*call.messages, *heard("And what's the weather in Boston?")]
    call.messages = list(again.messages)
    assert call.act() == again.act()


def test_without_tools_it_says_so(dialogue: Dialogue):
    call = Call(dialogue, tools=())
    assert "can't help" in call.hears("Where is order 1042?")


def test_what_the_vault_kept_is_no_order_number(dialogue: Dialogue):
    for kept in ("[card ending 4242]", "[PIN entered]"):
        act = decide(dialogue, heard(kept))
        assert not act.calls
        assert "I have it" in act.text


PURPOSE = "Get through to sales, and ask about order 1042."
WHY = "I'm calling to ask about order 1042."
OPENING = f"Hi, this is Echo at Acme. {WHY}"
PLACED: list[LLMContextMessage] = [
    {
        "role": "developer",
        "content": f"You have placed this call yourself. It is for: {PURPOSE}",
    }
]


@pytest.mark.parametrize("words", ["Sales, good morning.", "Yes?", "Who is this?", "Where is it?"])
def test_who_answers_a_call_of_ours_is_told_who_calls_and_why(dialogue: Dialogue, words: str):
    assert decide(dialogue, PLACED, heard(words)).text == OPENING


def test_a_call_of_ours_that_nobody_has_opened_is_opened_with_its_purpose(dialogue: Dialogue):
    assert decide(dialogue, PLACED).text == OPENING


def test_an_opening_that_was_not_heard_is_said_again_and_one_that_was_is_not(dialogue: Dialogue):
    cut = [*PLACED, *heard("Yes?"), *said("Hi, this is")]
    assert decide(dialogue, cut, heard("Hello?")).text == OPENING
    whole = [*PLACED, *heard("Yes?"), *said(OPENING)]
    assert decide(dialogue, whole, heard("What is the weather in Boston?")).calls


def test_who_is_called_is_never_asked_what_they_need(dialogue: Dialogue):
    opened = [*PLACED, *said(OPENING)]
    assert decide(dialogue, opened, heard("Hello!")).text == f"Hello! {WHY}"
    answer = decide(dialogue, opened, heard("Are you a robot?")).text
    assert answer.startswith("I'm Echo, an AI")
    assert answer.endswith(WHY)


def test_who_says_goodbye_before_they_know_why_we_call_is_let_go(dialogue: Dialogue):
    (call,) = decide(dialogue, PLACED, heard("Wrong number, goodbye.")).calls
    assert call.tool == "end_call"


def test_who_makes_a_noise_before_they_know_why_we_call_is_asked_nothing(dialogue: Dialogue):
    wordless: list[LLMContextMessage] = [{"role": "developer", "content": "(interrupted)"}]
    pressed = [*PLACED, *heard("For sales, press two."), *called("press_keys", {}, {"done": "yes"})]
    assert not decide(dialogue, pressed, wordless).text
    opened = [*PLACED, *said(OPENING)]
    assert "catch that" in decide(dialogue, opened, wordless).text
