"""What OpenAI Realtime writes down of the caller: another model's work, with a bill of its own."""

from pipecat.frames.frames import MetricsFrame
from pipecat.metrics.metrics import STTUsage, STTUsageMetricsData
from pipecat.services.openai.realtime import events
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService

MODEL = "gpt-realtime-whisper"
"""Paid for by the minute, beside the tokens of the model that hears and speaks
(https://developers.openai.com/api/docs/guides/realtime-costs)."""


class Transcribed(OpenAIRealtimeLLMService):
    """Tells how much audio was transcribed: from where the provider heard a voice to where it fell
    silent. Its own figure does not get through Pipecat's event."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)  # pyright: ignore[reportArgumentType]
        self._began_ms: dict[str, int] = {}
        self._spoken_secs: dict[str, float] = {}

    async def _handle_evt_speech_started(self, evt: events.InputAudioBufferSpeechStarted) -> None:
        self._began_ms[evt.item_id] = evt.audio_start_ms
        await super()._handle_evt_speech_started(evt)

    async def _handle_evt_speech_stopped(self, evt: events.InputAudioBufferSpeechStopped) -> None:
        began_ms = self._began_ms.pop(evt.item_id, evt.audio_end_ms)
        self._spoken_secs[evt.item_id] = (evt.audio_end_ms - began_ms) / 1000
        await super()._handle_evt_speech_stopped(evt)

    async def handle_evt_input_audio_transcription_completed(
        self, evt: events.ConversationItemInputAudioTranscriptionCompleted
    ) -> None:
        await super().handle_evt_input_audio_transcription_completed(evt)
        await self._bill(evt)

    async def _bill(self, evt: events.ConversationItemInputAudioTranscriptionCompleted) -> None:
        secs = self._spoken_secs.pop(evt.item_id, 0.0)
        if secs > 0:
            usage = STTUsage(audio_seconds=secs)
            told = STTUsageMetricsData(processor=self.name, model=MODEL, value=usage)
            await self.push_frame(MetricsFrame(data=[told]))
