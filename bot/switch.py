"""The language of a call; it goes on in another: all that hears, answers and speaks at once."""

from collections.abc import Callable, Iterator

from pipecat.pipeline.base_pipeline import BasePipeline
from pipecat.processors.frame_processor import FrameProcessor

from bot.house import House
from bot.language.book import Language
from bot.language.choice import named
from bot.providers import reciting
from bot.providers.hearing import Hearing
from bot.providers.lineup import candidates
from bot.providers.speaking import Speaking
from bot.providers.thinking import Thinking
from processors.alarm import Alarm
from processors.filler import Filler
from processors.idle import IdleLadder
from processors.loop_guard import LoopGuard
from processors.repair import Repairing
from processors.resume import Playback
from processors.spoken_language import Following, SpokenLanguage


class CallLanguage:
    """Which language a call is in; `house` is the one that speaks it.

    then: told of the house when the call goes on in another language.
    """

    def __init__(self, house: House, language: Language, then: Callable[[House], None]) -> None:
        self.house = house
        self._then = then
        self.ladder = IdleLadder(house.settings.silence)
        self._language: Language = language
        self._following = Following(language, [*house.tongues])
        self._pipeline: BasePipeline | None = None

    @property
    def spoken(self) -> Language:
        return self._language

    def follower(self) -> SpokenLanguage:
        """Who finds out in which language the caller goes on."""
        spoken = SpokenLanguage(self._following)

        @spoken.event_handler("on_language")
        async def goes_on(_: object, language: str) -> None:
            await self.speak(language)

        return spoken

    def follow_in(self, pipeline: BasePipeline) -> None:
        """Whose parts are to go on in another language."""
        self._pipeline = pipeline

    async def speak(self, language: str) -> bool:
        """Go on in this language; False if it is none of ours."""
        wanted = named(language)
        if wanted is None or wanted not in self.house.tongues:
            return False
        if wanted != self._language and self._pipeline:
            self._language = wanted
            self._following.goes_on_in(wanted)
            self.house = self.house.speaking(wanted)
            self._then(self.house)
            await switch(self._pipeline, self.ladder, self.house)
        return True


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
            case LoopGuard():
                part.follow(settings.loop)
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
