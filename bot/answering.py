"""How a call is answered: its pipeline, in the mode that the caller or the settings chose."""

from pipecat.pipeline.pipeline import Pipeline
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)

from bot.house import House
from bot.pipeline import cascade, realtime
from bot.providers import realtime_stages, stages, strategies
from bot.providers.choice import mode_of
from processors.own_voice import OwnVoice, OwnVoiceTap
from transports.connection import Connection

VAD_STOP_SECS = 0.15
"""Silence after which our clocks take speech to be over, speech to speech: before the provider can
say so, or the end of the speech would be unknown to them."""


def answering(house: House, connection: Connection) -> Pipeline:
    """The whole data path of a call; nothing is loaded or connected here.

    Raises:
        ModeError: the client asked for a mode it cannot have; `/start` has refused it before.
    """
    match mode_of(connection.body, house.settings):
        case "cascade":
            return _cascade(house, connection)
        case "realtime":
            return _realtime(house, connection)


def _cascade(house: House, connection: Connection) -> Pipeline:
    settings, engines = house.settings, house.engines
    context = LLMContextAggregatorPair(
        LLMContext(tools=house.tools),
        user_params=LLMUserAggregatorParams(
            user_turn_strategies=strategies(
                settings, engines, settings.turn, settings.interruption
            ),
            user_turn_stop_timeout=settings.turn.wordless_secs,
        ),
    )
    own = OwnVoice()
    vad = engines.ears.vad(settings.turn, own)
    parts = stages(settings, engines, house.brief, vad, settings.filler, settings.resume)
    heard = cascade(connection.transport, parts, context)
    return Pipeline([heard, OwnVoiceTap(own)])  # what was sent is known when it comes back


def _realtime(house: House, connection: Connection) -> Pipeline:
    """Whose turn it is says the model: its service brings the strategies for it."""
    settings = house.settings
    context = LLMContext(tools=house.tools)
    vad = house.engines.ears.vad(settings.turn.model_copy(update={"stop_secs": VAD_STOP_SECS}))
    parts = realtime_stages(settings, house.engines, house.brief, vad, settings.filler, context)
    return realtime(connection.transport, parts, LLMContextAggregatorPair(context))
