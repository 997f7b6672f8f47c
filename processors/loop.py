"""The same words again and again: a greeting on tape, an announcement, another bot (pure).

Each word of a turn is looked for among the turns before, in the run of three words that it stands
in: wherever a recording is cut into turns, its words are found again. A caller repeats as well, and
is to be answered: short turns, numbers, spellings and a yes are no sign of anything; who has been
misheard says it twice or three times; and whoever says something else is somebody.
"""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from pydantic import BaseModel, ConfigDict, Field, field_validator

from processors.asking import bare
from processors.emergency import is_emergency
from processors.spoken_digits import numbers

Words = tuple[str, ...]

_MISHEARD_TIMES = 3
"""So often a caller says the same who was misheard twice."""


class LoopSettings(BaseModel):
    """When the same words again and again are taken for a machine, and what is said to it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    times: int = Field(default=4, ge=0, le=20)
    """So often the same sentence is heard until Echo asks; after two more it says goodbye. A caller
    who is misheard says it twice, or three times, so 4 is the least; 0: nobody is asked."""
    within_turns: int = Field(default=12, ge=3, le=100)
    """Of more than three words. An announcement may be four turns long by its pauses."""
    question: str = "Are you still there? I keep hearing the same words. If you are, just say yes."
    """Asked once. Whoever answers anything else than the same words is a caller like any other."""
    goodbye: str = "I still hear only the same words, so I'll hang up. Please call again. Goodbye!"
    """Said before Echo hangs up."""

    @field_validator("times")
    @classmethod
    def _more_than_misheard(cls, times: int) -> int:
        if 0 < times <= _MISHEARD_TIMES:
            raise ValueError("it is at least 4, or 0 for never: callers who are misheard repeat")
        return times

    @property
    def phrases(self) -> tuple[str, ...]:
        """Everything that may be said."""
        return (self.question, self.goodbye) if self.times else ()


@dataclass(frozen=True, slots=True)
class Step:
    """What is said instead of an answer."""

    text: str
    hangs_up: bool = False
    in_full: bool = False
    """Whatever is heard meanwhile."""


class Loop:
    """Told what both sides say, turn by turn; says when to ask, and when to hang up."""

    _RUN = 3
    """Words in a row that are compared: two are in many sentences, four are lost with each word
    that is misheard."""
    _SURE, _UNSURE = 12, 4
    """One word in so many may be another: a recogniser's mistake is, and "in Boston" for "in Paris"
    is a different question in any sentence of less than twelve words. One in four is enough to ask
    where Echo itself says the same again and again."""
    _REPLY = 6
    """More than one word in so many that is not of the loop, or its first one: that is a reply."""
    _FEWEST_WORDS, _FEWEST_WITH_YES = 4, 8
    _MORE = 2
    """So often the same is heard after the question until Echo says goodbye."""
    _ECHOES = 3
    """So many answers of Echo's, one after another, that are the same: nothing gets on."""
    _LONGEST = 100
    """Words of a turn that are looked at: the rest of six minutes of speech proves no more."""

    def __init__(self, settings: LoopSettings) -> None:
        self._settings = settings
        self._turns = deque[Words](maxlen=settings.within_turns)
        self._answers = deque[Words](maxlen=self._ECHOES)
        self._echoes = False
        self._since: int | None = None
        """How often the same was heard since the question; None: nothing was asked."""

    def follow(self, settings: LoopSettings) -> None:
        """Say other words from here on, such as those of another language."""
        said = {"question": settings.question, "goodbye": settings.goodbye}
        self._settings = self._settings.model_copy(update=said)

    def answered(self, text: str) -> None:
        """Echo has said this; it counts from the caller's next turn but one."""
        self._answers.append(_words(self._begin(text)))

    def step(self, text: str) -> Step | None:
        """What `heard` would say of these words; nothing has been heard yet."""
        return self._to(self._after(self._begin(text)))

    def heard(self, text: str) -> Step | None:
        """What to say to a turn of these words; None: it is to be answered."""
        text = self._begin(text)
        since = self._after(text)
        step = self._to(since)
        if since is None and self._since is not None:
            self._turns.clear()  # there is somebody
        self._since = since
        if self._counts(text):
            self._turns.append(_words(text))
        self._echoes = self._says_the_same()
        return step

    def _after(self, text: str) -> int | None:
        words, times = _words(text), self._settings.times
        if not words or not times:
            return self._since
        often, counts = _how_often(words, self._turns, self._RUN), self._counts(text)
        others = sum(each < times for each in often)
        if self._since is None:
            most = len(words) // (self._UNSURE if self._echoes else self._SURE)
            return 0 if counts and others <= most else None
        fresh = [each < (2 if counts else times) for each in often]
        if fresh[0] or sum(fresh) > len(words) // self._REPLY:
            return None
        return self._since + (counts and others <= len(words) // self._SURE)

    def _to(self, since: int | None) -> Step | None:
        if since is None or since == self._since:
            return None
        if since == 0:
            return Step(self._settings.question)
        if since < self._MORE:
            return None
        return Step(self._settings.goodbye, hangs_up=True, in_full=since > self._MORE)

    def _counts(self, text: str) -> bool:
        """Whether it would be odd to say this again and again."""
        words, said = _words(text), {*_words(_without_numbers(text))}
        fewest = self._FEWEST_WITH_YES if words and words[0] in _YES else self._FEWEST_WORDS
        enough = sum(len(word) > 1 for word in said) >= fewest
        return enough and not is_emergency(text)

    def _says_the_same(self) -> bool:
        if len(self._answers) < self._ECHOES:
            return False
        *before, last = self._answers
        return len(last) >= self._FEWEST_WORDS and all(_is_like(each, last) for each in before)

    def _begin(self, text: str) -> str:
        return " ".join(text.split()[: self._LONGEST])


def _words(text: str) -> Words:
    return tuple(bare(text).split())


_YES = frozenset(
    (
        *("yes", "yeah", "yep", "yup", "sure", "okay", "ok", "right", "correct", "exactly"),
        *("sí", "si", "claro", "vale"),
    )
)
"""Who says one of these first has been asked; "no" and "thank you" are how announcements begin."""


def _without_numbers(text: str) -> str:
    parts = [part for number in numbers(text) for part in number]
    for part in reversed(parts):
        text = f"{text[: part.start]} {text[part.end :]}"
    return text


def _how_often(words: Words, before: Sequence[Words], length: int) -> Sequence[int]:
    """For each of the words, how often it was said, this time too, between the same others."""
    length = min(length, len(words))
    said = Counter(run for turn in (*before, words) for run in _runs(turn, length))
    often = [said[run] for run in _runs(words, length)]
    return [max(often[max(0, at - length + 1) : at + 1]) for at in range(len(words))]


def _runs(words: Words, length: int) -> Iterator[Words]:
    return zip(*(words[at:] for at in range(length)), strict=False)


def _is_like(one: Words, other: Words) -> bool:
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= 0.9
