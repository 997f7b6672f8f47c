"""Falls silent at the caller's first sound, and goes on from there if it was no interruption.

    Playback(unheard), transport.output(), Heard(unheard)

`HoldFrame` silences the output at once, as an interruption does, and nothing else: the model and
the voice go on. `ReleaseFrame` lets it go on from behind the last word that was heard to its end,
so that no word is lost and none is heard twice; an `InterruptionFrame` instead drops the rest. What
the assistant's memory gets is what left the output, so it holds what was heard either way.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    CancelFrame,
    EndFrame,
    Frame,
    InterruptionFrame,
    OutputAudioRawFrame,
    SystemFrame,
    TTSAudioRawFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pydantic import BaseModel, ConfigDict, Field

from processors.hold import HeldFrame, HoldFrame, ReleaseFrame
from processors.unheard import NS, Unheard

SPARES_PLAYOUT = "spares_playout"
"""In an InterruptionFrame's metadata: what the caller's end has not played yet must be heard."""

_BREATH_SECS = 0.12
"""After the bridge's comma."""


class ResumeSettings(BaseModel):
    """How Echo goes on after a sound that was no interruption."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bridge_after_secs: float = Field(default=2.5, gt=0, le=30)
    """Silence after which a sentence is not simply gone on with: nobody remembers its beginning."""
    bridge: str = "As I was saying,"
    """Said then. It is heard, and not remembered."""
    last_word_secs: float = Field(default=0.2, ge=0, le=2)
    """With so little left to say, Echo has finished: what the caller says then is an answer."""


@dataclass
class HushFrame(InterruptionFrame):
    """From `Playback` to `Heard`: an interruption for the output between them, and for no other."""


class Playback(FrameProcessor):
    """Before the output: lets speech through, holds it, and sends again what was not heard.

    `bridge` gives the bridge's words as 16-bit mono audio at the rate asked for, b"" if it cannot.
    """

    def __init__(
        self,
        unheard: Unheard,
        settings: ResumeSettings,
        bridge: Callable[[int], bytes] = lambda _: b"",
    ) -> None:
        super().__init__(enable_direct_mode=True)
        self._unheard = unheard
        self._settings = settings
        self._bridge = bridge
        self._held_ns: int | None = None
        self._ending = False
        self._last_audio: TTSAudioRawFrame | None = None
        self._stopped: BotStoppedSpeakingFrame | None = None
        self._in_order = asyncio.Lock()
        self._guarded_till_ns = 0
        """Until then, something is heard that no interruption may cut."""

    @property
    def guarded_secs(self) -> float:
        """For how much longer something is heard that no interruption may cut."""
        return max(0, self._guarded_till_ns - self._now_ns) / NS

    def follow(self, bridge: Callable[[int], bytes]) -> None:
        """Another bridge from here on, such as one in another language."""
        self._bridge = bridge

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if direction is FrameDirection.UPSTREAM:
            await self._pass_up(frame)
            return
        async with self._in_order:  # the voice goes on while what it said is sent again
            await self._pass_down(frame)

    async def _pass_down(self, frame: Frame) -> None:
        match frame:
            case HoldFrame():
                await self._hold(frame.busy)
            case ReleaseFrame():
                await self._release()
            case InterruptionFrame():
                await self._yield(frame)
            case EndFrame() | CancelFrame():
                self._ending = True
                await self._release()
                await self.push_frame(frame)
            case SystemFrame():
                await self.push_frame(frame)
            case _:
                await self._say(frame)

    async def _say(self, frame: Frame) -> None:
        if isinstance(frame, TTSAudioRawFrame):
            self._last_audio = frame
        held = self._held_ns is not None
        self._unheard.say(frame, self._now_ns, sent=not held)
        if isinstance(frame, OutputAudioRawFrame) and not frame.interruptible:
            self._guarded_till_ns = self._unheard.ends_ns
        if not held:
            await self.push_frame(frame)

    async def _hold(self, busy: bool) -> None:
        more = self._unheard.left_secs(self._now_ns) > self._settings.last_word_secs
        speaking = (more or busy) and not self._ending
        if speaking and self._held_ns is None and not self._unheard.guarded:
            self._held_ns = self._now_ns
            await self.push_frame(HushFrame())
        told = HeldFrame(self._unheard.text, speaking)
        await self.push_frame(told, FrameDirection.UPSTREAM)

    async def _release(self) -> None:
        held_ns, self._held_ns = self._held_ns, None
        if held_ns is None:
            return
        bridge = self._bridging((self._now_ns - held_ns) / NS)
        after_ns = bridge.num_frames * NS // bridge.sample_rate if bridge else 0
        rest = self._unheard.again(self._now_ns, held_ns, after_ns)
        for frame in [bridge, *rest] if bridge else rest:
            await self.push_frame(frame)
        if not any(isinstance(frame, OutputAudioRawFrame) for frame in rest):
            await self.push_frame(ReleaseFrame())
            await self._pass_stop()

    def _bridging(self, held_secs: float) -> TTSAudioRawFrame | None:
        last = self._last_audio
        if last is None or held_secs < self._settings.bridge_after_secs:
            return None
        audio = self._bridge(last.sample_rate)
        if not audio:
            return None
        audio += bytes(2 * round(_BREATH_SECS * last.sample_rate))
        return TTSAudioRawFrame(audio, last.sample_rate, 1, context_id=last.context_id)

    async def _yield(self, frame: InterruptionFrame) -> None:
        self._held_ns = None
        if self._now_ns < self._guarded_till_ns:
            frame.metadata[SPARES_PLAYOUT] = True
        kept = self._unheard.drop()
        await self.push_frame(frame)
        for each in kept:
            await self._say(each)
        await self._pass_stop()

    # Echo has not stopped speaking as long as it may go on

    async def _pass_up(self, frame: Frame) -> None:
        match frame:
            case BotStoppedSpeakingFrame() if self._held_ns is not None:
                self._stopped = frame
            case BotStartedSpeakingFrame() if self._stopped:
                self._stopped = None
            case _:
                if isinstance(frame, BotStoppedSpeakingFrame):
                    self._unheard.all_heard()
                await self.push_frame(frame, FrameDirection.UPSTREAM)

    async def _pass_stop(self) -> None:
        stopped, self._stopped = self._stopped, None
        if stopped:
            await self.push_frame(stopped, FrameDirection.UPSTREAM)

    @property
    def _now_ns(self) -> int:
        return self.get_clock().get_time()


class Heard(FrameProcessor):
    """Behind the output: notes what was heard, and keeps a mere hush from the memory."""

    def __init__(self, unheard: Unheard) -> None:
        super().__init__(enable_direct_mode=True)
        self._unheard = unheard
        self._hushed = False
        self._stopped: BotStoppedSpeakingFrame | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case HushFrame():
                self._hushed = True
                return
            case ReleaseFrame():
                await self._end_hush()
                return
            case BotStoppedSpeakingFrame() if self._hushed:
                self._stopped = frame
                return
            case BotStartedSpeakingFrame():
                stopped, self._hushed, self._stopped = self._stopped, False, None
                if stopped:
                    return
            case InterruptionFrame():
                await self._end_hush()
            case OutputAudioRawFrame():
                self._unheard.left(frame)
            case SystemFrame():
                pass
            case _ if direction is FrameDirection.DOWNSTREAM:
                self._unheard.heard(frame)
            case _:
                pass
        await self.push_frame(frame, direction)

    async def _end_hush(self) -> None:
        self._hushed = False
        stopped, self._stopped = self._stopped, None
        if stopped:
            await self.push_frame(stopped)
