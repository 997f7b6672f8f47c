"""What a way in hands over: who is there, over which audio, and how to pass them on.

A way in turns a socket, an offer or a room into a `Connection` and calls `launch(connection)`;
whoever runs the call never asks which transport it is.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pipecat.transports.base_transport import BaseTransport

ByPhone = Literal["twilio", "vonage", "telnyx", "plivo"]
Kind = Literal["websocket", "webrtc", "daily", "openai-webrtc", "local", ByPhone]

Transfer = Callable[[str], Awaitable[bool]]
"""Passes the caller on to a number or address, once our part of the call is over; False if it will
not."""


Introduce = Callable[[str, str], Awaitable[bool]]
"""As `Transfer`, to a number whose owner hears these words first and may refuse."""

Text = Callable[[str], Awaitable[bool]]
"""Texts the phone the caller calls from, and no other; False if the carrier did not take it."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is on the line, as far as the way in knows; `who` is an address or a number, or empty."""

    who: str = ""
    called: str = ""
    """The number of ours they have called."""


@dataclass(frozen=True, slots=True)
class Audio:
    """Sample rates of the wire, mono s16: what the caller sends and what the caller is sent."""

    in_hz: int
    out_hz: int


@dataclass(frozen=True, slots=True)
class Connection:
    """One caller, connected."""

    transport: BaseTransport
    kind: Kind
    session_id: str
    audio: Audio
    caller: Caller = field(default_factory=Caller)
    body: Mapping[str, object] = field(default_factory=dict[str, object])
    """What the client put in the `body` of its `/start`."""
    transfer: Transfer | None = None
    """None where the way in cannot pass a caller on."""
    introduce: Introduce | None = None
    """None where the way in cannot pass a caller on like that."""
    press: Callable[[str], Awaitable[None]] | None = None
    """Presses keys of the phone, `0-9*#`, and `w` to wait; None where nobody waits for any."""
    purpose: str = ""
    """What we have called for, in words for the model; empty where we were called."""
    menu: bool = False
    """A phone menu was called: nobody is greeted, and who is spoken to first may be a machine."""
    earlier: str = ""
    """What was told of this caller to whom they were passed on in vain; empty: nobody was."""
    answered: Callable[[], Awaitable[object]] | None = None
    """Returns once somebody is there to be greeted; None: somebody is."""
    greeting: str = ""
    """What this caller hears first; empty: what every caller does."""
    text: Text | None = None
    """None where the way in cannot text the caller."""
    goes_on_in: Callable[[str], None] | None = None
    """Told of the language ("en", "es") in which the call goes on; None: nobody has to be."""


Launch = Callable[[Connection], Awaitable[None]]
"""Runs the call to its end. A way in waits for it and then gives the place back to the door."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Someone `/start` has promised a place to, who has yet to connect."""

    session_id: str
    kind: Kind
    body: Mapping[str, object] = field(default_factory=dict[str, object])
    household: str = ""
    """The address it was asked for from, or the network; empty where that says nothing."""


class Door(Protocol):
    """Who may come in. Every method decides at once, on the event loop, and never waits.

    A place is reserved by `/start`, entered when the client connects and left when the call is
    over: reserve -> enter -> leave. A reservation nobody enters lapses by itself, after as long
    as its ticket is good for.
    """

    def reserve(self, guest: Guest) -> bool:
        """Keep a place for the guest; False when every place is taken or the server drains."""
        ...

    def waiting(self, household: str) -> int:
        """How many places that are reserved for a household nobody has entered."""
        ...

    def enter(self, session_id: str) -> Guest | None:
        """Turn the reservation into a call, once.

        None when there was no such reservation, it has lapsed, or it was entered before.
        """
        ...

    def leave(self, session_id: str) -> None:
        """Give the place back, reserved or entered; harmless for a session the door lost."""
        ...
