"""Whoever meets a transcript behind the ears, observers included, finds no card number in it."""

import pytest
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    EagerTranscriptionFrame,
    Frame,
    InterimTranscriptionFrame,
    TextFrame,
    TranscriptionFrame,
)
from pipecat.observers.base_observer import BaseObserver, FramePushed
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.tests.utils import SleepFrame, run_test

from processors.discreet import Discreet, mend
from processors.emergency import is_emergency
from processors.vault import Vault

CARD = "four one one one one one one one one one one one one one one one"


class Ear(FrameProcessor):
    """Hears text, and writes down the words of it as `writes` says."""

    def __init__(self, writes) -> None:
        super().__init__()
        self._writes = writes

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if type(frame) is TextFrame:
            frame = self._writes(frame.text, "", "", result={"transcript": frame.text})
        await self.push_frame(frame, direction)


class Watcher(BaseObserver):
    def __init__(self) -> None:
        super().__init__()
        self.saw: list[Frame] = []

    async def on_push_frame(self, data: FramePushed) -> None:
        if isinstance(data.source, Ear) and isinstance(data.frame, TextFrame):
            self.saw.append(data.frame)


async def seen(vault: Vault, writes, *heard: str | Frame) -> list[Frame]:
    ear, watcher = Ear(writes), Watcher()
    Discreet(vault).watch(ear)
    frames = [TextFrame(each) if isinstance(each, str) else each for each in heard]
    await run_test(ear, frames_to_send=frames, observers=[watcher])
    return watcher.saw


@pytest.mark.parametrize(
    "writes", [TranscriptionFrame, InterimTranscriptionFrame, EagerTranscriptionFrame]
)
async def test_a_card_number_is_gone_before_an_observer_sees_it(writes):
    (frame,) = await seen(Vault(), writes, f"It is {CARD}.")
    assert (frame.text, frame.result) == ("It is [card ending 1111].", None)


async def test_other_words_and_what_the_provider_said_of_them_stay():
    (frame,) = await seen(Vault(), TranscriptionFrame, "order 1042")
    assert (frame.text, frame.result) == ("order 1042", {"transcript": "order 1042"})


async def test_while_a_secret_is_keyed_in_no_number_goes_on():
    vault = Vault()
    vault.expect("pin")
    (frame,) = await seen(vault, TranscriptionFrame, "It is seven three nine one.")
    assert frame.text == "It is [number withheld]."


async def test_a_secret_that_is_read_aloud_digit_by_digit_does_not_go_on():
    vault = Vault()
    vault.expect("pin")
    frames = await seen(vault, TranscriptionFrame, "Seven.", "Three, um.", "One second.")
    assert [frame.text for frame in frames] == [
        "[number withheld].",
        "[number withheld], um.",
        "One second.",
    ]


async def test_what_was_keyed_in_and_is_said_afterwards_does_not_go_on():
    vault = Vault()
    vault.expect("pin")
    vault.take("7391")
    frames = await seen(vault, TranscriptionFrame, "It was seven three nine one.", "order 1042")
    assert [frame.text for frame in frames] == ["It was [number withheld].", "order 1042"]


@pytest.mark.parametrize("text", ["Call 911!", "Please call nine one one."])
async def test_who_is_in_danger_while_a_secret_is_keyed_in_is_understood(text: str):
    vault = Vault()
    vault.expect("pin")
    (frame,) = await seen(vault, TranscriptionFrame, text)
    assert frame.text == text
    (frame,) = await seen(vault, TranscriptionFrame, f"{text} It is seven three nine one.")
    assert is_emergency(frame.text)
    assert "seven" not in frame.text


async def test_a_number_may_come_in_pieces_and_with_a_word_of_echo_between():
    pieces = ["4111", "1111", "1111", "1111"]
    frames = await seen(Vault(), TranscriptionFrame, *pieces)
    assert [f.text for f in frames] == ["4111", "1111", "[number]", "[number] [card ending 1111]"]
    answer = [SleepFrame(), BotStartedSpeakingFrame(), SleepFrame()]
    apart = await seen(Vault(), TranscriptionFrame, *pieces[:3], *answer, pieces[3])
    assert [f.text for f in apart][-1] == "[number] [card ending 1111]"


def test_the_model_reads_one_card_where_one_was_said_in_pieces():
    context = LLMContext([{"role": "user", "content": "4111 1111 [number] [card ending 1111]"}])
    mend(context)
    assert context.messages == [{"role": "user", "content": "[card ending 1111]"}]
