"""Our own voice, come back from the caller's loudspeaker: no interruption, however clear it is.

To a VAD an echo is speech like any other. What tells it apart is that it was said just before, by
us: its waveform correlates with what was played, through a telephone line and in a reverberant
room too. A caller's does not, and neither does a caller who is louder than the echo.
"""

from collections import deque
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import soxr
from pipecat.frames.frames import Frame, OutputAudioRawFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from processors.polyphase import polyphase

Sound = npt.NDArray[np.float32]

_RATE = 8_000
"""Enough for a voice, and what a telephone leaves of it."""
_FULL_SCALE = np.float32(1 / 32768)
_EMPHASIS = np.float32(0.7)
"""Of the first difference: without, two vowels of the same pitch look alike."""


class OwnVoice:
    """Told what is played and what is heard, in audio time; knows an echo by the last 0.16 s."""

    _REMEMBERED = round(1.5 * _RATE)
    """Played ahead of the ear, over the network, through the room and back: in less than that."""
    _COMPARED = round(0.16 * _RATE)
    _LIKE = 0.6
    """Of the normalised correlation. Measured on the bench's voices: 95 % of echoes have 0.66 or
    more in half a second of reverberation, 99 % of other voices at most 0.45."""
    _STILL_LIKE = 0.5
    """Within a second of an echo: where there was one there is more."""
    _STILL = _RATE

    def __init__(self) -> None:
        self._played = _Tail(self._REMEMBERED)
        self._heard = _Tail(self._COMPARED)
        self._likeness = Likeness(self._played.sound, self._COMPARED)
        self._heard_since_played = self._REMEMBERED
        self._heard_since_echo = self._STILL

    def played(self, audio: bytes, rate: int) -> None:
        """16-bit mono, on its way to the caller."""
        if self._heard_since_played >= self._COMPARED:
            self._played.pause(self._COMPARED)
        self._played.add(audio, rate)
        self._heard_since_played = 0

    def heard(self, audio: bytes, rate: int) -> None:
        """16-bit mono, from the caller."""
        self._heard.add(audio, rate)
        samples = len(audio) // 2 * _RATE // rate
        self._heard_since_played += samples
        self._heard_since_echo += samples

    def came_back(self) -> bool:
        """Whether the last sound is ours; takes 0.5 ms if anything was played just before."""
        if self._heard_since_played >= self._REMEMBERED:
            return False
        least = self._LIKE if self._heard_since_echo >= self._STILL else self._STILL_LIKE
        played = self._played.sound
        if self._likeness.played is not played:
            self._likeness = Likeness(played, self._COMPARED)
        ours = self._likeness.of(self._heard.sound) >= least
        if ours:
            self._heard_since_echo = 0
        return ours


class OwnVoiceTap(FrameProcessor):
    """Somewhere after the output, which passes on what it has sent. The sound goes no further."""

    def __init__(self, voice: OwnVoice) -> None:
        super().__init__(enable_direct_mode=True)
        self._voice = voice

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case OutputAudioRawFrame(num_channels=1):
                self._voice.played(frame.audio, frame.sample_rate)
            case _:
                await self.push_frame(frame, direction)


class Likeness:
    """How much of a sound is somewhere in the longer `played`: the largest normalised correlation.

    What depends on `played` alone is worked out once, half of the cost: while a caller speaks,
    nothing more is played.
    """

    def __init__(self, played: Sound, compared: int) -> None:
        """compared: the samples of what is asked about."""
        self.played = played
        self._compared = compared
        self._length = 1 << (len(played) + compared).bit_length()
        self._spectrum = np.fft.rfft(played, self._length)
        sums = np.concatenate(([0.0], np.cumsum(played.astype(np.float64) ** 2)))
        self._energies = np.maximum(sums[compared:] - sums[:-compared], 1e-6)

    def of(self, heard: Sound) -> float:
        """0 for nothing or silence, 1 for the very same; the level does not matter."""
        energy = float(heard @ heard)
        if not energy or len(self.played) <= self._compared:
            return 0.0
        spectrum = self._spectrum * np.conj(np.fft.rfft(heard, self._length))
        products = np.fft.irfft(spectrum, self._length)[: len(self._energies)]
        return float(np.max(np.abs(products) / np.sqrt(self._energies * energy)))


def _resampler(rate: int) -> Callable[[bytes], bytes]:
    """To our rate, for one stream of 16-bit mono: an echo in a filter is not known as one yet."""
    if rate == _RATE:
        return lambda audio: audio
    if at_once := polyphase(rate, _RATE):
        return at_once.resample
    stream = soxr.ResampleStream(rate, _RATE, 1, dtype="int16", quality="LQ")
    return lambda audio: stream.resample_chunk(np.frombuffer(audio, np.int16)).tobytes()


class _Tail:
    """The last samples of a stream, at our rate, its high tones emphasised.

    What is added is kept as it is until somebody asks for the sound: most of it nobody ever does,
    and what has become too old by then costs nothing.
    """

    _RUN_UP_SECS = 0.1
    """More than is compared: the resampler's filter begins in it."""

    def __init__(self, length: int) -> None:
        self._sound: Sound = np.zeros(length, np.float32)
        self._length = length
        self._before = np.float32(0)
        self._rate = _RATE
        self._resampled = _resampler(_RATE)
        self._waiting: deque[tuple[bytes, int]] = deque()
        self._waiting_secs = 0.0

    @property
    def sound(self) -> Sound:
        while self._waiting:
            self._take(*self._waiting.popleft())
        self._waiting_secs = 0.0
        return self._sound

    def add(self, audio: bytes, rate: int) -> None:
        self._waiting.append((audio, rate))
        self._waiting_secs += _secs(audio, rate)
        while self._waiting_secs - _secs(*self._waiting[0]) > self._most_secs:
            self._waiting_secs -= _secs(*self._waiting.popleft())

    def pause(self, length: int) -> None:
        """Silence, at the rate of what was added last: another would begin the filter anew."""
        rate = self._waiting[-1][1] if self._waiting else self._rate
        self.add(bytes(2 * (length * rate // _RATE)), rate)

    @property
    def _most_secs(self) -> float:
        return self._length / _RATE + self._RUN_UP_SECS

    def _take(self, audio: bytes, rate: int) -> None:
        if rate != self._rate:
            self._rate, self._resampled = rate, _resampler(rate)
        samples = np.frombuffer(self._resampled(audio), np.int16)
        sound = samples.astype(np.float32) * _FULL_SCALE
        if len(sound):
            self._append(sound)

    def _append(self, sound: Sound) -> None:
        emphasised = sound.copy()
        emphasised[0] -= _EMPHASIS * self._before
        emphasised[1:] -= _EMPHASIS * sound[:-1]
        self._before = sound[-1]
        self._sound = np.concatenate((self._sound, emphasised))[-self._length :]


def _secs(audio: bytes, rate: int) -> float:
    return len(audio) / 2 / rate
