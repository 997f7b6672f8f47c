"""A speech model's tools wait for what the caller said before them: its transcript comes late."""

import asyncio

from pipecat.services.openai.realtime import events
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService

WORDS_SECS = 3.0
"""A tool waits so long for the transcript of what the caller said before it was called; then it
runs without, and a write asks for another yes."""


class AfterWords(OpenAIRealtimeLLMService):
    """A model's calls are run in their order, none before `_awaits_words` is over.

    Whoever knows that it is calls `_run_what_waits`.
    """

    def __init__(self, **options: object) -> None:
        super().__init__(**options)  # pyright: ignore[reportArgumentType]
        self._to_run: list[events.ResponseFunctionCallArgumentsDone] = []
        self._give_up_words: asyncio.Task[None] | None = None

    @property
    def _awaits_words(self) -> bool:
        """Whether the caller has said something that is not in the context yet."""
        raise NotImplementedError

    async def _forgo_words(self) -> None:
        """Wait for none of them any longer."""
        raise NotImplementedError

    async def cleanup(self) -> None:
        await self._stop_waiting()
        await super().cleanup()

    async def _handle_evt_function_call_arguments_done(
        self, evt: events.ResponseFunctionCallArgumentsDone
    ) -> None:
        """A tool may depend on what the caller said last."""
        self._to_run.append(evt)
        if not self._awaits_words:
            await self._run_what_waits()
        elif self._give_up_words is None:
            self._give_up_words = self.create_task(self._run_without_words())

    async def _run_what_waits(self) -> None:
        await self._stop_waiting()
        calls, self._to_run = self._to_run, []
        for call in calls:
            await super()._handle_evt_function_call_arguments_done(call)

    async def _stop_waiting(self) -> None:
        waiting, self._give_up_words = self._give_up_words, None
        if waiting:
            await self.cancel_task(waiting)

    async def _run_without_words(self) -> None:
        await asyncio.sleep(WORDS_SECS)
        self._give_up_words = None
        await self._forgo_words()
        await self._run_what_waits()
