"""What tools have said in the language of the call, whatever language they work in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.tools.briefing import Listener
from bot.tools.spoken import moment

GOODBYE = "Thank you for calling. Goodbye!"
CONNECTING = "I'm connecting you to a colleague. Your reference is {reference}."
SWITCHED = "Of course, let's go on in English. How can I help?"


BOOKING = "Your booking at Acme: {bookings}."
BOOKED = "{moment}, for {name}"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What is texted of the bookings of a call."""

    all: str = BOOKING
    each: str = BOOKED
    moment: Callable[[datetime], str] = moment


@dataclass(frozen=True, slots=True)
class Parting:
    """Two of these end the call, and no model says them."""

    goodbye: str = GOODBYE
    """Before Echo hangs up."""
    connecting: str = CONNECTING
    """Before Echo leaves a caller to somebody else."""
    switched: str = SWITCHED
    """To a caller who has asked for this language."""
    confirmation: Confirmation = Confirmation()
    """To a caller who has asked for a text."""
    colleague: Listener = Listener()  # noqa: RUF009  frozen
    """To whom a caller is passed on."""
