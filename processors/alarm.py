"""Hears of an emergency before anybody else does, whatever state the call is in.

    transport.input(), ..., stt, Alarm(), context.user(), ...

It stands behind the ears and asks no model: with the model dead, a tool running or Echo speaking,
a caller in need is told within two seconds to hang up and dial. What is said, and by which way, is
up to whoever handles `on_emergency`; the model gets to know by a developer message.
"""

import asyncio
from collections.abc import Coroutine, Mapping

from loguru import logger
from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    LLMMessagesAppendFrame,
    TranscriptionFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pydantic import BaseModel, ConfigDict, Field

from processors.emergency import is_emergency

NUMBERS: Mapping[str, str] = {
    **dict.fromkeys(("US", "CA", "MX", "AR"), "911"),
    **dict.fromkeys(("GB", "IE", "SG", "MY", "HK"), "999"),
    **dict.fromkeys(("AU",), "000"),
    **dict.fromkeys(("NZ",), "111"),
    **dict.fromkeys(("JP", "KR", "TW"), "119"),
    **dict.fromkeys(("BR",), "192"),
    **dict.fromkeys(("CN",), "120"),
}
"""Where it is not 112, which all of Europe, India and mobile phones nearly everywhere have."""
ELSEWHERE = "112"

_SETTLE_SECS = 0.4
"""An interim "there is a fire" may become "there is a fire sale"."""
_JOIN_SECS = 4.0
"""What is said within so long of a final transcript goes on with it: "my chest" - "hurts"."""
_LATEST_WORDS = 60
"""Of an interim that grows so many are looked at: what came before stood in those before it."""

NOTE = (
    "The caller seems to be in an emergency. They have already been told, by a recording, to hang "
    "up and dial {number}. If they go on speaking, say so again in one short sentence and do not "
    "go on with anything else unless they say that there is no emergency."
)


_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


class EmergencySettings(BaseModel):
    """What a caller in danger is told at once, without any model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = True
    country: str = Field(default="US", pattern="^[A-Z]{2}$")
    """ISO 3166 code of the country callers call from."""
    number: str = Field(default="", pattern=r"^\d{0,6}$")
    """Whom they are to dial; empty: the emergency number of the country."""
    words: str = "If this is an emergency, hang up now and dial {number}."
    """What is said, with the number's digits one by one."""
    transfer: str = ""
    """A number or address that such callers are passed on to instead, where the way in can."""
    transfer_words: str = "Stay on the line. I'm connecting you to emergency help."
    """Said before that."""
    digits: tuple[str, ...] = Field(default=_DIGITS, min_length=10, max_length=10)
    """Nought to nine, as they are read out."""
    again_secs: float = Field(default=12.0, ge=0, le=600)
    """After this long it is said again, if the caller speaks of an emergency again."""

    @property
    def dialled(self) -> str:
        """The number, as it is dialled."""
        return self.number or NUMBERS.get(self.country, ELSEWHERE)

    @property
    def spoken(self) -> str:
        """The words, as a voice reads them: nine one one."""
        digits = (self.digits[int(digit)] for digit in self.dialled)
        return self.words.replace("{number}", " ".join(digits))


class Vigilance:
    """Decides from transcripts when an alarm is due. Times are seconds on any one clock."""

    def __init__(self, again_secs: float) -> None:
        self._again_secs = again_secs
        self._quiet_until_secs = float("-inf")
        self._since_secs: float | None = None
        self._before = ("", float("-inf"))
        """The last final transcript, and when it came."""

    def hear(self, text: str, final: bool, now_secs: float) -> bool:
        """Whether to raise the alarm now."""
        before, at_secs = self._before
        joined = f"{before} {text}" if now_secs - at_secs < _JOIN_SECS else text
        if final:
            self._before = (text, now_secs)
        else:
            text, joined = _latest(text), _latest(joined)
        if now_secs < self._quiet_until_secs or not any(map(is_emergency, {text, joined})):
            self._since_secs = None
            return False
        if final:
            self._raise(now_secs)
            return True
        if self._since_secs is None:
            self._since_secs = now_secs
        return False

    @property
    def due_secs(self) -> float | None:
        """When an interim has stood for long enough, if one of an emergency stands."""
        return None if self._since_secs is None else self._since_secs + _SETTLE_SECS

    def comes_due(self, now_secs: float) -> bool:
        """Whether to raise the alarm now, nothing else having been heard; says so once."""
        if self.due_secs is None or now_secs < self.due_secs:
            return False
        self._raise(now_secs)
        return True

    def _raise(self, now_secs: float) -> None:
        self._since_secs = None
        self._before = ("", float("-inf"))
        self._quiet_until_secs = now_secs + self._again_secs


def _latest(text: str) -> str:
    return " ".join(text.split()[-_LATEST_WORDS:])


class Alarm(FrameProcessor):
    """Interrupts whatever goes on when the caller tells of an emergency.

    Event: `on_emergency`, awaited.
    """

    def __init__(self, settings: EmergencySettings) -> None:
        super().__init__(enable_direct_mode=True)
        self._settings = settings
        self._vigilance = Vigilance(settings.again_secs)
        self._tasks: set[asyncio.Task[None]] = set()
        self._register_event_handler("on_emergency", sync=True)

    def follow(self, settings: EmergencySettings) -> None:
        """Heed others from here on, such as those of another language."""
        self._settings = settings

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case TranscriptionFrame() | InterimTranscriptionFrame() if self._settings.enabled:
                await self._hear(frame, direction)
            case EndFrame() | CancelFrame():
                await self._stop()
            case _:
                pass
        await self.push_frame(frame, direction)

    async def cleanup(self) -> None:
        await self._stop()
        await super().cleanup()

    async def _hear(
        self, frame: TranscriptionFrame | InterimTranscriptionFrame, direction: FrameDirection
    ) -> None:
        final, settling = isinstance(frame, TranscriptionFrame), self._vigilance.due_secs
        if self._vigilance.hear(frame.text, final, self._now_secs):
            await self._note(direction)  # before the words, which may be all the model waits for
            self._run(self._raise())
        elif settling is None and self._vigilance.due_secs is not None:
            self._run(self._raise_when_due(direction))

    def _run(self, work: Coroutine[object, object, None]) -> None:
        """Beside the pipeline: the interruption ends the very task that brought the words."""
        task = self.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _raise_when_due(self, direction: FrameDirection) -> None:
        while (due_secs := self._vigilance.due_secs) is not None:
            await asyncio.sleep(max(0, due_secs - self._now_secs))
            if self._vigilance.comes_due(self._now_secs):
                await self._note(direction)
                await self._raise()

    async def _note(self, direction: FrameDirection) -> None:
        note = NOTE.format(number=self._settings.dialled)
        told = LLMMessagesAppendFrame([{"role": "developer", "content": note}], run_llm=False)
        told.interruptible = False
        await self.push_frame(told, direction)

    async def _raise(self) -> None:
        logger.warning("the caller told of an emergency")
        await self.broadcast_frame(InterruptionFrame)
        await self._call_event_handler("on_emergency")

    async def _stop(self) -> None:
        for task in [*self._tasks]:
            await self.cancel_task(task)

    @property
    def _now_secs(self) -> float:
        return asyncio.get_running_loop().time()
