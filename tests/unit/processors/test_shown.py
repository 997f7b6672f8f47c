"""No more than four digits of a card's number are shown before it is known to be one."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    Frame,
    InterimTranscriptionFrame,
    TranscriptionFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.processors.filters.identity_filter import IdentityFilter
from pipecat.processors.frameworks.rtvi import RTVIObserverParams
from pipecat.tests.utils import SleepFrame, run_test

from processors.cards import InPieces
from processors.shown import Shown, ShownRTVI
from tests.unit.processors.test_cards import PLAIN_CARDS, VISA, WORDS, digits_in


def shown(*said: str) -> list[str]:
    """What is shown with each final transcript, as the ears write it; Echo is silent."""
    pieces, shown = InPieces(), Shown()
    return [shown.final(pieces.final(text)) for text in said]


@pytest.mark.parametrize("group", ["1111", "one one one one"])
def test_a_card_in_groups_of_four_shows_its_first_and_then_that_it_is_one(group: str):
    said = shown("My card is 4111", group, group, f"{group}.", "Okay?")
    assert said == ["My card is 4111", "", "", "[card ending 1111].", "Okay?"]


@given(PLAIN_CARDS, st.lists(st.integers(1, 18), max_size=6), st.booleans())
def test_however_a_card_is_cut_no_more_than_four_digits_are_shown(
    card: str, cuts: list[int], in_words: bool
):
    ends = sorted({cut for cut in cuts if cut < len(card)} | {0, len(card)})
    parts = [card[a:b] for a, b in pairwise(ends)]
    if in_words:
        parts = [" ".join(WORDS[int(digit)] for digit in part) for part in parts]
    for told in (" ".join(shown(*parts)), Shown().interim(InPieces().interim(parts[0]))):
        alone = digits_in(re.sub(r"\[card ending \d{4}\]", "", told))
        assert len(alone) <= 4, parts


@pytest.mark.parametrize(
    "text", ["Order 1042.", "It's 7 415 555 0100", "+44 20 7946 0958", "Ten thirty, for 2 people",
             "At 415 555 0100, please."],
)  # fmt: skip
def test_what_is_no_start_of_a_card_or_does_not_end_what_was_said_is_shown_at_once(text: str):
    assert shown(text) == [text]


def test_a_telephone_number_that_may_be_a_cards_is_shown_when_something_else_is_said():
    assert shown("My number is 415 555", "0100", "Call me there.") == [
        "My number is", "", "415 555 0100 Call me there.",
    ]  # fmt: skip


def test_a_telephone_number_is_shown_when_echo_answers():
    pieces = Shown()
    assert pieces.final("My number is 415 555 0100") == "My number is"
    assert pieces.waits
    assert pieces.settle() == "415 555 0100"
    assert not pieces.waits


def test_an_interim_number_is_shown_as_far_as_an_orders_is_long():
    pieces = Shown()
    assert pieces.interim("order 1042") == "order 1042"
    assert pieces.interim("my card is 4111 11") == "my card is …"
    assert pieces.final("My card is 4111") == "My card is 4111"
    assert pieces.interim("1111") == "…"


async def test_clients_are_shown_the_same():
    card = " ".join(["1111"] * 3)
    frames: list[Frame] = [
        InterimTranscriptionFrame("my number is 4155", "", ""),
        InterimTranscriptionFrame("my number is 415555", "", ""),
        TranscriptionFrame("My number is 415555", "", ""),
        SleepFrame(),
        BotStartedSpeakingFrame(),
        SleepFrame(),
        TranscriptionFrame("4111", "", ""),
        TranscriptionFrame(card, "", ""),
    ]
    rtvi, sent = ShownRTVI(), []

    async def send(model, exclude_none=True):
        sent.append(model.model_dump())

    rtvi.push_transport_message = send
    observer = rtvi.create_rtvi_observer(params=RTVIObserverParams())
    await run_test(Pipeline([IdentityFilter()]), frames_to_send=frames, observers=[observer])
    told = [each["data"] for each in sent if each["type"] == "user-transcription"]
    assert [(each["text"], each["final"]) for each in told] == [
        ("my number is 4155", False),
        ("my number is …", False),
        ("My number is", True),
        ("415555", True),
        ("4111", True),
    ]
    assert VISA[:8] not in str(sent).replace(" ", "")
