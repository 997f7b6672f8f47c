"""Keys pressed on a telephone become what the caller says: `1042`.

Pipecat's `DTMFAggregator` makes a `TranscriptionFrame` of them: that goes to clients, traces and
logs as speech does, secrets included, and its timer runs from the call's start. Here digits take
the way of what is typed (`LLMMessagesAppendFrame`), past the `Vault`, and the keys themselves go
no further. A long silence after the last key ends an entry, as `#` does; `*` begins it again.
"""

import asyncio

from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    InputDTMFFrame,
    LLMMessagesAppendFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContextMessage
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pydantic import BaseModel, ConfigDict, Field

from processors.discreet import typed
from processors.vault import Vault


class KeypadPolicy(BaseModel):
    """When what is keyed in is complete."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pause_secs: float = Field(default=2.0, gt=0)
    """After the last key: who looks for the next one takes less. `#` ends it at once."""
    secret_pause_secs: float = Field(default=6.0, gt=0)
    """The same for card numbers and PINs, which are read off a card in groups."""
    digits: int = Field(default=32, ge=19)
    """An entry is no longer; further keys are dropped."""


class Entry:
    """The keys pressed so far (pure)."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._keys = ""

    def __repr__(self) -> str:
        return "<Entry>"  # never what is in it

    @property
    def is_open(self) -> bool:
        """Whether something was keyed in that is not complete."""
        return bool(self._keys)

    def press(self, key: str) -> bool:
        """Whether this key completes the entry."""
        match key:
            case "#":
                return self.is_open
            case "*":
                self._keys = ""
            case _:
                self._keys = (self._keys + key)[: self._longest]
        return False

    def take(self) -> str:
        """What was keyed in; the entry is empty then."""
        keys, self._keys = self._keys, ""
        return keys


class Keypad(FrameProcessor):
    """Before the caller's aggregator: keys in, a typed message out. The first key interrupts Echo.

    What is typed elsewhere passes through, without the card numbers in it.
    The vault is wiped when the call ends.
    """

    def __init__(self, vault: Vault, policy: KeypadPolicy | None = None) -> None:
        super().__init__(enable_direct_mode=True)
        self._vault = vault
        self._policy = policy or KeypadPolicy()
        self._entry = Entry(self._policy.digits)
        self._waiting: asyncio.Task[None] | None = None

    @property
    def is_in_use(self) -> bool:
        """Whether the caller is keying something in."""
        return self._entry.is_open

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case InputDTMFFrame():
                await self._press(frame.button.value)
                return
            case LLMMessagesAppendFrame():
                frame.messages = [typed(message) for message in frame.messages]
            case EndFrame() | CancelFrame():
                await self._forget()
            case _:
                pass
        await self.push_frame(frame, direction)

    async def cleanup(self) -> None:
        await super().cleanup()
        await self._forget()

    async def _press(self, key: str) -> None:
        await self._stop_waiting()
        was_open = self._entry.is_open
        if key == "*" and not was_open and self._vault.expected:
            await self._tell(self._vault.give_up())
            return
        complete = self._entry.press(key)
        if not was_open and self._entry.is_open:
            await self.broadcast_interruption()
        if complete:
            await self._tell(self._vault.take(self._entry.take()))
        elif self._entry.is_open:
            self._waiting = self.create_task(self._wait())

    async def _wait(self) -> None:
        secret = self._vault.expected
        await asyncio.sleep(self._policy.secret_pause_secs if secret else self._policy.pause_secs)
        self._waiting = None
        await self._tell(self._vault.take(self._entry.take()))

    async def _tell(self, words: str) -> None:
        message: LLMContextMessage = {"role": "user", "content": words}
        await self.push_frame(LLMMessagesAppendFrame(messages=[message], run_llm=True))

    async def _stop_waiting(self) -> None:
        if waiting := self._waiting:
            self._waiting = None
            await self.cancel_task(waiting)

    async def _forget(self) -> None:
        await self._stop_waiting()
        self._entry.take()
        self._vault.wipe()
