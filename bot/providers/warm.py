"""Loads every model once, before the first caller needs it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pipecat.adapters.llm.schemas.direct_function import DirectFunction

from bot.providers.by_heart import Repertoire
from bot.providers.choice import orders
from bot.providers.clients import Clients
from bot.providers.health import Health, HealthPolicy
from bot.providers.local import brain, embedding, whisper
from bot.providers.local.voice import Voice
from bot.providers.local.voice import load as load_voice
from bot.providers.settings import ProviderSettings, required
from bot.turns import Ears
from processors.tool_pace import ToolPace

Progress = Callable[[str], None]
T = TypeVar("T")

ASIDE_SECS = 1.0
"""Whatever takes longer than this says what it is doing."""


@dataclass(frozen=True, slots=True)
class Engines:
    """The models and clients in this process, shared by all calls, and who of all is well.

    None is a model that is not needed here.
    """

    ears: Ears
    whisper: whisper.Whisper | None
    voice: Voice | None
    embedder: embedding.Embedder | None
    clients: Clients = field(default_factory=Clients)
    repertoire: Repertoire = field(default_factory=Repertoire)
    health: Health = field(default_factory=lambda: Health(HealthPolicy()))
    pace: ToolPace = field(default_factory=ToolPace)


async def warm(
    settings: ProviderSettings,
    tools: Sequence[DirectFunction],
    phrases: Sequence[str],
    progress: Progress,
) -> Engines:
    """Load what the chosen providers and their backups need, side by side; the brain learns the
    tools. The voice is always there: to say that nothing else is.

    phrases: what the voice is to know by heart.

    Raises:
        WeightsError: a model's files are missing or are not the expected ones.
        MissingKeyError: the mode has no local engines, and its provider's key is not set.
    """
    if settings.mode == "realtime":
        required(settings.openai.api_key, "OPENAI_API_KEY", "MODE=cascade")
    local = {
        role
        for role, order in orders(settings).items()
        if any(choice.provider == "local" for choice in order)
    }

    async def load(what: str, wanted: bool, loader: Callable[[], T]) -> T | None:
        return await told(what, asyncio.to_thread(loader), progress) if wanted else None

    whisper_engine, voice, embedder, ears = await asyncio.gather(
        load("speech to text", "STT" in local, _whisper(settings)),
        load("the voice", True, lambda: load_voice(settings.voice)),
        load("the brain", "LLM" in local, lambda: brain.load(tools)),
        told("voice detection", asyncio.to_thread(Ears), progress),
    )
    return Engines(
        ears,
        whisper_engine,
        voice,
        embedder,
        repertoire=Repertoire(phrases),
        health=Health(settings.health),
    )


def _whisper(settings: ProviderSettings) -> Callable[[], whisper.Whisper]:
    return lambda: whisper.load(settings.expecting_vocabulary())


async def told(what: str, work: Awaitable[T], progress: Progress) -> T:
    """`work`, with a line of progress when it takes longer than `ASIDE_SECS`."""
    task = asyncio.ensure_future(work)
    done, _ = await asyncio.wait({task}, timeout=ASIDE_SECS)
    if not done:
        progress(f"Loading {what} ...")
    return await task


def loaded(engine: T | None) -> T:
    """The engine, where its role was chosen to be local before `warm`."""
    if engine is None:
        raise RuntimeError("a local engine serves that was not loaded")
    return engine
