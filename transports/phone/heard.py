"""What comes by phone besides audio, whichever carrier brings it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from pipecat.frames.frames import InputAudioRawFrame

from transports.intake import Goodbye

KEYS = "0123456789*#"


@dataclass(frozen=True, slots=True)
class Mark:
    """What was sent before the mark has been played, or was cleared."""

    name: str


@dataclass(frozen=True, slots=True)
class Key:
    """One of `KEYS`, which the caller pressed."""

    digit: str


@dataclass(frozen=True, slots=True)
class Stop:
    """The call is over, or goes on elsewhere."""


Heard = InputAudioRawFrame | Mark | Key | Stop


class Intake(Protocol):
    """Judges one stream's messages, in order (pure)."""

    @property
    def counts(self) -> Mapping[str, float]:
        """What was not as it should be, by name; empty for a stream without fault."""
        ...

    def take(self, data: bytes | str, now: float) -> Heard | Goodbye | None:
        """What to pass on, None for nothing, or that it is over. `now` is monotonic, in seconds."""
        ...


class Dialect(Protocol):
    """How a carrier is told what to do (pure)."""

    @property
    def hz(self) -> int:
        """What the caller is sent."""
        ...

    @property
    def chunk_ms(self) -> int:
        """Audio per message."""
        ...

    def media(self, pcm: bytes) -> str | bytes:
        """Play this, mono s16 at the stream's rate."""
        ...

    def mark(self, name: str) -> str:
        """Tell when everything before this has been played."""
        ...

    def clear(self) -> str:
        """Drop what has not been played."""
        ...
