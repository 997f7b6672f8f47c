"""Written text as a person says it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.providers.local.spoken import speech, spoken


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Your order 1042 has shipped.", "Your order one zero four two has shipped."),
        ("order number 1042", "order number one zero four two"),
        ("#1042", "number one zero four two"),
        ("order #1042", "order one zero four two"),
        ("order 1,042", "order one zero four two"),
        ("The code is 0042.", "The code is zero zero four two."),
        ("58213 has shipped.", "five eight two one three has shipped."),
        ("your card ending in 4242", "your card ending in four two four two"),
        (
            "Orders 1042, 1043 and 1044",
            "Orders one zero four two, one zero four three and one zero four four",
        ),
        ("Order A1234 is ready.", "Order A, one two three four is ready."),
        ("The reference is RMA-2023.", "The reference is R M A, two zero two three."),
        ("Tracking 1Z99AB1042", "Tracking one, Z, nine nine, A B, one zero four two"),
    ],
)
def test_identifiers_are_spelled(written, said):
    assert spoken(written) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("in 2026", "in 2026"),
        ("order 2024 from 2024", "order two zero two four from 2024"),
        ("We have 1042 items.", "We have 1,042 items."),
        ("Order 42 is 3 days late.", "Order 42 is 3 days late."),
        ("It costs $1,299.50.", "It costs $1,299.50."),
        ("at 10:30 AM, 72°F", "at 10:30 AM, 72°F"),
        ("Tuesday, November 24th, 2026", "Tuesday, November 24th, 2026"),
        ("3-5 business days, 20% off, 3.5 miles", "3-5 business days, 20% off, 3.5 miles"),
    ],
)
def test_years_counts_money_and_times_are_left_to_the_engine(written, said):
    assert spoken(written) == said


def test_clause_before_explains_a_number():
    assert spoken("2024.", before="Your order number is:") == "two zero two four."
    assert spoken("2024.", before="That was back in") == "2024."


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Call 555-123-4567.", "Call five five five, one two three, four five six seven."),
        ("(555) 555-0199", "five five five, five five five, zero one nine nine"),
        ("+44 20 7946 0958", "plus four four, two zero, seven nine four six, zero nine five eight"),
        ("1-800-555-1234", "one, eight hundred, five five five, one two three four"),
        ("account 123456789", "account one two three, four five six, seven eight nine"),
        ("account 1234567", "account one two three, four five six seven"),
    ],
)
def test_long_numbers_come_in_groups(written, said):
    assert spoken(written) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Write to maria@example.com.", "Write to maria at example dot com."),
        ("m_lopez-99@ex.co.uk", "m underscore lopez dash nine nine at ex dot co dot U K"),
        ("See https://www.acme.com/help?x=1.", "See acme dot com."),
        ("See acme.io/faq, please", "See acme dot I O, please"),
        ("see [our page](https://x.com/a) now", "see our page now"),
    ],
)
def test_addresses_are_said_and_links_are_not(written, said):
    assert spoken(written) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("**Great** news, `code` and _more_!", "Great news, code and more!"),
        ("# Title", "Title"),
        ("- an item", "an item"),
        ("1. Open the box", "1, Open the box"),
        ("Done! 🎉👍🏽 :)", "Done!"),
        ("Open 24/7.", "Open twenty-four seven."),
        ("size 10 1/2", "size 10 and a half"),
        ("2026-11-24T10:30:00", "2026-11-24, 10:30"),
    ],
)
def test_marks_for_the_eye_are_not_heard(written, said):
    assert spoken(written) == said


@pytest.mark.parametrize("written", ["👍", "**", "...", " ", ""])
def test_what_has_no_sound_says_nothing(written):
    assert spoken(written) == ""


def test_words_stay_as_they_were_written():
    written = "Your order 1042 costs $149.50, ok?"
    assert " ".join(word.text for word in speech(written).words) == written


def test_what_takes_longer_to_say_gets_more_of_the_time():
    share = {word.text: word.share for word in speech("order 1042 is there").words}
    assert share["1042"] > 2 * share["order"] > share["is"]


@given(st.text(max_size=80))
def test_every_written_word_has_its_share_whatever_the_text(written):
    words = speech(written).words
    assert [word.text for word in words] == written.split()
    assert not words or sum(word.share for word in words) == pytest.approx(1.0)
