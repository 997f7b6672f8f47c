"""Keys become what the caller says, when they are complete."""

import asyncio

from pipecat.audio.dtmf.types import KeypadEntry
from pipecat.frames.frames import Frame, InputDTMFFrame, InterruptionFrame, LLMMessagesAppendFrame
from pipecat.tests.utils import SleepFrame, run_test

from processors.keypad import Keypad
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
