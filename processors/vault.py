"""What callers key in and nobody is to read: card numbers and PINs (pure).

In memory, one vault a call, wiped at the call's end. The model is told that something was keyed
in, and of a card its last four digits.
"""

import re
from typing import Literal

from processors.cards import SHORTEST, WITHHELD, hide, is_card, named, withhold
from processors.spoken_digits import joined, numbers, replaced

Secret = Literal["card", "pin"]

PIN_DIGITS = range(4, 13)
"""ISO 9564-1."""
ATTEMPTS = 3
"""Who keys in three times what cannot be right is no longer asked for a secret."""


class Vault:
    """Takes what was keyed in and says what may be known of it."""

    __slots__ = ("_attempts", "_held", "expected", "keying")

    def __init__(self) -> None:
        self.expected: Secret | None = None
        """What the next keys are; while it is set, nothing of them may be known."""
        self.keying = False
        """Whether keys are being pressed: nobody knows yet what they come to."""
        self._held: dict[Secret, str] = {}
        self._attempts = 0

    def __repr__(self) -> str:
        return f"<Vault of {', '.join(self._held) or 'nothing'}>"

    @property
    def is_open(self) -> bool:
        """Whether something is to be taken, or is being taken, that may be secret."""
        return self.expected is not None or self.keying

    def expect(self, secret: Secret) -> None:
        """From here on, what is keyed in is this."""
        self.expected, self._attempts = secret, 0

    def take(self, keys: str) -> str:
        """What the model is told instead of these digits; themselves if they are no secret.

        A card number is one, whether or not it was expected, and so is one with a digit wrong.
        """
        match self.expected:
            case "pin":
                return self._keep("pin", keys, "[PIN entered]", len(keys) in PIN_DIGITS)
            case "card":
                return self._keep("card", keys, named(keys), is_card(keys))
            case None if is_card(keys):
                return self._keep("card", keys, named(keys), True)
            case None:
                return keys if len(keys) < SHORTEST else WITHHELD

    def read(self, text: str) -> str:
        """What may be known of what was typed: digits alone are as if they were keyed in."""
        keys = re.sub(r"[\s-]", "", text)
        if keys.isascii() and keys.isdigit():
            known = self.take(keys)
            return text if known == keys else known
        text = self.withhold(hide(text))
        return withhold(text, from_digits=1) if self.expected else text

    def give_up(self) -> str:
        """The caller does not want to; what the model is told."""
        self.expected = None
        return "[the caller does not want to key it in]"

    def held(self, secret: Secret) -> str:
        """What was keyed in, for whoever charges a card or checks a PIN; empty if nothing was."""
        return self._held.get(secret, "")

    def withhold(self, text: str) -> str:
        """The text without what is held, for callers who say it when they have keyed it in."""
        secrets = self._held.values()
        said = [run for run in numbers(text) if any(each in joined(run) for each in secrets)]
        return replaced(text, [(run, WITHHELD) for run in said])

    def conceal(self, text: str) -> str:
        """The text without card numbers, and without what is held, however it came into it."""
        text = self.withhold(hide(text))
        for secret in self._held.values():
            text = re.sub(r"[\s-]*".join(secret), WITHHELD, text)
        return text

    def wipe(self) -> None:
        """Forget all of it."""
        self._held.clear()
        self.expected, self.keying = None, False

    def _keep(self, secret: Secret, keys: str, known: str, good: bool) -> str:
        if good:
            self._held[secret] = keys
            self.expected = None
            return known
        self._attempts += 1
        if self._attempts == ATTEMPTS:
            self.expected = None
        return f"[what was keyed in is no {'card number' if secret == 'card' else 'PIN'}]"
