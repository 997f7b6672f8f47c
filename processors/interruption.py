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

from dataclasses import dataclass
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from processors.said_over import Asked, Kind, asked_in, is_certain, is_repair, meant, plain

Act = Literal["resume", "yield"]


class InterruptionSettings(BaseModel):
    """How long Echo waits for what, once a caller has spoken over it; seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at_once: bool = True
    """Echo is held at the first 32 ms of a voice, some 60 ms before it counts as one. A sound that
    becomes none costs a pause of as long."""
    settle_secs: float = Field(default=0.35, gt=0, le=2)
    """Silence after which a listener's words are judged that may still change: the final text is
    there by then, or on its way with nothing new."""
    words_secs: float = Field(default=0.7, gt=0, le=3)
    """Silence after which a sound that has no words had none: speech to text is done by then."""
    long_words_secs: float = Field(default=1.2, gt=0, le=5)
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
    aside_db: float = Field(default=9.0, gt=0, le=40)
    """A voice so much softer than this caller's own speaks to somebody else: it is turned away, or
    another's. Twice the distance costs 6 dB."""


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
_OWN_WORDS = 4
"""So many words in a row of what Echo has just said come from its own loudspeaker."""


class Loudness:
    """How loud this caller usually is, in dB: a running mean over what was said to Echo."""

    _WEIGHT = 0.02
    _ENOUGH = 25
    """Pieces of audio before it is taken for known."""

    def __init__(self) -> None:
        self._mean_db = 0.0
        self._pieces = 0

    def hear(self, level_db: float) -> None:
        self._pieces += 1
        weight = max(self._WEIGHT, 1 / self._pieces)
        self._mean_db += weight * (level_db - self._mean_db)

    def below_db(self, level_db: float) -> float:
        """How much softer than usual; 0 as long as the usual is not known."""
        return self._mean_db - level_db if self._pieces >= self._ENOUGH else 0.0


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
    loudness_db: float = 0.0
    pieces: int = 0

    @property
    def secs(self) -> float:
        """How long it lasts, from where the VAD was sure of it."""
        return self.voice_secs - self.began_secs

    @property
    def text(self) -> str:
        return f"{self.told} {self.guess}".strip()


class Interruption:
    """Told what is heard of both, in seconds of any one clock; decides whether to go on."""

    def __init__(
        self, settings: InterruptionSettings | None = None, meaning: Meaning = meant
    ) -> None:
        self._settings = settings or InterruptionSettings()
        self._meaning = meaning
        self._known: tuple[tuple[str, str], tuple[Kind, str]] | None = None
        self._loudness = Loudness()
        self._bot_said = ""
        self._bot_speaking = False
        self._sound: _Sound | None = None
        self._verdict: Verdict | None = None

    # What is heard

    def bot(self, text_so_far: str, speaking: bool, now_secs: float) -> None:
        """What the caller has heard of this reply, and whether Echo speaks (held counts)."""
        self._bot_said, self._bot_speaking = text_so_far, speaking

    def voice(self, now_secs: float, level_db: float) -> None:
        """The caller makes a sound, of this level (dB of full scale, or of anything)."""
        if self._sound is None:
            if not self._bot_speaking:
                self._loudness.hear(level_db)
                return
            self._sound = _Sound(now_secs)
        sound = self._sound
        sound.voice_secs, sound.silent_since_secs, sound.whole = now_secs, None, False
        sound.pieces += 1
        sound.loudness_db += (level_db - sound.loudness_db) / sound.pieces

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
    ) -> None:
        """What the caller says: all of it since the last final words, or these for good.

        confidence: how sure (0 to 1) the speech to text is of them. whole: they will be final,
        should the silence last.
        """
        if self._sound is None:
            if not self._bot_speaking:
                return
            self._sound = _Sound(now_secs, now_secs, now_secs)  # softer than the VAD can hear
        sound = self._sound
        sound.confidence, sound.whole = confidence, final or whole
        if final:
            sound.told, sound.guess = f"{sound.told} {text}".strip(), ""
        else:
            sound.guess = text

    # What it means

    @property
    def open(self) -> bool:
        """Whether the caller has spoken over Echo and no verdict has been given."""
        return self._sound is not None and self._verdict is None

    def decide(self, now_secs: float) -> Verdict | None:
        """A verdict, once there is one; later another, if words take a "resume" back."""
        sound = self._sound
        if sound is None or (self._verdict and self._verdict.act == "yield"):
            return None
        verdict = self._judged(sound, now_secs)
        if verdict is None or (self._verdict and verdict.act == "resume"):
            return None
        self._verdict = verdict
        return verdict

    def over(self) -> None:
        """What was heard has been dealt with: the next sound is another."""
        self._sound = self._verdict = None

    def _judged(self, sound: _Sound, now_secs: float) -> Verdict | None:
        if not sound.text:
            return self._wordless(sound, now_secs)
        kind, reason = self._meant(sound.text)
        if kind in ("stop", "correction") and is_certain(sound.text):
            return Verdict(kind, "yield", reason)
        if self._may_grow(sound, kind, now_secs):
            return None
        if self._is_hum(sound, kind):
            return Verdict("backchannel", "resume", "a hum, by how unsure its words are")
        if _is_own(sound.text, self._bot_said):
            return Verdict("tic", "resume", "Echo's own voice")
        softer_db = self._loudness.below_db(sound.loudness_db)
        if kind in ("turn", "question") and softer_db >= self._settings.aside_db:
            return Verdict("aside", "resume", f"{softer_db:.0f} dB softer than this caller")
        return Verdict(kind, "resume" if kind in _RESUMED else "yield", reason)

    def _meant(self, text: str) -> tuple[Kind, str]:
        """As `meaning` says, asked once for the same words."""
        said = (text, self._bot_said)
        if self._known is None or self._known[0] != said:
            self._known = said, self._meaning(text, asked_in(self._bot_said))
        return self._known[1]

    def _wordless(self, sound: _Sound, now_secs: float) -> Verdict | None:
        settings = self._settings
        lasted_secs = sound.secs
        if sound.silent_since_secs is None:
            if now_secs - sound.began_secs >= settings.wordless_secs:
                return Verdict("turn", "yield", "a voice that goes on")
            return None
        long = lasted_secs >= settings.sentence_secs
        wait_secs = settings.long_words_secs if long else settings.words_secs
        if now_secs - sound.silent_since_secs >= wait_secs:
            return Verdict("tic", "resume", f"{lasted_secs:.1f} s without words")
        return None

    def _may_grow(self, sound: _Sound, kind: Kind, now_secs: float) -> bool:
        """Whether more words may come that make it something else."""
        settings = self._settings
        if sound.silent_since_secs is None:
            if kind in _RESUMED:
                return True  # nobody is gone on with while they speak
            return kind != "answer" and now_secs - sound.began_secs < settings.heard_out_secs
        if sound.whole:
            return False
        # Whoever is silent for Echo loses nothing by waiting, so a turn is better whole.
        wait_secs = settings.settle_secs if kind in _RESUMED else settings.words_secs
        return now_secs - sound.silent_since_secs < wait_secs

    def _is_hum(self, sound: _Sound, kind: Kind) -> bool:
        """Known once the voice is over: of a sentence, too, the first words are short and unsure.
        Who was asked something and makes a sound has answered."""
        settings = self._settings
        taken_for_words = kind not in (*_RESUMED, "stop", "answer") and not is_repair(sound.text)
        unsure = sound.confidence < settings.sure_confidence
        is_over = sound.silent_since_secs is not None
        return taken_for_words and unsure and is_over and sound.secs <= settings.hum_secs


def _is_own(text: str, bot_said: str) -> bool:
    said = plain(text)
    return len(said.split()) >= _OWN_WORDS and f" {said} " in f" {plain(bot_said)} "
