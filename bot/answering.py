"""How a call is answered: its pipeline, in the mode that the caller or the settings chose."""

from collections.abc import Sequence
from dataclasses import replace

from pipecat.frames.frames import EndWorkerFrame, LLMMessagesAppendFrame, TTSSpeakFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.processors.aggregators.llm_context import LLMContext, LLMContextMessage
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregator,
    LLMUserAggregatorParams,
    UserTurnStoppedMessage,
)
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.turns.user_turn_strategies import ExternalUserTurnStrategies

from bot.house import House
from bot.own_words import OwnWords
from bot.pipeline import cascade, direct, realtime
from bot.providers import direct_stages, realtime_stages, stages, strategies
from bot.providers.choice import mode_of
from bot.providers.control_line import ControlLine
from bot.providers.heard_first import writes_down_when_asked
from bot.providers.tool_steps import turn_of
from bot.urgent import in_full
from processors.consent import Consent
from processors.disclosing import Disclosing
from processors.keypad import Keypad
from processors.own_voice import OwnVoice
from processors.spoken_language import SpokenLanguage
from processors.vault import Vault
from transports.connection import Connection
from transports.direct_transport import DirectTransport

IDLE = "the caller fell silent"
"""The reason of an end that the caller's silence brought about."""

VAD_STOP_SECS = 0.15
"""Silence after which our clocks take speech to be over, speech to speech: before the provider can
say so, or the end of the speech would be unknown to them."""


def answering(
    house: House,
    connection: Connection,
    vault: Vault,
    consent: Consent | None = None,
    words: OwnWords | None = None,
    language: SpokenLanguage | None = None,
) -> Pipeline:
    """The whole data path of a call; nothing is loaded or connected here.

    Raises:
        ModeError: the client asked for a mode it cannot have; `/start` has refused it before.
    """
    words = words or OwnWords(house)
    match connection.transport, mode_of(connection.body, house.settings):
        case DirectTransport(line=ControlLine() as line), _:
            return _direct(house, connection, line, words)
        case _, "cascade":
            ears = [each for each in (language, consent) if each]
            return _cascade(house, connection, vault, words, ears)
        case _, "realtime":
            return _realtime(house, connection, vault, words)


def _cascade(
    house: House,
    connection: Connection,
    vault: Vault,
    words: OwnWords,
    behind_ears: Sequence[FrameProcessor],
) -> Pipeline:
    settings, engines = house.settings, house.engines
    context = _memory(house, _context(house, connection), words)
    keypad = Keypad(vault, settings.keypad)
    _ask_when_idle(context.user(), words, keypad)
    own = OwnVoice()
    vad = engines.ears.vad(settings.turn, own)
    parts = stages(
        settings,
        engines,
        house.brief,
        vad,
        filler=settings.filler,
        resume=settings.resume,
        own=own,
        emergency=settings.emergency,
        vault=vault,
        keypad=keypad,
        reticence=words.reticence,
        repair=settings.repair,
        talk=settings.talk,
        loop=settings.loop,
    )
    if behind_ears:
        parts = replace(parts, stt=Pipeline([parts.stt, *behind_ears]))
    if connection.menu and words.disclosure:
        first = Disclosing(lambda: in_full(words.disclosure))
        parts = replace(parts, tts=Pipeline([first, parts.tts]))
    return cascade(connection.transport, parts, context)


def _memory(house: House, context: LLMContext, words: OwnWords) -> LLMContextAggregatorPair:
    """What both sides say goes there; our strategies say whose turn it is."""
    settings = house.settings
    turns = strategies(settings, house.engines, settings.turn, settings.interruption, words.talk)
    params = LLMUserAggregatorParams(
        user_turn_strategies=turns,
        user_turn_stop_timeout=settings.turn.wordless_secs,
        user_idle_timeout=settings.silence.after_secs,
    )
    pair = LLMContextAggregatorPair(context, user_params=params)
    _let_nothing_wait(pair.user())
    return pair


def _let_nothing_wait(user: LLMUserAggregator) -> None:
    """What a tool finds during a turn waits for its end, and Pipecat looks after it when something
    is added to the context: to a turn without words, such as a cough, nothing would be."""

    @user.event_handler("on_user_turn_stopped")
    async def stopped(_: object, strategy: object, message: UserTurnStoppedMessage) -> None:
        if not message.content:
            await user.push_frame(LLMMessagesAppendFrame([], run_llm=False))


def _context(house: House, connection: Connection) -> LLMContext:
    """What the model knows when the call begins, and may do in it."""
    known: list[LLMContextMessage] = []
    if connection.purpose:
        known.append(_note(f"You have placed this call yourself. It is for: {connection.purpose}"))
    if connection.earlier:
        vain = "The caller was passed on to a colleague, who did not come. The colleague was told"
        known.append(_note(f"{vain}: {connection.earlier}"))
    return LLMContext(known, tools=house.tools.of(connection))


def _note(words: str) -> LLMContextMessage:
    return {"role": "developer", "content": words}


def _ask_when_idle(user: LLMUserAggregator, words: OwnWords, keypad: Keypad) -> None:
    """Speak to a caller whose turn it is and who says nothing; no model is asked for that."""

    @user.event_handler("on_user_turn_idle")
    async def idle(_: object) -> None:
        if keypad.is_in_use:
            return
        rung = words.ladder.climb(turn_of(user.context))
        await user.push_frame(TTSSpeakFrame(rung.text))
        if rung.hangs_up:
            # Who speaks over the goodbye has more to say: that drops this frame too.
            hang_up = EndWorkerFrame(reason=IDLE)
            hang_up.interruptible = True
            await user.push_frame(hang_up)


def _realtime(house: House, connection: Connection, vault: Vault, words: OwnWords) -> Pipeline:
    """Whose turn it is says the model: its service brings the strategies for it."""
    settings = house.settings
    context = _context(house, connection)
    vad = house.engines.ears.vad(settings.turn.model_copy(update={"stop_secs": VAD_STOP_SECS}))
    parts = realtime_stages(
        settings,
        house.engines,
        house.brief,
        vad,
        context,
        filler=settings.filler,
        emergency=settings.emergency,
        vault=vault,
        keypad=Keypad(vault, settings.keypad),
        reticence=words.reticence,
        loop=settings.loop,
    )
    pair = LLMContextAggregatorPair(context)
    writes_down_when_asked(pair.user())
    return realtime(connection.transport, parts, pair)


def _direct(house: House, connection: Connection, line: ControlLine, words: OwnWords) -> Pipeline:
    """Nobody's turn is ours to take: the caller and the model hear each other without us."""
    settings = house.settings
    context = LLMContext(tools=house.tools.of(connection))
    parts = direct_stages(
        settings,
        house.engines,
        line,
        context,
        filler=settings.filler,
        emergency=settings.emergency,
        reticence=words.reticence,
    )
    turns = LLMUserAggregatorParams(user_turn_strategies=ExternalUserTurnStrategies())
    pair = LLMContextAggregatorPair(context, user_params=turns)
    return direct(connection.transport, parts, pair)
