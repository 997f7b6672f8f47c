"""Phone menus, as they are read out, and which key gets whom through."""

import json
from collections.abc import Sequence

import pytest
from pipecat.adapters.llm.schemas.direct_function import DirectFunction
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.turns.empty_user_turn import DEFAULT_EMPTY_USER_TURN_INTERRUPTED_PROMPT

from bot.providers.local.acts import Act
from bot.providers.local.dialogue import Dialogue
from bot.providers.local.phone_menu import WAIT, Choice, Menu, choices_in
from bot.tools import TOOLS
from bot.tools.menu import press_keys
from tests.unit.providers.local.scripted import NOW

SALES = "Get through to sales, and ask about order 1042."
REFUND = "Ask when the refund for order 1042 arrives."
APPOINTMENT = "Cancel Maria's appointment on Friday."
INVOICE = "Ask about invoice 2207."

MENUS = [
    ("For sales, press one. For support, press two.", SALES, "1"),
    ("Press 1 for support, 2 for sales, or 0 for the operator.", SALES, "2"),
    ("For support press one, for sales press two.", SALES, "2"),
    ("Thank you for calling Acme. To speak to someone in sales, please press 3.", SALES, "3"),
    ("If you are calling about a return or a refund, press 4. For sales, press 1.", REFUND, "4"),
    ("To book, change or cancel an appointment, press the pound key.", APPOINTMENT, "#"),
    ("Press two to pay a bill. Press three for directions.", INVOICE, "2"),
    ("For billing questions, dial five. To hear this menu again, press star.", INVOICE, "5"),
    ("For English, press one. Para español, oprima el dos.", SALES, "1"),
    ("Press 1 for opening hours, press 2 for jobs, press 0 to speak to an operator.", REFUND, "0"),
    ("To track a package, press 6; for anything else, press 9.", "Where is my delivery?", "6"),
    ("Please enter your order number followed by the pound key.", REFUND, "1042#"),
    ("Enter your six digit invoice number now.", INVOICE, "2207"),
    ("For the warehouse, press one. For the press office, press two.", SALES, WAIT),
    ("For sales, press one.", "", WAIT),
]


@pytest.mark.parametrize(("said", "purpose", "keys"), MENUS, ids=lambda each: each[:40])
def test_a_menu_is_gone_through_by_what_the_call_is_for(said: str, purpose: str, keys: str):
    assert Menu().heard(said, purpose)[1] == keys


@pytest.mark.parametrize(
    "said",
    [
        "Thank you for calling Acme.",
        "For support,",
        "press one.",
        "Please listen carefully, as our options have changed.",
        "Your call may be recorded for quality and training purposes.",
        "All of our representatives are busy. Please stay on the line.",
        "If you know your party's extension, you may dial it at any time.",
    ],
)
def test_nothing_is_said_to_a_machine_that_has_no_choices_yet(said: str):
    assert Menu().heard(said, SALES)[1] == WAIT


@pytest.mark.parametrize(
    "said",
    [
        "Hello?",
        "Sales department, good morning.",
        "Thank you for calling Acme, this is Jane. How can I help you?",
        "Could you press one for me?",
    ],
)
def test_somebody_who_answers_is_no_menu(said: str):
    assert Menu().heard(said, SALES)[1] == ""


def test_a_menu_that_comes_in_pieces_is_waited_for():
    menu, keys = Menu().heard("For support, press one.", SALES)
    assert keys == WAIT
    menu, keys = menu.heard("For sales, press two.", SALES)
    assert keys == "2"
    menu, keys = menu.heard("Connecting you.", SALES)
    assert keys == WAIT
    assert menu.heard("Sales department, good morning.", SALES)[1] == ""


@pytest.mark.parametrize(
    "pieces",
    [
        ("For support, press one. For sales.", "Press two."),
        ("For support, press one. For sales, press", "2."),
        ("For support, press", "one. For sales, press two."),
        ("To speak to", "sales, press two."),
        ("For support, press one. For sales, press to.",),
        ("For support, press one. For sales, press, too.",),
        ("Press one for support. Press", "two for sales."),
    ],
)
def test_a_choice_that_is_cut_in_half_or_misheard_is_one_all_the_same(pieces: tuple[str, ...]):
    menu, all_keys = Menu(), []
    for piece in pieces:
        menu, keys = menu.heard(piece, SALES)
        all_keys.append(keys)
    assert all_keys == [*[WAIT] * (len(pieces) - 1), "2"]


def test_half_a_choice_is_forgotten_once_somebody_answers():
    menu, _ = Menu().heard("For support, press one. For sales.", SALES)
    menu, keys = menu.heard("Hello, this is Jane.", SALES)
    assert (keys, menu.half) == ("", "")


PLACED = {
    "role": "developer",
    "content": f"You have placed this call yourself. It is for: {SALES}",
}


def pressed(dialogue: Dialogue, *said: str, tools: Sequence[DirectFunction]) -> list[Act]:
    """What is done after each of the words that are heard."""
    messages, acts = [PLACED], []
    for number, words in enumerate(said):
        messages.append({"role": "user", "content": words})
        act = dialogue.decide(messages, LLMContext(tools=[*tools]).tools, NOW)
        acts.append(act)
        for call in act.calls:
            function = {"name": call.tool, "arguments": json.dumps(call.arguments)}
            made = {"id": f"call-{number}", "type": "function", "function": function}
            told = json.dumps({"say": "The keys were pressed."})
            messages.append({"role": "assistant", "tool_calls": [made]})
            messages.append({"role": "tool", "tool_call_id": f"call-{number}", "content": told})
    return acts


def test_the_brain_presses_keys_and_says_nothing_until_somebody_answers(dialogue: Dialogue):
    said = ("Thank you for calling Acme.", "For support, press one.", "For sales, press two.")
    *menu, person = pressed(dialogue, *said, "Sales, good morning.", tools=[*TOOLS, press_keys])
    assert [act.text for act in menu] == ["", "", ""]
    assert [call.arguments["digits"] for act in menu for call in act.calls] == ["w", "w", "2"]
    assert person.text
    assert not person.calls


def test_what_was_not_understood_at_first_may_be_a_menu(dialogue: Dialogue):
    note = {"role": "developer", "content": DEFAULT_EMPTY_USER_TURN_INTERRUPTED_PROMPT}
    with_keys = LLMContext(tools=[*TOOLS, press_keys]).tools
    act = dialogue.decide([PLACED, note], with_keys, NOW)
    assert (act.text, [call.arguments["digits"] for call in act.calls]) == ("", [WAIT])
    assert dialogue.decide([PLACED, note], LLMContext(tools=[*TOOLS]).tools, NOW).text
    person = {"role": "user", "content": "Hello?"}
    assert "order 1042" in dialogue.decide([PLACED, note, person], with_keys, NOW).text


def test_where_no_keys_can_be_pressed_a_menu_is_words_like_any(dialogue: Dialogue):
    (act,) = pressed(dialogue, "For sales, press two.", tools=TOOLS)
    assert act.text
    assert not act.calls


def test_all_choices_are_read_with_their_keys():
    said = "For sales, press one, for support press 2. To hear this again, press the star key."
    assert choices_in(said) == (
        Choice("1", "sales"),
        Choice("2", "support"),
        Choice("*", "hear this again"),
    )


def test_words_about_pressing_that_offer_no_key_are_no_menu():
    assert choices_in("We press apples, and one for the road.") == ()
