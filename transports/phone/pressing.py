"""Keys that are pressed as sound, whatever is said meanwhile at the other end."""

import asyncio
from dataclasses import dataclass, field
from typing import Protocol

from pipecat.frames.frames import DataFrame, OutputAudioRawFrame

from transports.phone.tones import tones


@dataclass
class KeysFrame(DataFrame):
    """Downstream to the output: press these keys, behind what is being said."""

    digits: str = field(repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.interruptible = False


class Ahead(Protocol):
    """How far ahead of the ear audio has been sent."""

    def unheard_secs(self, now: float) -> float: ...


class Speaker(Protocol):
    """What audio is written to; a piece is one message, whatever its length."""

    @property
    def sample_rate(self) -> int: ...

    def get_event_loop(self) -> asyncio.AbstractEventLoop: ...

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool: ...


class Pressing:
    """Writes a tone in one piece, so that no stall of ours tears it: the menu would take it for
    two. Between two keys a stall only makes the silence longer, which menus wait for.
    """

    def __init__(self) -> None:
        self._until = float("-inf")

    def goes_on(self, now: float) -> bool:
        """Whether something is yet to be heard: who drops it leaves a key unpressed."""
        return now < self._until

    async def press(self, frame: KeysFrame, ahead: Ahead, speaker: Speaker) -> None:
        """Returns when the last has been sent; it may be heard a little later."""
        clock, hz = speaker.get_event_loop().time, speaker.sample_rate
        self._until = float("inf")
        try:
            for digit in frame.digits:
                await speaker.write_audio_frame(OutputAudioRawFrame(tones(digit, hz), hz, 1))
        finally:
            self._until = clock() + ahead.unheard_secs(clock())
