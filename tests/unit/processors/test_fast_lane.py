import pytest
from pipecat.frames.frames import (
    BotStoppedSpeakingFrame,
    Frame,
    FunctionCallCancelFrame,
    FunctionCallFromLLM,
    FunctionCallInProgressFrame,
    FunctionCallResultFrame,
    FunctionCallResultProperties,
    FunctionCallsStartedFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    SystemFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)

from processors.fast_lane import FastLane, PromptResultFrame, PromptRunFrame


class Ran(Exception):
    pass


def announced(*call_ids: str) -> FunctionCallsStartedFrame:
    return FunctionCallsStartedFrame([FunctionCallFromLLM("tool", c, {}, None) for c in call_ids])


def started(call_id: str, group_id: str | None = "group") -> FunctionCallInProgressFrame:
    return FunctionCallInProgressFrame("tool", call_id, {}, group_id=group_id)


def result(call_id: str, content: object = "done", **properties) -> FunctionCallResultFrame:
    asked = FunctionCallResultProperties(**properties) if properties else None
    return FunctionCallResultFrame("tool", call_id, {}, content, properties=asked)


async def run() -> None:
    raise Ran


def after(*frames: Frame) -> FastLane:
    lane = FastLane(run)
    for frame in frames:
        lane.route(frame)
    return lane


async def runs(*routed: Frame) -> bool:
    """Whether the model runs when the aggregator has put the result into the context."""
    [frame] = routed
    assert isinstance(frame, PromptResultFrame)
    assert frame.properties
    assert frame.properties.run_llm is False  # the aggregator's own run would be a second one
    try:
        if frame.properties.on_context_updated:
            await frame.properties.on_context_updated()
    except Ran:
        return True
    return False


async def test_a_result_overtakes_and_the_model_runs():
    [frame] = after(announced("a"), started("a")).route(result("a"))
    assert isinstance(frame, SystemFrame)
    assert await runs(frame)


async def test_what_the_tool_waits_for_is_called_too():
    updated: list[str] = []

    async def on_context_updated() -> None:
        updated.append("context")

    frame = result("a", on_context_updated=on_context_updated)
    assert await runs(*after(started("a")).route(frame))
    assert updated == ["context"]


def test_an_overtaking_frame_is_known_by_the_same_id_and_siblings():
    frame = started("a")
    frame.broadcast_sibling_id = 7
    [overtaking] = FastLane(run).route(frame)
    assert isinstance(overtaking, FunctionCallInProgressFrame)
    assert (overtaking.id, overtaking.broadcast_sibling_id) == (frame.id, 7)


async def test_the_model_runs_once_after_the_last_of_parallel_calls():
    lane = after(announced("a", "b"), started("a"), started("b"))
    assert not await runs(*lane.route(result("b")))
    assert await runs(*lane.route(result("a")))


async def test_a_call_that_has_not_begun_yet_is_waited_for():
    lane = after(announced("a", "b"), started("a"))
    assert not await runs(*lane.route(result("a")))


async def test_calls_without_a_group_run_the_model_one_by_one():
    lane = after(announced("a", "b"), started("a", None), started("b", None))
    assert await runs(*lane.route(result("a")))


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (result("a", run_llm=False), False),
        (result("a", run_llm=True), True),
        (result("a", None), False),
    ],
)
async def test_what_the_tool_asks_for_is_done(frame: FunctionCallResultFrame, expected: bool):
    assert await runs(*after(started("a")).route(frame)) is expected


async def test_a_progress_report_takes_the_ordinary_way():
    report = result("a", is_final=False)
    lane = after(started("a"))
    assert lane.route(report) == (report,)
    assert await runs(*lane.route(result("a")))


def test_a_result_for_a_caller_who_talks_takes_the_ordinary_way():
    frame = result("a")
    assert after(started("a"), UserStartedSpeakingFrame()).route(frame) == (frame,)


async def test_a_result_overtakes_again_when_the_caller_has_talked():
    lane = after(started("a"), UserStartedSpeakingFrame(), UserStoppedSpeakingFrame())
    assert await runs(*lane.route(result("a")))


def test_a_result_in_the_middle_of_another_answer_takes_the_ordinary_way():
    frame = result("a")
    answering = after(started("a"), LLMFullResponseStartFrame(), LLMFullResponseEndFrame())
    assert answering.route(frame) == (frame,)


async def test_a_result_overtakes_again_when_that_answer_was_heard():
    lane = after(
        started("a"),
        LLMFullResponseStartFrame(),
        LLMFullResponseEndFrame(),
        BotStoppedSpeakingFrame(),
    )
    assert await runs(*lane.route(result("a")))


def test_a_call_that_timed_out_runs_the_model_at_once():
    frame = FunctionCallCancelFrame("tool", "a", run_llm=True)
    cancelled, run = after(started("a")).route(frame)
    assert isinstance(cancelled, FunctionCallCancelFrame)
    assert cancelled.run_llm is False
    assert isinstance(run, PromptRunFrame)


def test_a_call_that_was_interrupted_runs_nothing():
    frame = FunctionCallCancelFrame("tool", "a")
    assert after(started("a"), InterruptionFrame()).route(frame) == (frame,)


async def test_calls_that_an_interruption_kept_from_beginning_hold_nobody_up():
    lane = after(announced("a", "b"), InterruptionFrame(), announced("c"), started("c"))
    assert await runs(*lane.route(result("c")))


def test_other_frames_pass_as_they_are():
    frame = LLMTextFrame("hello")
    assert FastLane(run).route(frame) == (frame,)
