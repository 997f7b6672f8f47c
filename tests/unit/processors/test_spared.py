from pipecat.frames.frames import Frame, InputAudioRawFrame, OutputAudioRawFrame
from pipecat.observers.base_observer import BaseObserver, FrameProcessed, FramePushed
from pipecat.pipeline import pipeline
from pipecat.processors.filters.identity_filter import IdentityFilter
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.tests.utils import run_test
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams

from processors.spared import Pipeline, Spared

DOWN = FrameDirection.DOWNSTREAM
CALLER = InputAudioRawFrame(bytes(640), 16_000, 1)
ECHO = OutputAudioRawFrame(bytes(960), 24_000, 1)


class Watching(BaseObserver):
    def __init__(self) -> None:
        super().__init__()
        self.pushed: list[Frame] = []
        self.processed: list[Frame] = []

    async def on_push_frame(self, data: FramePushed) -> None:
        self.pushed.append(data.frame)

    async def on_process_frame(self, data: FrameProcessed) -> None:
        self.processed.append(data.frame)


async def test_the_callers_audio_is_not_told_and_ours_is():
    watching, stage = Watching(), FrameProcessor()
    for frame in (CALLER, ECHO):
        await Spared(watching).on_push_frame(FramePushed(stage, stage, frame, DOWN, 0))
    assert watching.pushed == [ECHO]


async def test_who_takes_a_frame_is_told_only_behind_the_output():
    watching, before, behind = Watching(), FrameProcessor(), FrameProcessor()
    output = BaseOutputTransport(TransportParams())
    before.link(output)
    output.link(behind)
    for processor in (before, output, behind):
        await Spared(watching).on_process_frame(FrameProcessed(processor, ECHO, DOWN, 0))
    assert watching.processed == [ECHO]


async def test_the_processors_of_a_stage_run_in_its_place_and_pass_frames_both_ways():
    first, inner, last = IdentityFilter(), IdentityFilter(), IdentityFilter()
    whole = Pipeline([first, pipeline.Pipeline([pipeline.Pipeline([inner])]), last])
    assert [*whole.processors[1:-1]] == [first, inner, last]
    down, _ = await run_test(whole, frames_to_send=[ECHO], expected_down_frames=[type(ECHO)])
    assert down == [ECHO]
    assert (inner.previous, inner.next) == (first, last)
