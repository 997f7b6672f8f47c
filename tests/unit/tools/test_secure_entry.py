"""Asking for what nobody is to hear."""

from dataclasses import replace

from bot.tools.desk import Desk
from bot.tools.secure_entry import enter_securely
from tests.unit.tools.conftest import use


async def test_a_card_number_is_asked_for_and_its_keys_are_kept_apart(desk: Desk):
    expected: list[str] = []
    answer = await use(enter_securely, replace(desk, expect_keys=expected.append))
    assert answer == {"ask": "Please key in your card number, and press the hash key at its end."}
    assert expected == ["card"]


async def test_a_pin_is_asked_for_likewise(desk: Desk):
    expected: list[str] = []
    answer = await use(enter_securely, replace(desk, expect_keys=expected.append), pin=True)
    assert "your PIN" in str(answer["ask"])
    assert expected == ["pin"]


async def test_where_there_are_no_keys_the_caller_is_warned_not_to_say_it(desk: Desk):
    answer = await use(enter_securely, desk)
    assert "don't say it aloud" in str(answer["error"])
