"""The words callers are expected to say, as Whisper is told of them."""

import pytest

from bot.providers.local.whisper import WhisperSettings
from bot.providers.settings import ProviderSettings


@pytest.mark.parametrize(
    ("vocabulary", "prompt", "told"),
    [
        (("Acme",), "", "Acme."),
        (("Acme", "Jet Lag"), "", "Acme, Jet Lag."),
        (("Acme",), "Order 1042.", "Order 1042."),
        ((), "", ""),
    ],
)
def test_whisper_expects_the_vocabulary_unless_told_otherwise(
    vocabulary: tuple[str, ...], prompt: str, told: str
):
    settings = ProviderSettings(vocabulary=vocabulary, whisper=WhisperSettings(prompt=prompt))
    assert settings.expecting_vocabulary().prompt == told
