"""Whatever is said first, that an AI speaks is said before it, once."""

import pytest
from pipecat.frames.frames import (
    DataFrame,
    Frame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSSpeakFrame,
)
from pipecat.tests.utils import run_test

from processors.disclosing import Disclosing

BEGIN, END = LLMFullResponseStartFrame, LLMFullResponseEndFrame


async def spoken(*frames: Frame) -> list[str]:
    """What the voice is told to say."""
    down, _ = await run_test(
        Disclosing(lambda: TTSSpeakFrame("This is an AI.")), frames_to_send=frames
    )
    return [each.text for each in down if isinstance(each, LLMTextFrame | TTSSpeakFrame)]


@pytest.mark.parametrize(
    "answer", [(BEGIN(), LLMTextFrame("Good "), LLMTextFrame("morning."), END())]
)
async def test_it_comes_before_the_first_answer_and_no_other(answer: tuple[Frame, ...]):
    said = ["This is an AI.", "Good ", "morning."]
    assert await spoken(*answer) == said
    assert await spoken(*answer, BEGIN(), LLMTextFrame("Bye."), END()) == [*said, "Bye."]


async def test_it_comes_before_what_echo_says_by_itself():
    assert await spoken(TTSSpeakFrame("Let me check.")) == ["This is an AI.", "Let me check."]


async def test_who_is_told_nothing_is_not_told_that_either():
    assert await spoken(BEGIN(), END(), BEGIN(), LLMTextFrame(" "), END(), DataFrame()) == [" "]
