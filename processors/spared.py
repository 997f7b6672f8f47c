"""Pipecat's pipeline without the hops and tellings that nobody needs: most of a call's cost.

Every hop of every frame is told to an observer twice: when it is pushed, and when it is taken. Each
telling is a queue and a wake-up for each observer, and most frames are the caller's audio. Told are
all pushes, of that audio only the first, and who takes what the output has sent.

A stage that is a pipeline itself reads well and costs two hops more, its source and its sink. Its
processors run as members of the whole.
"""

from collections.abc import Iterator, Sequence
from copy import copy

from pipecat.frames.frames import InputAudioRawFrame
from pipecat.observers.base_observer import (
    BaseObserver,
    FrameProcessed,
    FramePushed,
    ProcessorSetUp,
)
from pipecat.pipeline import pipeline
from pipecat.processors.frame_processor import FrameProcessor, FrameProcessorSetup
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport


class Spared(BaseObserver):
    """Passes on to `observer` what is worth its time."""

    def __init__(self, observer: BaseObserver) -> None:
        super().__init__()
        self._observer = observer

    async def on_push_frame(self, data: FramePushed) -> None:
        heard = isinstance(data.frame, InputAudioRawFrame)
        if not heard or isinstance(data.source, BaseInputTransport):
            await self._observer.on_push_frame(data)

    async def on_process_frame(self, data: FrameProcessed) -> None:
        if isinstance(data.processor.previous, BaseOutputTransport):
            await self._observer.on_process_frame(data)

    async def on_processor_setup(self, data: ProcessorSetUp) -> None:
        await self._observer.on_processor_setup(data)


class Pipeline(pipeline.Pipeline):
    """Pipecat's in all else; `processors` are those of its stages."""

    def __init__(self, processors: Sequence[FrameProcessor]) -> None:
        super().__init__([*_members(processors)])

    async def setup(self, setup: FrameProcessorSetup) -> None:
        spared = copy(setup)
        if setup.observer:
            spared.observer = Spared(setup.observer)
        await super().setup(spared)


def _members(stages: Sequence[FrameProcessor]) -> Iterator[FrameProcessor]:
    for stage in stages:
        if isinstance(stage, pipeline.Pipeline):
            _source, *within, _sink = stage.processors
            yield from _members(within)
        else:
            yield stage
