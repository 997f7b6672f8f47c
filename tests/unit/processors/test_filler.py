import asyncio
import itertools

import pytest
from pipecat.frames.frames import (
    AggregatedTextFrame,
    BotStoppedSpeakingFrame,
    CancelFrame,
    LLMFullResponseStartFrame,
    TTSStartedFrame,
    TTSTextFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.tests.utils import SleepFrame, run_test

from processors.filler import FILLER, Filler, FillerFrame
from processors.patience import OPENINGS, FillerPolicy, Patience
from processors.tool_pace import ToolPace
from tests.small_call import Call, Pace, Reply, SmallCall, secs_of, small_call

ANSWER = Reply(texts=("Your order is on its way.",))
POLICY = FillerPolicy()


def looks_up(after_secs: float, *said_before: str, **options) -> Reply:
    return Reply(said_before, (Call("look_up_order", after_secs, **options),))


def texts(call: SmallCall) -> list[str]:
    return [heard.text for heard in call.heard]


def fillers(call: SmallCall) -> list[tuple[float, str]]:
    return [(at, frame.text) for at, _, frame in call.frames.pushed if type(frame) is FillerFrame]


class TestWhen:
    async def test_a_fast_tool_needs_no_filler(self):
        async with small_call(looks_up(0.3), ANSWER) as call:
            await call.run()
            await asyncio.sleep(10)
        assert texts(call) == ["Your order is on its way."]

    async def test_a_slow_tool_gets_exactly_one_when_patience_ends(self):
        async with small_call(looks_up(2), ANSWER) as call:
            await call.run()
            await asyncio.sleep(10)
        [(at_secs, phrase)] = fillers(call)
        assert at_secs == pytest.approx(0.1 + 0.35, abs=0.01)
        assert texts(call) == [phrase, "Your order is on its way."]

    async def test_a_result_in_the_same_instant_as_the_timer_needs_no_filler(self):
        async with small_call(looks_up(0.35), ANSWER) as call:
            await call.run()
            await asyncio.sleep(10)
        assert fillers(call) == []

    async def test_a_tool_that_lasts_gets_another_every_few_seconds_and_never_the_same(self):
        async with small_call(looks_up(40), ANSWER) as call:
            await call.run()
            await asyncio.sleep(60)
        *bridges, answer = call.heard
        assert len(bridges) >= 6
        assert all(earlier.text != later.text for earlier, later in itertools.pairwise(bridges))
        pauses = [
            later.starts_secs - earlier.ends_secs for earlier, later in itertools.pairwise(bridges)
        ]
        assert pauses == pytest.approx([POLICY.repeat_secs] * len(pauses), abs=0.15)
        assert answer.text == "Your order is on its way."

    async def test_what_the_model_says_before_the_call_is_the_first_filler(self):
        async with small_call(looks_up(3, "Let me check that."), ANSWER) as call:
            await call.run()
            await asyncio.sleep(10)
        assert fillers(call) == []

    async def test_patience_restarts_when_the_model_has_said_so(self):
        async with small_call(looks_up(8, "Let me check that."), ANSWER) as call:
            await call.run()
            await asyncio.sleep(20)
        first, second, _ = call.heard
        assert first.text == "Let me check that."
        assert second.text in POLICY.still
        assert second.starts_secs - first.ends_secs == pytest.approx(POLICY.repeat_secs, abs=0.15)

    async def test_parallel_calls_get_one_filler(self):
        both = Reply(calls=(Call("look_up_order", 2), Call("get_weather", 3)))
        async with small_call(both, ANSWER) as call:
            await call.run()
            await asyncio.sleep(10)
        assert len(fillers(call)) == 1
        assert len(call.script.runs_secs) == 2

    async def test_a_chain_of_tools_is_one_wait(self):
        books = Reply(calls=(Call("book_appointment", 1.5),))
        async with small_call(looks_up(1), books, ANSWER) as call:
            await call.run()
            await asyncio.sleep(10)
        assert len(fillers(call)) == 1

    async def test_the_next_turn_needs_a_filler_of_its_own(self):
        async with small_call(looks_up(2), ANSWER, looks_up(2), ANSWER) as call:
            for _ in range(2):
                await call.run()
                await asyncio.sleep(10)
        first, second = (phrase for _, phrase in fillers(call))
        assert first != second
        assert {first, second} <= set(OPENINGS["look_up_order"])

    async def test_ending_the_call_is_never_bridged(self):
        async with small_call(Reply(calls=(Call("end_call", 5),)), ANSWER) as call:
            await call.run()
            await asyncio.sleep(10)
        assert fillers(call) == []


class TestALateModel:
    async def test_is_bridged_once_and_its_answer_follows(self):
        async with small_call(ANSWER, pace=Pace(thinks_secs=2)) as call:
            await call.run()
            await asyncio.sleep(10)
        [(at_secs, phrase)] = fillers(call)
        assert at_secs == pytest.approx(POLICY.thought_secs, abs=0.01)
        assert phrase in POLICY.otherwise
        assert texts(call) == [phrase, "Your order is on its way."]

    async def test_that_answers_in_time_is_not(self):
        async with small_call(ANSWER, pace=Pace(thinks_secs=0.9)) as call:
            await call.run()
            await asyncio.sleep(10)
        assert fillers(call) == []

    async def test_that_stays_silent_is_bridged_until_the_call_knows_of_it(self):
        async with small_call(Reply(), ANSWER, pace=Pace(thinks_secs=7)) as call:
            await call.run()
            await asyncio.sleep(20)
        assert [phrase in POLICY.still for _, phrase in fillers(call)] == [False, True]

    async def test_behind_a_tool_is_bridged_once_the_tools_filler_is_long_over(self):
        async with small_call(looks_up(2), ANSWER, pace=Pace(thinks_secs=0.9)) as call:
            await call.run()
            await asyncio.sleep(10)
        assert len(fillers(call)) == 1

    async def test_whose_answer_nobody_waits_for_is_not(self):
        async with small_call(ANSWER, ANSWER, pace=Pace(thinks_secs=3)) as call:
            await call.run()
            await asyncio.sleep(0.5)
            await call.interrupt()
            await call.fall_silent()
            await asyncio.sleep(10)
        assert fillers(call) == []

    @pytest.mark.parametrize(
        ("speaker", "bridged"), [(FrameDirection.DOWNSTREAM, 1), (FrameDirection.UPSTREAM, 0)]
    )
    async def test_that_speaks_itself_is_left_alone(self, speaker: FrameDirection, bridged: int):
        waits = [LLMFullResponseStartFrame(), SleepFrame(sleep=3)]
        both_ways = await run_test(Filler(speaker=speaker), frames_to_send=waits)
        told = [frame for frames in both_ways for frame in frames]
        assert sum(isinstance(frame, FillerFrame) for frame in told) == bridged


class TestTheCaller:
    async def test_hears_none_while_talking(self):
        async with small_call(looks_up(3, asynchronous=True), ANSWER) as call:
            await call.run()
            await asyncio.sleep(0.2)
            await call.talk()
            await asyncio.sleep(2.5)
            assert fillers(call) == []

    async def test_hears_none_while_only_the_vad_knows_of_it(self):
        async with small_call(looks_up(2), ANSWER) as call:
            await call.run()
            await asyncio.sleep(0.2)
            await call.worker.queue_frame(VADUserStartedSpeakingFrame())
            await asyncio.sleep(1)
            assert fillers(call) == []
            await call.worker.queue_frame(VADUserStoppedSpeakingFrame())
            await asyncio.sleep(10)
        [(at_secs, _)] = fillers(call)
        assert at_secs == pytest.approx(1.2 + 0.35, abs=0.01)

    async def test_stops_the_timer_by_interrupting(self):
        async with small_call(looks_up(5), ANSWER) as call:
            await call.run()
            await asyncio.sleep(0.3)
            await call.interrupt()
            await call.fall_silent()
            await asyncio.sleep(10)
        assert call.script.cancelled == ["look_up_order"]
        assert call.heard == []

    async def test_silences_a_filler_by_interrupting(self):
        async with small_call(looks_up(5), ANSWER) as call:
            await call.run()
            await asyncio.sleep(1)
            await call.interrupt()
            await asyncio.sleep(10)
        [filler] = call.heard
        assert filler.ends_secs == pytest.approx(1.0, abs=0.07)

    async def test_silences_the_answer_behind_a_filler_too(self):
        async with small_call(looks_up(0.6), ANSWER) as call:
            await call.run()
            await asyncio.sleep(1.2)
            assert ANSWER.texts[0] in call.script.spoken
            await call.interrupt()
            await asyncio.sleep(10)
        [filler] = call.heard
        assert filler.ends_secs == pytest.approx(1.2, abs=0.07)
        assert [m["role"] for m in call.context.messages] == ["user", "assistant", "tool"]


class TestTheAnswer:
    async def test_is_computed_while_the_filler_plays(self):
        async with small_call(looks_up(0.7), ANSWER) as call:
            await call.run()
            await asyncio.sleep(10)
        filler, _ = call.heard
        _, run_secs = call.script.runs_secs
        assert filler.starts_secs < run_secs < filler.ends_secs
        assert run_secs == pytest.approx(0.1 + 0.7, abs=0.01)

    async def test_is_computed_while_the_filler_is_still_being_synthesised(self):
        async with small_call(looks_up(0.5), ANSWER, pace=Pace(speaks_after_secs=0.4)) as call:
            await call.run()
            await asyncio.sleep(10)
        assert call.script.runs_secs[1] == pytest.approx(0.1 + 0.5, abs=0.01)
        assert texts(call) == [fillers(call)[0][1], *ANSWER.texts]

    async def test_follows_the_filler_at_once_and_whole(self):
        async with small_call(looks_up(0.7), ANSWER) as call:
            await call.run()
            await asyncio.sleep(10)
        filler, answer = call.heard
        assert 0 <= answer.starts_secs - filler.ends_secs <= 0.1
        assert filler.ends_secs - filler.starts_secs == pytest.approx(
            secs_of(filler.text), abs=0.01
        )
        assert answer.lasts_secs == pytest.approx(secs_of(answer.text), abs=0.001)

    async def test_loses_nothing_when_it_streams_in_as_the_filler_ends(self):
        async with small_call(looks_up(1), ANSWER, pace=Pace(streams_every_secs=0.03)) as call:
            await call.run()
            await asyncio.sleep(10)
        filler, answer = call.heard
        assert filler.lasts_secs == pytest.approx(secs_of(filler.text), abs=0.001)
        assert answer.lasts_secs == pytest.approx(secs_of(answer.text), abs=0.001)

    async def test_is_computed_while_the_models_own_bridge_plays(self):
        async with small_call(looks_up(0.3, "Let me check that for you."), ANSWER) as call:
            await call.run()
            await asyncio.sleep(10)
        bridge, answer = call.heard
        assert call.script.runs_secs[1] == pytest.approx(0.4, abs=0.01)
        assert 0 <= answer.starts_secs - bridge.ends_secs <= 0.1

    async def test_comes_once_when_parallel_tools_end_while_the_filler_plays(self):
        both = Reply(calls=(Call("look_up_order", 0.6), Call("get_weather", 0.8)))
        async with small_call(both, ANSWER) as call:
            await call.run()
            await asyncio.sleep(10)
        assert call.script.runs_secs == pytest.approx([0, 0.9], abs=0.01)
        assert len(call.heard) == 2

    async def test_comes_at_once_when_parallel_tools_need_no_time(self):
        both = Reply(calls=(Call("look_up_order", 0), Call("get_weather", 0)))
        async with small_call(both, ANSWER) as call:
            await call.run()
            await asyncio.sleep(10)
        assert len(call.script.runs_secs) == 2

    async def test_to_a_timeout_is_computed_while_the_filler_plays(self):
        async with small_call(looks_up(5, timeout_secs=0.8), ANSWER) as call:
            await call.run()
            await asyncio.sleep(10)
        assert call.script.cancelled == ["look_up_order"]
        assert call.script.runs_secs == pytest.approx([0, 0.9], abs=0.01)
        assert len(call.heard) == 2

    async def test_waits_for_the_end_of_an_answer_to_something_else(self):
        other = Reply(texts=("We are open from nine to five, Monday to Friday.",))
        async with small_call(looks_up(2, asynchronous=True), other, ANSWER) as call:
            await call.run()
            await asyncio.sleep(0.2)
            await call.interrupt()
            await call.fall_silent()
            await call.run()
            await asyncio.sleep(20)
        assert texts(call) == [*other.texts, *ANSWER.texts]
        assert call.script.runs_secs[2] == pytest.approx(call.heard[0].ends_secs, abs=0.05)


class TestMemory:
    async def test_does_not_hold_fillers(self):
        async with small_call(looks_up(6), ANSWER) as call:
            await call.run()
            await asyncio.sleep(20)
        assert len(fillers(call)) == 2
        assert [(m["role"], m.get("content")) for m in call.context.messages] == [
            ("user", "Where is my order?"),
            ("assistant", None),
            ("tool", '"done"'),
            ("assistant", "Your order is on its way."),
        ]


class TestBehindTheTts:
    async def test_a_fillers_speech_is_known_by_its_text_type_and_context_id(self):
        async with small_call(looks_up(2), ANSWER) as call:
            await call.run()
            await asyncio.sleep(10)
        ours = {
            frame.context_id
            for _, source, frame in call.frames.pushed
            if source is call.ear
            and isinstance(frame, AggregatedTextFrame)
            and frame.text_type == FILLER
        }
        started = [
            frame
            for _, source, frame in call.frames.pushed
            if source is call.ear and isinstance(frame, TTSStartedFrame)
        ]
        assert [frame.context_id in ours for frame in started] == [True, False]
        assert [frame.append_to_context for frame in started] == [False, True]

    async def test_its_text_comes_before_its_sound(self):
        async with small_call(looks_up(2), ANSWER) as call:
            await call.run()
            await asyncio.sleep(10)
        kinds = [
            frame.text_type
            for _, source, frame in call.frames.pushed
            if source is call.ear
            and isinstance(frame, AggregatedTextFrame)
            and not isinstance(frame, TTSTextFrame)
        ]
        assert kinds == [FILLER, "sentence"]


class TestTheEnd:
    async def test_of_the_call_leaves_no_task(self):
        before = asyncio.all_tasks()
        async with small_call(looks_up(30), ANSWER) as call:
            await call.run()
            await asyncio.sleep(1)
        assert asyncio.all_tasks() == before

    async def test_of_a_cancelled_call_leaves_no_task(self):
        before = asyncio.all_tasks()
        async with small_call(looks_up(30), ANSWER) as call:
            await call.run()
            await asyncio.sleep(0.2)
            await call.worker.queue_frame(CancelFrame())
        assert asyncio.all_tasks() == before
        assert fillers(call) == []

    async def test_of_speech_is_told_once_between_filler_and_answer_at_most(self):
        async with small_call(looks_up(0.7), ANSWER) as call:
            await call.run()
            await asyncio.sleep(10)
        stops = [
            frame
            for _, source, frame in call.frames.pushed
            if source is call.ear and isinstance(frame, BotStoppedSpeakingFrame)
        ]
        assert len(stops) == 4  # two speeches, each told up and down


class TestPhrases:
    def test_a_single_phrase_of_a_tools_own_is_not_repeated(self):
        policy = FillerPolicy(openings={"dig": ("Digging.",)})
        patience = Patience(policy)
        said = []
        for turn in range(4):
            patience.asked(now_secs=turn * 100)
            patience.called(str(turn), "dig", now_secs=turn * 100)
            said.append(patience.phrase(now_secs=turn * 100 + 1))
            patience.returned(str(turn), now_secs=turn * 100 + 2)
            patience.starts_talking("caller's turn")
            patience.stops_talking("caller's turn", now_secs=turn * 100 + 2)
        assert said[0] == "Digging."
        assert None not in said
        assert all(earlier != later for earlier, later in itertools.pairwise(said))

    def test_an_unknown_tool_gets_a_general_one(self):
        assert POLICY.opening("read_minds") == POLICY.otherwise

    def test_a_tools_phrases_can_be_set_without_losing_the_others(self):
        policy = FillerPolicy(openings={"look_up_order": ("Hm.", "Well.")})
        assert policy.opening("look_up_order") == ("Hm.", "Well.")
        assert policy.opening("end_call") == ()

    @pytest.mark.parametrize("tool", [tool for tool in OPENINGS if tool != "end_call"])
    def test_every_tool_has_phrases_to_choose_from(self, tool: str):
        assert len(set(OPENINGS[tool])) >= 2


class TestWhatIsKnownOfTheTool:
    @staticmethod
    def known(*secs: float) -> ToolPace:
        pace = ToolPace()
        for each in secs:
            pace.took("look_up_order", each)
        return pace

    async def test_a_tool_that_is_always_slow_is_bridged_at_once(self):
        async with small_call(looks_up(3), ANSWER, tools=self.known(*[3.0] * 10)) as call:
            await call.run()
            await asyncio.sleep(10)
        [(at_secs, _)] = fillers(call)
        assert at_secs == pytest.approx(0.1, abs=0.01)

    async def test_a_tool_that_is_nearly_always_over_soon_is_waited_for(self):
        async with small_call(looks_up(0.5), ANSWER, tools=self.known(*[0.5] * 10)) as call:
            await call.end_voice()
            await call.run()
            await asyncio.sleep(10)
        assert fillers(call) == []

    async def test_a_tool_that_outlasts_what_is_known_of_it_is_bridged(self):
        async with small_call(looks_up(3), ANSWER, tools=self.known(*[0.5] * 10)) as call:
            await call.end_voice()
            await call.run()
            await asyncio.sleep(10)
        [(at_secs, _)] = fillers(call)
        assert at_secs == pytest.approx(0.1 + POLICY.patience_secs + POLICY.grace_secs, abs=0.01)

    async def test_silence_that_has_lasted_is_not_drawn_out(self):
        await asyncio.sleep(5)
        async with small_call(looks_up(0.5), ANSWER, tools=self.known(*[0.5] * 10)) as call:
            await call.run()
            await asyncio.sleep(10)
        assert len(fillers(call)) == 1

    async def test_a_wait_that_is_nearly_over_gets_the_shortest_phrase(self):
        async with small_call(looks_up(0.9), ANSWER, tools=self.known(*[0.9] * 10)) as call:
            await call.run()
            await asyncio.sleep(10)
        [(_, phrase)] = fillers(call)
        assert phrase == min(OPENINGS["look_up_order"], key=len)

    async def test_each_call_teaches_the_next(self):
        pace = ToolPace()
        for _ in range(8):
            async with small_call(looks_up(2), ANSWER, tools=pace) as call:
                await call.run()
                await asyncio.sleep(10)
        assert pace.left_secs("look_up_order", 0.5, 0.5) == pytest.approx(1.5, abs=0.01)
