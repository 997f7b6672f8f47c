"""Keys become what the caller says, when they are complete."""

import asyncio

from pipecat.audio.dtmf.types import KeypadEntry
from pipecat.frames.frames import (
    Frame,
    InputDTMFFrame,
    InterruptionFrame,
    LLMMessagesAppendFrame,
    TextFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.tests.utils import SleepFrame, run_test

from processors.keypad import Keypad, KeypadPolicy
from processors.vault import Vault

CARD = "4242424242424242"


def keys(pressed: str) -> list[Frame]:
    return [InputDTMFFrame(button=KeypadEntry(key)) for key in pressed]


async def passed_on(vault: Vault, *frames: Frame) -> list[Frame]:
    down, _ = await run_test(Keypad(vault), frames_to_send=[*frames])
    return [*down]


def said(frames: list[Frame]) -> list[str]:
    return [f.messages[0]["content"] for f in frames if isinstance(f, LLMMessagesAppendFrame)]


async def test_digits_are_complete_with_the_hash_key_and_interrupt_once():
    frames = await passed_on(Vault(), *keys("1042#"))
    assert said(frames) == ["1042"]
    assert sum(isinstance(frame, InterruptionFrame) for frame in frames) == 1
    assert not [frame for frame in frames if isinstance(frame, InputDTMFFrame)]


async def test_digits_are_complete_after_a_pause():
    frames = await passed_on(Vault(), *keys("10"), SleepFrame(1.9), *keys("42"), SleepFrame(2.1))
    assert said(frames) == ["1042"]


async def test_a_star_begins_again():
    assert said(await passed_on(Vault(), *keys("99*1042#"))) == ["1042"]


async def test_a_lone_hash_says_nothing():
    assert said(await passed_on(Vault(), *keys("#"))) == []


async def test_the_model_sees_of_a_card_its_end_and_the_call_s_end_wipes_it():
    vault = Vault()
    vault.expect("card")
    frames = await passed_on(vault, *keys(CARD[:8]), SleepFrame(5), *keys(CARD[8:] + "#"))
    assert said(frames) == ["[card ending 4242]"]
    assert vault.held("card") == ""


async def test_a_star_before_any_key_gives_the_secret_up():
    vault = Vault()
    vault.expect("pin")
    frames = await passed_on(vault, *keys("*1042#"))
    assert said(frames) == ["[the caller does not want to key it in]", "1042"]


async def test_what_is_not_complete_when_the_call_ends_is_told_to_nobody():
    keypad = Keypad(Vault())
    down, _ = await run_test(keypad, frames_to_send=keys("4242"))
    assert said([*down]) == []
    assert not keypad.is_in_use
    await asyncio.sleep(10)


async def test_a_card_number_that_is_typed_is_hidden_as_well():
    typed = LLMMessagesAppendFrame([{"role": "user", "content": f"It is {CARD}, order 1042."}])
    frames = await passed_on(Vault(), typed)
    assert said(frames) == ["It is [card ending 4242], order 1042."]


async def test_a_pin_that_is_typed_where_it_was_to_be_keyed_in_is_told_to_nobody():
    vault = Vault()
    vault.expect("pin")
    typed = LLMMessagesAppendFrame([{"role": "user", "content": "739105"}])
    assert said(await passed_on(vault, typed)) == ["[PIN entered]"]


async def test_whatever_is_being_keyed_in_may_be_a_secret():
    vault = Vault()
    seen: list[bool] = []

    class Watched(Keypad):
        async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
            await super().process_frame(frame, direction)
            if isinstance(frame, InputDTMFFrame):
                seen.append(vault.is_open)

    await run_test(Watched(vault), frames_to_send=keys("10#2*"))
    assert seen == [True, True, False, True, False]


async def test_a_secret_that_nobody_keys_in_is_given_up_and_no_model_is_asked():
    vault = Vault()
    vault.expect("card")
    policy = KeypadPolicy(open_secs=60)
    again = [SleepFrame(59), TextFrame("not yet"), SleepFrame(2), TextFrame("by now")]
    down, _ = await run_test(
        Keypad(vault, policy), frames_to_send=[TextFrame("still there"), *again]
    )
    told = [frame for frame in down if isinstance(frame, LLMMessagesAppendFrame)]
    assert said([*down]) == ["[the caller does not want to key it in]"]
    assert not told[0].run_llm
    assert vault.expected is None


async def test_who_looks_for_the_card_and_presses_a_key_in_time_goes_on():
    vault = Vault()
    vault.expect("card")
    slowly = [TextFrame(""), SleepFrame(50), *keys("4242"), SleepFrame(5), *keys(CARD[4:] + "#")]
    assert said(await passed_on(vault, *slowly)) == ["[card ending 4242]"]


async def test_a_card_number_that_nobody_asked_for_is_known_as_one_in_spite_of_its_pauses():
    """What was told before cannot be taken back."""
    groups = [frame for _ in range(4) for frame in (*keys("4242"), SleepFrame(3))]
    assert said(await passed_on(Vault(), *groups)) == [
        *("4242", "4242", "[number]", "[number] [card ending 4242]"),
    ]
    halves = [*keys(CARD[:8]), SleepFrame(3), *keys(CARD[8:] + "#")]
    assert said(await passed_on(Vault(), *halves)) == ["42424242", "[number] [card ending 4242]"]


async def test_numbers_that_are_keyed_in_one_after_another_stay_what_they_are():
    assert said(await passed_on(Vault(), *keys("1042#4155550100#2#"))) == [
        "1042",
        "4155550100",
        "2",
    ]
