"""Which language the caller goes on in, by what they say and in which language it was heard.

    ..., stt, SpokenLanguage(following), context.user(), ...

It stands behind the ears: whoever answers is told before the words go on, so that the very first
answer is in the caller's language.
"""

import re
from collections.abc import Mapping, Sequence

from pipecat.frames.frames import Frame, TranscriptionFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from processors.said_over import plain

ENOUGH_WORDS = 3
"""In a row, in another language: a name, a "gracias" or a "taco" is no wish to go on in it."""

_NAMES: Mapping[str, str] = {
    "en": "english|inglés|ingles",
    "es": "spanish|español|espanol|castellano",
}
_WISHES = (
    r"(?:speak|speaks|talk|continue|switch|change|prefer|go on|do (?:it|this|that)"
    r"|habl\w+|cambi\w+|sigamos|seguir|seguimos|continu\w+|prefer\w+|prefiero|atiend\w+|atend\w+)"
)
_SHORT_WORDS = 5
"""So few words are about nothing else: "in Spanish, please"."""
_CANNOT = re.compile(r"\b(?:no|not|don't|can't|cannot|doesn't|never|apenas|barely)\b")


def asked_for(text: str, languages: Sequence[str]) -> str | None:
    """The language that these words ask for, by its name; who does not speak one wants another."""
    said = plain(text)
    for language in languages:
        if not _wishes(said, _NAMES.get(language, "(?!)")):
            continue
        if not _CANNOT.search(said):
            return language
        others = [each for each in languages if each != language]
        return others[0] if len(others) == 1 else None
    return None


def _wishes(said: str, names: str) -> bool:
    if re.search(rf"\b{_WISHES} (?:\S+ ){{0,3}}?(?:{names})\b", said):
        return True
    alone = rf"(?:\w+ )?(?:in |en |the |el )?(?:{names})(?: please| por favor| mejor| instead)*"
    return len(said.split()) <= _SHORT_WORDS and bool(re.fullmatch(alone, said))


class Following:
    """Decides from transcripts when to go on in another of `languages`, such as "en" and "es"."""

    def __init__(self, language: str, languages: Sequence[str]) -> None:
        self.language = language
        self._languages = languages
        self._heard: tuple[str, int] = ("", 0)
        """The other language that is being spoken, and how many words of it in a row."""

    def hears(self, text: str, tag: str = "") -> str | None:
        """The language to go on in, if it is another.

        tag: the language in which the words were heard, as far as the ears know: "es", "es-419".
        """
        asked = asked_for(text, self._languages)
        language = asked or self._spoken(text, tag.partition("-")[0].lower())
        if language is None or language == self.language:
            return None
        self.goes_on_in(language)
        return language

    def goes_on_in(self, language: str) -> None:
        """It was decided elsewhere."""
        self.language, self._heard = language, ("", 0)

    def _spoken(self, text: str, language: str) -> str | None:
        if not language:
            return None
        if language == self.language or language not in self._languages:
            self._heard = ("", 0)
            return None
        before, words = self._heard
        words = (words if before == language else 0) + len(text.split())
        self._heard = (language, words)
        return language if words >= ENOUGH_WORDS else None


class SpokenLanguage(FrameProcessor):
    """Event: `on_language(processor, language)`, awaited before the words go on."""

    def __init__(self, following: Following) -> None:
        super().__init__(enable_direct_mode=True)
        self._following = following
        self._register_event_handler("on_language", sync=True)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, TranscriptionFrame):
            tag = str(frame.language) if frame.language else ""
            if language := self._following.hears(frame.text, tag):
                await self._call_event_handler("on_language", language)
        await self.push_frame(frame, direction)
