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

from processors.cards import InPieces
from processors.discreet import typed
from processors.vault import Vault


class KeypadPolicy(BaseModel):
    """When what is keyed in is complete."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pause_secs: float = Field(default=2.0, gt=0)
    """After the last key: who looks for the next one takes less. `#` ends it at once."""
    secret_pause_secs: float = Field(default=6.0, gt=0)
    """The same for card numbers and PINs, which are read off a card in groups."""
    open_secs: float = Field(default=60.0, gt=0)
    """Who was asked for a card number or a PIN and presses no key for so long has moved on: what
    they say and key in from then on is no secret."""
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
        self._pieces = InPieces()
        self._waiting: asyncio.Task[None] | None = None
        self._open_until_secs: float | None = None

    @property
    def is_in_use(self) -> bool:
        """Whether the caller is keying something in."""
        return self._entry.is_open

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if self._vault.expected or self._open_until_secs:
            await self._close_in_time()
        match frame:
            case InputDTMFFrame():
                await self._press(frame.button.value)
                return
            case LLMMessagesAppendFrame():
                frame.messages = [typed(message, self._vault) for message in frame.messages]
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
        self._vault.keying, self._open_until_secs = self._entry.is_open, None
        if not was_open and self._entry.is_open:
            await self.broadcast_interruption()
        if complete:
            await self._taken()
        elif self._entry.is_open:
            self._waiting = self.create_task(self._wait())

    async def _wait(self) -> None:
        secret = self._vault.expected
        await asyncio.sleep(self._policy.secret_pause_secs if secret else self._policy.pause_secs)
        self._waiting = None
        await self._taken()

    async def _taken(self) -> None:
        keys = self._entry.take()
        known = self._vault.take(keys)
        if known == keys:  # or the first digits of a card, which is keyed in with pauses
            known = self._pieces.final(keys)
            self._pieces.clear()
        self._vault.keying = False
        await self._tell(known)

    async def _close_in_time(self) -> None:
        """Gives up a secret that was asked for and is not keyed in."""
        now_secs = asyncio.get_running_loop().time()
        if not self._vault.expected or self._entry.is_open:
            self._open_until_secs = None
        elif self._open_until_secs is None:
            self._open_until_secs = now_secs + self._policy.open_secs
        elif now_secs > self._open_until_secs:
            self._open_until_secs = None
            await self._tell(self._vault.give_up(), asks=False)

    async def _tell(self, words: str, *, asks: bool = True) -> None:
        message: LLMContextMessage = {"role": "user", "content": words}
        await self.push_frame(LLMMessagesAppendFrame(messages=[message], run_llm=asks))

    async def _stop_waiting(self) -> None:
        if waiting := self._waiting:
            self._waiting = None
            await self.cancel_task(waiting)

    async def _forget(self) -> None:
        await self._stop_waiting()
        self._entry.take()
        self._vault.wipe()
