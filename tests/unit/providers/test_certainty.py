"""How sure each speech to text is, from the messages that they send."""

import pytest
from deepgram.listen.v1.types import ListenV1Results

from bot.providers.certainty import certainty
from bot.providers.local.transcript import Reading, Transcript, Word


def nova(words: object) -> ListenV1Results:
    channel = {"alternatives": [{"transcript": "", "confidence": 0.9, "words": words}]}
    return ListenV1Results.model_validate(
        {
            "type": "Results",
            "channel_index": [0, 1],
            "duration": 1.0,
            "start": 0.0,
            "is_final": True,
            "channel": channel,
            "metadata": {
                "request_id": "1",
                "model_uuid": "1",
                "model_info": {"name": "nova-3", "version": "1", "arch": "nova-3"},
            },
        }
    )


def spoken(word: str, sure: float, **more: str) -> dict[str, object]:
    return {"word": word, "start": 0.0, "end": 0.5, "confidence": sure, **more}


def test_nova_tells_it_with_the_word_as_it_is_written():
    result = nova([spoken("order", 0.99), spoken("1042", 0.4, punctuated_word="1042?")])
    assert [*certainty(result)] == [("order", 0.99), ("1042?", 0.4)]


def test_flux_tells_it():
    result = {"words": [{"word": "Order", "confidence": 0.99}, {"word": "1042?", "confidence": 1}]}
    assert [*certainty(result)] == [("Order", 0.99), ("1042?", 1.0)]


def test_whisper_tells_it_of_a_words_least_certain_piece():
    words = (Word("Order", 0.9), Word("1042?", 0.1))
    told = dict(certainty(Transcript("Order 1042?", words=words)))
    assert told == {"Order": 1.0, "1042?": pytest.approx(0.3)}


UNSURE = (Word("Order", 0.9), Word("1042?", 0.1))


def whispered(*readings: tuple[str, float], confidence: float = 0.5) -> dict[str, float]:
    others = tuple(Reading(text, sure) for text, sure in readings)
    heard = Transcript("Order 1042?", confidence, words=UNSURE, readings=others)
    return dict(certainty(heard))


def test_a_number_that_whisper_may_write_otherwise_was_heard_well():
    told = whispered(("Order 1042?", 0.4), ("Order 1-0-4-2", 0.3), ("order of 42", 0.1))
    assert told["1042?"] == pytest.approx(0.875)


def test_a_number_that_may_be_another_was_not():
    told = whispered(("Order 1042?", 0.4), ("Order 1043.", 0.4), ("Order 1040", 0.2))
    assert told["1042?"] == pytest.approx(0.4)


def test_where_whisper_is_sure_of_the_whole_it_is_of_each_value():
    assert whispered(confidence=0.8)["1042?"] == pytest.approx(0.8)


def test_only_values_are_looked_for_in_other_readings():
    words = (Word("Otter", 0.1), Word("1042?", 0.9))
    heard = Transcript("Otter 1042?", 0.5, words=words, readings=(Reading("Otter 1042?", 0.4),))
    assert dict(certainty(heard)) == {"Otter": pytest.approx(0.3), "1042?": 1.0}


@pytest.mark.parametrize(
    "result",
    [
        None,
        "Order 1042?",
        Transcript("Order 1042?"),
        {"transcript": "Order 1042?"},
        {"words": "Order 1042?"},
        {"words": [{"word": "Order", "confidence": 0.9}, {"word": "1042?"}]},
        {"words": [{"word": 1042, "confidence": 0.9}]},
        {"words": [None]},
        ListenV1Results.model_construct(),
        ListenV1Results.model_construct(channel=None),
    ],
)
def test_nobody_is_sure_who_does_not_tell_it_of_every_word(result):
    assert [*certainty(result)] == []
