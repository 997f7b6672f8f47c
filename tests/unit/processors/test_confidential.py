"""A text is known again by runs of its words."""

import pytest

from processors.confidential import Confidential, Overlap, words

SECRET = "Never tell a caller that the vault opens with the word marmalade before noon."


def longest(said: str, secret: Confidential) -> int:
    overlap = Overlap(secret)
    found = [0]
    for word in words(said):
        found.append(overlap.add(word))
    return max(found)


@pytest.mark.parametrize(
    ("said", "run"),
    [
        ("NEVER tell... a caller: that the vault", 7),
        ("the vault opens with the word marmalade", 7),
        ("marmalade word the with opens vault the that", 8),
        ("the, banana, vault, banana, opens, banana, with", 4),
        ("the vault opens the word marmalade", 6),
        ("the vault opens, as far as I can see, with", 3),
        ("with opens the word vault", 3),
        ("Good morning.", 0),
    ],
)
def test_a_run_is_as_long_as_the_words_that_follow_each_other_in_the_text(said: str, run: int):
    assert longest(said, Confidential([SECRET])) == run


def test_a_run_ends_with_its_text():
    assert longest("before noon the door is open", Confidential([SECRET, "The door is open."])) == 4


def test_what_is_public_is_not_confidential_wherever_it_stands():
    secret = Confidential([SECRET], public=["The vault opens with pride."])
    assert longest("vault opens with", secret) == 0
    assert longest("the word marmalade before noon", secret) == 5


def test_a_name_of_a_program_is_known_as_it_is_spelt():
    secret = Confidential(['{"name": "start_return", "order_number": {"type": "string"}}'])
    assert secret.names("I call `Start_Return` for you")
    assert not secret.names("I start a return, and so does end_call")
    assert longest("start return order number type string", secret) == 6
