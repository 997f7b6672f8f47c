"""What callers say while Echo speaks, labelled: the same set for a seed.

The words of the half that is held out are others than those of the half that may be tuned on.
"""

import random
from dataclasses import dataclass
from typing import Literal

from tests.bench.endpointing.utterances import Noise

Label = Literal[
    "interruption",
    "correction",
    "question",
    "stop",
    "answer",
    "backchannel",
    "tic",
    "aside",
    "noise",
]
YIELDING: tuple[Label, ...] = ("interruption", "correction", "question", "stop", "answer")
VOICES = ("hibari", "hibari low", "espeak en-us", "espeak en-gb+m3", "espeak en-us+f3")
NOISES: tuple[Noise, ...] = ("20 dB", "10 dB")
SOUNDS = ("cough", "two coughs", "throat", "sneeze", "sigh", "door", "keys", "cup", "chair", "bell")
"""Made by `sounds.py`; everything else is spoken."""
COUNTS: dict[Label, int] = {
    "interruption": 25,
    "correction": 25,
    "question": 30,
    "stop": 25,
    "answer": 25,
    "backchannel": 60,
    "tic": 40,
    "aside": 40,
    "noise": 20,
}

_TELLING = (
    "Your order has left our warehouse this morning and is on its way to",
    "The weather in Boston will be mostly sunny tomorrow, with a light wind from",
    "You can return anything within thirty days, and all that you need is",
    "Our shop is open from nine to six on weekdays, and on Saturdays it is",
    "I have looked at your account, and there are two parcels that",
)
_OPEN = (
    "I can look that up for you. What is your order number? You find it",
    "Sure, I can book that. Which day would suit you best? There are",
    "Happy to help. What is the name on the order? It is the one",
)
_YES_OR_NO = (
    "I can cancel the order for you. Shall I cancel it?",
    "There is a place free at three on Friday. Would you like me to book it?",
    "I have your address as twelve Park Street. Is that right?",
    "Your parcel is at the post office. Do you want the address?",
)
_KNOWN: dict[Label, tuple[str, ...]] = {
    "interruption": (
        "I'd rather talk to a person.",
        "My package arrived broken.",
        "Please send it to my office.",
        "I need to change my address.",
    ),
    "correction": (
        "No, the blue one.",
        "Actually I meant Friday.",
        "That's not what I ordered.",
        "I said Austin, not Boston.",
    ),
    "question": (
        "How much does that cost?",
        "When will it be here?",
        "Can you repeat that?",
        "What about Sunday?",
    ),
    "stop": ("Stop.", "Wait a second.", "Hold on.", "Okay stop, that's enough."),
    "backchannel": ("Uh-huh.", "Right.", "Okay.", "Mm-hmm.", "Yeah, okay.", "I see.", "Oh, great."),
    "tic": ("Um.", "cough", "throat", "Uh, um."),
    "aside": (
        "Honey, can you get the door?",
        "Turn the TV down, please.",
        "I'm on the phone, sweetie.",
        "Get off the couch.",
        "Dinner is almost ready.",
    ),
    "noise": ("door", "keys", "cup"),
}
_HELD_OUT: dict[Label, tuple[str, ...]] = {
    "interruption": (
        "I want my money back.",
        "It's for my neighbour on the second floor.",
        "I already tried that yesterday.",
        "I would like to return the shoes as well.",
    ),
    "correction": (
        "No, that's the wrong address.",
        "I didn't say Monday.",
        "Wait, it's Miller with an e.",
        "Not tomorrow, the day after.",
    ),
    "question": (
        "Is there a fee for that?",
        "Where do I find the number?",
        "Do you also ship to Canada?",
        "Sorry, what was that?",
    ),
    "stop": ("Please stop talking.", "Hang on a minute.", "Wait, wait.", "Never mind."),
    "backchannel": (
        "Yeah.",
        "Got it.",
        "Sure.",
        "Mm.",
        "Okay, good.",
        "Oh, I see.",
        "Makes sense.",
        "Alright.",
    ),
    "tic": ("Uh.", "two coughs", "sneeze", "sigh", "Er, uh."),
    "aside": (
        "Mom, I'll be there in a minute.",
        "Put that back on the table.",
        "Who left the window open?",
        "Not now, I'm talking to the bank.",
        "Tom, did you feed the cat?",
    ),
    "noise": ("chair", "bell", "door"),
}
_ANSWERS = {
    "known": ("Yes.", "No thanks.", "Yes please.", "Sure.", "No, don't."),
    "held out": ("Yeah.", "Okay.", "That's right.", "Not yet.", "Yes, go ahead."),
}
_OPEN_ANSWERS = {
    "known": ("It's one zero four two.", "Thursday is fine."),
    "held out": ("Two seven seven one.", "Samuel Porter."),
}


@dataclass(frozen=True, slots=True)
class Event:
    """A sound of the caller's while Echo speaks."""

    number: int
    label: Label
    words: str
    """Spoken, or one of `SOUNDS`."""
    echo: str
    """What the caller has heard of Echo's reply."""
    voice: str
    noise: Noise
    telephone: bool
    """8 kHz, mu-law."""
    softer_db: float
    """Than this caller speaks to Echo: whoever talks to somebody else turns away."""
    held_out: bool
    """Nothing is tuned on it."""


def events(seed: int) -> tuple[Event, ...]:
    """The set: `COUNTS` of each label, every second one held out."""
    labels = [label for label, count in COUNTS.items() for _ in range(count)]
    return tuple(
        _event(number, label, random.Random(f"{seed} {number}"))
        for number, label in enumerate(labels)
    )


def _event(number: int, label: Label, dice: random.Random) -> Event:
    held_out = number % 2 == 1
    echo, words = _said(label, dice, held_out=held_out)
    return Event(
        *(number, label, words, echo),
        *(dice.choice(VOICES), dice.choice(NOISES), dice.random() < 1 / 2),
        softer_db=dice.choice((0.0, 6.0, 12.0)) if label == "aside" else 0.0,
        held_out=held_out,
    )


def _said(label: Label, dice: random.Random, *, held_out: bool) -> tuple[str, str]:
    """Echo's words, then the caller's."""
    part = "held out" if held_out else "known"
    if label == "answer":
        if dice.random() < 0.7:
            return dice.choice(_YES_OR_NO), dice.choice(_ANSWERS[part])
        return dice.choice(_OPEN), dice.choice(_OPEN_ANSWERS[part])
    said = (_HELD_OUT if held_out else _KNOWN)[label]
    return dice.choice(_TELLING), dice.choice(said)
