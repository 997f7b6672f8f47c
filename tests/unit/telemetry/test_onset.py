"""When speech becomes audible."""

import numpy as np
import pytest

from bot.telemetry.onset import AUDIBLE_AMPLITUDE, Ear, onset_secs

RATE = 8000


def pcm(silent_secs: float, loud_secs: float = 0.0, amplitude: int = 3000) -> bytes:
    silence = np.zeros(round(silent_secs * RATE), np.int16)
    return np.concatenate(
        [silence, np.full(round(loud_secs * RATE), amplitude, np.int16)]
    ).tobytes()


@pytest.mark.parametrize(
    ("audio", "onset"),
    [
        (b"", None),
        (pcm(0.1), None),
        (pcm(0.1, 0.1, AUDIBLE_AMPLITUDE), None),
        (pcm(0.0, 0.1), 0.0),
        (pcm(0.1, 0.1), 0.1),
        (pcm(0.1, 0.1, -32768), 0.1),
    ],
    ids=["empty", "silent", "noise", "at once", "later", "negative"],
)
def test_onset_is_the_first_sample_above_the_noise(audio: bytes, onset: float | None):
    assert onset_secs(audio, RATE, 1) == onset


def test_onset_counts_frames_of_both_channels():
    assert onset_secs(pcm(0.1, 0.1), RATE, 2) == 0.05


def hear(ear: Ear, *chunks: tuple[bytes, float]) -> list[float]:
    heard = (ear.hear(audio, RATE, 1, at_secs) for audio, at_secs in chunks)
    return [at_secs for at_secs in heard if at_secs is not None]


def test_speech_sent_in_real_time_is_heard_where_its_sound_begins():
    ear = Ear()
    ear.begin(5.0)
    assert hear(ear, (pcm(0.1), 5.1), (pcm(0.05, 0.05), 5.2)) == pytest.approx([5.15])


def test_speech_sent_ahead_is_heard_where_its_sound_begins():
    ear = Ear()
    ear.begin(5.0)
    assert hear(ear, (pcm(0.1), 5.0), (pcm(0.05, 0.05), 5.0)) == pytest.approx([5.15])


def test_first_chunk_starts_where_the_speech_does_however_long_its_sending_takes():
    ear = Ear()
    ear.begin(5.0)
    assert hear(ear, (pcm(0.05, 0.05), 5.4)) == pytest.approx([5.05])


def test_late_chunk_is_heard_late():
    ear = Ear()
    ear.begin(5.0)
    assert hear(ear, (pcm(0.1), 5.0), (pcm(0.0, 0.1), 6.0)) == pytest.approx([5.9])


def test_each_utterance_is_heard_once():
    ear = Ear()
    ear.begin(5.0)
    loud = pcm(0, 0.1)
    assert hear(ear, (loud, 5.0), (loud, 5.1)) == [5.0]
    ear.listen()
    assert hear(ear, (loud, 5.2), (loud, 5.3)) == pytest.approx([5.2])


def test_speech_waits_for_what_is_still_to_play():
    ear = Ear()
    ear.begin(5.0)
    hear(ear, (pcm(0, 1.0), 5.0))
    assert ear.ends_at(5.1) == 6.0
    ear.begin(5.2)
    assert hear(ear, (pcm(0, 0.1), 5.2)) == [6.0]


def test_what_was_dropped_does_not_delay_what_follows():
    ear = Ear()
    ear.begin(5.0)
    hear(ear, (pcm(0, 1.0), 5.0))
    ear.flush()
    assert hear(ear, (pcm(0, 0.1), 5.1)) == []
    assert ear.ends_at(5.15) == 5.15
    ear.begin(5.2)
    assert hear(ear, (pcm(0, 0.1), 5.2)) == [5.2]


def test_audio_that_is_no_speech_is_not_listened_to():
    assert hear(Ear(), (pcm(0, 0.1), 5.0)) == []
