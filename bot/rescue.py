"""What is done for callers whom a failure would leave alone, and for those who are in danger."""

import asyncio
from collections.abc import Callable

from loguru import logger
from pipecat.frames.frames import ErrorFrame, InterruptionFrame, TTSAudioRawFrame, TTSSpeakFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker

from bot.providers.incident import OutageError
from bot.switch import CallLanguage
from bot.telemetry.session_metrics import SessionOutcome
from bot.tools.desk import Desk
from bot.tools.offer import ToolError
from bot.urgent import Urgent
from processors.alarm import Alarm
from transports.connection import Connection

APOLOGY_SECS = 5.0
"""A stage that fails over and over is apologised for no more often than this."""

LAST_WORD_SECS = 0.5
"""From the last sample of the last words to the hang-up: what the way to the caller takes."""

HANDOVER_SECS = 3.0
"""With the last words, 10 s at most from an outage to its end."""


class Rescue:
    """Apologises for a stage that fails; ends a call that nobody can serve any more; tells callers
    in danger whom to dial, or passes them on.

    given_up: told why, as soon as the call is to end.
    """

    def __init__(
        self,
        connection: Connection,
        pipeline: Pipeline,
        worker: PipelineWorker,
        language: CallLanguage,
        desk: Desk,
        given_up: Callable[[SessionOutcome], None],
    ) -> None:
        self._connection = connection
        self._worker = worker
        self._language = language
        self._desk = desk
        self._given_up = given_up
        self._apology_due_secs = float("-inf")
        self._ending: asyncio.Task[None] | None = None
        self._urgent = Urgent(connection.transport, pipeline)

        @worker.event_handler("on_pipeline_error")
        async def failed(_: object, error: ErrorFrame) -> None:
            await self._failed(error)

        for alarm in (p for p in pipeline.processors if isinstance(p, Alarm)):

            @alarm.event_handler("on_emergency")
            async def emergency(_: object) -> None:
                await self._help()

    def close(self) -> None:
        if self._ending:
            self._ending.cancel()

    async def _failed(self, error: ErrorFrame) -> None:
        # The error's own text may hold what the caller said.
        logger.bind(
            source=str(error.processor),
            category=error.category.value if error.category else "unknown",
            cause=type(error.exception).__name__,
        ).error("a stage failed")
        if isinstance(error.exception, OutageError):
            self._give_up("provider_outage")
        elif error.processor and not error.processor.is_usable:
            self._give_up("error")
        elif not isinstance(error.exception, ToolError):  # which the model answers in words
            await self._apologise()

    async def _apologise(self) -> None:
        """Say that something went wrong: the caller is waiting for an answer that will not come."""
        now_secs = asyncio.get_running_loop().time()
        if now_secs >= self._apology_due_secs:
            self._apology_due_secs = now_secs + APOLOGY_SECS
            await self._worker.queue_frame(TTSSpeakFrame(self._language.house.settings.apology))

    def _give_up(self, outcome: SessionOutcome) -> None:
        """Nobody is left to serve a stage: the call would go on deaf or mute."""
        if self._ending is None:
            self._given_up(outcome)
            self._ending = asyncio.create_task(self._break_down())

    async def _break_down(self) -> None:
        """Say so past all stages, from memory; then hand the caller over, or hang up."""
        desk, words = self._desk, self._language.house.last_words
        clip = words.handover if desk.can_transfer else words.goodbye
        await self._urgent.said()
        speaker = self._connection.transport.output()
        await speaker.queue_frame(InterruptionFrame())
        await speaker.queue_frame(TTSAudioRawFrame(clip.audio, clip.hz, 1))
        await asyncio.sleep(clip.secs + LAST_WORD_SECS)
        try:
            async with asyncio.timeout(HANDOVER_SECS):
                await desk.pass_on()
        except Exception as error:  # noqa: BLE001  a way in's own; the caller is hung up on
            logger.bind(cause=type(error).__name__).error("the caller could not be handed over")
        await self._worker.cancel(reason="provider outage")

    async def _help(self) -> None:
        """Whom to dial, from memory; or whoever callers in danger are passed on to."""
        house, transfer = self._language.house, self._connection.transfer
        words, number = house.last_words, house.settings.emergency.transfer
        if not (number and transfer):
            await self._urgent.say(words.emergency)
            return
        await self._urgent.say(words.emergency_transfer)
        await self._urgent.said()
        try:
            async with asyncio.timeout(HANDOVER_SECS):
                done = await transfer(number)
        except Exception as error:  # noqa: BLE001  a way in's own; the caller is told whom to dial
            logger.bind(cause=type(error).__name__).error("no transfer in an emergency")
            done = False
        if done:
            await self._worker.cancel(reason="passed on in an emergency")
        else:
            await self._urgent.say(words.emergency)
