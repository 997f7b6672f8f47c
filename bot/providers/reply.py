"""Whether a language model answers in time, and which of its words may be spoken (pure)."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from bot.providers.health import Cause

_CLOSING = ".,;:!?…)]}\"'”’%"
"""Signs that follow a word without a space."""


class ThinkingPolicy(BaseModel):
    """When the next language model is asked instead."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hedge_secs: float | None = Field(default=None, gt=0)
    """Without a word or a tool call: the next is asked as well, and whoever is first answers. Not
    set: nobody is asked twice, since both have to be paid."""
    first_secs: float = Field(default=1.5, gt=0)
    """Without a word or a tool call. Callers take a longer silence for a dead line; gpt-4.1 needs
    0.5 s, and 1.8 s in its slowest twentieth."""
    stall_secs: float = Field(default=1.5, gt=0)
    """Without anything more in the middle of an answer: tokens come every 20 ms or so, and what was
    said before goes on playing meanwhile."""
    last_secs: float = Field(default=5.0, gt=0)
    """For either, where nobody is left to be asked: late is better than never."""


@dataclass(slots=True)
class Reply:
    """One provider's answer to one question; times are seconds on any one clock."""

    patience: ThinkingPolicy
    is_last: bool
    since_secs: float
    """When it was asked; then, when it last gave something."""
    held: bool = False
    """It was asked ahead of the end of the caller's turn: nobody waits for it yet."""
    is_watched: bool = True
    """Not for a model that runs here: slow is what it is at worst."""
    is_hedged: bool = False
    began: bool = False

    @property
    def due_secs(self) -> float | None:
        """When to give up on it; None while nobody waits."""
        if self.held or not self.is_watched:
            return None
        return self.since_secs + self._patience_secs

    @property
    def hedge_secs(self) -> float | None:
        """When to ask the next as well; None for not at all."""
        hedge_secs = self.patience.hedge_secs
        if hedge_secs is None or self.due_secs is None or self.began or self.is_hedged:
            return None
        return self.since_secs + hedge_secs

    def gave(self, now_secs: float) -> None:
        """Something speakable, or a piece of a tool call."""
        self.began, self.since_secs = True, now_secs

    def confirmed(self, now_secs: float) -> None:
        """The caller's turn is over: from here on the caller waits."""
        if self.held:
            self.held, self.since_secs = False, now_secs

    def judge(self, now_secs: float) -> Cause | None:
        """Why to give up on it; None while there is no reason to."""
        if self.due_secs is None or now_secs < self.due_secs:
            return None
        return "stalled" if self.began else "late"

    @property
    def _patience_secs(self) -> float:
        if self.is_last:
            return self.patience.last_secs
        return self.patience.stall_secs if self.began else self.patience.first_secs


@dataclass(slots=True)
class Words:
    """Tokens into what can be let go: it ends where another can go on, not within a word."""

    _held: str = ""

    def add(self, token: str) -> str:
        """All but the letters and digits at the end, which may go on."""
        text = self._held + token
        whole = len(text)
        while whole and text[whole - 1].isalnum():
            whole -= 1
        self._held = text[whole:]
        return text[:whole]

    def rest(self) -> str:
        rest, self._held = self._held, ""
        return rest


def speakable(token: str) -> bool:
    return any(sign.isalnum() for sign in token)


def going_on(spoken: str, text: str) -> str:
    """`text` by a model that was asked to go on after `spoken`, as it can be joined to it."""
    if not spoken or not text:
        return text
    if spoken[-1].isspace():
        return text.lstrip()
    return text if text[0].isspace() or text[0] in _CLOSING else f" {text}"


def starting_anew(spoken: str, text: str) -> str:
    """`text` by a model that cannot go on: a sentence of its own behind `spoken`."""
    if not spoken:
        return text
    ends = spoken.rstrip()[-1:] in (".", "!", "?")
    return f"{'' if ends else '.'} {text.lstrip()}"
