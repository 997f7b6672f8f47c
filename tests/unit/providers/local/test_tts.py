"""The local voice, without its engine: clips, pauses, and when each word has been heard."""

import numpy as np
import pytest
from pydantic import ValidationError

from bot.providers.local.spoken import WrittenWord
from bot.providers.local.voice import VoiceSettings
from bot.providers.local.voiced import Take, VoicedClause, heard_at, pause_after, voiced

RATE = 24_000


class Humming:
    """A voice that hums for 50 ms a letter, with the silence around it that engines leave."""

    sample_rate = RATE

    def __init__(self) -> None:
        self.said: list[str] = []

    def synthesise(self, text: str) -> bytes:
        self.said.append(text)
        secs = 0.05 * sum(map(str.isalpha, text))
        hum = 8_000 * np.sin(np.arange(int(secs * RATE)) * 0.05)
        quiet = np.zeros(int(0.3 * RATE))
        return np.concatenate([quiet, hum, quiet]).astype(np.int16).tobytes()


def samples(audio: bytes) -> np.ndarray:
    return np.abs(np.frombuffer(audio, dtype=np.int16).astype(int))


def test_clip_starts_with_its_sound():
    first_loud = int(np.argmax(samples(voiced(Humming(), "Hello there,").audio) > 500))
    assert first_loud <= 0.012 * RATE


def test_clip_ends_soon_after_its_sound():
    spoken = voiced(Humming(), "Hello there,")
    assert spoken.secs == pytest.approx(0.05 * len("Hellothere"), abs=0.06)
    assert len(spoken.audio) == 2 * int(spoken.secs * RATE)


def test_clip_comes_at_the_rate_of_the_transport():
    wide, narrow = voiced(Humming(), "Hello,"), voiced(Humming(), "Hello,", sample_rate=8_000)
    assert narrow.secs == pytest.approx(wide.secs, abs=0.001)
    assert len(narrow.audio) == 2 * round(narrow.secs * 8_000)


def test_engine_gets_the_words_and_memory_gets_the_text():
    voice = Humming()
    spoken = voiced(voice, "1042.", before="Your order number is:")
    assert voice.said == ["one zero four two."]
    assert [word.text for word in spoken.words] == ["1042."]


def test_clause_without_sound_is_a_short_silence_and_bothers_no_engine():
    voice = Humming()
    spoken = voiced(voice, "👍")
    assert voice.said == []
    assert 0 < spoken.secs <= 0.2
    assert not samples(spoken.audio).any()


def test_sentence_ends_with_a_longer_pause_than_a_clause():
    assert pause_after('She said "yes."') > pause_after("Well,") > pause_after("Your order") > 0


SPOKEN = VoicedClause(
    audio=b"",
    secs=2.0,
    words=(WrittenWord("order", 0.25), WrittenWord("1042,", 0.75)),
    pause_secs=0.12,
)


def test_word_counts_as_heard_at_its_end():
    assert heard_at(SPOKEN, ends_at_secs=5.0) == [("order", 3.5), ("1042,", 5.0)]


def test_next_clause_follows_after_the_pause_while_the_one_before_still_plays():
    take = Take().after("order 1042,", SPOKEN, played_secs=0.0)
    assert take.ends_at_secs == 2.0
    assert take.silence_secs(played_secs=0.4) == 0.12
    assert take.after("order 1042,", SPOKEN, played_secs=0.4).ends_at_secs == pytest.approx(4.12)


def test_late_clause_is_not_delayed_by_a_pause_already_heard():
    take = Take().after("order 1042,", SPOKEN, played_secs=0.0)
    assert take.silence_secs(played_secs=2.05) == pytest.approx(0.07)
    assert take.silence_secs(played_secs=9.0) == 0.0


def test_words_of_a_late_clause_are_heard_later():
    take = Take().after("order 1042,", SPOKEN, played_secs=0.0)
    assert take.after("order 1042,", SPOKEN, played_secs=9.0).ends_at_secs == 11.0


def test_unknown_voice_is_answered_with_the_known_ones():
    with pytest.raises(ValidationError, match="Unknown voice 'bob'; choose heart"):
        VoiceSettings(voice="bob")
