"""When a model's tool calls are carried out: with the end of the turn, and as often as it may."""

from collections.abc import Sequence

from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    Frame,
    FunctionCallFromLLM,
    FunctionCallInProgressFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.llm_service import FunctionCallParams, LLMService
from pipecat.tests.utils import SleepFrame, run_test

from bot.providers.arguments import ILLEGIBLE
from bot.providers.local.adapter import PlainAdapter
from bot.providers.tool_steps import InSteps, Steps
from tests.small_call import llm_settings

APOLOGY = "Sorry, that did not work."
TALKS, DONE = UserStartedSpeakingFrame, UserStoppedSpeakingFrame
SOON = 0.1
WITHDRAWN = EagerEndOfTurnCancelFrame


class Scripted(LLMService[PlainAdapter]):
    """Wants the same calls each time it is asked; they are done at once."""

    adapter_class = PlainAdapter

    def __init__(self, *arguments: dict[str, object]) -> None:
        super().__init__(settings=llm_settings())
        self.wanted = arguments
        self.done: list[object] = []
        self.register_function("look_up_order", self._look_up)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMContextFrame):
            await self.push_frame(frame, direction)
            return
        await self.push_frame(LLMFullResponseStartFrame())
        await self._process_context(frame.context)
        await self.push_frame(LLMFullResponseEndFrame())

    async def _process_context(self, context: LLMContext) -> None:
        await self._push_llm_text("Let me see.")
        await self.run_function_calls(
            [
                FunctionCallFromLLM("look_up_order", f"call_{at}", arguments, context)
                for at, arguments in enumerate(self.wanted)
            ]
        )

    async def _look_up(self, params: FunctionCallParams) -> None:
        self.done.append(params.arguments)
        await params.result_callback("shipped")


class Model(InSteps[PlainAdapter], Scripted):
    def __init__(self, *arguments: dict[str, object], steps: int = 3) -> None:
        self.steps, self.apology = Steps(steps), APOLOGY
        super().__init__(*arguments)


def question(*, ahead: bool = False, words: str = "Where is order 1042?") -> LLMContextFrame:
    context = LLMContext([{"role": "user", "content": words}])
    return LLMContextFrame(context, speculation=ahead)


async def shown(model: Model, *frames: Frame) -> Sequence[Frame]:
    """What comes out when these go in, one after another."""
    paced = [each for frame in frames for each in (frame, SleepFrame(SOON))]
    down, _ = await run_test(model, frames_to_send=paced)
    return down


def text_of(frames: Sequence[Frame]) -> str:
    return "".join(frame.text for frame in frames if isinstance(frame, LLMTextFrame))


async def test_a_call_of_a_turn_that_is_over_is_carried_out_at_once():
    model = Model({"order": "1042"})
    await shown(model, TALKS(), DONE(), question())
    assert model.done == [{"order": "1042"}]


async def test_a_call_on_a_guess_waits_for_the_end_of_the_turn():
    model = Model({"order": "1042"})
    before = await shown(model, TALKS(), question(ahead=True))
    assert model.done == []
    assert not any(isinstance(frame, FunctionCallInProgressFrame) for frame in before)
    assert text_of(before) == ""

    model = Model({"order": "1042"})
    after = await shown(model, TALKS(), question(ahead=True), DONE())
    assert model.done == [{"order": "1042"}]
    assert text_of(after) == "Let me see."


async def test_what_was_said_with_a_call_goes_before_it():
    model = Model({"order": "1042"})
    frames = await shown(model, TALKS(), question(ahead=True), DONE())
    kinds = [type(frame) for frame in frames]
    assert kinds.index(DONE) < kinds.index(LLMTextFrame) < kinds.index(FunctionCallInProgressFrame)


async def test_a_call_goes_with_the_question_that_is_withdrawn():
    model = Model({"order": "1042"})
    frames = await shown(model, TALKS(), question(ahead=True), WITHDRAWN(), DONE())
    assert model.done == []
    assert text_of(frames) == ""


async def test_a_call_goes_with_an_interruption():
    model = Model({"order": "1042"})
    await shown(model, TALKS(), question(ahead=True), InterruptionFrame(), DONE())
    assert model.done == []


async def test_only_the_calls_of_the_last_guess_are_carried_out_and_once():
    model = Model({"order": "1042"})
    again = question(ahead=True, words="Where is order 1043?")
    await shown(model, TALKS(), question(ahead=True), WITHDRAWN(), again, DONE(), DONE())
    assert model.done == [{"order": "1042"}]


async def test_a_guess_that_comes_after_the_end_of_the_turn_is_none():
    model = Model({"order": "1042"})
    await shown(model, TALKS(), DONE(), question(ahead=True))
    assert model.done == [{"order": "1042"}]


async def test_a_model_that_has_had_its_steps_ends_the_turn_in_an_apology():
    model = Model({"order": "1042"}, steps=1)
    turn = question()
    frames = await shown(model, TALKS(), DONE(), turn, turn)
    assert len(model.done) == 1
    assert text_of(frames).endswith(APOLOGY)


async def test_calls_that_wait_for_the_end_of_the_turn_take_their_step_with_it():
    model = Model({"order": "1042"}, steps=1)
    await shown(model, TALKS(), question(ahead=True), WITHDRAWN(), question(ahead=True), DONE())
    assert len(model.done) == 1


async def test_arguments_nobody_can_read_twice_end_the_turn_in_an_apology():
    model = Model(dict(ILLEGIBLE))
    turn = question()
    frames = await shown(model, TALKS(), DONE(), turn, turn)
    assert text_of(frames).endswith(APOLOGY)


async def test_an_answer_without_calls_carries_out_nothing():
    model = Model()
    frames = await shown(model, TALKS(), question(ahead=True), DONE())
    assert model.done == []
    assert text_of(frames) == "Let me see."
