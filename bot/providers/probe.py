"""Asks providers that were passed over whether they are back, so that no caller has to."""

import asyncio
from collections.abc import Sequence

from loguru import logger
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    LLMContextFrame,
    LLMTextFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.pipeline.worker import PipelineParams
from pipecat.processors.aggregators.llm_context import LLMContext

from bot.providers.aside import aside
from bot.providers.clip import Clip
from bot.providers.health import Health
from bot.providers.lineup import Candidates
from bot.providers.role import Role

ROUND_SECS = 1.0
ANSWER_SECS = 5.0
"""A provider that takes longer for a word is not well."""
_HZ = 16_000
_PIECE_SECS = 0.02
_AFTER_SECS = 1.0
"""Of silence, for who waits for the end of what was said."""


async def keep_probing(
    candidates: Candidates,
    health: Health,
    speech: Clip,
    every_secs: float = ROUND_SECS,
    answer_secs: float = ANSWER_SECS,
) -> None:
    """Until it is cancelled; `speech` is what a speech to text is given to hear."""
    while True:
        await asyncio.sleep(every_secs)
        now_secs = asyncio.get_running_loop().time()
        for role, name in health.to_probe(now_secs):
            await _probe(role, name, candidates, health, speech, answer_secs)


async def _probe(
    role: Role,
    name: str,
    candidates: Candidates,
    health: Health,
    speech: Clip,
    answer_secs: float,
) -> None:
    """One real question of the smallest kind: an open socket alone proves nothing."""
    answer, question = _question(role, speech)
    params = PipelineParams(audio_in_sample_rate=_HZ, audio_out_sample_rate=_HZ)
    told = logger.bind(role=role, provider=name)
    try:
        async with aside(candidates.make(role, name), answer, params) as asking:
            await asking.ask(question, answer_secs)
    except Exception as error:  # noqa: BLE001  a provider is a plug-in, and no call depends on this
        health.failed(role, name, "unavailable", asyncio.get_running_loop().time())
        told.bind(cause=type(error).__name__).info("a provider is still not well")
    else:
        health.served(role, name)
        told.info("a provider is back")


def _question(role: Role, speech: Clip) -> tuple[type[Frame], Sequence[Frame]]:
    match role:
        case "STT":
            return TranscriptionFrame, [
                VADUserStartedSpeakingFrame(),
                *_pieces(speech.at(_HZ)),
                VADUserStoppedSpeakingFrame(),
            ]
        case "LLM":
            hello = LLMContext([{"role": "user", "content": "Hello?"}])
            return LLMTextFrame, [LLMContextFrame(hello)]
        case "TTS":
            return TTSAudioRawFrame, [TTSSpeakFrame("Hello.", append_to_context=False)]


def _pieces(speech: bytes) -> list[Frame]:
    size = int(_HZ * _PIECE_SECS) * 2
    audio = speech + bytes(int(_HZ * _AFTER_SECS) * 2)
    return [InputAudioRawFrame(audio[at : at + size], _HZ, 1) for at in range(0, len(audio), size)]
