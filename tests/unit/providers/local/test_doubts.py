"""When Whisper is not believed."""

import numpy as np
import pytest

from bot.providers.local.doubts import (
    first_copy,
    is_imagined,
    most_tokens,
    says_twice,
    stands_out_db,
    without_loops,
)
from tests.unit.providers.local.sounds import hum, mixed, noise, voice


def level(pcm: bytes) -> float:
    return stands_out_db(np.frombuffer(pcm, np.int16).astype(np.float32) / 32768)


@pytest.mark.parametrize(
    ("text", "once"),
    [
        ("No No No No No No No No", "No"),
        ("I said nah, nah, nah, nah, nah, nah, nah, nah", "I said nah,"),
        ("thank you very thank you very thank you very thank you very much", "thank you very much"),
    ],
)
def test_a_loop_is_written_once(text: str, once: str):
    assert without_loops(text) == once


@pytest.mark.parametrize(
    "text",
    [
        "No, no, no, I said 1043.",
        "My order number is 1 1 1 1 1 1 1 1.",
        "It is 555 555 555 555 555 555.",
        "Where is my order 1042?",
        "very very very good",
        "",
    ],
)
def test_what_people_do_repeat_is_kept(text: str):
    assert without_loops(text) == text


@pytest.mark.parametrize(
    ("text", "twice"),
    [
        ("Where is my order 1042? Where is my order 1042?", True),
        ("Well, I want to cancel, I want to cancel it.", True),
        ("No, no, I said 1043.", False),
        ("It is 5 5 5 1 2 5 5 5 1 2.", False),
        ("I want to know if I want to go.", False),
        ("Yes.", False),
        ("", False),
    ],
)
def test_a_sentence_written_twice_is_noticed(text: str, twice: bool):
    assert says_twice(text) is twice


@pytest.mark.parametrize(
    ("text", "secs", "first"),
    [
        ("Where is my order 1042? Where is my order 1042?", 2.2, "Where is my order 1042?"),
        ("Where is my order 1042? Where is my order 1042?", 4.5, ""),
        ("I want to go. I want to go. I want to go.", 1.0, "I want to go."),
        ("I want to cancel, I want to cancel it.", 0.8, ""),
        ("555 1 2 555 1 2", 0.5, ""),
        ("", 0.5, ""),
    ],
)
def test_a_sentence_that_nobody_can_have_said_twice_so_fast_was_said_once(
    text: str, secs: float, first: str
):
    assert first_copy(text, secs) == first


def test_nobody_says_more_tokens_than_the_limit_but_short_words_have_room():
    assert most_tokens(0.3) >= 10
    assert most_tokens(10) == 70


@pytest.mark.parametrize("text", ["you", "Okay.", "Thank you.", "Thanks for watching!"])
def test_usual_hallucinations_are_dropped_where_nothing_stands_out(text: str):
    assert is_imagined(text, no_speech=0.1, stands_out=5)
    assert not is_imagined(text, no_speech=0.1, stands_out=25)


def test_real_words_in_a_loud_room_are_kept():
    assert not is_imagined("Where is my order?", no_speech=0.2, stands_out=7)


def test_whispers_own_doubt_counts():
    assert is_imagined("I'm gonna go to the end of the game.", no_speech=0.92, stands_out=28)


@pytest.mark.parametrize("text", ["", " . ", "...", "(upbeat music)", "[BLANK_AUDIO]", "♪♪"])
def test_no_words_are_no_words(text: str):
    assert is_imagined(text, no_speech=0.0, stands_out=30)


@pytest.mark.parametrize("sound", [bytes(32_000), noise(1), noise(1, loudness=0.1), hum(1)])
def test_an_even_sound_is_never_speech(sound: bytes):
    assert is_imagined("I want my money back.", no_speech=0.0, stands_out=level(sound))


def test_a_voice_stands_out_even_over_noise():
    quiet, speech = noise(0.4), voice(0.6)
    assert level(quiet + speech) > 30
    loud_room = noise(1, loudness=0.06)  # some 12 dB below the voice
    assert level(mixed(bytes(len(quiet)) + speech, loud_room)) > 9


def test_a_clip_too_short_to_tell_stands_out_by_nothing():
    assert level(b"\0\0") == 0
