"""A model that keeps what it was told to itself in a call whose sound goes past us.

Its words are read as it writes them, and it is cut off as soon as they are known to be a
disclosure: its response is cancelled, and what the provider has not played yet is cleared. It
speaks slower than it writes, so that little of one is heard; how little is nowhere promised.
"""

from pipecat.services.openai.realtime import events

from bot.providers.controlled_realtime import Controlled
from processors.reticent import Reticence


class ReservedDirect(Controlled):
    """Set `reticence` before the call; without one it says whatever the model says."""

    reticence: Reticence | None = None

    async def _handle_evt_response_created(self, evt: events.ResponseCreated) -> None:
        if self.reticence:
            self.reticence.begin()
        await super()._handle_evt_response_created(evt)

    async def _push_output_transcript_text_frames(self, text: str) -> None:
        if self.reticence is None:
            await super()._push_output_transcript_text_frames(text)
        elif not self.reticence.refused:
            await self._go_on(self.reticence, self.reticence.hear(text))

    async def _handle_evt_response_done(self, evt: events.ResponseDone) -> None:
        if self.reticence and not self.reticence.refused:
            await self._go_on(self.reticence, self.reticence.end())
        await super()._handle_evt_response_done(evt)

    async def _go_on(self, reticence: Reticence, said: str) -> None:
        """Shows what may be said, or has it refused in its place."""
        if reticence.refused:
            await self.cut_in(reticence.refusal)
        elif said:
            await super()._push_output_transcript_text_frames(said)
