"""What all calls share: opened before the first of them, closed after the last."""

import asyncio
import gc
import json
import re
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace

from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema

from bot.config import Settings
from bot.language.book import Language
from bot.language.localized import check_languages, hearing_any
from bot.last_words import LastWords, by_local_voice
from bot.providers import Brief
from bot.providers.check import check
from bot.providers.lineup import candidates
from bot.providers.probe import keep_probing
from bot.providers.realtime import ABOUT_TO, instructions
from bot.providers.rehearsal import rehearse
from bot.providers.warm import Engines, Progress, told, warm
from bot.retention import keep_clearing
from bot.telemetry.loop_lag import LoopLag
from bot.telemetry.prices import Prices, prices
from bot.telemetry.spans import traced
from bot.telemetry.totals import Totals
from bot.threads import no_threads_of_numpy
from bot.tongues import (
    Tongue,
    in_all_languages,
    keep_practising,
    keep_preparing,
    prepare,
    repertoire,
    tongue,
)
from bot.tools import CALLING_OUT, TEXTING, TOOLS
from bot.tools.outlook import WeatherSource, weather_source
from bot.tools.parting import Parting
from bot.tools.store import Store, open_store
from bot.toolsets import Toolsets, toolsets
from processors.confidential import Confidential


@dataclass(frozen=True, slots=True)
class House:
    """The settings, the models, the database, and how late the event loop is."""

    settings: Settings
    engines: Engines
    store: Store
    weather: WeatherSource
    tools: Toolsets
    brief: Brief
    last_words: LastWords
    prices: Prices
    confidential: Confidential
    """What the models are told and callers are not."""
    tongues: Mapping[Language, Tongue]
    """What calls in each of the languages have of their own; `settings`, `brief` and `last_words`
    are those of one of them."""
    lag: LoopLag = field(default_factory=LoopLag)
    parting: Parting = Parting()  # noqa: RUF009  frozen
    totals: Totals = field(default_factory=Totals)
    """What the calls that have ended came to."""

    def speaking(self, language: Language, *, surely: bool = True) -> "House":
        """The same house in one of its languages.

        surely: nobody has to listen for the others.
        """
        own = self.tongues[language]
        last_words = own.last_words or self.last_words
        listens = not surely and len(self.tongues) > 1 and own.settings.spoken.follow
        return replace(
            self,
            settings=hearing_any(own.settings) if listens else own.settings,
            brief=own.brief,
            last_words=last_words,
            parting=own.parting,
        )


@asynccontextmanager
async def open_house(settings: Settings, progress: Progress) -> AsyncGenerator[House]:
    """A house ready for its first caller.

    Raises:
        SettingsError, PricesError, MissingKeyError, RefusedError, WeightsError, StoreError,
            TracingError: what is missing or wrong, and what to do.
    """
    check_languages(settings)
    tongues = in_all_languages(settings)
    costs, brief = prices(settings.prices), tongue(settings, "en").brief
    no_threads_of_numpy()
    store = await told("the database", open_store(settings.database, settings.clinic), progress)
    try:
        engines, _ = await asyncio.gather(
            warm(settings, (*TOOLS, *TEXTING, *CALLING_OUT), repertoire(tongues), progress),
            check(settings, progress),
        )
        async with aclosing(engines.clients), traced(settings.tracing, settings.log.pii):
            await told("the first call", rehearse(settings, engines, brief), progress)
            last_words = await by_local_voice(settings, engines)
            await prepare(tongues, engines, last_words, progress)
            tools = toolsets(settings.tool_timeout_secs, languages=len(tongues))
            house = House(
                settings=settings,
                engines=engines,
                store=store,
                weather=weather_source(settings.weather),
                tools=tools,
                brief=brief,
                last_words=last_words,
                prices=costs,
                confidential=confidential(tongues.values(), tools.calling_out),
                tongues=tongues,
            )
            _spare_the_collector()
            async with _kept_up(house):
                yield house
    finally:
        await store.close()


@asynccontextmanager
async def _kept_up(house: House) -> AsyncGenerator[None]:
    """What goes on beside all calls, for as long as there may be one."""
    settings, engines, tongues = house.settings, house.engines, house.tongues.values()
    able = candidates(settings, engines, house.brief)
    folder, now = settings.recording.folder, settings.clinic.now
    chores = (
        keep_clearing(settings.retention, folder, house.store, now),
        keep_practising(tongues, engines),
        keep_preparing(tongues, engines),
        keep_probing(able, engines.health, house.last_words.goodbye),
    )
    beside = [asyncio.create_task(each) for each in chores]
    house.lag.start()
    try:
        yield
    finally:
        house.lag.stop()
        for task in beside:
            task.cancel()
        await asyncio.wait(beside)


def confidential(tongues: Iterable[Tongue], tools: ToolsSchema) -> Confidential:
    """Who Echo is, as each persona's first sentence says, is no secret."""
    schemas = (json.dumps(each.to_default_dict()) for each in tools.standard_tools)
    told, public = [schema.replace("\\n", " ") for schema in schemas], [ABOUT_TO]
    for each in tongues:
        who, *_ = re.split(r"(?<=[.!?])\s", each.brief.persona, maxsplit=1)
        told.append(instructions(each.brief))
        public += (who, each.settings.disclosure, each.settings.greeting)
        public.append(each.settings.reticence.public)
    return Confidential(told, public)


def _spare_the_collector() -> None:
    """Takes what is loaded out of the garbage collector's sight.

    It would look at all of it again and again, 0.1 s at a time in which nobody hears anything.
    """
    gc.collect()
    gc.freeze()
