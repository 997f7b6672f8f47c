"""Is this an interruption? A caller's sound over Echo's voice, judged while Echo is silent.

At the caller's first sound Echo holds its tongue (`processors/barge_in.py`), so nobody is talked
over, and a verdict may take the time it needs: until the words are there, or until there are none.

    judge = Interruption(settings)
    judge.bot("Your order has been", speaking=True, now_secs=10.0)
    judge.voice(10.4, -23.0)            # for every piece of audio with a voice in it
    judge.silence(10.8)                 # for every piece without one
    judge.words("Uh-huh.", final=False, now_secs=10.9)
    judge.decide(11.0)                  # Verdict(kind="backchannel", act="resume", reason=...)

`decide` is asked after each of these and as often as one likes in between; it answers once, and
once more if words that come later turn a "resume" into a "yield": a wrong resume is taken back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from processors.nearness import Nearness, Power
from processors.readings import Reading, phrase
from processors.said_over import (
    Asked,
    Kind,
    asked_in,
    invites,
    is_certain,
    is_repair,
    meant,
    plain,
)

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


class Meaning(Protocol):
    """What words over Echo's voice mean, and why: `meant`, or somebody who knows better."""

    def __call__(self, text: str, asked: Asked, /) -> tuple[Kind, str]: ...


_RESUMED: tuple[Kind, ...] = ("backchannel", "tic", "aside")
_DOUBTED: tuple[Kind, ...] = ("turn", "question", "correction")
_SPREADS = 2.0
"""Standard deviations of this caller's own level that a softer voice must differ by."""
_OWN_WORDS = 4
"""So many words in a row of what Echo has just said come from its own loudspeaker."""


@dataclass(slots=True)
class _Sound:
    """What has been heard of the caller since Echo was spoken over."""

    began_secs: float
    voice_secs: float = 0.0
    """When the voice was heard last."""
    silent_since_secs: float | None = None
    told: str = ""
    guess: str = ""
    whole: bool = False
    """No more words are to come, should the silence last."""
    confidence: float = 1.0
    readings: Sequence[Reading] = ()
    """Of all that was said, if it was said in one piece."""
    loudness: Power = field(default_factory=Power)

    @property
    def secs(self) -> float:
        """How long it lasts, from where the VAD was sure of it."""
        return self.voice_secs - self.began_secs

    @property
    def text(self) -> str:
        return f"{self.told} {self.guess}".strip()

    @property
    def is_final(self) -> bool:
        """No text may change any more."""
        return bool(self.told) and not self.guess

    def silent_for(self, now_secs: float) -> float:
        """0 while the voice is heard."""
        return now_secs - self.silent_since_secs if self.silent_since_secs is not None else 0.0


class Interruption:
    """Told what is heard of both, in seconds of any one clock; decides whether to go on."""

    def __init__(
        self, settings: InterruptionSettings | None = None, meaning: Meaning = meant
    ) -> None:
        self._settings = settings or InterruptionSettings()
        self._meaning = meaning
        self._known: tuple[tuple[str, str], tuple[Kind, str]] | None = None
        self._nearness = Nearness()
        self._bot_said = ""
        self._bot_speaking = False
        self._sound: _Sound | None = None
        self._verdict: Verdict | None = None
        self._click_secs: float | None = None

    # What is heard

    def bot(self, text_so_far: str, speaking: bool, now_secs: float) -> None:
        """What the caller has heard of this reply, and whether Echo speaks (held counts)."""
        if speaking and not self._bot_speaking:
            self._nearness.turn_over()
        self._bot_said, self._bot_speaking = text_so_far, speaking

    def voice(self, now_secs: float, level_db: float) -> None:
        """The caller makes a sound, of this level (dB of full scale, or of anything)."""
        if self._sound is None:
            if not self._bot_speaking:
                self._nearness.usual(level_db)
                return
            self._sound, self._click_secs = _Sound(now_secs), None
        sound = self._sound
        sound.voice_secs, sound.silent_since_secs, sound.whole = now_secs, None, False
        sound.loudness.hear(level_db)

    def room(self, level_db: float) -> None:
        """A piece of audio without a voice, of this level."""
        self._nearness.room(level_db)

    def silence(self, now_secs: float) -> None:
        """The caller makes no sound."""
        if self._sound and self._sound.silent_since_secs is None:
            self._sound.silent_since_secs = now_secs

    def words(
        self,
        text: str,
        final: bool,
        now_secs: float,
        confidence: float = 1.0,
        *,
        whole: bool = False,
        readings: Sequence[Reading] = (),
    ) -> None:
        """What the caller says: all of it since the last final words, or these for good.

        confidence: how sure (0 to 1) the speech to text is of them. whole: they will be final,
        should the silence last. readings: what else they may be.
        """
        if self._sound is None:
            if not self._bot_speaking:
                return
            self._click_secs = None
            self._sound = _Sound(now_secs, now_secs, now_secs)  # softer than the VAD can hear
        sound = self._sound
        sound.confidence, sound.whole = confidence, final or whole
        sound.readings = () if sound.told else readings
        if final:
            sound.told, sound.guess = f"{sound.told} {text}".strip(), ""
        else:
            sound.guess = text

    def click(self, now_secs: float) -> None:
        """What began to sound like a voice did not become one; another may follow."""
        if self._sound is None and self._bot_speaking:
            self._click_secs = now_secs

    def sounding(self) -> None:
        """Something sounds like a voice, and may become one."""
        self._click_secs = None

    # What it means

    @property
    def open(self) -> bool:
        """Whether the caller has spoken over Echo and no verdict has been given."""
        return self._sound is not None and self._verdict is None

    def decide(self, now_secs: float) -> Verdict | None:
        """A verdict, once there is one; later another, if words take a "resume" back."""
        sound = self._sound
        if sound is None:
            return self._clicked(now_secs)
        if self._verdict and self._verdict.act == "yield":
            return None
        verdict = self._judged(sound, now_secs)
        if verdict is None or (self._verdict and verdict.act == "resume"):
            return None
        self._verdict = verdict
        return verdict

    def over(self) -> None:
        """What was heard has been dealt with: the next sound is another."""
        self._sound = self._verdict = self._click_secs = None

    def _clicked(self, now_secs: float) -> Verdict | None:
        if self._click_secs is None or now_secs - self._click_secs < self._settings.click_secs:
            return None
        self._click_secs = None
        return Verdict("tic", "resume", "too short for a voice")

    def _judged(self, sound: _Sound, now_secs: float) -> Verdict | None:
        softer_db = self._nearness.softer_db(sound.loudness)
        far = softer_db >= max(self._settings.aside_db, _SPREADS * self._nearness.spread_db)
        if not sound.text:
            return self._wordless(sound, now_secs, far=far)
        verdict = self._by_words(
            sound, f"{softer_db:.0f} dB softer than this caller" if far else ""
        )
        return verdict if self._is_time(sound, verdict, now_secs, far=far) else None

    def _by_words(self, sound: _Sound, far: str) -> Verdict:
        """What it is if nothing more is said. far: why the voice is not near; "" if it is."""
        kind, reason = self._meant(sound.text)
        if kind in _DOUBTED and sound.confidence < self._settings.torn_confidence:
            kind, reason = self._read_otherwise(sound) or (kind, reason)
        if self._is_hum(sound, kind):
            return Verdict("backchannel", "resume", "a hum, by how unsure its words are")
        if _is_own(sound.text, self._bot_said):
            return Verdict("tic", "resume", "Echo's own voice")
        if far and kind != "answer" and not is_certain(sound.text) and not is_repair(sound.text):
            return Verdict("aside", "resume", far)
        return Verdict(kind, "resume" if kind in _RESUMED else "yield", reason)

    def _read_otherwise(self, sound: _Sound) -> tuple[Kind, str] | None:
        """As a phrase that the recogniser has thought of too."""
        asked = asked_in(self._bot_said)
        readings: list[tuple[Reading, Kind]] = [
            (each, self._meaning(each.text, asked)[0])
            for each in sound.readings
            if not invites(each.text)
        ]
        short = self._is_short_and_unsure(sound)
        share = self._settings.short_reading_share if short else self._settings.reading_share
        found = phrase(readings, share)
        return (found[1], "another reading of unsure words") if found else None

    def _meant(self, text: str) -> tuple[Kind, str]:
        """As `meaning` says, asked once for the same words."""
        said = (text, self._bot_said)
        if self._known is None or self._known[0] != said:
            self._known = said, self._meaning(text, asked_in(self._bot_said))
        return self._known[1]

    def _is_time(self, sound: _Sound, verdict: Verdict, now_secs: float, *, far: bool) -> bool:
        """Whether no more words may come that make it something else."""
        settings = self._settings
        silent_secs = sound.silent_for(now_secs)
        if verdict.act == "resume":  # nobody is gone on with while they speak
            return silent_secs >= settings.settle_secs
        if silent_secs == 0:
            heard_out = not far and now_secs - sound.began_secs >= settings.heard_out_secs
            return verdict.kind == "answer" or heard_out
        # Whoever is silent for Echo loses nothing by waiting, so a turn is better whole.
        if verdict.kind == "answer" or sound.is_final or is_certain(sound.text):
            return True
        return silent_secs >= (settings.whole_secs if sound.whole else settings.words_secs)

    def _wordless(self, sound: _Sound, now_secs: float, *, far: bool) -> Verdict | None:
        settings = self._settings
        silent_secs = sound.silent_for(now_secs)
        if silent_secs == 0:
            if not far and now_secs - sound.began_secs >= settings.wordless_secs:
                return Verdict("turn", "yield", "a voice that goes on")
            return None
        long = sound.secs >= settings.sentence_secs and not far
        if silent_secs >= (settings.long_words_secs if long else settings.words_secs):
            return Verdict("tic", "resume", f"{sound.secs:.1f} s without words")
        return None

    def _is_hum(self, sound: _Sound, kind: Kind) -> bool:
        """Of a sentence, too, the first words are short and unsure: it is one if none follow.
        Who was asked something and makes a sound has answered."""
        taken_for_words = kind not in (*_RESUMED, "stop", "answer") and not is_repair(sound.text)
        known = bool(sound.readings)  # a hum would be among them, and has been looked for
        return taken_for_words and not known and self._is_short_and_unsure(sound)

    def _is_short_and_unsure(self, sound: _Sound) -> bool:
        unsure = sound.confidence < self._settings.sure_confidence
        return unsure and sound.secs <= self._settings.hum_secs


def _is_own(text: str, bot_said: str) -> bool:
    said = plain(text)
    return len(said.split()) >= _OWN_WORDS and f" {said} " in f" {plain(bot_said)} "
