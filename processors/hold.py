"""To hold Echo at the caller's first sound, and to let it go on if that was no interruption.

Whoever judges the sound (`barge_in.py`) says so to whoever has what is yet to be heard
(`resume.py`): `HoldFrame`, which `HeldFrame` answers, and then `ReleaseFrame` or an interruption.
"""

from dataclasses import dataclass

from pipecat.frames.frames import SystemFrame


@dataclass
class HoldFrame(SystemFrame):
    """Downstream: the caller makes a sound; say nothing more until it is clear what it was.

    busy: there will be more to say, even if nothing is being said.
    """

    busy: bool = False


@dataclass
class ReleaseFrame(SystemFrame):
    """Downstream: it was no interruption; go on."""


@dataclass
class HeldFrame(SystemFrame):
    """Upstream, the answer to `HoldFrame`: what was heard, and whether there is more to say."""

    text: str = ""
    speaking: bool = False
