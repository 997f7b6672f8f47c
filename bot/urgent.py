"""Words that are heard in full, whatever the caller says meanwhile and whoever is out of reach."""

import asyncio
from typing import Protocol, runtime_checkable

from pipecat.frames.frames import InterruptionFrame, TTSAudioRawFrame, TTSSpeakFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.transports.base_transport import BaseTransport

from bot.providers.clip import Clip
from processors.resume import Playback
from transports.cutting_in import SaysOver

BEARABLE_SECS = 1.0
"""So long may words be waited for that are heard in full."""


@runtime_checkable
class CutsIn(Protocol):
    """A model whose voice the caller hears past us."""

    async def cut_in(self, text: str) -> None:
        """Say it at once."""
        ...


class Urgent:
    """Says clips past all stages that think or speak; whatever was being said ends.

    In the middle of what is heard in full they are said at once, and again behind it. Where the
    caller hears a provider and not us, its model is told to say them.
    """

    def __init__(self, transport: BaseTransport, pipeline: Pipeline) -> None:
        guards = [each for each in pipeline.processors if isinstance(each, Playback)]
        output = transport.output()
        self._guard = guards[0] if guards else None
        self._speaker = self._guard or output
        self._over = output if isinstance(output, SaysOver) else None
        self._models = [each for each in pipeline.processors if isinstance(each, CutsIn)]
        self._said_at_secs = float("-inf")

    async def say(self, clip: Clip) -> None:
        """Returns at once."""
        now_secs = asyncio.get_running_loop().time()
        words = TTSAudioRawFrame(clip.audio, clip.hz, 1)
        words.interruptible = False
        if self._over and self._guard and self._guard.guarded_secs > BEARABLE_SECS:
            self._over.say_over(clip.at(self._over.sample_rate))
        await self._speaker.queue_frame(InterruptionFrame())
        await self._speaker.queue_frame(words)
        for model in self._models:
            await model.cut_in(clip.text)
        self._said_at_secs = max(now_secs, self._said_at_secs) + clip.secs

    async def said(self) -> None:
        """Until the last of the clips has been heard."""
        left_secs = self._said_at_secs - asyncio.get_running_loop().time()
        await asyncio.sleep(max(0.0, left_secs))


def in_full(text: str) -> TTSSpeakFrame:
    """Words for the voice that no interruption drops."""
    words = TTSSpeakFrame(text)
    words.interruptible = False
    return words
