"""When a wait becomes too long to stay silent, and what is said then (pure)."""

from collections import Counter
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from processors.tool_pace import ToolPace

OPENINGS: Mapping[str, tuple[str, ...]] = {
    "look_up_order": (
        "Let me look that up.",
        "One second, I'm pulling up your order.",
        "Let me find that order.",
    ),
    "track_shipment": (
        "Let me see where it is.",
        "One second, I'm checking with the carrier.",
        "Let me track that for you.",
    ),
    "start_return": (
        "Let me set that up.",
        "One second, I'm preparing the return.",
        "Okay, let me take care of that.",
    ),
    "find_appointments": (
        "Let me check the calendar.",
        "One second, I'm looking for open times.",
        "Let me see what's free.",
    ),
    "book_appointment": (
        "Let me book that.",
        "One second, I'm putting that in.",
        "Okay, let me get that booked.",
    ),
    "cancel_appointment": (
        "Let me find that appointment.",
        "One second, I'm looking into that.",
        "Okay, let me take care of that.",
    ),
    "get_weather": (
        "Let me check the weather.",
        "One second, I'm looking at the forecast.",
        "Let me see.",
    ),
    "talk_to_human": (
        "Let me see who is available.",
        "One second, I'm getting someone for you.",
        "Let me find a colleague.",
    ),
    "end_call": (),
}


class FillerPolicy(BaseModel):
    """When a wait becomes too long to stay silent, and what is said then."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    patience_secs: float = Field(default=0.35, ge=0, le=10)
    """On top of turn detection and the model this keeps the first sound within 800 ms."""
    thought_secs: float = Field(default=1.0, gt=0, le=60)
    """A model that has given nothing for so long is bridged too, by a phrase of `otherwise`.
    gpt-4.1 is later in a fifth of all answers, and callers take 1.5 s for a dead line."""
    repeat_secs: float = Field(default=4.0, gt=0, le=60)
    """Silence after a phrase until the next: longer, and callers ask whether we are there."""
    grace_secs: float = Field(default=0.2, ge=0, le=2)
    """A first phrase is put off by up to this where many calls of the tool are over by then."""
    latest_secs: float = Field(default=0.65, ge=0, le=10)
    """After the last sound: until then a first phrase may be put off, the voice needs the rest of
    800 ms."""
    slow_secs: float = Field(default=1.0, gt=0, le=60)
    """A tool that nearly always takes longer is bridged at once, and one that most likely ends
    sooner by its shortest phrase."""
    openings: Mapping[str, tuple[str, ...]] = {}
    """Instead of OPENINGS, by the tool's name; an empty tuple: this tool needs no filler."""
    otherwise: tuple[str, ...] = Field(
        default=("One moment, please.", "Just a second.", "Let me check."), min_length=2
    )
    """Said first for tools that have no phrases of their own."""
    still: tuple[str, ...] = Field(
        default=(
            "Still looking, one moment.",
            "This is taking a little longer, bear with me.",
            "Almost there, thanks for waiting.",
        ),
        min_length=2,
    )
    """Said while it lasts; at least two, so that none is said twice in a row."""

    @property
    def phrases(self) -> tuple[str, ...]:
        """Everything that may be said."""
        openings = {**OPENINGS, **self.openings}.values()
        return (*self.otherwise, *self.still, *(text for texts in openings for text in texts))

    def opening(self, tool: str) -> tuple[str, ...]:
        """What may be said first while this tool runs; empty: nothing, ever."""
        return self.openings.get(tool, OPENINGS.get(tool, self.otherwise))


_NEARLY_NONE, _MANY, _HALF = 0.05, 0.35, 0.5
"""Shares of a tool's calls that end sooner than foretold."""

Voice = Literal["bot", "caller's turn", "caller's voice"]


class Patience:
    """The caller's: which phrase is due when. Times are seconds on any one clock.

    What is known of the tools decides whether a phrase is worth it, when, and how long it may be;
    `pace` may be shared with other calls. Without it patience has its usual length.
    """

    def __init__(self, policy: FillerPolicy, pace: ToolPace | None = None) -> None:
        self._policy = policy
        self._pace = pace or ToolPace()
        self._tools: dict[str, tuple[str, float]] = {}
        self._asked_secs: float | None = None
        """When the model was asked what it has given nothing for."""
        self._silent_since_secs = 0.0
        self._sound_ended_secs = 0.0
        self._told = False  # the caller knows that we are busy
        self._goes_on = False  # the next response continues one that called a tool
        self._talking: set[Voice] = set()
        self._said = ""
        self._turns: Counter[tuple[str, ...]] = Counter()

    def follow(self, policy: FillerPolicy) -> None:
        """Other phrases, or another patience, from here on."""
        self._policy = policy

    @property
    def due_secs(self) -> float | None:
        """When the next phrase is due; None as long as nothing happens."""
        if self._talking:
            return None
        since_secs = self._silent_since_secs
        if not self._tools:
            return self._thought_due_secs
        if not self._told:
            quickest = self._left(since_secs, _NEARLY_NONE)
            if quickest is not None and quickest > self._policy.slow_secs:
                return since_secs
            return self._put_off(since_secs + self._policy.patience_secs)
        return since_secs + self._policy.repeat_secs

    @property
    def _thought_due_secs(self) -> float | None:
        if self._asked_secs is None:
            return None
        if self._told:
            return self._silent_since_secs + self._policy.repeat_secs
        return self._asked_secs + self._policy.thought_secs

    def _put_off(self, due_secs: float) -> float:
        """Until a moment later, where the tool may well be over by then and silence is short."""
        latest_secs = self._sound_ended_secs + self._policy.latest_secs
        room_secs = min(self._policy.grace_secs, latest_secs - due_secs)
        left = self._left(due_secs, _MANY)
        return due_secs + room_secs if left is not None and left <= room_secs else due_secs

    def phrase(self, now_secs: float) -> str | None:
        """What to say now, if anything is due."""
        due_secs = self.due_secs
        if due_secs is None or due_secs > now_secs:
            return None
        phrases = self._policy.still if self._told else self._opening()
        left = self._left(now_secs, _HALF)
        self._said = self._next(phrases, short=left is not None and left < self._policy.slow_secs)
        self._tell(now_secs)
        return self._said

    def _opening(self) -> tuple[str, ...]:
        for tool, _ in self._tools.values():
            return self._policy.opening(tool)
        return self._policy.otherwise

    def _left(self, at_secs: float, share: float) -> float | None:
        lasted = [(tool, at_secs - began_secs) for tool, began_secs in self._tools.values()]
        return self._pace.all_left_secs(lasted, share)

    def called(self, call_id: str, tool: str, now_secs: float) -> None:
        self._asked_secs = None
        if not self._policy.opening(tool):
            return
        if not self._tools:
            self._silent_since_secs = max(now_secs, self._silent_since_secs)
        self._tools[call_id] = (tool, now_secs)

    def returned(self, call_id: str, now_secs: float) -> None:
        self._goes_on = True
        if call_id in self._tools:
            tool, began_secs = self._tools[call_id]
            self._pace.took(tool, now_secs - began_secs)
        self.cancelled(call_id)

    def cancelled(self, call_id: str) -> None:
        self._tools.pop(call_id, None)

    def asked(self, now_secs: float) -> None:
        """The model is to answer the caller, or to go on after a tool."""
        self._told = self._told and self._goes_on
        self._goes_on = False
        self._asked_secs = now_secs

    def responded(self) -> None:
        """Nothing more comes of the model, whatever it gave."""
        self._asked_secs = None

    def says(self, now_secs: float) -> None:
        """The model's words are on their way to the caller."""
        self._asked_secs = None
        self._tell(now_secs)

    def _tell(self, now_secs: float) -> None:
        """The caller will hear something: an answer, our phrase, or "Let me check that"."""
        self._told = True
        self._silent_since_secs = self._sound_ended_secs = now_secs

    def starts_talking(self, voice: Voice) -> None:
        self._talking.add(voice)
        if voice == "caller's turn":
            self._told = self._goes_on = False
            self._asked_secs = None

    def stops_talking(self, voice: Voice, now_secs: float) -> None:
        self._talking.discard(voice)
        self._silent_since_secs = now_secs
        # The turn ends some time after the voice.
        if voice != "caller's turn":
            self._sound_ended_secs = now_secs

    def _next(self, phrases: tuple[str, ...], short: bool) -> str:
        """The next of them in turn that was not said last; if there is none, a general one.

        If it is to be short, the shortest such.
        """
        if short and (fresh := [text for text in phrases if text != self._said]):
            return min(fresh, key=len)
        turn = self._turns[phrases] % len(phrases)
        choice = phrases[turn:] + phrases[:turn] + self._policy.otherwise
        at = next(at for at, text in enumerate(choice) if text != self._said)
        self._turns[phrases] += at + 1
        return choice[at]
