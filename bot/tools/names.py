"""People's names: whether this person was named, and nobody else beside them (pure).

English and Spanish. A name that only occurs does not say who comes: "my friend Maria told me".
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.tools.wording import MONTHS, WEEKDAYS, plain

_INTRODUCING = (
    r"(?:name is|name's|i'm|i am|this is|it's|it is|for|under|called|as|me llamo|soy|nombre de"
    r"|nombre es|para|se llama)"
)
_POLITE = re.compile(r"(?<= )(?:yes|um|uh|please|thanks|thank you|s[ií]|eh|por favor|gracias)(?= )")
_OF_A_QUESTION = "a an book for i is it me my shall the you la lo"
_NO_NAME = frozenset(_OF_A_QUESTION.split())
_CAPITALS_OF_NO_NAME = (
    "A Acme All Alright Am And As At Book Booking Bueno Can Cancel Canceling Cancelling Claro "
    "Correct Could Do Dr Echo Exactly For Good Great Hello Hi If In Is It Let May Me Mr Mrs Ms My "
    "Name No Noon Now Of Ok Okay On Or Order Perfect Please Reserving Return Right Shall Should So "
    "Sure Thank Thanks That The Then This To Today Tomorrow Under We Well Will Would Yes Yeah You "
    "Your AM PM I "
    "Anulo Buenas Cancelo Cita De Desea Don Doña El En Entonces Es Hola La Las Le Lo Los Muy O "
    "Para Pedido Perfecto Por Quiere Reservo Se Señor Señora Soy Su Sí Un Una Y"
)
"""At the beginning of a sentence, above all."""
_OTHERS = "|".join([*_CAPITALS_OF_NO_NAME.split(), *(word.title() for word in WEEKDAYS + MONTHS)])
_CAPITALISED = rf"(?!(?:{_OTHERS})(?![\w-]))[A-ZÁÉÍÓÚÑÜ][\w'’-]+"
_INTRODUCED = re.compile(
    r"\b(?:[Ff]or|[Uu]nder|[Nn]ame is|[Nn]amed|[Ii]'m|[Tt]his is|[Pp]ara|[Ss]oy|[Nn]ombre de)"
    rf"((?: {_CAPITALISED})+)"
)
_FULL_NAME = re.compile(rf"(?<!\w)({_CAPITALISED}(?: {_CAPITALISED})+)")


@dataclass(frozen=True, slots=True)
class Person:
    """A person by all of their names, side by side: "Maria Lopez" or "Lopez, Maria"."""

    name: tuple[str, ...]

    def is_in(self, text: str) -> bool:
        if {*self.name} <= _NO_NAME:
            return False
        return any(f" {way} " in f" {_bare(text)} " for way in self._ways)

    def has_rival_in(self, text: str) -> bool:
        """Whether somebody else is named, or this name is part of a longer one."""
        return any(named not in self._ways for named in _names_in(text))

    def named_alone(self, text: str) -> bool | None:
        """Whether a caller says that this is who comes; None if these words do not say who."""
        words = _bare(text)
        for way in self._ways:
            introduced = re.search(rf"\b{_INTRODUCING} {re.escape(way)}\b", words)
            if introduced or _POLITE.sub(" ", f" {words} ").split() == way.split():
                return True
        return False if self.has_rival_in(text) else None

    @property
    def _ways(self) -> tuple[str, str]:
        return " ".join(self.name), " ".join((*self.name[-1:], *self.name[:-1]))


def person(name: str) -> tuple[Person, ...]:
    """A person, by all of their names."""
    return (Person(tuple(plain(name).split())),)


def _names_in(text: str) -> Iterable[str]:
    for found in (*_INTRODUCED.finditer(text), *_FULL_NAME.finditer(text)):
        yield _bare(found[1])


def _bare(text: str) -> str:
    return re.sub(r"'s\b", "", plain(text))
