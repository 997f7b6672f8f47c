"""One call, from connect to hang-up."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from loguru import logger
from pipecat.frames.frames import EndFrame, Frame, TTSSpeakFrame
from pipecat.observers.base_observer import BaseObserver
from pipecat.processors.frameworks.rtvi import RTVIServerMessageFrame
from pipecat.workers.runner import WorkerRunner

from bot.answering import IDLE, answering
from bot.greeting import Greeting
from bot.house import House
from bot.language.book import Language
from bot.language.choice import Known, beginning
from bot.permission import Permission, asked_for
from bot.providers.choice import choices, mode_of
from bot.providers.local.purpose import opening
from bot.rescue import Rescue
from bot.switch import CallLanguage
from bot.telemetry import report
from bot.telemetry.latency import TurnLatency
from bot.telemetry.loop_lag import LagHistogram
from bot.telemetry.observer import LatencyObserver
from bot.telemetry.session_metrics import SessionOutcome, SessionTally, VoiceSessionMetrics
from bot.time_limit import GOODBYE_SECS, keep_time
from bot.tools.desk import Desk
from bot.urgent import in_full
from bot.worker import worker_of
from processors.loop_guard import LOOP
from processors.vault import Vault
from transports.connection import Connection

ENDINGS: Mapping[object, SessionOutcome] = {IDLE: "idle", LOOP: "loop"}
"""What a call came to that Echo ended for one of these reasons."""

NO_KEYPAD = ("local", "openai-webrtc")
"""Ways in over which no keys are pressed that reach us."""


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
        self._connection = connection
        self._language = CallLanguage(house, language, self._goes_on_in)
        self._started_secs = asyncio.get_running_loop().time()
        self._outcome: SessionOutcome = "agent_ended"
        self._vault = Vault()
        self._tally = SessionTally(connection.session_id, connection.kind)
        self._permission = self._asked_for()
        self._desk = _desk(house, connection, self._vault, self._permission)
        follower = self._language.follower() if self._can_switch() else None
        self._desk.speak = self._language.speak if follower else None
        self._pipeline = answering(
            house,
            connection,
            self._vault,
            self._permission.consent,
            self._language.words,
            follower,
        )
        self._language.follow_in(self._pipeline)
        self._worker = worker_of(
            self._pipeline, connection, house.settings, self._desk, self._observers()
        )
        self._greeting = Greeting(connection, self._worker, self._first_words)
        self._rescue = Rescue(
            connection, self._pipeline, self._worker, self._language, self._desk, self._is_given_up
        )
        self._listen()

    async def run(self) -> None:
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(self._worker)
        longest_secs = self._house.settings.max_call_secs
        clock = asyncio.create_task(
            keep_time(longest_secs, lambda: self._house.settings.limit, self._worker.queue_frames)
        )
        try:
            async with asyncio.timeout(longest_secs + GOODBYE_SECS) as longest:
                await runner.run()  # ends when it is cancelled, and does not say so
            if longest.expired():
                logger.warning("a call was cut off: its goodbye took too long")
        except Exception:  # noqa: BLE001  the edge of a call
            self._outcome = "error"
            logger.exception("the call failed")
        finally:
            clock.cancel()

    async def close(self, lag: LagHistogram) -> VoiceSessionMetrics:
        self._rescue.close()
        self._language.close()
        self._vault.wipe()
        await self._desk.close()
        await self._permission.close()
        now_secs = asyncio.get_running_loop().time()
        metrics = self._tally.metrics(
            self._house.prices,
            outcome=self._outcome,
            duration_secs=now_secs - self._started_secs,
            loop_lag_p99_ms=lag.p99_ms,
        )
        return replace(metrics, recording=self._permission.outcome)

    @property
    def _house(self) -> House:
        return self._language.house

    def _can_switch(self) -> bool:
        """Whether the call may go on in another language."""
        goes_past_us = self._connection.kind == "openai-webrtc"
        return self._is_cascade and not goes_past_us and len(self._house.tongues) > 1

    @property
    def _is_cascade(self) -> bool:
        return mode_of(self._connection.body, self._house.settings) == "cascade"

    def _goes_on_in(self, house: House) -> None:
        self._desk.parting = house.parting
        if self._connection.goes_on_in:
            self._connection.goes_on_in(self._language.spoken)

    def _asked_for(self) -> Permission:
        recording = self._house.settings.recording
        if not recording.enabled:
            return Permission()
        if not self._is_cascade:
            return Permission(is_due=True)
        return asked_for(recording, self._connection, lambda: self._vault.is_open, self._thank)

    async def _thank(self, may_record: bool, first: bool) -> None:
        own = self._house.settings.recording
        words = own.thanks if may_record else own.refused
        then = f"{words} {self._hello}" if first else words
        await self._worker.queue_frame(TTSSpeakFrame(then))

    @property
    def _hello(self) -> str:
        settings, purpose = self._house.settings, self._connection.purpose
        if self._connection.greeting:
            return self._connection.greeting
        keyless = self._is_cascade and choices(settings)["LLM"].provider == "local"
        return (
            opening(settings.greeting, purpose)
            if purpose.strip() and keyless
            else settings.greeting
        )

    def _first_words(self) -> Iterator[Frame]:
        # Who has a greeting of their own has been here before.
        disclosure = "" if self._connection.greeting else self._house.settings.disclosure
        if question := self._permission.question(disclosure):
            yield question
            return
        if disclosure:
            yield in_full(disclosure)
        yield TTSSpeakFrame(self._hello)

    def _listen(self) -> None:
        transport, worker = self._connection.transport, self._worker

        @transport.event_handler("on_client_disconnected")
        async def disconnected(*_: object) -> None:
            self._outcome = "caller_hung_up"
            self._greeting.leave_out()  # or the end of the call would wait for it
            await worker.cancel(reason="the caller hung up")

        @worker.event_handler("on_idle_timeout")
        async def idle(*_: object) -> None:
            self._outcome = "idle"

        @worker.event_handler("on_pipeline_finished")
        async def finished(_: object, end: Frame) -> None:
            self._greeting.leave_out()
            if isinstance(end, EndFrame):
                self._outcome = ENDINGS.get(end.reason, self._outcome)

    def _observers(self) -> Sequence[BaseObserver]:
        latency = LatencyObserver(self._on_turn, self._tally, self._house.prices)
        recorder = self._permission.recorder
        return (latency, recorder) if recorder else (latency,)

    def _is_given_up(self, outcome: SessionOutcome) -> None:
        self._outcome = outcome
        self._greeting.leave_out()

    async def _on_turn(self, turn: TurnLatency) -> None:
        report.log_turn(turn)
        await self._worker.rtvi.push_frame(RTVIServerMessageFrame(report.turn_message(turn)))


def _desk(house: House, connection: Connection, vault: Vault, permission: Permission) -> Desk:
    settings = house.settings
    return Desk(
        store=house.store,
        weather=house.weather,
        now=settings.clinic.now,
        call_id=connection.session_id,
        transfer=connection.transfer,
        may_keep_words=permission.may_keep_words,
        expect_keys=vault.expect if connection.kind not in NO_KEYPAD else None,
        introduce=connection.introduce if settings.handoff.kind == "warm" else None,
        colleague=settings.handoff.to,
        caller=connection.caller.who,
        conceal=vault.conceal,
        text=connection.text,
        parting=house.parting,
        press=connection.press,
    )
