"""Where Flux listens, and which of its messages can be used."""

import json

import pytest

from bot.providers.flux import address, readable


@pytest.mark.parametrize(
    ("base_url", "where"),
    [
        ("", "wss://api.deepgram.com/v2/listen"),
        ("https://api.eu.deepgram.com", "wss://api.eu.deepgram.com/v2/listen"),
        ("http://localhost:8080", "ws://localhost:8080/v2/listen"),
        ("ws://localhost:8080", "ws://localhost:8080/v2/listen"),
        ("deepgram.example", "wss://deepgram.example/v2/listen"),
    ],
)
def test_a_base_url_leads_to_flux(base_url: str, where: str):
    assert address(base_url) == where


def test_a_message_of_flux_is_readable():
    words = [{"word": "Yes.", "confidence": 0.9}]
    body = {"type": "TurnInfo", "event": "EndOfTurn", "transcript": "Yes.", "words": words}
    assert readable(json.dumps(body))
    assert readable('{"type": "Connected"}')


@pytest.mark.parametrize(
    "message",
    ["", "no JSON", "7", "[]", b"\xff", '{"transcript": 7}', '{"words": 1}', '{"words": [1]}'],
)
def test_what_is_not_of_its_kind_is_not(message: str | bytes):
    assert not readable(message)
