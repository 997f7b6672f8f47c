"""The language of a call; it goes on in another: all that hears, answers and speaks at once."""

import asyncio
from collections.abc import Callable, Iterator

from pipecat.pipeline.base_pipeline import BasePipeline
from pipecat.processors.frame_processor import FrameProcessor

from bot.house import House
from bot.language.book import Language
from bot.language.choice import named
from bot.own_words import OwnWords
from bot.providers import reciting
from bot.providers.hearing import Hearing
from bot.providers.lineup import candidates
from bot.providers.speaking import Speaking
from bot.providers.thinking import Thinking
from processors.alarm import Alarm
from processors.consent import Consent
from processors.filler import Filler
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
        self.words = OwnWords(house)
        self._language: Language = language
        self._following = Following(language, [*house.tongues])
        self._pipeline: BasePipeline | None = None
        self._changing = asyncio.Lock()
        self._changes: set[asyncio.Task[None]] = set()

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
        """Go on in this language, in full whoever is interrupted; False if it is none of ours.

        What is wished for last counts, however soon it comes after another wish.
        """
        wanted = named(language)
        if wanted is None or wanted not in self.house.tongues:
            return False
        change = asyncio.create_task(self._go_on_in(wanted))
        self._changes.add(change)
        change.add_done_callback(self._changes.discard)
        # An interruption ends the tool, or the very task that has brought the words: half of the
        # parts would speak one language then, and half the other.
        await asyncio.shield(change)
        return True

    def close(self) -> None:
        """The call is over."""
        for change in self._changes:
            change.cancel()

    async def _go_on_in(self, wanted: Language) -> None:
        async with self._changing:
            if wanted == self._language or not self._pipeline:
                return
            self._language = wanted
            self._following.goes_on_in(wanted)
            self.house = self.house.speaking(wanted)
            self.words.follow(self.house)
            self._then(self.house)
            await switch(self._pipeline, self.house)


async def switch(pipeline: BasePipeline, house: House) -> None:
    """Have the parts of a call go on as `house` does, which speaks another language.

    What is being said is said to its end by the new voice; what is being heard is heard again by
    the new ears, from the last final transcript on.
    """
    settings = house.settings
    able = candidates(settings, house.engines, house.brief)
    parts = [*_within(pipeline)]
    bridge = settings.resume.bridge
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
            case Consent():
                part.follow(settings.recording.question)
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
