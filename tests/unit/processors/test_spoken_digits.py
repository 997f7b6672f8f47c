"""Numbers in a text, however they are said, and where they are."""

import pytest

from processors.spoken_digits import joined, leads, numbers, replaced, trails


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("order 1042, please", ["1042"]),
        ("one oh four two", ["1042"]),
        ("four double one triple two", ["411222"]),
        ("forty-one twelve", ["4112"]),
        ("twenty zero", ["200"]),
        ("4111 um 1111", ["41111111"]),
        ("1042 and then, for the lamp, 7", ["1042", "7"]),
        ("plus 49 151, or 030", ["030"]),
        ("four okay, one second, two", ["42"]),
        ("cero cinco, cuarenta y dos, once", ["054211"]),
        ("veintitrés, doble cuatro y dieciséis", ["234416"]),
        ("no number at all", []),
    ],
)
def test_digits_that_only_pauses_are_between_are_one_number(text: str, said: list[str]):
    assert [joined(number) for number in numbers(text)] == said


def test_a_number_knows_where_it_is():
    text = "My order is double four, thanks"
    (number,) = numbers(text)
    assert text[number[0].start : number[-1].end] == "double four"
    assert replaced(text, [(number, "[44]")]) == "My order is [44], thanks"


def test_a_number_leads_or_trails_a_text_whatever_fills_its_pauses():
    (number,) = numbers("um, 41 11.")
    assert leads(number, "um, 41 11.")
    assert trails(number, "um, 41 11.")
    text = "it is 41 11 okay"
    (number,) = numbers(text)
    assert not leads(number, text)
    assert not trails(number, text)
