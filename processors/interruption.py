"""Is this an interruption? A caller's sound over Echo's voice, judged while Echo is silent (pure).

At the caller's first sound Echo holds its tongue (`processors/barge_in.py`), so nobody is talked
over, and a verdict may take the time it needs: until the words are there, or until there are none.

    interruption = Interruption(settings)
    interruption.bot("Your order has been", speaking=True)
    interruption.voice(10.4, -23.0)  # for every piece of audio with a voice in it
    interruption.silence(10.8)  # for every piece without one
    interruption.words("Uh-huh.", final=False, now_secs=10.9)
    interruption.decide(11.0)  # Verdict(kind="backchannel", act="resume", reason=...)

`decide` is asked after each of these and as often as one likes in between; it answers once, and
once more if words that come later turn a "resume" into a "yield": a wrong resume is taken back.
"""

from collections.abc import Sequence

from processors.nearness import Nearness
from processors.overtalk import Overtalk
from processors.readings import Reading
from processors.verdict import InterruptionSettings, Judge, Verdict

_SPREADS = 2.0
"""Standard deviations of this caller's own level that a softer voice must differ by."""


class Interruption:
    """Told what is heard of both, in seconds of any one clock; decides whether to go on."""

    def __init__(self, settings: InterruptionSettings) -> None:
        self._settings = settings
        self._judge = Judge(settings)
        self._nearness = Nearness()
        self._bot_said = ""
        self._bot_speaking = False
        self._overtalk: Overtalk | None = None
        self._verdict: Verdict | None = None
        self._click_secs: float | None = None

    # What is heard

    def bot(self, text_so_far: str, speaking: bool) -> None:
        """What the caller has heard of this reply, and whether Echo speaks (held counts)."""
        if speaking and not self._bot_speaking:
            self._nearness.turn_over()
        self._bot_said, self._bot_speaking = text_so_far, speaking

    def voice(self, now_secs: float, level_db: float) -> None:
        """The caller makes a sound, of this level (dB of full scale, or of anything)."""
        if self._overtalk is None:
            if not self._bot_speaking:
                self._nearness.usual(level_db)
                return
            self._overtalk, self._click_secs = Overtalk(now_secs), None
        self._overtalk.voice(now_secs, level_db)

    def room(self, level_db: float) -> None:
        """A piece of audio without a voice, of this level."""
        self._nearness.room(level_db)

    def silence(self, now_secs: float) -> None:
        """The caller makes no sound."""
        if self._overtalk:
            self._overtalk.silence(now_secs)

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
        if self._overtalk is None:
            if not self._bot_speaking:
                return
            self._click_secs = None
            self._overtalk = Overtalk(now_secs, now_secs, now_secs)  # softer than the VAD can hear
        self._overtalk.words(text, confidence, final=final, whole=whole, readings=readings)

    def click(self, now_secs: float) -> None:
        """What began to sound like a voice did not become one; another may follow."""
        if self._overtalk is None and self._bot_speaking:
            self._click_secs = now_secs

    def sounding(self) -> None:
        """Something sounds like a voice, and may become one."""
        self._click_secs = None

    # What it means

    @property
    def open(self) -> bool:
        """Whether the caller has spoken over Echo and no verdict has been given."""
        return self._overtalk is not None and self._verdict is None

    def decide(self, now_secs: float) -> Verdict | None:
        """A verdict, once there is one; later another, if words take a "resume" back."""
        overtalk = self._overtalk
        if overtalk is None:
            return self._clicked(now_secs)
        if self._verdict and self._verdict.act == "yield":
            return None
        far = self._far(overtalk)
        verdict = self._judge.verdict(overtalk, self._bot_said, now_secs, far=far)
        if verdict is None or (self._verdict and verdict.act == "resume"):
            return None
        self._verdict = verdict
        return verdict

    def over(self) -> None:
        """What was heard has been dealt with: the next sound is another."""
        self._overtalk = self._verdict = self._click_secs = None

    def _clicked(self, now_secs: float) -> Verdict | None:
        if self._click_secs is None or now_secs - self._click_secs < self._settings.click_secs:
            return None
        self._click_secs = None
        return Verdict("tic", "resume", "too short for a voice")

    def _far(self, overtalk: Overtalk) -> str:
        """Why the voice is not near; "" if it is."""
        softer_db = self._nearness.softer_db(overtalk.loudness)
        least_db = max(self._settings.aside_db, _SPREADS * self._nearness.spread_db)
        return f"{softer_db:.0f} dB softer than this caller" if softer_db >= least_db else ""
