import pytest

from bot.tools.desk import Desk
from bot.tools.menu import MOST_PRESSES, press_keys
from bot.tools.spoken import Answer
from tests.unit.tools.conftest import params_for, use

pytestmark = pytest.mark.real_clock


def dialling(desk: Desk) -> list[str]:
    """The desk of a call that we have placed, and the keys pressed in it."""
    pressed: list[str] = []

    async def press(digits: str) -> None:
        pressed.append(digits)

    desk.press = press
    return pressed


async def test_keys_are_pressed_as_they_are_given(desk: Desk):
    pressed = dialling(desk)
    assert "say" in await use(press_keys, desk, says="For sales, press one.", digits="1w*4#")
    assert pressed == ["1w*4#"]


@pytest.mark.parametrize("digits", ["", "one", "1 2", "+1", "1;2", "A", "٣", "1\n", "1" * 33])
async def test_what_is_no_key_is_not_pressed(desk: Desk, digits: str):
    pressed = dialling(desk)
    assert "error" in await use(press_keys, desk, says="Press one.", digits=digits)
    assert pressed == []


async def test_on_a_call_that_came_in_nothing_can_be_pressed(desk: Desk):
    assert "error" in await use(press_keys, desk, says="Press one.", digits="1")


async def test_a_menu_that_leads_nowhere_is_not_gone_through_for_ever(desk: Desk):
    pressed = dialling(desk)
    for number in range(MOST_PRESSES + 5):
        await use(press_keys, desk, says=f"Menu {number}.", digits=str(number))
    assert len(pressed) == MOST_PRESSES


async def test_a_key_is_pressed_once_for_what_the_menu_has_said_once(desk: Desk):
    pressed, told = dialling(desk), []

    async def report(result: Answer, *, properties: object = None) -> None:
        told.append(result)

    said = [{"role": "user", "content": "For sales, press one."}]
    for _ in range(2):
        await press_keys(params_for(press_keys, desk, report, {"digits": "1"}, said), digits="1")
    assert pressed == ["1"]
    assert len(told) == 2
