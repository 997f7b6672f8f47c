"""What callers say to an agent, with the pauses they make: a labelled set, the same for a seed."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["plain", "digits", "phone", "email", "spelled", "date", "filler", "short"]
Noise = Literal["clean", "20 dB", "10 dB"]

VOICES = (
    *("hibari", "hibari slow", "hibari fast", "hibari low"),
    *("espeak en-us", "espeak en-gb", "espeak en-us+f3", "espeak en-gb+m3"),
)
_NOISES: tuple[Noise, ...] = ("clean", "20 dB", "10 dB")
_KINDS: tuple[Kind, ...] = (
    *("plain", "plain", "plain", "digits", "digits", "phone"),
    *("email", "spelled", "date", "date", "filler", "short"),
)
"""A third of the turns have nothing to wait for, as in a call to a shop."""

_PLAIN = (
    "Where is my order?",
    "What's the weather in Boston tomorrow?",
    "I'd like to return the blue jacket.",
    "Can I talk to a person?",
    "It arrived broken | and I want my money back.",
    "I have been waiting for two weeks | and nobody has called me.",
    "Could you repeat that please?",
    "How long does the delivery | usually take?",
    "I don't know my order number.",
    "Please cancel my appointment.",
    "I need to | change the address.",
    "Thank you that was everything.",
    "I don't think | that is the right one.",
    "Do you have anything free this week?",
)
_DIGITS = (
    "Where is my order {4}?",
    "My order number is | {4}.",
    "It's {2} | {2}.",
    "I want to return order {2} | {2}.",
    "The number is {1} | {3}.",
    "My order number is {4}.",
    "{4}.",
)
_PHONE = (
    "You can reach me at {3} | {3} | {4}.",
    "My phone number is {3} | {3} {4}.",
    "Call me back at {3} {3} | {4}.",
    "My phone number is {3} {3} {4}.",
)
_EMAIL = (
    "My e-mail is {name} | at {host} dot com.",
    "It's {name} dot {surname} | at {host} dot org.",
    "You can write to {name} at | {host} dot com.",
    "My e-mail is {name} at {host} dot com.",
)
_SPELLED = (
    "My name is {surname} {spelled}.",
    "It's spelled {spelled half} | {spelled rest}.",
    "That's {surname} | {spelled}.",
)
_DATE = (
    "Can I come on the {day} of | {month}?",
    "I'd like an appointment | next {weekday} | at {hour}.",
    "I need it by {month} | {day}.",
    "Is there anything free on {weekday} afternoon?",
    "On {weekday} | the {day} of {month}.",
    "Tomorrow at {hour}.",
)
_FILLER = (
    "I want to um | return my order.",
    "Well | I was wondering if you could | tell me the weather in Boston.",
    "So uh | where is my package?",
    "I'm calling because | my parcel never arrived.",
    "Can you uh | check the status of my | return?",
    "I would like | an appointment and | also a refund.",
)
_SHORT = ("Yes.", "No.", "Okay.", "Yes please.", "No thank you.", "That's right.")
_LINES: dict[Kind, tuple[str, ...]] = {
    "plain": _PLAIN,
    "digits": _DIGITS,
    "phone": _PHONE,
    "email": _EMAIL,
    "spelled": _SPELLED,
    "date": _DATE,
    "filler": _FILLER,
    "short": _SHORT,
}

_DIGIT = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_NAMES = ("anna", "jonas", "maria", "peter", "linda", "samuel")
_SURNAMES = ("Baker", "Miller", "Larsen", "Porter", "Keller", "Dawson")
_HOSTS = ("example", "mailbox", "sunmail", "postbox")
_MONTHS = ("March", "April", "June", "July", "October", "November")
_DAYS = ("second", "third", "ninth", "twelfth", "fifteenth", "thirtieth")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
_HOURS = ("ten", "eleven thirty", "three", "half past four")


@dataclass(frozen=True, slots=True)
class Utterance:
    """One turn of a caller: it is over after the last part, and at no pause before."""

    number: int
    kind: Kind
    parts: tuple[str, ...]
    pauses_secs: tuple[float, ...]
    """After each part but the last."""
    voice: str
    noise: Noise
    telephone: bool
    """8 kHz, mu-law."""
    held_out: bool
    """Nothing is tuned on it."""


def utterances(count: int, seed: int) -> tuple[Utterance, ...]:
    """The set; a longer one begins with the shorter."""
    return tuple(_utterance(number, random.Random(f"{seed} {number}")) for number in range(count))


def _utterance(number: int, dice: random.Random) -> Utterance:
    kind = _KINDS[number % len(_KINDS)]
    parts = tuple(part.strip() for part in _filled(dice.choice(_LINES[kind]), dice).split("|"))
    pauses = tuple(round(min(1.2, dice.lognormvariate(-0.75, 0.4)), 2) for _ in parts[1:])
    return Utterance(
        *(number, kind, parts, pauses, dice.choice(VOICES), dice.choice(_NOISES)),
        telephone=dice.random() < 1 / 3,
        held_out=dice.random() < 1 / 2,
    )


def _filled(line: str, dice: random.Random) -> str:
    surname = dice.choice(_SURNAMES)
    letters, half = surname.upper(), len(surname) // 2
    said = {
        "name": dice.choice(_NAMES),
        "surname": surname,
        "host": dice.choice(_HOSTS),
        "spelled": " ".join(letters),
        "spelled half": " ".join(letters[:half]),
        "spelled rest": " ".join(letters[half:]),
        "month": dice.choice(_MONTHS),
        "day": dice.choice(_DAYS),
        "weekday": dice.choice(_WEEKDAYS),
        "hour": dice.choice(_HOURS),
    }

    def fill(slot: re.Match[str]) -> str:
        name = slot[1]
        return _digits(int(name), dice) if name.isdigit() else said[name]

    return re.sub(r"\{([^}]+)\}", fill, line)


def _digits(count: int, dice: random.Random) -> str:
    return " ".join(dice.choice(_DIGIT) for _ in range(count))


def written(words: Sequence[str]) -> str:
    """As a recogniser writes these words: digits together, dots in addresses, no last full stop.

    Whether a sentence is over is not to be read off a mark: recognisers set one at every pause.
    """
    text = " ".join(words)
    text = re.sub(rf"\b(?:{'|'.join(_DIGIT)})\b", lambda word: str(_DIGIT.index(word[0])), text)
    text = re.sub(r"(?<=\d) (?=\d)", "", text)
    return re.sub(r" dot (?=\w)", ".", text).rstrip(".,?! ")
