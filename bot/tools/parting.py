"""What tools have said in the language of the call, whatever language they work in."""

from dataclasses import dataclass

GOODBYE = "Thank you for calling. Goodbye!"
CONNECTING = "I'm connecting you to a colleague. Your reference is {reference}."
SWITCHED = "Of course, let's go on in English. How can I help?"


@dataclass(frozen=True, slots=True)
class Parting:
    """Two of these end the call, and no model says them."""

    goodbye: str = GOODBYE
    """Before Echo hangs up."""
    connecting: str = CONNECTING
    """Before Echo leaves a caller to somebody else."""
    switched: str = SWITCHED
    """To a caller who has asked for this language."""
