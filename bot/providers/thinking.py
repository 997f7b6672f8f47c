"""Answers by one language model, and by the next when that one fails: within the same turn."""

import asyncio
from collections.abc import Sequence

from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    ErrorFrame,
    Frame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    SystemFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor, FrameProcessorSetup

from bot.providers.candidate import Candidate, Succession
from bot.providers.health import Cause, Health
from bot.providers.incident import OutageError, cause_of, retry_after_secs
from bot.providers.models import Model, Models
from bot.providers.question import Change, Question
from bot.providers.reply import ThinkingPolicy
from bot.providers.tool_steps import turn_of

_Piece = LLMFullResponseStartFrame | LLMTextFrame | LLMFullResponseEndFrame


class Thinking(FrameProcessor):
    """The role's models in order, of which one answers each question.

    Gives up on one that reports an error, or stops in the middle for `stall_secs`: the next goes on
    where the words stopped, which end with a whole one. One that gives no speakable token or tool
    call for `first_secs` once the caller waits, or for `hedge_secs`, has the next beside it, and
    whoever gives something first answers; a tool is only called by who answers. Within a
    turn whoever answered last is asked on; each new turn begins with the first that is well.
    Pushes an `IncidentFrame` each time, and an `OutageError` upstream when nobody is left.
    """

    def __init__(
        self,
        candidates: Sequence[Candidate[Model]],
        health: Health,
        policy: ThinkingPolicy = ThinkingPolicy(),  # noqa: B008  frozen
    ) -> None:
        super().__init__(enable_direct_mode=True)
        self._candidates = candidates
        self._health = health
        self._policy = policy
        self._models = Models(self.push_frame, self._says, self._wins)
        self._succession = Succession("LLM", candidates, health)
        self._turn = -1
        self._question: Question[Model] | None = None
        self._turn_is_over = False
        self._timer: asyncio.TimerHandle | None = None
        self._judging: asyncio.Task[None] | None = None

    async def setup(self, setup: FrameProcessorSetup) -> None:
        await super().setup(setup)
        await self._models.make(self._succession.first(self._now_secs()), setup)

    async def cleanup(self) -> None:
        if self._timer:
            self._timer.cancel()
        await super().cleanup()
        if self._judging:
            await self.cancel_task(self._judging)
        await self._models.cleanup()

    async def change(
        self, candidates: Sequence[Candidate[Model]], persona: str, apology: str
    ) -> None:
        """Have the models answer by another persona from the next question on.

        They stay: one of them may be running the very tool that asked for this. What they were
        asked ahead of the end of a turn is withdrawn, and asked again when it is over.
        """
        if self._question and self._question.is_held:
            self._drop()
            await self._models.tell(EagerEndOfTurnCancelFrame(), FrameDirection.DOWNSTREAM)
            await self.broadcast_frame(EagerEndOfTurnCancelFrame)
        self._candidates = candidates
        self._turn = -1  # whoever was asked last may not be among them
        await self._models.speak_as(persona, apology)

    def processors_with_metrics(self) -> list[FrameProcessor]:
        """The models that have been asked, or will be first."""
        return [*self._models.services]

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case LLMContextFrame():
                await self._ask(frame)
                return
            case InterruptionFrame():
                await self._break_off(frame, direction)
                return
            case EagerEndOfTurnCancelFrame() if self._question and self._question.is_held:
                self._drop()  # only a guess can be withdrawn
            case UserStartedSpeakingFrame():
                self._turn_is_over = False
            case UserStoppedSpeakingFrame():
                self._turn_is_over = True
                self._confirm()
            case _:
                pass
        if isinstance(frame, SystemFrame) or direction is FrameDirection.UPSTREAM:
            await self.push_frame(frame, direction)
            await self._models.tell(frame, direction)
        else:
            await self._models.lead_through(frame)

    # The question

    async def _ask(self, frame: LLMContextFrame) -> None:
        now_secs = self._now_secs()
        if self._question:  # a newer one: nobody waits for the answer to the old one
            await self._models.stop(*(each.name for each in self._question.attempts))
            await self._close()
        turn = turn_of(frame.context)
        if turn != self._turn:
            self._turn = turn
            self._succession = Succession("LLM", self._candidates, self._health)
            self._succession.first(now_secs)
        held = frame.speculation and not self._turn_is_over
        question = Question(frame.context, self._policy, self._succession, now_secs, held)
        self._question = question
        await self._put(question, self._succession.serving)

    async def _put(self, question: Question[Model], candidate: Candidate[Model]) -> None:
        """Ask this one, or ask it to go on."""
        await self._models.make(candidate, self.processor_setup)
        if question is not self._question:
            return  # nobody waits for the answer any more
        context = question.asked(candidate, self._now_secs())
        frame = LLMContextFrame(context=context, speculation=question.is_held)
        await self._models.ask(candidate.name, frame)
        self._watch()

    def _confirm(self) -> None:
        """The caller's turn is over, and from here on the caller waits."""
        if self._question:
            self._question.confirmed(self._now_secs())
            self._watch()

    def _drop(self) -> None:
        """Nobody waits for the answer any more; the models hear of it as well, and stop."""
        self._question = None
        if self._timer:
            self._timer.cancel()
            self._timer = None

    async def _break_off(self, frame: InterruptionFrame, direction: FrameDirection) -> None:
        """Nobody waits for the answer any more.

        One that has begun ends, or who shows that Echo thinks would show it for ever; behind the
        interruption, or the voice would still say what was written.
        """
        had_begun = self._question is not None and self._question.is_open
        self._drop()
        self._models.interrupted()
        await self.push_frame(frame, direction)
        if had_begun:
            await self.push_frame(LLMFullResponseEndFrame())
        await self._models.tell(frame, direction)

    async def _close(self, rest: str = "", end: LLMFullResponseEndFrame | None = None) -> None:
        """The answer ends, whole or not."""
        question, self._question = self._question, None
        if rest:
            await self.push_frame(LLMTextFrame(rest))
        if question and question.is_open:
            await self.push_frame(end or LLMFullResponseEndFrame())

    # What comes from the models

    async def _says(self, name: str, frame: Frame, direction: FrameDirection) -> None:
        match frame:
            case LLMFullResponseStartFrame() | LLMTextFrame() | LLMFullResponseEndFrame():
                await self._answers(name, frame)
            case ErrorFrame() if cause := cause_of(frame):
                await self._give_up(name, cause, retry_after_secs(frame))
            case ErrorFrame():
                await self.push_frame(frame, FrameDirection.UPSTREAM)
            case EagerEndOfTurnCancelFrame():  # it wants a tool, and will be asked again
                self._drop()
                await self.push_frame(frame, direction)
            case _:
                await self.push_frame(frame, direction)

    async def _answers(self, name: str, frame: _Piece) -> None:
        question = self._question
        attempt = question.attempt_of(name) if question else None
        if question is None or attempt is None:
            return
        match frame:
            case LLMFullResponseStartFrame():
                if question.started():
                    await self.push_frame(frame)
            case LLMTextFrame():
                if attempt.speaks(frame.text) and await self._wins(name):
                    frame.text = question.add(attempt, frame.text)
                    if frame.text:
                        await self.push_frame(frame)
            case _ if not attempt.reply.began:
                await self._give_up(name, "silent")
            case _:
                await self._close(attempt.rest(), frame)

    async def _wins(self, name: str) -> bool:
        """Whether this one answers: the first that gives something does."""
        question = self._question
        attempt = question.attempt_of(name) if question else None
        if question is None or attempt is None:
            return False
        losers = question.gave(attempt, self._now_secs())
        self._models.answers(name)
        await self._models.stop(*losers)
        self._watch()
        return question.winner is attempt

    async def _give_up(self, name: str, cause: Cause, retry_after_secs: float = 0.0) -> None:
        question = self._question
        attempt = question.attempt_of(name) if question else None
        if question is None or attempt is None:
            return
        change = question.failed(attempt, cause, self._now_secs(), retry_after_secs)
        if attempt not in question.attempts:
            await self._models.stop(name)
        await self._follow(question, change)
        if not (change.following or question.attempts):
            await self._close()
            outage = OutageError("LLM")
            error = ErrorFrame(str(outage), processor=self, exception=outage)
            await self.push_frame(error, FrameDirection.UPSTREAM)

    async def _follow(self, question: Question[Model], change: Change[Model]) -> None:
        await self.push_frame(change.incident)
        if change.following and question is self._question:
            await self._put(question, change.following)

    # Deadlines

    def _watch(self) -> None:
        """One timer for whatever is due first, set anew only when it rings."""
        due_secs = self._question.due_secs if self._question else None
        if due_secs is None or (self._timer and self._timer.when() <= due_secs):
            return
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(due_secs, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._judging is None or self._judging.done():
            self._judging = self.create_task(self._judge())

    async def _judge(self) -> None:
        question = self._question
        if question is None:
            return
        now_secs = self._now_secs()
        for name, cause in question.overdue(now_secs):
            await self._give_up(name, cause)
        if question is self._question and (change := question.hedged(now_secs)):
            await self._follow(question, change)
        self._watch()

    def _now_secs(self) -> float:
        return asyncio.get_running_loop().time()
