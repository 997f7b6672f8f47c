"""The services that can serve each role, in order."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.stt_service import STTService
from pipecat.services.tts_service import TTSService

from bot.providers.candidate import Candidate, S
from bot.providers.choice import Choice, orders
from bot.providers.llm import Brief, llm
from bot.providers.role import Role
from bot.providers.settings import ProviderSettings
from bot.providers.still_asked import StillAsked
from bot.providers.stt import stt
from bot.providers.tts import tts
from bot.providers.warm import Engines


@dataclass(frozen=True, slots=True)
class Candidates:
    """Who may serve, in the order of the settings."""

    stt: tuple[Candidate[STTService], ...]
    llm: tuple[Candidate[StillAsked[Any]], ...]
    tts: tuple[Candidate[TTSService], ...]

    def make(self, role: Role, name: str) -> FrameProcessor:
        """The service of that name."""
        able = {"STT": self.stt, "LLM": self.llm, "TTS": self.tts}[role]
        return next(candidate for candidate in able if candidate.name == name).make()


def candidates(settings: ProviderSettings, engines: Engines, brief: Brief) -> Candidates:
    """Nothing is built yet, and no key is asked for."""
    order = orders(settings)

    def of(role: Role, make: Callable[[Choice], S]) -> tuple[Candidate[S], ...]:
        return tuple(
            Candidate(
                choice.provider,
                partial(make, choice),
                takes_turns=choice.provider == "flux",
                is_here=choice.provider == "local",
                goes_on=choice.provider != "local",
            )
            for choice in order[role]
        )

    return Candidates(
        stt=of("STT", lambda choice: stt(choice, settings, engines)),
        llm=of("LLM", lambda choice: llm(choice, settings, engines, brief)),
        tts=of("TTS", lambda choice: tts(choice, settings, engines, reconnects=False)),
    )
