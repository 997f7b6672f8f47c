"""One question to the language models: who is at work on it, whose answer goes out, and when the
next is asked (pure). Times are seconds on any one clock.
"""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pipecat.processors.aggregators.llm_context import LLMContext

from bot.providers.candidate import Candidate, Succession
from bot.providers.health import Cause
from bot.providers.incident import IncidentFrame
from bot.providers.reply import Reply, ThinkingPolicy, Words, going_on, speakable, starting_anew

S = TypeVar("S")

GO_ON = "You were cut off there. Go on with the very next word, and repeat nothing you have said."

_OPENING_MARKS = frozenset({"¿", "¡"})
"""No word, and yet how a Spanish question begins: the voice rises by it."""


@dataclass(eq=False, slots=True)
class Attempt:
    """One model at work on the question."""

    name: str
    goes_on: bool
    reply: Reply
    is_late: bool = False
    """Another is asked beside it: it may still be the first to give something."""
    _words: Words = field(default_factory=Words)
    _has_spoken: bool = False
    _mark: str = ""
    """Came ahead of the first word, and belongs to it."""

    def speaks(self, token: str) -> bool:
        """Whether this is part of an answer: nothing is before its first word."""
        if speakable(token) or self.reply.began:
            return True
        self._mark = token if token.strip() in _OPENING_MARKS else ""
        return False

    def add(self, token: str, said: str) -> str:
        """What of it can be let go, so that it follows on what was `said` before."""
        text, self._mark = self._mark + token, ""
        if not self._has_spoken:
            self._has_spoken = True
            join = going_on if self.goes_on else starting_anew
            text = join(said, text)
        return self._words.add(text)

    def rest(self) -> str:
        """What was kept back, in case that its last word went on."""
        return self._words.rest()


@dataclass(frozen=True, slots=True)
class Change(Generic[S]):
    """Somebody failed, or is late: what is to be told of it, and who is to be asked."""

    incident: IncidentFrame
    following: Candidate[S] | None


@dataclass(slots=True)
class Question(Generic[S]):
    """What is being answered, and what has been let through of the answer."""

    context: LLMContext
    policy: ThinkingPolicy
    succession: Succession[S]
    since_secs: float
    """When it was asked; then, if that was ahead of it, when the turn was over."""
    is_held: bool = False
    """It was asked ahead of the end of the turn: nobody waits for the answer yet."""
    is_open: bool = False
    """The start of the answer has gone out, and not its end."""
    said: str = ""
    attempts: list[Attempt] = field(default_factory=list[Attempt])
    winner: Attempt | None = None

    def attempt_of(self, name: str) -> Attempt | None:
        return next((each for each in self.attempts if each.name == name), None)

    def asked(self, candidate: Candidate[S], now_secs: float) -> LLMContext:
        """It is at work from here on; returns what it is to be asked."""
        is_last = not self.succession.is_followed(now_secs)
        reply = Reply(self.policy, is_last, now_secs, held=self.is_held)
        reply.is_watched = not candidate.is_here
        self.attempts.append(Attempt(candidate.name, candidate.goes_on, reply))
        if self.said and candidate.goes_on:
            return _cut_off(self.context, self.said)
        return self.context

    def confirmed(self, now_secs: float) -> None:
        """The caller's turn is over, and from here on the caller waits."""
        if self.is_held:
            self.is_held, self.since_secs = False, now_secs
        for attempt in self.attempts:
            attempt.reply.confirmed(now_secs)

    # The answer

    def started(self) -> bool:
        """Whether the answer begins with it: it has one beginning, whoever goes on."""
        was_open, self.is_open = self.is_open, True
        return not was_open

    def gave(self, attempt: Attempt, now_secs: float) -> list[str]:
        """A word or a tool call of one at work: the first to give something answers.

        Returns who goes on for nobody by that.
        """
        attempt.reply.gave(now_secs)
        if self.winner:
            return []
        self.winner = attempt
        self.succession.served(attempt.name)
        losers = [each.name for each in self.attempts if each is not attempt]
        self.attempts = [attempt]
        return losers

    def add(self, attempt: Attempt, token: str) -> str:
        """What of a token by whoever answers goes out; "" while it waits for the next."""
        text = attempt.add(token, self.said)
        self.said += text
        return text

    # Who else is asked

    @property
    def due_secs(self) -> float | None:
        """When to judge; None while nobody waits."""
        due = [each.reply.due_secs for each in self.attempts]
        due.append(self._hedge_secs)
        return min((each for each in due if each is not None), default=None)

    def overdue(self, now_secs: float) -> list[tuple[str, Cause]]:
        """Who is to be given up, and why."""
        return [
            (each.name, cause) for each in self.attempts if (cause := each.reply.judge(now_secs))
        ]

    def failed(
        self, attempt: Attempt, cause: Cause, now_secs: float, retry_after_secs: float
    ) -> Change[S]:
        """One at work has failed, or is late for the first time: another at work is in time, or the
        next is to be asked. Who is late is at work until `last_secs`; who else has failed is not.
        """
        self.winner = None
        if not attempt.is_late:
            self.succession.failed(cause, now_secs, retry_after_secs, name=attempt.name)
        in_time = [each for each in self.attempts if not each.is_late and each is not attempt]
        following = None if in_time else self.succession.next(now_secs)
        successor = in_time[0].name if in_time else following.name if following else ""
        if cause == "late" and successor not in ("", attempt.name) and not attempt.is_late:
            attempt.is_late = attempt.reply.is_last = True
        else:
            self.attempts.remove(attempt)
        return self._change(attempt.name, cause, successor, following, now_secs)

    def hedged(self, now_secs: float) -> Change[S] | None:
        """Who is to be asked beside one that is late."""
        if self._hedge_secs is None or now_secs < self._hedge_secs:
            return None
        self.attempts[0].reply.is_hedged = True
        late = self.succession.serving.name
        if self.succession.is_followed(now_secs) and (also := self.succession.next(now_secs)):
            return self._change(late, "hedged", also.name, also, now_secs)
        return None

    @property
    def _hedge_secs(self) -> float | None:
        """When to ask the next beside the one at work; None for not at all."""
        return self.attempts[0].reply.hedge_secs if len(self.attempts) == 1 else None

    def _change(
        self,
        name: str,
        cause: Cause,
        successor: str,
        following: Candidate[S] | None,
        now_secs: float,
    ) -> Change[S]:
        after_ms = round((now_secs - self.since_secs) * 1000)
        return Change(IncidentFrame("LLM", name, cause, successor, after_ms), following)


def _cut_off(context: LLMContext, said: str) -> LLMContext:
    """The conversation up to the word that was said last, and the wish that it goes on."""
    return LLMContext(
        messages=[
            *context.messages,
            {"role": "assistant", "content": said.strip()},
            {"role": "user", "content": GO_ON},
        ],
        tools=context.tools,
        tool_choice=context.tool_choice,
    )
