"""A speech model that keeps what it was told to itself, as far as its provider's protocol allows.

Its words are known from the transcript of its own audio, which the provider sends piece by piece
beside the sound: while words wait that may be the start of a disclosure, so does all sound that
comes. No order between the two is promised: of sound that comes ahead of its words, what the caller
has not heard by then is dropped, and the rest was heard. The model's own memory keeps what it
wrote; it may try again, and is refused again.
"""

from pipecat.frames.frames import TTSSpeakFrame
from pipecat.services.openai.realtime import events
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService

from bot.providers.openai_realtime import SpeechToSpeech
from processors.reticent import Reticence


class KeepsToItself(OpenAIRealtimeLLMService):
    """Has what the model says read as it comes. Set `reticence` before the call; without one it
    says whatever it says.

    Whoever is told `_go_on` shows what may be said, or refuses.
    """

    reticence: Reticence | None = None

    async def _handle_evt_response_created(self, evt: events.ResponseCreated) -> None:
        if self.reticence:
            self.reticence.begin()
        await super()._handle_evt_response_created(evt)

    async def _push_output_transcript_text_frames(self, text: str) -> None:
        if self.reticence is None:
            await self._show(text)
        elif not self.reticence.refused:
            await self._go_on(self.reticence, self.reticence.hear(text))

    async def _handle_evt_response_done(self, evt: events.ResponseDone) -> None:
        if self.reticence and not self.reticence.refused:
            await self._go_on(self.reticence, self.reticence.end())
        await super()._handle_evt_response_done(evt)

    async def _show(self, said: str) -> None:
        await super()._push_output_transcript_text_frames(said)

    async def _go_on(self, reticence: Reticence, said: str) -> None:
        """`said` is what may be said of what came last."""
        raise NotImplementedError


class Reserved(KeepsToItself, SpeechToSpeech):
    """Holds back the sound as long as its words wait."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)  # pyright: ignore[reportArgumentType]
        self._waiting: list[events.ResponseAudioDelta] = []

    async def _handle_evt_response_created(self, evt: events.ResponseCreated) -> None:
        self._waiting.clear()
        await super()._handle_evt_response_created(evt)

    async def _handle_evt_audio_delta(self, evt: events.ResponseAudioDelta) -> None:
        if self.reticence and self.reticence.refused:
            return
        if self.reticence and self.reticence.holds:
            self._waiting.append(evt)
        else:
            await super()._handle_evt_audio_delta(evt)

    async def _go_on(self, reticence: Reticence, said: str) -> None:
        """Goes on with what may be said, or refuses."""
        if reticence.refused:
            await self._refuse(reticence.refusal)
            return
        if said:
            await self._show(said)
        if not reticence.holds:
            waiting, self._waiting = self._waiting, []
            for evt in waiting:
                await super()._handle_evt_audio_delta(evt)

    async def _refuse(self, refusal: str) -> None:
        """Drops what is not heard yet, has the provider stop, and says so in the same voice."""
        self._waiting.clear()
        await self.broadcast_interruption()
        await self._handle_interruption()
        self._to_say.append(TTSSpeakFrame(refusal))
        await self._speak_on()
