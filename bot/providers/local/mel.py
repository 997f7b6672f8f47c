"""Whisper's ear: samples to log-mel features, in plain numpy (some 4 ms for a window of 10 s)."""

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

RATE = 16_000
_HOP, _FFT = 160, 400
_HANN = np.hanning(_FFT + 1)[:-1].astype(np.float32)


def mel_filters(count: int) -> Samples:
    """Slaney's mel filterbank as Whisper was trained with: `count` filters over 201 frequencies.

    Equal to librosa.filters.mel(sr=16000, n_fft=400, n_mels=count): linear to 1 kHz, then
    logarithmic, each filter of unit area.
    """
    top = 15 + 27 * np.log(8) / np.log(6.4)  # 8 kHz in mels
    mels = np.linspace(0, top, count + 2)
    hertz = np.where(mels < 15, mels * 200 / 3, 1000 * np.exp(np.log(6.4) / 27 * (mels - 15)))
    ramps = hertz[:, np.newaxis] - np.fft.rfftfreq(_FFT, 1 / RATE)
    widths = np.diff(hertz)[:, np.newaxis]
    filters = np.maximum(0, np.minimum(-ramps[:-2] / widths[:-1], ramps[2:] / widths[1:]))
    return (filters * (2 / (hertz[2:] - hertz[:-2]))[:, np.newaxis]).astype(np.float32)


def log_mel(samples: Samples, filters: Samples, window: float) -> Samples:
    """Whisper's features of a clip followed by silence up to `window` seconds: (mels, frames).

    As openai/whisper's log_mel_spectrogram; the silence is filled in rather than transformed.
    """
    count = round(window * RATE / _HOP)
    samples = samples[: count * _HOP]
    padded = np.pad(np.pad(samples, (_FFT // 2, 0), mode="reflect"), (0, _FFT))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[::_HOP][:count]
    power = np.abs(np.fft.rfft(frames * _HANN, axis=1)) ** 2
    heard = np.log10(np.maximum(filters @ power.T, 1e-10))
    floor = max(-10.0, float(heard.max()) - 8)
    mel = np.full((len(filters), count), floor, np.float32)
    mel[:, : heard.shape[1]] = np.maximum(heard, floor)
    return ((mel + 4) / 4).astype(np.float32)
