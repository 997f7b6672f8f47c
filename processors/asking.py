"""When is it worth asking the model before the caller's turn is over? (pure)

Decided from the words alone, and from how many guesses of this call were wrong: each of those is a
request that is paid for nothing.
"""

import re

from pydantic import BaseModel, ConfigDict, Field

from processors.unfinished import Looks, looks


class AskingSettings(BaseModel):
    """Whether the model is asked ahead of the end of a turn, and on what."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ask_early: bool = True
    """The model is asked while it is in doubt whether the turn is over, and its answer kept until
    that is certain. Off, no request is made in vain, and callers wait for the doubt as well."""
    ask_after_secs: float = Field(default=0.06, ge=0, le=1)
    """Silence behind words that may still change, from which on they are taken for all there are:
    two windows of the VAD."""
    ask_wasted_share: float = Field(default=0.3, ge=0, le=1)
    """Of the turns of a call, in how many at most a guess may have been wrong. A request is paid
    for each of them; the first guess is free."""


class Asking:
    """Told what is guessed in one call and what became of it; answers whether to guess again."""

    def __init__(self, settings: AskingSettings) -> None:
        self._settings = settings
        self._turns = 0
        self._wasted = 0

    def worth(self, words: str, *, unsure_secs: float | None = None) -> bool:
        """Whether to ask with these words of an open turn.

        unsure_secs: the silence behind words that may still change; None for those that will not,
        though more of them may come.
        """
        if not self._settings.ask_early or not bare(words):
            return False
        if unsure_secs is not None and unsure_secs < self._settings.ask_after_secs:
            return False
        if looks(words) is Looks.OPEN:
            return False
        return self._wasted <= self._settings.ask_wasted_share * self._turns

    def wasted(self) -> None:
        """A guess was withdrawn."""
        self._wasted += 1

    def turn_over(self) -> None:
        """The caller's turn is over, however it came to its answer."""
        self._turns += 1


def bare(words: str) -> str:
    """What two texts have in common that say the same: no case, no punctuation."""
    return " ".join(re.sub(r"[^\w\s]", "", words.lower()).split())
