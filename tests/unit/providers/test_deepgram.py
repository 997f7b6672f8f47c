"""When every word is known to be there, and which messages can be used."""

import ssl

import pytest
from deepgram.core.unchecked_base_model import construct_type
from deepgram.listen.v1.types import ListenV1Results

from bot.providers.deepgram import Coverage, PromptDeepgram, result


def test_a_final_that_reaches_the_silence_completes_the_speech():
    coverage = Coverage()
    coverage.spoke()
    coverage.final(2.4)
    assert not coverage.is_complete
    coverage.fell_silent(2.35)
    assert coverage.is_complete


def test_it_does_not_matter_which_comes_first():
    coverage = Coverage()
    coverage.spoke()
    coverage.fell_silent(2.35)
    assert not coverage.is_complete
    coverage.final(2.4)
    assert coverage.is_complete


def test_a_vad_that_is_late_is_forgiven_and_a_word_after_the_final_is_not():
    coverage = Coverage()
    coverage.final(2.4)
    coverage.fell_silent(2.49)
    assert coverage.is_complete
    coverage.fell_silent(2.65)
    assert not coverage.is_complete


def test_who_speaks_again_is_not_complete():
    coverage = Coverage()
    coverage.final(2.4)
    coverage.fell_silent(2.4)
    coverage.spoke()
    assert not coverage.is_complete


def test_another_connection_counts_from_zero():
    coverage = Coverage()
    coverage.final(60)
    coverage.start_over()
    coverage.fell_silent(2)
    assert not coverage.is_complete


def message(**changes: object) -> object:
    body: dict[str, object] = {
        "type": "Results",
        "channel_index": [0, 1],
        "start": 1.5,
        "duration": 0.5,
        "is_final": True,
        "channel": {"alternatives": [{"transcript": "yes", "confidence": 1, "words": []}]},
    }
    return construct_type(type_=ListenV1Results, object_=body | changes)


def test_a_result_is_read():
    read = result(message())
    assert read
    assert (read.is_final, read.from_finalize, read.has_text) == (True, False, True)
    assert read.until_secs == 2.0


@pytest.mark.parametrize(
    "changes",
    [
        {"start": "now"},
        {"duration": None},
        {"channel": None},
        {"channel": {"alternatives": []}},
        {"channel": {"alternatives": [{"transcript": 7}]}},
        {"channel": {"alternatives": [{"transcript": "yes", "languages": ["klingon"]}]}},
    ],
)
def test_a_result_that_makes_no_sense_is_none(changes: dict[str, object]):
    assert result(message(**changes)) is None


@pytest.mark.parametrize("other", [None, [], "text", b"bytes", {"type": "Results"}])
def test_what_is_no_result_is_none(other: object):
    assert result(other) is None


async def test_a_further_service_reads_no_certificates_while_calls_go_on(monkeypatch):
    def build() -> PromptDeepgram:
        settings = PromptDeepgram.Settings(model="nova-3-general")
        return PromptDeepgram(api_key="a-key", base_url="ws://127.0.0.1:9", settings=settings)

    await build().cleanup()
    read: list[object] = []
    monkeypatch.setattr(ssl, "create_default_context", lambda **options: read.append(options))
    await build().cleanup()
    assert not read
