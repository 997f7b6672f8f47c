"""How an emulated speech model hears: when the caller speaks, and what was said."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from tests.emulators.realtime_wire import RATE

Ear = Callable[[bytes], Awaitable[str]]
"""24 kHz mono PCM of one turn -> its words."""

WINDOW_MS = 20
WINDOW_BYTES = 2 * RATE * WINDOW_MS // 1000
LOUD = 300
"""Of 32,767, as RMS at a threshold of 0.5: about -40 dBFS."""
ONSET_WINDOWS = 5
"""So many loud windows of the last seven are speech: a click is shorter."""
PATIENCE_MS: Mapping[str, int] = {"high": 300, "auto": 400, "medium": 400, "low": 800}
"""Of semantic_vad, by eagerness, for sentences that are complete; here all of them are."""


def scripted(*texts: str) -> Ear:
    """Hears these in turn, whatever was said, and then nothing."""
    left = deque(texts)

    async def hear(pcm: bytes) -> str:
        return left.popleft() if left else ""

    return hear


def whisper() -> Ear:
    """Echo's local speech recognition, in its own threads."""
    from bot.providers.local.transcript import Clip
    from bot.providers.local.whisper import WhisperSettings, load

    engine = load(WhisperSettings())

    async def hear(pcm: bytes) -> str:
        return (await asyncio.to_thread(engine.decode, Clip(pcm, RATE))).text

    return hear


Edge = tuple[Literal["started", "stopped"], int]
"""What the caller began or ceased, and where the audio that the model is given begins or ends, in
ms: with the padding before the speech and the silence after it."""


@dataclass
class TurnDetector:
    """Finds speech by its energy, in audio time: how fast the audio comes does not matter."""

    settings: Mapping[str, Any] | None
    """`turn_detection` of the session; None: the client decides."""
    pcm: bytearray = field(default_factory=bytearray)
    """What was appended and is not committed."""
    speaking: bool = False
    _heard_ms: int = 0
    _unjudged: bytearray = field(default_factory=bytearray)
    _recent: deque[bool] = field(default_factory=lambda: deque(maxlen=ONSET_WINDOWS + 2))
    _quiet_ms: int = 0

    @property
    def silence_ms(self) -> int:
        settings = self.settings or {}
        if settings.get("type") == "semantic_vad":
            return PATIENCE_MS[settings.get("eagerness") or "auto"]
        return settings.get("silence_duration_ms") or 200

    @property
    def prefix_ms(self) -> int:
        return (self.settings or {}).get("prefix_padding_ms") or 300

    def hear(self, pcm: bytes) -> Edge | None:
        """Take one window; say what changed. Without turn detection nothing ever does."""
        self.pcm += pcm
        self._heard_ms += WINDOW_MS
        if self.settings is None:
            return None
        loud = self._is_loud(pcm)
        self._recent.append(loud)
        self._quiet_ms = 0 if loud else self._quiet_ms + WINDOW_MS
        if not self.speaking and sum(self._recent) >= ONSET_WINDOWS:
            self.speaking = True
            return "started", max(0, self._heard_ms - 100 - self.prefix_ms)
        if self.speaking and self._quiet_ms >= self.silence_ms:
            self.speaking = False
            self._recent.clear()
            return "stopped", self._heard_ms
        if not self.speaking:  # of silence, only what may precede speech is kept
            del self.pcm[: -(WINDOW_BYTES // WINDOW_MS * (self.prefix_ms + 140))]
        return None

    def windows(self, pcm: bytes) -> list[bytes]:
        """Whole windows of what has been appended so far; the rest waits for more."""
        self._unjudged += pcm
        whole = len(self._unjudged) // WINDOW_BYTES * WINDOW_BYTES
        taken = bytes(self._unjudged[:whole])
        del self._unjudged[:whole]
        return [taken[at : at + WINDOW_BYTES] for at in range(0, whole, WINDOW_BYTES)]

    def taken(self) -> bytes:
        """The audio of a turn, which is committed; nothing is left."""
        pcm = bytes(self.pcm)
        self.pcm.clear()
        return pcm

    def _is_loud(self, pcm: bytes) -> bool:
        samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
        threshold = (self.settings or {}).get("threshold") or 0.5
        return float(np.sqrt(np.mean(samples**2))) > LOUD * 2 * threshold
