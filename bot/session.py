"""One call, from connect to hang-up."""

import asyncio
from dataclasses import replace

from loguru import logger
from pipecat.frames.frames import (
    EndFrame,
    ErrorFrame,
    Frame,
    InterruptionFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
)
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frameworks.rtvi import RTVIObserverParams, RTVIServerMessageFrame
from pipecat.processors.frameworks.rtvi.observer import RTVIFunctionCallReportLevel
from pipecat.workers.runner import WorkerRunner

from bot.answering import IDLE, answering
from bot.config import Settings
from bot.house import House
from bot.language.book import Language
from bot.language.choice import Known, beginning
from bot.providers.choice import mode_of
from bot.providers.incident import OutageError
from bot.recording import Recorder, with_consent
from bot.switch import Tongue
from bot.telemetry import report
from bot.telemetry.latency import TurnLatency
from bot.telemetry.loop_lag import LagHistogram
from bot.telemetry.observer import LatencyObserver
from bot.telemetry.session_metrics import SessionOutcome, SessionTally, VoiceSessionMetrics
from bot.tools.desk import Desk
from bot.tools.offer import ToolError
from bot.urgent import Urgent, in_full
from processors.alarm import Alarm
from processors.consent import Consent
from processors.resume import Playback
from processors.shown import ShownRTVI
from processors.vault import Vault
from transports.connection import Connection

READY_SECS = 1.0
"""RTVI clients say when they are ready, within a round trip; others are greeted after this."""

APOLOGY_SECS = 5.0
"""A stage that fails over and over is apologised for no more often than this."""

KEYLESS = ("local", "openai-webrtc")
"""Ways in whose keys do not reach us."""
PRESENT_AT_ONCE = ("local", "twilio", "vonage", "telnyx", "plivo", "openai-webrtc")
"""Ways in whose clients are no RTVI clients."""

LAST_WORD_SECS = 0.5
"""From the last sample of the last words to the hang-up: what the way to the caller takes."""

HANDOVER_SECS = 3.0
"""With the last words, 10 s at most from an outage to its end."""


async def run_call(house: House, connection: Connection) -> VoiceSessionMetrics:
    """Answer one caller; returns when either side has hung up.

    What goes wrong in a call ends here and reaches no other call.
    """
    began = beginning(_known(connection), house.settings.languages, house.settings.spoken)
    house = house.speaking(began.language, surely=began.is_known)
    with logger.contextualize(**_who(connection)), house.lag.watch() as lag:
        logger.bind(language=began.language, why=began.why).debug("the call has a language")
        call = Call(house, connection, began.language)
        try:
            await call.run()
        finally:
            metrics = await call.close(lag)
            house.totals.add(metrics)
            report.log_session(metrics)
    return metrics


def _known(connection: Connection) -> Known:
    """What its language may be told from."""
    caller = connection.caller
    return Known(caller.who, caller.called, connection.body)


def _who(connection: Connection) -> dict[str, str]:
    """Whose call it is, for the log."""
    who = {"session": connection.session_id}
    return who | ({"pii.caller": caller} if (caller := connection.caller.who) else {})


class Call:
    """The parts of one call and how it came to its end."""

    def __init__(self, house: House, connection: Connection, language: Language) -> None:
        settings = house.settings
        self._connection = connection
        self._tongue = Tongue(house, language, self._goes_on_in)
        self._started_secs = asyncio.get_running_loop().time()
        self._outcome: SessionOutcome = "agent_ended"
        self._greeted = asyncio.Event()
        self._apology_due_secs = self._started_secs
        self._ending: asyncio.Task[None] | None = None
        self._vault = Vault()
        self._tally = SessionTally(connection.session_id, connection.kind)
        self._desk = Desk(
            store=house.store,
            weather=house.weather,
            now=settings.clinic.now,
            call_id=connection.session_id,
            transfer=connection.transfer,
            may_keep_words=self._may_keep_words,
            expect_keys=self._vault.expect if connection.kind not in KEYLESS else None,
            introduce=connection.introduce if settings.handoff.kind == "warm" else None,
            colleague=settings.handoff.to,
            caller=connection.caller.who,
            conceal=self._vault.conceal,
            text=connection.text,
            parting=house.parting,
            press=connection.press,
        )
        self._consent, self._recorder = self._recording(settings)
        follower = self._tongue.follower() if self._can_switch() else None
        self._pipeline = answering(
            house, connection, self._vault, self._consent, self._tongue.ladder, follower
        )
        self._tongue.follow_in(self._pipeline)
        self._urgent = Urgent(connection.transport, self._pipeline)
        self._worker = self._build(settings)
        self._listen()

    def _recording(self, settings: Settings) -> tuple[Consent | None, Recorder | None]:
        """Who asks for consent and who records then; nobody unless it is set."""
        connection, recording = self._connection, settings.recording
        if not recording.enabled or mode_of(connection.body, settings) != "cascade":
            return None, None
        consent, recorder = with_consent(
            recording, connection, lambda: self._vault.expected is not None
        )

        @consent.event_handler("on_answer")
        async def answered(_: object, answer: str) -> None:
            if answer != "neither":
                own = self._house.settings
                words = own.recording.thanks if answer == "yes" else own.recording.refused
                await self._worker.queue_frame(TTSSpeakFrame(f"{words} {self._greeting}"))

        return consent, recorder

    @property
    def _house(self) -> House:
        return self._tongue.house

    def _can_switch(self) -> bool:
        """Whether the call may go on in another language; the desk is then able to have it so."""
        connection, house = self._connection, self._house
        goes_past_us = connection.kind == "openai-webrtc"
        is_cascade = mode_of(connection.body, house.settings) == "cascade" and not goes_past_us
        able = is_cascade and len(house.tongues) > 1
        self._desk.speak = self._tongue.speak if able else None
        return able

    def _goes_on_in(self, house: House) -> None:
        self._desk.parting = house.parting
        if self._connection.goes_on_in:
            self._connection.goes_on_in(self._tongue.language)

    @property
    def _greeting(self) -> str:
        return self._connection.greeting or self._house.settings.greeting

    def _may_keep_words(self) -> bool:
        """Where callers are asked, nothing they say is kept without their yes."""
        return self._recorder is None or self._recorder.may_keep

    def _build(self, settings: Settings) -> PipelineWorker:
        audio = self._connection.audio
        return PipelineWorker(
            self._pipeline,
            params=PipelineParams(
                audio_in_sample_rate=audio.in_hz,
                audio_out_sample_rate=audio.out_hz,
                enable_metrics=True,
                enable_usage_metrics=True,
            ),
            app_resources=self._desk,
            rtvi_processor=ShownRTVI(),
            observers=[
                LatencyObserver(self._on_turn, self._tally, self._house.prices),
                *([self._recorder] if self._recorder else []),
            ],
            rtvi_observer_params=RTVIObserverParams(
                function_call_report_level={"*": RTVIFunctionCallReportLevel.NAME},
                # A hush is no interruption: Echo may go on.
                ignored_sources=[p for p in self._pipeline.processors if isinstance(p, Playback)],
            ),
            enable_turn_tracking=bool(settings.tracing.url),
            enable_tracing=bool(settings.tracing.url),
            conversation_id=self._connection.session_id,
            idle_timeout_secs=settings.idle_secs,
            # The runner is this call's own: a call left idle ends nobody else's.
            cancel_runner_on_idle_timeout=True,
        )

    def _listen(self) -> None:
        transport, worker = self._connection.transport, self._worker

        @transport.event_handler("on_client_connected")
        async def connected(*_: object) -> None:
            await self._until_answered()
            says_ready = self._connection.kind not in PRESENT_AT_ONCE
            await self._greet_after(READY_SECS if says_ready else 0)

        @transport.event_handler("on_client_disconnected")
        async def disconnected(*_: object) -> None:
            self._outcome = "caller_hung_up"
            self._greeted.set()  # or the end of the call would wait for the greeting
            await worker.cancel(reason="the caller hung up")

        @worker.rtvi.event_handler("on_client_ready")
        async def ready(*_: object) -> None:
            await self._greet()

        @worker.event_handler("on_pipeline_error")
        async def failed(_: object, error: ErrorFrame) -> None:
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

        for alarm in (p for p in self._pipeline.processors if isinstance(p, Alarm)):

            @alarm.event_handler("on_emergency")
            async def emergency(_: object) -> None:
                await self._help()

        @worker.event_handler("on_idle_timeout")
        async def idle(*_: object) -> None:
            self._outcome = "idle"

        @worker.event_handler("on_pipeline_finished")
        async def finished(_: object, end: Frame) -> None:
            self._greeted.set()  # nobody is left to wait for an answer
            if isinstance(end, EndFrame) and end.reason == IDLE:
                self._outcome = "idle"

    async def _until_answered(self) -> None:
        """Until there is somebody to be greeted, or the call is over."""
        if self._connection.answered is None:
            return
        either = (self._connection.answered(), self._greeted.wait())
        waiting = [asyncio.ensure_future(each) for each in either]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waiting:
                each.cancel()

    async def _greet_after(self, secs: float) -> None:
        try:
            async with asyncio.timeout(secs):
                await self._greeted.wait()
        except TimeoutError:
            await self._greet()

    async def _greet(self) -> None:
        if not self._greeted.is_set():
            self._greeted.set()
            disclosure = self._house.settings.disclosure
            if disclosure and not self._connection.greeting:  # who has one has been here before
                await self._worker.queue_frame(in_full(disclosure))
            greeting = TTSSpeakFrame(self._greeting)
            await self._worker.queue_frame(self._consent.ask() if self._consent else greeting)

    async def _apologise(self) -> None:
        """Say that something went wrong: the caller is waiting for an answer that will not come."""
        now_secs = asyncio.get_running_loop().time()
        if now_secs >= self._apology_due_secs:
            self._apology_due_secs = now_secs + APOLOGY_SECS
            await self._worker.queue_frame(TTSSpeakFrame(self._house.settings.apology))

    async def _help(self) -> None:
        """Whom to dial, from memory; or whoever callers in danger are passed on to."""
        words, number = self._house.last_words, self._house.settings.emergency.transfer
        transfer = self._connection.transfer
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

    def _give_up(self, outcome: SessionOutcome) -> None:
        """Nobody is left to serve a stage: the call would go on deaf or mute."""
        if self._ending is None:
            self._outcome = outcome
            self._greeted.set()
            self._ending = asyncio.create_task(self._break_down())

    async def _break_down(self) -> None:
        """Say so past all stages, from memory; then hand the caller over, or hang up."""
        desk, words = self._desk, self._house.last_words
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

    async def _on_turn(self, turn: TurnLatency) -> None:
        report.log_turn(turn)
        await self._worker.rtvi.push_frame(RTVIServerMessageFrame(report.turn_message(turn)))

    async def run(self) -> None:
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(self._worker)
        try:
            async with asyncio.timeout(self._house.settings.max_call_secs):
                await runner.run()
        except TimeoutError:
            logger.warning("the call was ended: it lasted too long")
        except Exception:  # noqa: BLE001  the edge of a call
            self._outcome = "error"
            logger.exception("the call failed")

    async def close(self, lag: LagHistogram) -> VoiceSessionMetrics:
        if self._ending:
            self._ending.cancel()
        self._vault.wipe()
        await self._desk.close()
        if self._recorder:
            await self._recorder.close()
        now_secs = asyncio.get_running_loop().time()
        metrics = self._tally.metrics(
            self._house.prices,
            outcome=self._outcome,
            duration_secs=now_secs - self._started_secs,
            loop_lag_p99_ms=lag.p99_ms,
        )
        return replace(metrics, recording=self._recorder.outcome if self._recorder else "off")
