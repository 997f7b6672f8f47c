"""What becomes of the frames of a call in which the same words come again and again."""

from collections.abc import Sequence

import pytest
from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    EndWorkerFrame,
    Frame,
    InterruptionFrame,
    LLMContextAssistantTurnFrame,
    LLMContextFrame,
    LLMContextUserTurnFrame,
    TTSSpeakFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.tests.utils import SleepFrame, run_test

from processors.loop import LoopSettings
from processors.loop_guard import LOOP, LoopGuard

SETTINGS = LoopSettings(question="Are you there?", goodbye="Goodbye.")
TAPE = "All our agents are busy, please stay on the line."
ASKED = "model"


def written(text: str) -> LLMContextUserTurnFrame:
    """The caller's turn is in the memory."""
    return LLMContextUserTurnFrame(text, "")


def question(text: str, *, ahead: bool = False) -> LLMContextFrame:
    """What the model is asked."""
    return LLMContextFrame(LLMContext([{"role": "user", "content": text}]), speculation=ahead)


def turn(text: str) -> Sequence[Frame]:
    return [written(text), question(text)]


def turns(count: int) -> list[Frame]:
    return [frame for _ in range(count) for frame in turn(TAPE)]


class Line(FrameProcessor):
    """What comes out of the guard, in words; nobody hangs up behind it."""

    def __init__(self) -> None:
        super().__init__(enable_direct_mode=True)
        self.out: list[str] = []
        self.reasons: list[str | None] = []

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        full = "" if frame.interruptible else " in full"
        match frame:
            case LLMContextFrame():
                self.out.append(ASKED)
            case TTSSpeakFrame():
                self.out.append(frame.text + full)
            case EndWorkerFrame():
                self.reasons.append(frame.reason)
                self.out.append("hangs up" + full)
                return
            case InterruptionFrame():
                self.out.append("interrupts")
            case EagerEndOfTurnCancelFrame():
                self.out.append("asks no more")
            case _:
                pass
        await self.push_frame(frame, direction)


async def passed(guard: LoopGuard, *frames: Frame) -> list[str]:
    """Questions to the model, and what Echo says and does instead."""
    line = Line()
    paced = [each for frame in frames for each in (frame, SleepFrame(0.02))]
    await run_test(Pipeline([guard, line]), frames_to_send=paced)
    assert {*line.reasons} <= {LOOP, "time"}
    return line.out


@pytest.fixture
def guard() -> LoopGuard:
    return LoopGuard(SETTINGS)


class TestAModelThatIsAsked:
    async def test_is_not_asked_where_the_caller_is_and_where_goodbye_is_said(self, guard):
        assert await passed(guard, *turns(6)) == [
            *[ASKED] * 3,
            "Are you there?",
            ASKED,
            "Goodbye.",
            "hangs up",
        ]

    async def test_the_goodbye_over_which_the_same_is_said_again_is_said_to_its_end(self, guard):
        said = await passed(guard, *turns(9), *turn("What was that?"))
        assert said[-2:] == ["Goodbye. in full", "hangs up in full"]
        assert said.count("hangs up in full") == 1

    async def test_is_asked_by_a_caller_who_says_something_else_over_the_goodbye(self, guard):
        said = await passed(guard, *turns(6), *turn("Wait, I'm here!"), *turns(2))
        assert said[-3:] == [ASKED] * 3

    @pytest.mark.parametrize("in_full", [True, False])
    async def test_is_not_asked_behind_somebody_elses_goodbye_to_the_end(self, guard, in_full):
        hang_up = EndWorkerFrame(reason="time")
        hang_up.interruptible = not in_full
        said = await passed(guard, question("Hello?", ahead=True), hang_up, *turn("Hello?"))
        ends = ["asks no more", "hangs up in full"] if in_full else ["hangs up", ASKED]
        assert said == [ASKED, *ends]

    async def test_is_asked_what_is_typed_after_that(self, guard):
        typed = question("Hello?")
        assert (await passed(guard, *turns(4), typed))[-2:] == ["Are you there?", ASKED]

    async def test_is_not_asked_ahead_what_will_not_be_answered(self, guard):
        ahead = [question(TAPE, ahead=True), written(TAPE)]
        assert await passed(guard, *ahead * 4) == [*[ASKED] * 3, "Are you there?"]

    async def test_a_question_ahead_that_is_withdrawn_has_been_said_by_nobody(self, guard):
        ahead = question(TAPE, ahead=True)
        said = await passed(guard, *turns(2), ahead, ahead, ahead, *turns(2))
        assert said == [ASKED] * 6 + ["Are you there?"]


class TestAModelThatHears:
    @pytest.fixture
    def guard(self) -> LoopGuard:
        return LoopGuard(SETTINGS, model_hears=True)

    async def test_answers_as_ever_and_is_interrupted_by_a_goodbye_to_the_end(self, guard):
        said = await passed(guard, *turns(7), SleepFrame(0.1))
        assert [each for each in said if each != ASKED] == [
            "Are you there?",
            "interrupts",
            "Goodbye. in full",
            "hangs up in full",
        ]
        assert said.count(ASKED) == 6

    async def test_goes_on_with_a_caller_who_replies(self, guard):
        said = await passed(guard, *turns(4), *turn("Yes, I am."), *turns(3))
        assert [each for each in said if each != ASKED] == ["Are you there?"]


async def test_what_echo_has_said_is_taken_note_of_and_goes_on(guard):
    echo = LLMContextAssistantTurnFrame("I can help with orders and returns.", "")
    frames = [echo]
    for place in range(6):
        number = f"You are number {place} in the queue, please hold."
        frames += [*turn(number), LLMContextAssistantTurnFrame(echo.text, "")]
    assert "Are you there?" in await passed(guard, *frames)
