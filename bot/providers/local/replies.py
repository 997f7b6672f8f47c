"""Replies that are words only."""

import re
from collections.abc import Collection
from dataclasses import replace

from bot.providers.local.acts import Act, Heeded
from bot.providers.local.intents import small_talk
from bot.providers.local.questions import abilities
from bot.providers.local.state import State

ELSE = "What else can I do for you?"
_PERSON = "I'm sorry, I still don't follow. Would you like to talk to a person?"
_FAILURES_UNTIL_PERSON = 2


def chat(state: State, topic: str, tools: Collection[str]) -> Heeded:
    """Small talk, and back to the question that is open."""
    says = small_talk()[topic].says.format(can=abilities(tools))
    if topic == "repeat" and state.said:
        return state, Act(state.said, topic=topic)
    question = state.task.words if state.task and state.task.stage != "calling" else ""
    if question and topic != "wait":
        first = says if topic == "what_can_you_do" else re.split(r"(?<=[.!])\s", says)[0]
        says = f"{first} {question}"
    return replace(state, failures=0), Act(says, topic=topic)


def not_understood(state: State, tools: Collection[str], question: str = "") -> Heeded:
    """What can be done instead, or the open question again; then, a person is offered."""
    state = replace(state, failures=state.failures + 1)
    if state.failures >= _FAILURES_UNTIL_PERSON and "talk_to_human" in tools:
        return replace(state, failures=0, person_offered=True), Act(_PERSON, topic="person")
    if question:
        return state, Act(f"Sorry, I didn't catch that. {question}", topic="unclear")
    says = small_talk()["unknown"].says.format(can=abilities(tools))
    return state, Act(says, topic="unknown")


def not_heard(state: State) -> Heeded:
    """An answer to mere noise."""
    task = state.task
    question = task.words if task and task.stage in ("asking", "confirming") else ""
    return state, Act(f"Sorry, I didn't catch that. {question}".strip(), topic="noise")
