"""Who has answered a call of ours? Until that is clear nobody is listened to, so nothing is said.

A machine's greeting would be taken for a caller's words and answered: over the greeting, and into
the message. Twilio knows a human in a second or two, a machine only when its greeting is over.
"""

import asyncio
from collections.abc import Mapping

import numpy as np
from pipecat.frames.frames import InputAudioRawFrame

from transports.intake import Goodbye
from transports.phone.heard import Heard, Intake, Key

LOUD = 300
"""The effective value of 16-bit samples above which a piece is no silence: -41 dBFS, below speech
and above the noise of a line."""


class Screening:
    """An intake that passes silence on, in place of what is heard, until `answered` is set.

    It sets that itself, should nobody else, after so much silence: whoever listens now is greeted.
    """

    def __init__(self, stream: Intake, answered: asyncio.Event, quiet_secs: float) -> None:
        self._stream = stream
        self._answered = answered
        self._quiet_secs = quiet_secs
        self._quiet_for_secs = 0.0

    @property
    def counts(self) -> Mapping[str, float]:
        return self._stream.counts

    def take(self, data: bytes | str, now: float) -> Heard | Goodbye | None:
        judged = self._stream.take(data, now)
        match judged:
            case _ if self._answered.is_set():
                return judged
            case InputAudioRawFrame():
                self._listen(judged)
                return InputAudioRawFrame(
                    bytes(len(judged.audio)), judged.sample_rate, judged.num_channels
                )
            case Key():
                return None
            case _:
                return judged

    def _listen(self, frame: InputAudioRawFrame) -> None:
        samples = np.frombuffer(frame.audio, "<i2").astype(np.float32)
        if np.sqrt(np.mean(samples**2)) > LOUD:
            self._quiet_for_secs = 0.0
            return
        self._quiet_for_secs += len(samples) / frame.sample_rate
        if self._quiet_for_secs >= self._quiet_secs:
            self._answered.set()
