"""What is said of why a call is placed, from a purpose that was written for an agent."""

import pytest

from bot.providers.local.purpose import opening, reason
from tests.unit.providers.local.scripted import GREETING


@pytest.mark.parametrize(
    ("purpose", "said"),
    [
        ("Ask about order 1042.", "I'm calling to ask about order 1042."),
        ("Please remind Ms. Smith of her visit.", "I'm calling to remind Ms. Smith of her visit."),
        ("to confirm tomorrow's visit", "I'm calling to confirm tomorrow's visit."),
        ("about the lamp you ordered", "I'm calling about the lamp you ordered."),
        ("Your appointment on Tuesday", "I'm calling about Your appointment on Tuesday."),
        ("Order 1042", "I'm calling about Order 1042."),
        ("Order two desk lamps!", "I'm calling to order two desk lamps."),
        ("Cancel", "I'm calling to cancel."),
    ],
)
def test_a_purpose_is_said_as_a_reason(purpose: str, said: str):
    assert reason(purpose) == said


@pytest.mark.parametrize(
    "purpose",
    [
        "Get through to sales, and ask about order 1042.",
        "Get through to sales and ask about order 1042.",
        "Please get through to parts and service, then ask about order 1042.",
        "Navigate to sales. Ask about order 1042.",
    ],
)
def test_the_way_to_a_person_is_not_told_to_the_person(purpose: str):
    assert reason(purpose) == "I'm calling to ask about order 1042."


def test_who_is_only_to_be_reached_is_told_so():
    assert reason("Get through to sales.") == "I'm calling to get through to sales."


def test_instructions_behind_the_first_sentence_are_nobodys_to_hear():
    said = reason("Confirm the visit on Tuesday. Offer Thursday, but only if they hesitate.")
    assert said == "I'm calling to confirm the visit on Tuesday."


def test_who_is_called_hears_who_calls_and_is_not_asked_what_they_need():
    said = opening(GREETING, "Ask about order 1042.")
    assert said == "Hi, this is Echo at Acme. I'm calling to ask about order 1042."
    assert opening("How can I help?", "Cancel") == "I'm calling to cancel."
