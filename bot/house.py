"""What all calls share: opened before the first of them, closed after the last."""

import asyncio
import gc
import json
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

from pipecat.adapters.llm.schemas.direct_function import DirectFunction
from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema

from bot.config import Settings, SettingsError
from bot.providers import Brief
from bot.providers.check import check
from bot.providers.clip import Clip, spoken
from bot.providers.opening import OPENINGS
from bot.providers.probe import keep_probing
from bot.providers.realtime import ABOUT_TO, instructions
from bot.providers.rehearsal import practise, rehearse
from bot.providers.roles import candidates
from bot.providers.warm import Engines, Progress, loaded, told, warm
from bot.retention import keep_clearing
from bot.telemetry.loop_lag import LoopLag
from bot.telemetry.prices import Prices, prices
from bot.telemetry.spans import traced
from bot.telemetry.totals import Totals
from bot.threads import no_threads_of_numpy
from bot.tools import TEXTING, TOOLS
from bot.tools.offer import offered
from bot.tools.outlook import WeatherSource, weather_source
from bot.tools.store import Store, open_store
from processors.confidential import Confidential
from transports.connection import Connection


@dataclass(frozen=True, slots=True)
class LastWords:
    """What is said when nobody is left to say anything: in memory, whoever is out of reach."""

    goodbye: Clip
    handover: Clip
    emergency: Clip
    emergency_transfer: Clip


@dataclass(frozen=True, slots=True)
class House:
    """The settings, the models, the database, and how late the event loop is."""

    settings: Settings
    engines: Engines
    store: Store
    weather: WeatherSource
    tools: ToolsSchema
    """Made once: reading the tools' docstrings takes most of what a call's start takes."""
    tools_with_texting: ToolsSchema
    brief: Brief
    lag: LoopLag
    last_words: LastWords
    prices: Prices
    confidential: Confidential
    """What the models are told and callers are not."""
    totals: Totals = field(default_factory=Totals)
    """What the calls that have ended came to."""

    def tools_for(self, connection: Connection) -> ToolsSchema:
        """What the model may call for this caller."""
        return self.tools if connection.text is None else self.tools_with_texting


@asynccontextmanager
async def open_house(settings: Settings, progress: Progress) -> AsyncGenerator[House]:
    """A house ready for its first caller.

    Raises:
        SettingsError, PricesError, MissingKeyError, RefusedError, WeightsError, StoreError,
            TracingError: what is missing or wrong, and what to do.
    """
    persona, table = _persona(settings), prices(settings.prices)
    no_threads_of_numpy()
    store = await told("the database", open_store(settings.database, settings.clinic), progress)
    lag = LoopLag()
    try:
        engines, _ = await asyncio.gather(
            warm(settings, (*TOOLS, *TEXTING), _phrases(settings), progress),
            check(settings, progress),
        )
        brief = Brief(persona, settings.greeting, settings.clinic.now)
        async with aclosing(engines.clients), traced(settings.tracing, settings.log.pii):
            await told("the first call", rehearse(settings, engines, brief), progress)
            weather = weather_source(settings.weather)
            tools = _offered(TOOLS, settings)
            more = _offered((*TOOLS, *TEXTING), settings)
            last_words = await _last_words(settings, engines)
            kept = confidential(settings, brief, more)
            house = House(
                settings, engines, store, weather, tools, more, brief, lag, last_words, table, kept
            )
            _keep()
            lag.start()
            able = candidates(settings, engines, brief)
            beside = [
                asyncio.create_task(
                    keep_clearing(
                        settings.retention, settings.recording.folder, store, settings.clinic.now
                    )
                ),
                asyncio.create_task(_practise(settings, engines)),
                asyncio.create_task(keep_probing(able, engines.health, last_words.goodbye)),
            ]
            try:
                yield house
            finally:
                for task in beside:
                    task.cancel()
                await asyncio.wait(beside)
    finally:
        lag.stop()
        await store.close()


def confidential(settings: Settings, brief: Brief, tools: ToolsSchema) -> Confidential:
    """Who Echo is, as the persona's first sentence says, is no secret."""
    schemas = (json.dumps(each.to_default_dict()) for each in tools.standard_tools)
    described = (schema.replace("\\n", " ") for schema in schemas)
    who, *_ = re.split(r"(?<=[.!?])\s", brief.persona, maxsplit=1)
    said = (settings.disclosure, settings.greeting, ABOUT_TO)
    public = (who, settings.reticence.public, *said)
    return Confidential((instructions(brief), *described), public)


def _offered(tools: tuple[DirectFunction, ...], settings: Settings) -> ToolsSchema:
    return ToolsSchema([*offered(tools, settings.tool_timeout_secs)])


async def _practise(settings: Settings, engines: Engines) -> None:
    """At the rates of the phones too, and there first: there nobody waits to be connected."""
    phones = (settings.twilio, settings.vonage, settings.telnyx, settings.plivo)
    rates = (*(phone.out_hz for phone in phones), settings.websocket.out_hz)
    for rate in dict.fromkeys(filter(None, rates)):
        await practise(settings, engines, rate)


async def _last_words(settings: Settings, engines: Engines) -> LastWords:
    voice = loaded(engines.voice)
    return LastWords(
        goodbye=await spoken(voice, settings.breakdown),
        handover=await spoken(voice, settings.breakdown_handover),
        emergency=await spoken(voice, settings.emergency.spoken),
        emergency_transfer=await spoken(voice, settings.emergency.transfer_words),
    )


def _phrases(settings: Settings) -> tuple[str, ...]:
    """What is always said in the same words, the most urgent first."""
    said = (settings.disclosure, settings.greeting, settings.apology, settings.resume.bridge)
    said = tuple(filter(None, said))
    settled = (*settings.filler.phrases, *settings.silence.phrases, *settings.talk.phrases)
    return (*said, *OPENINGS, *settled)


def _keep() -> None:
    """Takes what is loaded out of the garbage collector's sight.

    It would look at all of it again and again, 0.1 s at a time in which nobody hears anything.
    """
    gc.collect()
    gc.freeze()


def _persona(settings: Settings) -> str:
    try:
        return settings.persona.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"PERSONA={settings.persona} cannot be read: {error}.") from None
