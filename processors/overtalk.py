"""What has been heard of a caller since Echo was spoken over (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from processors.nearness import Power
from processors.readings import Reading


@dataclass(slots=True)
class Overtalk:
    """A sound of the caller's over Echo's voice, and its words; seconds of any one clock."""

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

    def voice(self, now_secs: float, level_db: float) -> None:
        """It goes on, at this level."""
        self.voice_secs, self.silent_since_secs, self.whole = now_secs, None, False
        self.loudness.hear(level_db)

    def silence(self, now_secs: float) -> None:
        """Nothing is heard of it; only the first moment of a silence counts."""
        if self.silent_since_secs is None:
            self.silent_since_secs = now_secs

    def words(
        self,
        text: str,
        confidence: float,
        *,
        final: bool,
        whole: bool,
        readings: Sequence[Reading],
    ) -> None:
        """As `Interruption.words`."""
        self.confidence, self.whole = confidence, final or whole
        self.readings = () if self.told else readings
        if final:
            self.told, self.guess = f"{self.told} {text}".strip(), ""
        else:
            self.guess = text
