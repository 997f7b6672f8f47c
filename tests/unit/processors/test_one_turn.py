"""Who goes on before anything was heard in reply is still in the same turn."""

import pytest
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.turns.empty_user_turn import DEFAULT_EMPTY_USER_TURN_INTERRUPTED_PROMPT

from processors.one_turn import join


def user(text: str) -> dict:
    return {"role": "user", "content": text}


def echo(text: str) -> dict:
    return {"role": "assistant", "content": text}


def after_joining(*messages: dict) -> list:
    context = LLMContext(messages=[*messages])
    join(context)
    return context.messages


def test_two_halves_become_one_message():
    assert after_joining(echo("Hi."), user("Where is my order."), user("1042?")) == [
        echo("Hi."),
        user("Where is my order 1042?"),
    ]


def test_three_pieces_become_one_message():
    assert after_joining(user("It's"), user("10"), user("42.")) == [user("It's 10 42.")]


def test_what_was_answered_stays_a_turn_of_its_own():
    messages = [user("Where is my order?"), echo("What is its number?"), user("1042")]
    assert after_joining(*messages) == messages


@pytest.mark.parametrize(
    "between",
    [
        {"role": "developer", "content": "The return was started after all."},
        {"role": "tool", "content": "{}", "tool_call_id": "1"},
        {"role": "user", "content": [{"type": "text", "text": "a picture"}]},
    ],
)
def test_what_happened_in_between_keeps_them_apart(between: dict):
    messages = [user("Where is my order?"), between, user("1042")]
    assert after_joining(*messages) == messages


def test_a_cough_behind_a_question_is_nothing_to_ask_about():
    question = {"role": "user", "content": "Where is my order?"}
    note = {"role": "developer", "content": DEFAULT_EMPTY_USER_TURN_INTERRUPTED_PROMPT}
    context = LLMContext([question, note])
    join(context)
    assert context.messages == [question]


def test_what_was_not_understood_behind_an_answer_is_asked_about():
    answer = {"role": "assistant", "content": "It comes"}
    note = {"role": "developer", "content": DEFAULT_EMPTY_USER_TURN_INTERRUPTED_PROMPT}
    context = LLMContext([answer, note])
    join(context)
    assert context.messages == [answer, note]
