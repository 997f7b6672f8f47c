"""What a call's frames say about its turns, to the millisecond."""

import asyncio
import json

import pytest
from loguru import logger
from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    ErrorFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMMessagesAppendFrame,
    LLMRunFrame,
    TTSSpeakFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.utils.errors import ErrorCategory

from bot.telemetry.latency import Inference, ToolSpan, TurnLatency
from bot.telemetry.prices import prices
from bot.telemetry.report import log_session, log_turn, turn_message
from tests.unit.telemetry.measured_call import SECRET, MeasuredCall, Script, place_call

ON_ITS_WAY = f"Order {SECRET} is on its way."
FILLER_MS = pytest.approx(780, abs=20)
"""The tool starts at 350 ms, patience ends 350 ms later, and the voice takes 80 ms to a sound."""


async def speak_once(call: MeasuredCall) -> None:
    await call.caller.speak()


async def turns_of(script: Script) -> list[TurnLatency]:
    return (await place_call(script, speak_once)).turns


async def test_plain_turn_is_timed_from_the_last_word_to_the_first_audible_sample():
    assert await turns_of([ON_ITS_WAY]) == [
        TurnLatency(
            turn=1,
            kind="plain",
            measured_from="speech",
            vad_stop_ms=200.0,
            transcript_ms=250.0,
            turn_over_ms=250.0,
            inferences=(Inference(250.0, 350.0),),
            text_ms=350.0,
            tts_audio_ms=400.0,
            first_sound_ms=430.0,
            answer_ms=430.0,
        )
    ]


async def test_slow_tool_is_bridged_by_a_filler_and_answered_after():
    (turn,) = await turns_of([("look_up_order", 2.0), ON_ITS_WAY])
    assert turn.kind == "tool"
    assert turn.tools == (ToolSpan("look_up_order", 350.0, 2350.0, "ok"),)
    assert turn.filler_ms == turn.first_sound_ms == FILLER_MS
    assert turn.filler_end_ms == pytest.approx(1390, abs=50)
    assert turn.inferences == (
        Inference(250.0, 350.0, called_tools=True),
        Inference(2350.0, 2450.0),
    )
    assert turn.answer_ms == 2530.0


async def test_answer_that_follows_a_filler_at_once_is_timed_where_its_sound_begins():
    (turn,) = await turns_of([("look_up_order", 0.5), ON_ITS_WAY])
    assert turn.filler_end_ms is not None
    assert turn.answer_ms is not None
    assert turn.filler_ms == FILLER_MS
    assert 30 <= turn.answer_ms - turn.filler_end_ms <= 70


async def test_fast_tool_has_one_sound_its_answer():
    (turn,) = await turns_of([("look_up_order", 0.1), ON_ITS_WAY])
    assert turn.filler_ms is None
    assert turn.first_sound_ms == turn.answer_ms == 630.0


@pytest.mark.parametrize(
    ("tool", "takes_secs", "outcome"),
    [
        ("look_up_order", 0.1, "ok"),
        ("fails", 0.1, "error"),
        ("refuses", 0.1, "error"),
        ("hangs", 9.0, "timeout"),
    ],
)
async def test_how_a_tool_ended_is_known(tool: str, takes_secs: float, outcome: str):
    call = await place_call([(tool, takes_secs), "There you are."], speak_once)
    assert [each.outcome for each in call.turns[0].tools] == [outcome]
    session = call.tally.metrics(prices(), outcome="caller_hung_up", duration_secs=1)
    assert session.tool_calls == {tool: {outcome: 1}}


async def test_tools_of_one_turn_are_told_apart():
    (turn,) = await turns_of([("look_up_order", 0.1), ("look_up_order", 0.2), ON_ITS_WAY])
    assert [(tool.start_ms, tool.end_ms) for tool in turn.tools] == [(350, 450), (550, 750)]
    assert len(turn.inferences) == 3


async def test_pause_in_the_callers_words_moves_the_end_of_speech():
    async def act(call: MeasuredCall) -> None:
        await call.caller.begin()
        await call.caller.pause()
        await asyncio.sleep(0.02)
        await call.caller.speak()

    (turn,) = (await place_call([ON_ITS_WAY], act)).turns
    assert (turn.resumed, turn.vad_stop_ms, turn.answer_ms) == (1, 200.0, 430.0)


async def test_caller_who_goes_on_before_the_answer_sounds_is_in_the_same_turn():
    async def act(call: MeasuredCall) -> None:
        await call.caller.speak()
        await asyncio.sleep(0.05)
        await call.caller.speak()

    (turn,) = (await place_call(["Never heard.", ON_ITS_WAY], act)).turns
    assert (turn.turn, turn.resumed, turn.answer_ms) == (1, 1, 430.0)
    assert not turn.interrupted


async def test_caller_who_talks_over_the_answer_interrupts_it():
    async def act(call: MeasuredCall) -> None:
        await call.caller.speak()
        await asyncio.sleep(0.4)
        await call.caller.speak()

    first, second = (await place_call(["Long story.", ON_ITS_WAY], act)).turns
    assert first.interrupted
    assert first.yield_ms == pytest.approx(200, abs=1)
    assert (second.turn, second.interrupted, second.answer_ms) == (2, False, 430.0)


async def test_caller_who_interrupts_a_tool_gets_no_answer_to_it():
    async def act(call: MeasuredCall) -> None:
        await call.caller.speak()
        await asyncio.sleep(1.3)
        await call.caller.speak()

    call = await place_call([("look_up_order", 5.0), ON_ITS_WAY], act)
    first, second = call.turns
    assert first.interrupted
    assert first.answer_ms is None
    assert first.first_sound_ms == FILLER_MS
    assert [tool.outcome for tool in first.tools] == ["cancelled"]
    assert second.answer_ms == 430.0
    session = call.tally.metrics(prices(), outcome="caller_hung_up", duration_secs=1)
    assert (session.turns, session.interruptions) == (2, 1)
    assert session.tool_calls == {"look_up_order": {"cancelled": 1}}


async def test_idle_prompt_is_a_turn_of_echos_own():
    async def act(call: MeasuredCall) -> None:
        await call.caller.speak()
        await asyncio.sleep(2)
        await call.queue(TTSSpeakFrame("Are you still there?"))

    first, second = (await place_call([ON_ITS_WAY], act)).turns
    assert (first.kind, second.kind) == ("plain", "unprompted")
    assert (second.turn, second.measured_from, second.answer_ms) == (2, "request", 80.0)


async def test_greeting_is_turn_0_and_timed_from_connecting():
    async def act(call: MeasuredCall) -> None:
        await call.caller.connect()
        await asyncio.sleep(0.02)
        await call.queue(TTSSpeakFrame("Hello."))
        await asyncio.sleep(2)
        await call.caller.speak()

    greeting, first = (await place_call([ON_ITS_WAY], act)).turns
    assert (greeting.turn, greeting.kind, greeting.measured_from) == (0, "greeting", "connected")
    assert greeting.first_sound_ms == greeting.answer_ms == 100.0
    assert first.turn == 1


async def test_greeting_that_the_model_writes_is_timed_too():
    async def act(call: MeasuredCall) -> None:
        await call.caller.connect()
        await call.queue(LLMRunFrame())

    (greeting,) = (await place_call(["Hello."], act)).turns
    assert greeting.kind == "greeting"
    assert greeting.inferences == (Inference(0.0, 100.0),)
    assert greeting.answer_ms == 180.0


async def test_caller_who_speaks_first_is_not_greeted():
    async def act(call: MeasuredCall) -> None:
        await call.caller.connect()
        await call.caller.speak()

    (turn,) = (await place_call([ON_ITS_WAY], act)).turns
    assert (turn.turn, turn.kind) == (1, "plain")


async def test_typed_turn_is_timed_from_the_text():
    async def act(call: MeasuredCall) -> None:
        said = {"role": "user", "content": f"my order is {SECRET}"}
        await call.queue(LLMMessagesAppendFrame(messages=[said], run_llm=True))

    (turn,) = (await place_call([ON_ITS_WAY], act)).turns
    assert (turn.turn, turn.kind, turn.measured_from) == (1, "text", "text")
    assert (turn.vad_stop_ms, turn.turn_over_ms, turn.answer_ms) == (None, None, 180.0)


async def test_typed_message_interrupts_what_is_being_said():
    async def act(call: MeasuredCall) -> None:
        await call.caller.speak()
        await asyncio.sleep(0.4)
        await call.queue(InterruptionFrame())
        said = {"role": "user", "content": "stop"}
        await call.queue(LLMMessagesAppendFrame(messages=[said], run_llm=True))

    first, second = (await place_call(["Long story.", ON_ITS_WAY], act)).turns
    assert first.interrupted
    assert first.yield_ms is None
    assert second.kind == "text"


async def test_turn_that_the_hang_up_cuts_short_is_reported():
    (turn,) = await turns_of([("look_up_order", 60.0)])
    assert turn.answer_ms is None
    assert turn.first_sound_ms == FILLER_MS
    assert [tool.end_ms for tool in turn.tools] == [None]


async def test_errors_are_counted_by_category():
    async def act(call: MeasuredCall) -> None:
        for category in (ErrorCategory.RATE_LIMIT, ErrorCategory.RATE_LIMIT, None):
            await call.caller.push_error_frame(
                ErrorFrame(f"about {SECRET}", category=category or ErrorCategory.UNKNOWN)
            )

    call = await place_call([], act)
    session = call.tally.metrics(prices(), outcome="error", duration_secs=1)
    assert session.errors == {"rate_limit": 2, "unknown": 1}


async def test_no_word_argument_or_result_leaves_in_any_record():
    lines: list[str] = []

    async def act(call: MeasuredCall) -> None:
        await call.caller.connect()
        await call.queue(TTSSpeakFrame(f"Hello, {SECRET}."))
        await asyncio.sleep(1)
        await call.caller.speak()
        await asyncio.sleep(4)
        await call.caller.speak()

    call = await place_call([("look_up_order", 1.0), ON_ITS_WAY, ("fails", 0.1), "Sorry."], act)
    logger.enable("bot")
    sink = logger.add(lines.append, serialize=True, filter="bot.telemetry")
    session = call.tally.metrics(
        prices(), outcome="caller_hung_up", duration_secs=1, loop_lag_p99_ms=1.5
    )
    for turn in call.turns:
        log_turn(turn)
    log_session(session)
    logger.remove(sink)
    messages = [json.dumps(turn_message(turn)) for turn in call.turns]
    assert len(call.turns) == 3
    assert len(lines) == 4
    assert len(messages) == 3
    written = "".join([*lines, *messages, json.dumps(session.to_dict())])
    assert SECRET not in written
    assert "way" not in written
    assert "look_up_order" in written


async def test_questions_ahead_of_the_end_of_a_turn_and_those_withdrawn_are_counted():
    async def guess(call: MeasuredCall) -> None:
        await call.caller.begin()
        for frame in (LLMContextFrame(LLMContext(), speculation=True), EagerEndOfTurnCancelFrame()):
            await call.queue(frame)
            await asyncio.sleep(0.3)
        await call.caller.fall_silent()

    call = await place_call(["Withdrawn.", ON_ITS_WAY], guess)
    (turn,) = call.turns
    assert (turn.guesses, turn.guesses_wasted) == (1, 1)
    assert len(turn.inferences) == 1
    session = call.tally.metrics(prices(), outcome="caller_hung_up", duration_secs=1.0)
    assert session.guesses_wasted_share == 1.0
