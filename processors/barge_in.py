"""Starts the caller's turn when it is one: a pipecat strategy around `Interruption`.

While Echo is silent, a voice or words start a turn at once, as with Pipecat's own strategies. While
it speaks, or a tool runs, a sound only holds it (`processors/resume.py`), and the verdict then
either starts the turn, which is the interruption, or lets Echo go on as if nothing had been said.
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from loguru import logger
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    Frame,
    FunctionCallCancelFrame,
    FunctionCallInProgressFrame,
    FunctionCallResultFrame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    ProposedUserStartedSpeakingFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.turns.types import ProcessFrameResult
from pipecat.turns.user_start import BaseUserTurnStartStrategy

from processors.all_heard import WholeGuessFrame
from processors.hold import HeldFrame, HoldFrame, ReleaseFrame
from processors.interruption import Interruption
from processors.readings import Reading
from processors.silence import SilenceFrame, SoundFrame, VoiceFrame
from processors.verdict import InterruptionSettings, Verdict

_LONGEST_HOLD_SECS = 6.0
"""Without a verdict for so long, nothing is heard of the caller any more: Echo goes on."""
_SILENCE_DB = -100.0


@runtime_checkable
class _Sure(Protocol):
    """A recogniser's result that says how sure it is, from 0 to 1."""

    confidence: float


@runtime_checkable
class _Torn(Protocol):
    """A recogniser's result that says what else may have been said."""

    readings: Sequence[Reading]


class BargeInStrategy(BaseUserTurnStartStrategy):
    """Lets only real interruptions through. Needs a `Playback` before the output."""

    def __init__(self, settings: InterruptionSettings) -> None:
        super().__init__()
        self._interruption = Interruption(settings)
        self._at_once = settings.at_once
        self._bot_speaking = self._in_turn = False
        self._tools: set[str] = set()
        """Those that run: Echo will say more, and an "okay" is no turn."""
        self._voice = False
        """The caller is heard at this moment: not so in a silence the VAD has not called yet."""
        self._held_since_secs: float | None = None
        self._dismissed = False
        """What was said last was no turn: its words belong nowhere, however late they come."""
        self._watch: asyncio.Task[None] | None = None

    async def cleanup(self) -> None:
        self._end_watch()
        await super().cleanup()

    async def handle_user_turn_started(self) -> None:
        """Whoever started it: there is nothing to judge until it is over."""
        self._in_turn, self._dismissed = True, False
        self._end_judging()

    async def handle_user_turn_stopped(self) -> None:
        self._in_turn = False

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        match frame:
            case BotStartedSpeakingFrame():
                self._bot_speaking = True
            case BotStoppedSpeakingFrame():
                await self._bot_stopped()
            case FunctionCallInProgressFrame():
                self._tools.add(frame.tool_call_id)
            case FunctionCallCancelFrame():
                self._tools.discard(frame.tool_call_id)
            case FunctionCallResultFrame() if not frame.properties or frame.properties.is_final:
                self._tools.discard(frame.tool_call_id)
            case HeldFrame():
                await self._held(frame)
            case InputAudioRawFrame():
                await self._hear(frame)
            case SoundFrame():
                await self._sound(frame.sounding)
            case VADUserStartedSpeakingFrame():
                self._voice = True
                await self._begin()
            case VADUserStoppedSpeakingFrame():
                await self._fall_silent(frame.stop_secs)
            case SilenceFrame():
                await self._fall_silent(frame.secs)
            case VoiceFrame():
                self._voice = True
                if self._dismissed and (self._bot_speaking or self._tools):
                    await self._begin()
            case InterimTranscriptionFrame() | TranscriptionFrame():
                await self._understand(frame)
            case _:
                pass
        return ProcessFrameResult.CONTINUE

    # What happens

    async def _begin(self) -> None:
        """A sound of the caller's: a turn, or something to be judged."""
        if self._in_turn or self._judging:
            return
        if not (self._bot_speaking or self._tools):
            await self._start_on_voice()
            return
        self._dismissed = False
        self._interruption.over()
        self._interruption.bot("", True)
        self._held_since_secs = self._now_secs
        self._watch = self.task_manager.create_task(self._give_up(), f"{self}::give_up")
        await self.push_frame(HoldFrame(busy=bool(self._tools)))

    async def _start_on_voice(self) -> None:
        """A voice, or words, while Echo is silent."""
        await self.trigger_user_turn_started()

    async def _sound(self, sounding: bool) -> None:
        """What may become a voice holds Echo, and starts no turn."""
        if sounding and self._at_once and (self._bot_speaking or self._tools):
            await self._begin()
            self._interruption.sounding()
        elif not sounding and self._judging:
            self._interruption.click(self._now_secs)

    async def _held(self, held: HeldFrame) -> None:
        if not self._judging:
            return
        if not held.speaking:
            await self._finished()
            return
        self._interruption.bot(held.text, True)
        await self._decide()

    async def _hear(self, frame: InputAudioRawFrame) -> None:
        if self._voice:
            self._interruption.voice(self._now_secs, level_db(frame.audio))
        else:
            self._interruption.room(level_db(frame.audio))
        await self._decide()

    async def _fall_silent(self, secs: float) -> None:
        self._voice = False
        self._interruption.silence(self._now_secs - secs)
        await self._decide()

    async def _understand(self, frame: InterimTranscriptionFrame | TranscriptionFrame) -> None:
        final = isinstance(frame, TranscriptionFrame)
        known = self._judging or self._dismissed
        if not known:
            await self._begin()
        if self._in_turn:
            return
        sure = frame.result.confidence if isinstance(frame.result, _Sure) else 1.0
        readings = frame.result.readings if isinstance(frame.result, _Torn) else ()
        whole = isinstance(frame, WholeGuessFrame)
        self._interruption.words(
            frame.text, final, self._now_secs, sure, whole=whole, readings=readings
        )
        if known:  # else Echo is to be held first, and tells what it has said
            await self._decide()
        if final and self._dismissed:
            await self.trigger_reset_aggregation()

    async def _bot_stopped(self) -> None:
        self._bot_speaking = False
        if self._judging and not self._tools:
            await self._finished()
        elif not self._dismissed:
            self._interruption.bot("", False)

    async def _finished(self) -> None:
        """Nothing is left to be held: a voice has the turn, and a mere sound is none."""
        if self._voice or self._interruption.open:
            await self.trigger_user_turn_started()
        else:
            self._end_judging()

    # What follows from it

    @property
    def _judging(self) -> bool:
        return self._held_since_secs is not None

    @property
    def _now_secs(self) -> float:
        return asyncio.get_running_loop().time()

    async def _decide(self) -> None:
        if not (self._judging or self._dismissed):
            return
        if verdict := self._interruption.decide(self._now_secs):
            await self._act(verdict)

    async def _act(self, verdict: Verdict) -> None:
        held_secs = self._now_secs - (self._held_since_secs or self._now_secs)
        logger.bind(kind=verdict.kind, reason=verdict.reason, held_ms=round(1000 * held_secs)).info(
            "the caller spoke over Echo; it will " + verdict.act
        )
        if verdict.act == "yield":
            await self.trigger_user_turn_started()
            return
        await self._go_on()

    async def _go_on(self) -> None:
        self._dismissed = True
        self._held_since_secs = None
        self._end_watch()
        await self.push_frame(ReleaseFrame())
        await self.trigger_reset_aggregation()

    async def _give_up(self) -> None:
        await asyncio.sleep(_LONGEST_HOLD_SECS)
        self._watch = None
        if self._judging:
            await self._act(Verdict("tic", "resume", "nothing more was heard"))

    def _end_judging(self) -> None:
        self._interruption.over()
        self._interruption.bot("", False)
        self._held_since_secs = None
        self._end_watch()

    def _end_watch(self) -> None:
        watch, self._watch = self._watch, None
        if watch and watch is not asyncio.current_task():
            watch.cancel()


class ProposedBargeInStrategy(BargeInStrategy):
    """The same for a speech to text that takes turns: while Echo is silent its word counts alone.

    What it proposes while Echo speaks is judged like any voice. A turn that was let pass and that
    it then calls over never began, so nothing ends.
    """

    @property
    def resolves_proposed_turn_start_frames(self) -> bool:
        return True

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        if isinstance(frame, ProposedUserStartedSpeakingFrame):
            await self._proposed()
        return await super().process_frame(frame)

    async def _proposed(self) -> None:
        if self._bot_speaking or self._tools:
            await self._begin()
        elif not self._in_turn:
            await self.trigger_user_turn_started()

    async def _start_on_voice(self) -> None:
        pass  # the speech to text hears it too, and says so if it is a turn


def level_db(pcm: bytes) -> float:
    """The level of 16-bit audio in dB of full scale."""
    samples = np.frombuffer(pcm, np.int16).astype(np.float32)
    power = float(np.mean(samples * samples)) if samples.size else 0.0
    return 10 * np.log10(power / 32768**2) if power > 0 else _SILENCE_DB
