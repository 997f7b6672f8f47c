"""Is the caller done? Early when everything says so, patient when something does not.

Decided in audio time from what is known at this moment: how long the silence is, what Smart Turn
hears in the voice, whether the words are all there, and how they look. Smart Turn alone either
waits for everybody or cuts off those who think in the middle of a number, an address or a date.
"""

from pydantic import BaseModel, ConfigDict, Field

from processors.unfinished import Looks, looks


class EndpointingSettings(BaseModel):
    """How long silence may last before a turn is over; seconds of audio the VAD calls silent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sure_secs: float = Field(default=0.09, gt=0, le=3)
    """When voice and words both say that the turn is over: three windows of the VAD, so that the
    gap inside a word does not count."""
    stop_secs: float = Field(default=0.2, gt=0, le=3)
    """When the voice says so and not all words are there. Whoever is silent for so long has stopped
    speaking for now: the words until then are asked for."""
    answer_secs: float = Field(default=0.3, gt=0, le=3)
    """After a "yes" in a voice that goes on: "yes, please"."""
    doubt_secs: float = Field(default=0.6, gt=0, le=5)
    """When the words may end so and the voice goes up or on: most pauses to think are shorter."""
    loose_secs: float = Field(default=0.9, gt=0, le=5)
    """After words that may end so and often do not: "I need an appointment", "on Friday"."""
    growing_secs: float = Field(default=1.25, gt=0, le=5)
    """In a number, an address, letters or a date that may go on: nearly all pauses in them are
    shorter."""
    incomplete_secs: float = Field(default=1.5, gt=0, le=5)
    """After "my order number is", "and" or "um"."""
    longest_secs: float = Field(default=2.0, gt=0, le=10)
    """However slow the caller is. Less than TURN_WORDLESS_SECS."""
    sure_probability: float = Field(default=0.5, ge=0, le=1)
    """Smart Turn's, from which on it says that the turn is over: its own threshold."""


class Pace:
    """How slow this caller is: a running estimate over the pauses inside turns."""

    _USUAL_SECS = 0.45
    """The median pause within a turn, and what one pause counts against it at first."""
    _WEIGHT = 0.2
    _MOST = 1.4

    def __init__(self) -> None:
        self._pause_secs = self._USUAL_SECS

    def paused(self, secs: float) -> None:
        """The caller was silent for so long and went on with the same turn."""
        self._pause_secs += self._WEIGHT * (secs - self._pause_secs)

    @property
    def stretch(self) -> float:
        """How much longer than usual to wait; never shorter."""
        return min(self._MOST, max(1.0, self._pause_secs / self._USUAL_SECS))


class Endpointing:
    """Told what is heard of a caller, in audio time; answers whether the turn is over.

    Has no clock: `silent` says how long the silence is.
    """

    def __init__(self, settings: EndpointingSettings) -> None:
        self._settings = settings
        self._pace = Pace()
        self._said: list[str] = []
        self._guess = ""
        self._begin_silence()

    def turn_began(self) -> None:
        """What was said before belongs to another turn."""
        self._said.clear()
        self._looks = None
        self.spoke(went_on=False)

    def spoke(self, *, went_on: bool = True) -> None:
        """A voice: what was known of the silence is void."""
        if went_on and self._silent_secs is not None:
            self._pace.paused(self._silent_secs)
        self._begin_silence()

    def silent(self, secs: float) -> None:
        """No voice for so long."""
        self._silent_secs = secs

    def judged(self, probability: float) -> None:
        """Smart Turn's, that the turn is over, of this silence."""
        self._probability = probability

    def told(self, words: str) -> None:
        """Words that will not change."""
        self._said.append(words)
        self._guess, self._looks = "", None

    def guessed(self, words: str) -> None:
        """What all words since the last that were `told` are, should the silence last."""
        self._guess, self._looks, self._all_heard = words, None, True

    def all_heard(self) -> None:
        """No more words are to come, should the silence last."""
        self._all_heard = True

    def more_to_come(self) -> None:
        """Words are on their way."""
        self._all_heard = False

    @property
    def has_all(self) -> bool:
        """Whether no more words are to come, should the silence last."""
        return self._all_heard

    @property
    def words(self) -> str:
        """All of the turn so far, with the guess at those that are not certain."""
        return self.words_with(self._guess)

    def words_with(self, guess: str) -> str:
        """Those that will not change, and `guess` for the rest."""
        return " ".join(filter(None, (*self._said, guess)))

    @property
    def doubts_voice(self) -> bool:
        """Whether Smart Turn has not said yet that the turn is over."""
        return self._probability is None or self._probability < self._settings.sure_probability

    @property
    def is_over(self) -> bool:
        """Whether the turn is over."""
        return self._silent_secs is not None and self._silent_secs >= self.over_after_secs

    @property
    def over_after_secs(self) -> float:
        """The silence with which the turn is over, if nothing else becomes known."""
        wait_secs = self._patience_secs()
        if wait_secs <= self._settings.stop_secs:
            return wait_secs
        return min(wait_secs * self._pace.stretch, self._settings.longest_secs)

    def _patience_secs(self) -> float:
        settings, done = self._settings, not self.doubts_voice
        soon_secs = settings.sure_secs if self._all_heard else settings.stop_secs
        if self._looks is None:
            self._looks = looks(self.words)
        match self._looks:
            case Looks.OPEN:
                return settings.incomplete_secs
            case Looks.GROWING:
                return settings.growing_secs
            case Looks.LOOSE:
                return settings.loose_secs
            case Looks.WHOLE:
                return soon_secs
            case Looks.ANSWER:
                return soon_secs if done else settings.answer_secs
            case Looks.PLAIN:
                return soon_secs if done else settings.doubt_secs

    def _begin_silence(self) -> None:
        self._silent_secs: float | None = None
        self._probability: float | None = None
        self._all_heard = False
        self._guess = ""
        self._looks: Looks | None = None
