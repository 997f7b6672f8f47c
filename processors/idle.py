"""What is said to a caller who has fallen silent: twice whether they are there, then goodbye."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field


class IdlePolicy(BaseModel):
    """How long a caller may be silent when it is their turn, and what is said then."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    after_secs: float = Field(default=15.0, ge=0, le=600)
    """Long enough to look for an order number; 0: a silent caller is never spoken to."""
    questions: tuple[str, ...] = (
        "Are you still there?",
        "I can't hear you. Are you still there?",
    )
    """Asked one after another, each after such a silence."""
    goodbye: str = "I still can't hear you, so I'll hang up. Please call again. Goodbye!"
    """Said before Echo hangs up."""

    @property
    def phrases(self) -> tuple[str, ...]:
        """Everything that may be said."""
        return (*self.questions, self.goodbye)


@dataclass(frozen=True, slots=True)
class Rung:
    """What is said, and whether that ends the call."""

    text: str
    hangs_up: bool


class IdleLadder:
    """How far a silent caller has been asked; one who says something starts again below."""

    def __init__(self, policy: IdlePolicy) -> None:
        self._policy = policy
        self._turn = 0
        self._asked = 0

    def follow(self, policy: IdlePolicy) -> None:
        """Say other words from here on, such as those of another language."""
        self._policy = policy

    def climb(self, turn: int) -> Rung:
        """The caller, who has spoken `turn` times in all, has been silent for too long."""
        if turn != self._turn:
            self._turn, self._asked = turn, 0
        if self._asked >= len(self._policy.questions):
            return Rung(self._policy.goodbye, hangs_up=True)
        self._asked += 1
        return Rung(self._policy.questions[self._asked - 1], hangs_up=False)
