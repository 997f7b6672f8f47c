"""Speech to speech: name -> service, and the session that its provider is asked for."""

from typing import TYPE_CHECKING

from pipecat.processors.aggregators.llm_context import LLMContext

from bot.providers.llm import Brief
from bot.providers.renewal import Renewal
from bot.providers.settings import OpenAISettings, ProviderSettings, RealtimeSettings, required
from processors.reticent import Reticence

if TYPE_CHECKING:
    from pipecat.services.openai.realtime.events import SessionProperties

    from bot.providers.control_line import ControlLine
    from bot.providers.controlled_realtime import Controlled
    from bot.providers.openai_realtime import SpeechToSpeech

ABOUT_TO = "Let me look that up."
PREAMBLE = f"""

Before you call a tool, say in a few words what you are about to do, such as "{ABOUT_TO}"
"""
"""Bridges the wait for a tool in the same breath: a filler would need a response of its own."""


def realtime(
    settings: ProviderSettings,
    brief: Brief,
    context: LLMContext,
    reticence: Reticence | None = None,
) -> "SpeechToSpeech":
    """The service that hears, answers, acts and speaks, with the tools of `context`.

    Raises:
        MissingKeyError: the provider's key is missing.
    """
    from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMSettings

    from bot.providers.reserved import Reserved

    openai = settings.openai
    model = Reserved(
        api_key=required(openai.api_key, "OPENAI_API_KEY", "MODE=cascade"),
        base_url=openai.realtime_url,
        context=context,
        renewal=Renewal(settings.realtime),
        function_call_timeout_secs=settings.tool_timeout_secs,
        settings=OpenAIRealtimeLLMSettings(
            model=openai.realtime_model,
            system_instruction=instructions(brief),
            session_properties=session(openai, settings.realtime),
        ),
    )
    model.reticence = reticence
    return model


def controlled(
    settings: ProviderSettings,
    line: "ControlLine",
    context: LLMContext,
    reticence: Reticence | None = None,
) -> "Controlled":
    """The service that acts for the model of a call that goes past us, with `context`'s tools."""
    from bot.providers.reserved_direct import ReservedDirect

    model = ReservedDirect(
        line=line,
        model=settings.openai.realtime_model,
        context=context,
        function_call_timeout_secs=settings.tool_timeout_secs,
    )
    model.reticence = reticence
    return model


def instructions(brief: Brief) -> str:
    """The persona, for a model that speaks."""
    return brief.persona + PREAMBLE


def session(openai: OpenAISettings, settings: RealtimeSettings) -> "SessionProperties":
    """A session that hears and speaks 24 kHz PCM and writes down what both sides say."""
    from pipecat.services.openai.realtime import events

    from bot.providers.transcribed import MODEL

    turns = (
        events.SemanticTurnDetection(eagerness=settings.eagerness)
        if settings.turns == "semantic_vad"
        else events.TurnDetection(silence_duration_ms=settings.silence_ms)
    )
    pcm = events.PCMAudioFormat()
    return events.SessionProperties(
        output_modalities=["audio"],
        audio=events.AudioConfiguration(
            input=events.AudioInput(
                format=pcm,
                transcription=events.InputAudioTranscription(
                    model=MODEL, language=settings.language
                ),
                turn_detection=turns,
            ),
            output=events.AudioOutput(format=pcm, voice=openai.realtime_voice),
        ),
    )
