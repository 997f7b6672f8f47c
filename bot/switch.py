"""A call goes on in another language: all that hears, answers and speaks in it at once."""

from collections.abc import Iterator

from pipecat.pipeline.base_pipeline import BasePipeline
from pipecat.processors.frame_processor import FrameProcessor

from bot.house import House
from bot.providers import reciting
from bot.providers.hearing import Hearing
from bot.providers.roles import candidates
from bot.providers.speaking import Speaking
from bot.providers.thinking import Thinking
from processors.alarm import Alarm
from processors.filler import Filler
from processors.idle import IdleLadder
from processors.repair import Repairing
from processors.resume import Playback


async def switch(pipeline: BasePipeline, ladder: IdleLadder, house: House) -> None:
    """Have the parts of a call go on as `house` does, which speaks another language.

    What is being said is said to its end by the new voice; what is being heard is heard again by
    the new ears, from the last final transcript on.
    """
    settings = house.settings
    able = candidates(settings, house.engines, house.brief)
    parts = [*_within(pipeline)]
    bridge = settings.resume.bridge
    ladder.follow(settings.silence)
    for part in parts:
        match part:
            case Thinking():
                await part.change(able.llm, house.brief.persona, settings.apology)
            case Speaking():
                await part.change(able.tts)
                for playback in (each for each in parts if isinstance(each, Playback)):
                    playback.follow(reciting(part, bridge))
            case Hearing():
                await part.change(able.stt)
            case Filler():
                part.follow(settings.filler)
            case Repairing():
                part.follow(settings.repair)
            case Alarm():
                part.follow(settings.emergency)
            case _:
                pass


def _within(pipeline: BasePipeline) -> Iterator[FrameProcessor]:
    for each in pipeline.processors:
        if isinstance(each, BasePipeline):
            yield from _within(each)
        else:
            yield each
