"""A part of the VAD's bench, in audio time: the same on every machine."""

from tests.bench.lines import clean, in_noise
from tests.bench.vad import heard

SENTENCES = 5


def test_in_a_full_cafe_every_sentence_has_its_start_and_its_end():
    row = heard(in_noise("babble", 15, seed=3, count=SENTENCES))
    echo, stock = row["Echo"], row["Pipecat"]
    assert stock.missed >= 2, "fixed thresholds take the room for the caller"
    assert stock.taken > 0.3
    assert (echo.missed, echo.false_starts) == (0, 0)
    assert echo.taken < 0.02
    assert echo.fragments_per_sentence <= 1.2


def test_in_a_quiet_room_speech_starts_no_later_than_with_constants():
    row = heard(clean(seed=3, count=SENTENCES))
    echo, constants = row["Echo"], row["constants"]
    assert (echo.false_starts, echo.missed) == (0, 0)
    assert echo.fragments_per_sentence <= constants.fragments_per_sentence
    assert echo.onset_ms(50) <= constants.onset_ms(50)
    assert echo.onset_ms(95) <= 200


def test_on_the_street_nothing_changes_for_the_worse():
    row = heard(in_noise("street", 10, seed=3, count=SENTENCES))
    echo, constants = row["Echo"], row["constants"]
    assert echo.false_starts <= constants.false_starts
    assert echo.missed <= constants.missed
    assert echo.onset_ms(95) <= constants.onset_ms(95)
