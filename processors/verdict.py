"""What a caller's sound over Echo is by all that was heard of it, and when that is sure (pure)."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from processors.overtalk import Overtalk
from processors.readings import Reading, phrase
from processors.said_over import Kind, asked_in, invites, is_certain, is_repair, meant, plain

Act = Literal["resume", "yield"]


class InterruptionSettings(BaseModel):
    """How long Echo waits for what, once a caller has spoken over it; seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at_once: bool = True
    """Echo is held at the first 32 ms of a voice, some 60 ms before it counts as one. A sound that
    becomes none costs a pause of as long."""
    settle_secs: float = Field(default=0.35, gt=0, le=2)
    """Silence after which Echo goes on behind a listener's words: a gap within a sentence is
    shorter."""
    whole_secs: float = Field(default=0.25, ge=0, le=1)
    """Silence after which words start a turn that are all there are: sooner, they may be its first
    part."""
    click_secs: float = Field(default=0.2, gt=0, le=1)
    """Silence behind what was too short for a voice: many words begin with a click, and a gap."""
    words_secs: float = Field(default=0.7, gt=0, le=3)
    """Silence after which a sound that has no words had none: speech to text is done by then."""
    long_words_secs: float = Field(default=0.85, gt=0, le=5)
    """The same after a sound as long as a sentence."""
    sentence_secs: float = Field(default=1.0, gt=0, le=5)
    """As long as a sentence: a cough and "uh-huh" are shorter."""
    wordless_secs: float = Field(default=2.0, gt=0, le=10)
    """A voice that goes on for so long wants to be heard, even if no words come of it."""
    heard_out_secs: float = Field(default=2.5, gt=0, le=10)
    """Words that may be for somebody else are heard out for so long before they are a turn."""
    hum_secs: float = Field(default=0.5, ge=0, le=2)
    """A voice no longer than this may be a hum that a recogniser took for words."""
    sure_confidence: float = Field(default=0.4, ge=0, le=1)
    """Words that speech to text is less sure of are taken for such a hum: Whisper makes "Mama" of
    "mm-hmm" at 0.25 and gives "stop", "wait" and "no" 0.43 to 0.69, telephone included."""
    torn_confidence: float = Field(default=0.6, ge=0, le=1)
    """Words that speech to text is less sure of may be a phrase that it has thought of as well."""
    reading_share: float = Field(default=0.6, ge=0, le=1)
    """How likely that phrase must be, next to what is likeliest."""
    short_reading_share: float = Field(default=0.4, ge=0, le=1)
    """The same of a voice that may be a hum."""
    aside_db: float = Field(default=4.0, gt=0, le=40)
    """A voice so much softer than this caller's own speaks to somebody else: it is turned away, or
    another's. A turn of the head costs 4 dB and more, twice the distance 6 dB; who talks over Echo
    to be heard is louder than usual. A caller whose turns differ in level may be softer by twice
    that."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the caller's sound was, and what Echo does. `reason` has no words of the caller's."""

    kind: Kind
    act: Act
    reason: str


_RESUMED: tuple[Kind, ...] = ("backchannel", "tic", "aside")
_DOUBTED: tuple[Kind, ...] = ("turn", "question", "correction")
_OWN_WORDS = 4
"""So many words in a row of what Echo has just said come from its own loudspeaker."""


class Judge:
    """Gives the same verdict on the same overtalk, whoever asks and however often."""

    def __init__(self, settings: InterruptionSettings) -> None:
        self._settings = settings
        self._known: tuple[tuple[str, str], tuple[Kind, str]] | None = None

    def verdict(
        self, overtalk: Overtalk, bot_said: str, now_secs: float, *, far: str
    ) -> Verdict | None:
        """None as long as more may come that makes it something else.

        bot_said: what the caller has heard of Echo's reply. far: why the voice is not near; "" if
        it is.
        """
        if not overtalk.text:
            return self._wordless(overtalk, now_secs, far=bool(far))
        verdict = self._by_words(overtalk, bot_said, far)
        return verdict if self._is_time(overtalk, verdict, now_secs, far=bool(far)) else None

    def _wordless(self, overtalk: Overtalk, now_secs: float, *, far: bool) -> Verdict | None:
        settings = self._settings
        silent_secs = overtalk.silent_for(now_secs)
        if silent_secs == 0:
            if not far and now_secs - overtalk.began_secs >= settings.wordless_secs:
                return Verdict("turn", "yield", "a voice that goes on")
            return None
        long = overtalk.secs >= settings.sentence_secs and not far
        if silent_secs >= (settings.long_words_secs if long else settings.words_secs):
            return Verdict("tic", "resume", f"{overtalk.secs:.1f} s without words")
        return None

    def _by_words(self, overtalk: Overtalk, bot_said: str, far: str) -> Verdict:
        """What it is if nothing more is said."""
        kind, reason = self._meant(overtalk.text, bot_said)
        if kind in _DOUBTED and overtalk.confidence < self._settings.torn_confidence:
            kind, reason = self._read_otherwise(overtalk, bot_said) or (kind, reason)
        if self._is_hum(overtalk, kind):
            return Verdict("backchannel", "resume", "a hum, by how unsure its words are")
        if _is_own(overtalk.text, bot_said):
            return Verdict("tic", "resume", "Echo's own voice")
        if far and not _is_to_echo(kind, overtalk.text):
            return Verdict("aside", "resume", far)
        return Verdict(kind, "resume" if kind in _RESUMED else "yield", reason)

    def _is_time(self, overtalk: Overtalk, verdict: Verdict, now_secs: float, *, far: bool) -> bool:
        """Whether no more words may come that make it something else."""
        settings = self._settings
        silent_secs = overtalk.silent_for(now_secs)
        if verdict.act == "resume":  # nobody is gone on with while they speak
            return silent_secs >= settings.settle_secs
        if silent_secs == 0:
            heard_out = not far and now_secs - overtalk.began_secs >= settings.heard_out_secs
            return verdict.kind == "answer" or heard_out
        # Whoever is silent for Echo loses nothing by waiting, so a turn is better whole.
        if verdict.kind == "answer" or overtalk.is_final or is_certain(overtalk.text):
            return True
        return silent_secs >= (settings.whole_secs if overtalk.whole else settings.words_secs)

    def _meant(self, text: str, bot_said: str) -> tuple[Kind, str]:
        """By the words, worked out once for the same: this is asked for each piece of audio."""
        said = (text, bot_said)
        if self._known is None or self._known[0] != said:
            self._known = said, meant(text, asked_in(bot_said))
        return self._known[1]

    def _read_otherwise(self, overtalk: Overtalk, bot_said: str) -> tuple[Kind, str] | None:
        """As a phrase that the recogniser has thought of too."""
        asked = asked_in(bot_said)
        readings: list[tuple[Reading, Kind]] = [
            (each, meant(each.text, asked)[0])
            for each in overtalk.readings
            if not invites(each.text)
        ]
        short = self._is_short_and_unsure(overtalk)
        share = self._settings.short_reading_share if short else self._settings.reading_share
        found = phrase(readings, share)
        return (found[1], "another reading of unsure words") if found else None

    def _is_hum(self, overtalk: Overtalk, kind: Kind) -> bool:
        """Of a sentence, too, the first words are short and unsure: it is one if none follow.
        Who was asked something and makes a sound has answered."""
        taken_for_words = kind not in (*_RESUMED, "stop", "answer") and not is_repair(overtalk.text)
        known = bool(overtalk.readings)  # a hum would be among them, and has been looked for
        return taken_for_words and not known and self._is_short_and_unsure(overtalk)

    def _is_short_and_unsure(self, overtalk: Overtalk) -> bool:
        unsure = overtalk.confidence < self._settings.sure_confidence
        return unsure and overtalk.secs <= self._settings.hum_secs


def _is_to_echo(kind: Kind, text: str) -> bool:
    """However softly it is said."""
    return kind == "answer" or is_certain(text) or is_repair(text)


def _is_own(text: str, bot_said: str) -> bool:
    said = plain(text)
    return len(said.split()) >= _OWN_WORDS and f" {said} " in f" {plain(bot_said)} "
