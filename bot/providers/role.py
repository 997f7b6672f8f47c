"""What a provider does in a call."""

from typing import Literal

Role = Literal["STT", "LLM", "TTS"]
