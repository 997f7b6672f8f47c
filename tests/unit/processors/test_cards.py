"""Card numbers are found however they are written down; other numbers stay."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.cards import InPieces, hide, is_card, luhn, mended, withhold

VISA, AMEX = "4111111111111111", "378282246310005"
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def checked(body: str) -> str:
    """The number with its check digit."""
    return next(body + digit for digit in "0123456789" if luhn(body + digit))


def digits_in(text: str) -> str:
    words = re.findall(r"\d|" + "|".join(WORDS), text.lower())
    return "".join(word if word.isdigit() else str(WORDS.index(word)) for word in words)


BODIES = st.text("0123456789", min_size=12, max_size=18)
CARDS = BODIES.map(lambda body: checked("4" + body[1:])).filter(is_card)
PLAIN_CARDS = CARDS.filter(
    lambda card: sum(is_card(card[a:b]) for a in range(len(card)) for b in range(len(card) + 1)) < 2
)
"""No part of which could be a card's number by chance, as one in ten can."""
BETWEEN = st.sampled_from(["", " ", "-", ", ", " - ", ". "])
SAID = st.sampled_from([" ", ", ", " um ", "-", "... "])


@given(CARDS, st.lists(BETWEEN, min_size=19, max_size=19))
def test_a_card_number_in_digits_is_hidden_however_it_is_grouped(card: str, between: list[str]):
    text = "".join(digit + gap for digit, gap in zip(card[:-1], between, strict=False)) + card[-1]
    assert hide(f"It is {text} okay?") == f"It is [card ending {card[-4:]}] okay?"


@given(CARDS, st.lists(SAID, min_size=19, max_size=19))
def test_a_card_number_in_words_is_hidden(card: str, between: list[str]):
    words = [WORDS[int(digit)] for digit in card]
    text = "".join(word + gap for word, gap in zip(words[:-1], between, strict=False)) + words[-1]
    assert hide(f"My card is {text}, thanks") == f"My card is [card ending {card[-4:]}], thanks"


@given(st.text("0123456789", min_size=1, max_size=12))
def test_order_numbers_and_telephone_numbers_survive(digits: str):
    text = f"The number is {digits}."
    assert hide(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "order 1042",
        "Call me at (555) 123-4567 or 555-010-9999.",
        "It's one zero four two, and the year is 2026.",
        "+4111 1111 1111 1111",
        "plus four nine one five one two three four five six seven eight nine",
        "0000 0000 0000 0000",
        "",
    ],
)
def test_what_is_no_card_number_stays(text: str):
    assert hide(text) == text


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("four one one one " + "one " * 11 + "one", "[card ending 1111]"),
        ("forty-one eleven eleven eleven eleven eleven eleven eleven", "[card ending 1111]"),
        ("four triple one " + "triple one " * 4, "[card ending 1111] "),
        ("order 1042, card 4111 1111 1111 1111", "order 1042, card [card ending 1111]"),
        ("1042 4111-1111-1111-1111 12 27", "1042 [card ending 1111] 12 27"),
        ("3782 822463 10005.", "[card ending 0005]."),
        (f"ref{VISA}x", "ref[card ending 1111]x"),
    ],
)
def test_it_is_known_by_its_digits(text: str, hidden: str):
    assert hide(text) == hidden


@given(st.text())
def test_any_text_can_be_looked_through_and_twice_is_as_once(text: str):
    assert hide(hide(text)) == hide(text)


@given(st.text("0123456789 ", max_size=40))
def test_withheld_is_every_number_that_is_long_enough(text: str):
    assert not re.search(r"\d[\d ]*\d[\d ]*\d", withhold(text))


def test_short_numbers_are_not_withheld():
    assert withhold("two of them, 12 in all: 1 2 3") == "two of them, 12 in all: [number withheld]"


@given(PLAIN_CARDS, st.data())
def test_a_number_in_pieces_never_shows_more_than_its_beginning_and_end(card: str, data):
    cuts = data.draw(st.lists(st.integers(1, len(card) - 1), max_size=5, unique=True).map(sorted))
    ends = [*cuts, len(card)]
    pieces = [card[a:b] for a, b in zip([0, *cuts], ends, strict=True)]
    ears = InPieces()
    texts = [ears.final(piece) for piece in pieces]
    shown = digits_in(" ".join(texts).replace(f"[card ending {card[-4:]}]", ""))
    assert len(shown) <= 12
    assert mended(" ".join(texts)) == f"[card ending {card[-4:]}]"


def test_four_groups_that_are_four_transcripts():
    ears = InPieces()
    texts = [ears.final(text) for text in ("My card is 4111.", "1111.", "1111.", "1111, okay?")]
    assert texts == ["My card is 4111.", "1111.", "[number].", "[number] [card ending 1111], okay?"]
    assert mended(" ".join(texts)) == "My card is [card ending 1111], okay?"


def test_a_guess_holds_back_what_may_become_a_card_number():
    ears = InPieces()
    assert ears.interim("my card is 4111 1111") == "my card is 4111 1111"
    assert ears.interim("my card is 4111 1111 1111") == "my card is [number]"
    assert ears.interim("my card is 4111 1111 1111 1111") == "my card is [card ending 1111]"
    ears.final("my card is 4111 1111")
    assert ears.interim("1111 11") == "[number]"


def test_numbers_that_are_two_answers_are_two_numbers():
    ears = InPieces()
    assert ears.final("It is 58213") == "It is 58213"
    ears.clear()
    assert ears.final("415 555 0100") == "415 555 0100"


def test_a_card_number_that_echo_has_spoken_in_the_middle_of_is_one_all_the_same():
    ears = InPieces()
    assert ears.final("My card is 4111 1111") == "My card is 4111 1111"
    ears.clear()
    assert ears.interim("1111 11") == "1111 11"
    assert ears.final("1111 1111, okay?") == "[number] [card ending 1111], okay?"


def test_of_four_groups_with_a_word_of_echo_behind_each_the_first_two_are_passed_on():
    ears, texts = InPieces(), list[str]()
    for text in ("My card is 4111.", "1111.", "1111.", "1111."):
        texts.append(ears.final(text))
        ears.clear()
    assert texts == ["My card is 4111.", "1111.", "[number].", "[number] [card ending 1111]."]


def test_a_number_is_over_when_something_else_is_said():
    ears = InPieces()
    for text in ("4111 1111 11", "is what I see", "11 1111"):
        assert ears.final(text) == text


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("It is 4111 1111 1111 1112, okay?", "It is [number withheld], okay?"),
        ("378282246310006", "[number withheld]"),
        ("4111 1111 1111 1111, 12 27, and 123", "[card ending 1111], [number withheld]"),
        ("4111 1111 1111 1111 12/27 CVV is one two three",
         "[card ending 1111] 12/27 CVV is [number withheld]"),
        ("My PIN is 7391.", "My PIN is [number withheld]."),
    ],
)  # fmt: skip
def test_what_is_misheard_and_what_goes_with_a_card_is_withheld(text: str, hidden: str):
    assert hide(text) == hidden


def test_a_number_that_is_as_long_as_a_cards_may_be_a_longer_one_that_is_not_at_its_end():
    card = checked("412345678901234567")
    ears = InPieces()
    assert ears.final(card[:16]) == "[number]"
    assert ears.final(card[16:]) == f"[number] [card ending {card[-4:]}]"


@pytest.mark.parametrize(
    "text",
    [
        "four one one one, okay, one one one one, hold on, one one one one, one one one one",
        "four one one one, one second, one one one one um double one double one triple one one",
        "cuatro uno uno uno, uno uno uno uno, uno uno uno uno, uno uno uno uno",
        "cuarenta y uno once once once once once once once",
        "cuarenta y uno, once, doble uno doble uno, a ver, triple uno triple uno doble uno",
    ],
)
def test_a_card_number_is_known_whatever_its_pauses_are_filled_with_and_in_spanish(text: str):
    assert hide(text) == "[card ending 1111]"
