"""What all calls share: opened before the first of them, closed after the last."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

from bot.config import Settings, SettingsError
from bot.providers import Brief
from bot.providers.check import check
from bot.providers.rehearsal import rehearse
from bot.providers.warm import Engines, Progress, told, warm
from bot.telemetry.loop_lag import LoopLag
from bot.tools import TOOLS
from bot.tools.outlook import WeatherSource, weather_source
from bot.tools.store import Store, open_store


@dataclass(frozen=True, slots=True)
class House:
    """The settings, the models, the database, and how late the event loop is."""

    settings: Settings
    engines: Engines
    store: Store
    weather: WeatherSource
    brief: Brief
    lag: LoopLag


@asynccontextmanager
async def open_house(settings: Settings, progress: Progress) -> AsyncGenerator[House]:
    """A house ready for its first caller.

    Raises:
        SettingsError, MissingKeyError, RefusedError, WeightsError, StoreError: what is missing or
            wrong, and what to do.
    """
    persona = _persona(settings)
    store = await told("the database", open_store(settings.database, settings.clinic), progress)
    lag = LoopLag()
    try:
        engines, _ = await asyncio.gather(
            warm(settings, TOOLS, progress), check(settings, progress)
        )
        brief = Brief(persona, settings.greeting, settings.clinic.now)
        async with aclosing(engines.clients):
            await told("the first call", rehearse(settings, engines, brief), progress)
            lag.start()
            yield House(settings, engines, store, weather_source(settings.weather), brief, lag)
    finally:
        lag.stop()
        await store.close()


def _persona(settings: Settings) -> str:
    try:
        return settings.persona.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"PERSONA={settings.persona} cannot be read: {error}.") from None
