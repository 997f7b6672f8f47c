"""When a clause may be spoken, token by token."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipecat.processors.aggregators.llm_text_processor import LLMTextProcessor

from bot.providers.clauses import ClauseAggregator, ClauseSplitter, clauses


def tokens(text: str) -> list[str]:
    """Words with the space before them, and marks, as language models write them."""
    return re.findall(r" ?\w+| ?[^\w\s]|\s", text)


def fed(parts: list[str]) -> list[str]:
    splitter = ClauseSplitter()
    found = [clause for part in parts for clause in splitter.feed(part)]
    rest = splitter.flush()
    return [*found, rest] if rest else found


def first_clause(text: str) -> tuple[str, str]:
    """The first clause, and the text that had arrived when it was released."""
    splitter, arrived = ClauseSplitter(), ""
    for token in tokens(text):
        arrived += token
        for clause in splitter.feed(token):
            return clause, arrived
    return splitter.flush(), arrived


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Okay, let me look that up.", "Okay,"),
        ("Is that right? Good.", "Is that right?"),
        ("Found it! It shipped.", "Found it!"),
        ("One thing: it is late.", "One thing:"),
        ("Wait — I found it.", "Wait —"),
        ("First line\nSecond line", "First line"),
    ],
)
def test_first_clause_is_released_with_its_mark_and_no_later(text, first):
    clause, arrived = first_clause(text)
    assert clause == first
    assert arrived.rstrip() == first


def test_period_waits_for_one_character_because_it_may_be_inside_a_word():
    assert first_clause("Sure. What is it?") == ("Sure.", "Sure. What")


def test_rest_is_spoken_when_the_reply_ends():
    splitter = ClauseSplitter()
    assert list(splitter.feed("It is on its way")) == []
    assert splitter.flush() == "It is on its way"
    assert splitter.flush() == ""


def test_long_run_without_marks_is_cut_before_a_conjunction():
    clause, _ = first_clause("Your order 1042 is on its way and should be there soon.")
    assert clause == "Your order 1042 is on its way"


def test_very_long_run_is_cut_between_words_that_do_not_cling():
    clause, _ = first_clause(
        "We saw three large brown boxes leave our biggest warehouse last night."
    )
    assert clause == "We saw three large brown boxes leave our biggest warehouse"


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize(
    "whole",
    [
        "1,042",
        "$1,299.50",
        "10:30",
        "10:30 a.m.",
        "Dr. Smith",
        "J. K. Rowling",
        "maria.lopez@example.com",
        "https://acme.com/help?x=1,2",
        "acme.com",
        "Tuesday, November 24th, 2026",
        "Nov. 24",
        "3.5",
        "U.S. mail",
        "Mon–Fri",
        "9 – 5",
        "number 10452",
        "vs. them",
    ],
)
def test_never_cut(whole, size):
    text = f"So we said {whole} for you. And then some more words came, as they do."
    parts = [text[i : i + size] for i in range(0, len(text), size)]
    assert any(whole in clause for clause in fed(parts)), fed(parts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We open at 9 a.m. Come early.", ["We open at 9 a.m.", "Come early."]),
        ("The answer is no. Try again.", ["The answer is no.", "Try again."]),
        ("It was in 2026, we think.", ["It was in 2026,", "we think."]),
        ("We met on Tuesday, and left.", ["We met on Tuesday,", "and left."]),
        ("It costs 5. Good?", ["It costs 5.", "Good?"]),
    ],
)
def test_ambiguous_mark_ends_a_clause_when_what_follows_says_so(text, expected):
    assert fed(tokens(text)) == expected == clauses(text)


def test_list_number_stays_with_its_item():
    assert clauses("1. Open the box\n2. Look inside") == ["1. Open the box", "2. Look inside"]


def test_sentences_stay_whole_once_the_caller_has_something_to_listen_to():
    text = "I found your order right here. It left on Monday, and by Friday, at noon, it is yours."
    assert fed(tokens(text))[1:] == ["It left on Monday, and by Friday, at noon,", "it is yours."]


def test_after_a_very_short_start_the_next_clause_does_not_wait_for_the_sentence():
    text = "Okay, I looked for it, but there is nothing under that name in our books."
    assert fed(tokens(text))[:2] == ["Okay,", "I looked for it,"]


def test_closing_quote_that_arrives_late_does_not_begin_the_next_clause():
    assert fed(["Why", "?", '"', " Because"]) == ["Why?", "Because"]


def test_opening_quote_is_kept():
    assert fed(["Well", ",", ' "', "yes", '"', "."]) == ["Well,", '"yes".']


def test_spoken_words_of_the_same_reply_count():
    text = "It left on Monday, and it is yours."
    assert clauses(text) == ["It left on Monday,", "and it is yours."]
    assert clauses(text, words_spoken=10) == [text]


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


@given(st.lists(st.text(alphabet='ab1 ,.?!:-"(\n$—'), max_size=30))
def test_nothing_that_can_be_heard_is_lost_or_reordered(parts):
    assert letters("".join(fed(parts))) == letters("".join(parts))


@given(st.text(alphabet='ab1 ,.?!:-"(\n$'))
def test_a_clause_is_never_cut_again(text):
    said = 0
    for clause in clauses(text):
        again = clauses(clause, words_spoken=said)
        assert "".join(map(letters, again)) == letters(clause)
        said += len(clause.split())


async def test_aggregator_forgets_what_an_interruption_cut_off():
    aggregator = ClauseAggregator()
    assert [each.text async for each in aggregator.aggregate("Okay, this is")] == ["Okay,"]
    assert aggregator.text.text == "this is"
    await aggregator.handle_interruption()
    assert await aggregator.flush() is None


async def test_aggregator_flushes_the_last_clause():
    aggregator = ClauseAggregator()
    assert [each.text async for each in aggregator.aggregate("One moment.")] == []
    rest = await aggregator.flush()
    assert rest is not None
    assert rest.text == "One moment."


def test_aggregator_fits_pipecats_own_text_processor():
    LLMTextProcessor(text_aggregator=ClauseAggregator())
