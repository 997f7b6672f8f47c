"""Answers by one language model, and by the next when that one fails: within the same turn."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    ErrorFrame,
    Frame,
    FunctionCallFromLLM,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    LLMUpdateSettingsFrame,
    StartFrame,
    SystemFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor, FrameProcessorSetup
from pipecat.services.llm_service import LLMService
from pipecat.services.settings import LLMSettings

from bot.providers.beside import Beside
from bot.providers.candidate import Candidate, Succession
from bot.providers.health import Cause, Health
from bot.providers.incident import IncidentFrame, OutageError, cause_of, retry_after_secs
from bot.providers.reply import (
    Reply,
    ThinkingPolicy,
    Words,
    going_on,
    speakable,
    starting_anew,
)
from bot.providers.tool_steps import InSteps, turn_of

Model = LLMService[Any]

GO_ON = "You were cut off there. Go on with the very next word, and repeat nothing you have said."

_OPENING_MARKS = frozenset({"¿", "¡"})
"""No word, and yet how a Spanish question begins: the voice rises by it."""


@dataclass(eq=False, slots=True)
class _Attempt:
    """One model at work on the question."""

    name: str
    model: Beside[Model]
    reply: Reply
    goes_on: bool
    words: Words = field(default_factory=Words)
    is_started: bool = False
    """What comes before its start is the end of what the model was asked before."""
    has_spoken: bool = False
    mark: str = ""
    """Came ahead of the first word, and belongs to it."""


@dataclass(slots=True)
class _Question:
    """What is being answered, and what has been let through of the answer."""

    frame: LLMContextFrame
    asked_secs: float
    attempts: list[_Attempt] = field(default_factory=list["_Attempt"])
    winner: _Attempt | None = None
    is_held: bool = False
    """It was asked ahead of the end of the turn: nobody waits for the answer yet."""
    is_open: bool = False
    """The start of the answer has gone out, and not its end."""
    said: str = ""


class Thinking(FrameProcessor):
    """The role's models in order, of which one answers each question.

    Gives up on one that reports an error, gives no speakable token or tool call for `first_secs`
    once the caller waits, or stops in the middle for `stall_secs`. The next goes on where the words
    stopped, which end with a whole one. With `hedge_secs`, the next is asked beside one that is
    late, and whoever gives something first answers; a tool is only called by who answers. Within a
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
        self._succession = Succession("LLM", candidates, health)
        self._turn = -1
        self._models: dict[str, Beside[Model]] = {}
        self._question: _Question | None = None
        self._waiting: list[Frame] = []
        """Given to a model in order, and not come out again."""
        self._passing: Beside[Model] | None = None
        """Whom frames that are in order go through."""
        self._start: StartFrame | None = None
        self._turn_is_over = False
        self._timer: asyncio.TimerHandle | None = None
        self._judging: asyncio.Task[None] | None = None

    async def setup(self, setup: FrameProcessorSetup) -> None:
        await super().setup(setup)
        await self._model(self._succession.first(self._now_secs()))

    async def cleanup(self) -> None:
        if self._timer:
            self._timer.cancel()
        await super().cleanup()
        if self._judging:
            await self.cancel_task(self._judging)
        for model in self._models.values():
            await model.service.cleanup()

    async def change(
        self, candidates: Sequence[Candidate[Model]], persona: str, apology: str
    ) -> None:
        """Have the models answer by another persona from the next question on.

        They stay: one of them may be running the very tool that asked for this.
        """
        self._candidates = candidates
        self._turn = -1  # whoever was asked last may not be among them
        changed = LLMSettings(system_instruction=persona)
        for model in self._models.values():
            await model.give(LLMUpdateSettingsFrame(delta=changed), FrameDirection.DOWNSTREAM)
            if isinstance(model.service, InSteps):
                model.service.apology = apology

    def processors_with_metrics(self) -> list[FrameProcessor]:
        """The models that have been asked, or will be first."""
        return [model.service for model in self._models.values()]

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case LLMContextFrame():
                await self._ask(frame)
                return
            case InterruptionFrame():
                self._drop()
                self._waiting = [each for each in self._waiting if not each.interruptible]
            case EagerEndOfTurnCancelFrame():
                self._drop()
            case UserStartedSpeakingFrame():
                self._turn_is_over = False
            case UserStoppedSpeakingFrame():
                self._turn_is_over = True
                self._confirm()
            case _:
                pass
        if isinstance(frame, SystemFrame) or direction is FrameDirection.UPSTREAM:
            await self.push_frame(frame, direction)
            for model in [*self._models.values()]:
                await model.give(frame, direction)
        elif self._passing:
            self._waiting.append(frame)
            await self._passing.give(frame, direction)
        if isinstance(frame, StartFrame):
            self._start = frame

    # The question

    async def _ask(self, frame: LLMContextFrame) -> None:
        now_secs = self._now_secs()
        if self._question:  # a newer one: nobody waits for the answer to the old one
            await self._stop(*self._question.attempts)
            await self._close()
        turn = turn_of(frame.context)
        if turn != self._turn:
            self._turn = turn
            self._succession = Succession("LLM", self._candidates, self._health)
            self._succession.first(now_secs)
        held = frame.speculation and not self._turn_is_over
        self._question = _Question(frame, now_secs, is_held=held)
        await self._put(self._succession.serving)

    async def _put(self, candidate: Candidate[Model]) -> None:
        """Ask this one, or ask it to go on."""
        question = self._question
        if question is None:
            return
        now_secs = self._now_secs()
        model = self._passing = await self._model(candidate)
        is_last = not self._succession.is_followed(now_secs)
        reply = Reply(self._policy, is_last, now_secs, held=question.is_held)
        reply.is_watched = not candidate.is_here
        question.attempts.append(_Attempt(candidate.name, model, reply, candidate.goes_on))
        context = question.frame.context
        if question.said and candidate.goes_on:
            context = _cut_off(context, question.said)
        frame = LLMContextFrame(context=context, speculation=question.is_held)
        for each in (frame, *self._waiting):
            await model.give(each, FrameDirection.DOWNSTREAM)
        self._watch()

    def _confirm(self) -> None:
        """The caller's turn is over, and from here on the caller waits."""
        if self._question:
            self._question.is_held = False
            for attempt in self._question.attempts:
                attempt.reply.confirmed(self._now_secs())
            self._watch()

    def _drop(self) -> None:
        """Nobody waits for the answer any more; the models hear of it as well, and stop."""
        self._question = None
        if self._timer:
            self._timer.cancel()
            self._timer = None

    async def _close(self) -> None:
        question, self._question = self._question, None
        if question and question.is_open:
            await self.push_frame(LLMFullResponseEndFrame())

    # What comes from the models

    async def _says(self, model: Beside[Model], frame: Frame, direction: FrameDirection) -> None:
        if model.was_given(frame):
            if model is self._passing and any(frame is each for each in self._waiting):
                self._waiting = [each for each in self._waiting if each is not frame]
                await self.push_frame(frame, direction)
            return
        attempt = self._attempt_of(model)
        match frame:
            case LLMFullResponseStartFrame():
                if attempt and self._question:
                    attempt.is_started = True
                    if not self._question.is_open:
                        self._question.is_open = True
                        await self.push_frame(frame, direction)
            case LLMTextFrame():
                if attempt and attempt.is_started:
                    await self._writes(attempt, frame)
            case LLMFullResponseEndFrame():
                if attempt and attempt.is_started:
                    await self._ends(attempt, frame)
            case ErrorFrame():
                await self._errs(attempt, model, frame)
            case EagerEndOfTurnCancelFrame():  # it wants a tool, and will be asked again
                self._drop()
                await self.push_frame(frame, direction)
            case _:
                await self.push_frame(frame, direction)

    async def _writes(self, attempt: _Attempt, frame: LLMTextFrame) -> None:
        question = self._question
        if question is None:
            return
        if not speakable(frame.text) and not attempt.reply.began:
            attempt.mark = frame.text if frame.text.strip() in _OPENING_MARKS else ""
            return
        if not await self._wins(attempt):
            return
        text = attempt.mark + frame.text
        attempt.mark = ""
        if not attempt.has_spoken:
            attempt.has_spoken = True
            join = going_on if attempt.goes_on else starting_anew
            text = join(question.said, text)
        frame.text = attempt.words.add(text)
        if frame.text:
            question.said += frame.text
            await self.push_frame(frame)

    async def _ends(self, attempt: _Attempt, frame: LLMFullResponseEndFrame) -> None:
        if not attempt.reply.began:
            await self._give_up(attempt, "silent")
            return
        question, self._question = self._question, None
        if rest := attempt.words.rest():
            await self.push_frame(LLMTextFrame(rest))
        if question and question.is_open:
            await self.push_frame(frame)

    async def _errs(
        self, attempt: _Attempt | None, model: Beside[Model], error: ErrorFrame
    ) -> None:
        cause = cause_of(error)
        if cause is None:
            await self.push_frame(error, FrameDirection.UPSTREAM)
        elif attempt:
            await self._give_up(attempt, cause, retry_after_secs(error))

    async def _wins(self, attempt: _Attempt) -> bool:
        """Whether this one answers: the first that gives something does."""
        question = self._question
        if question is None or attempt not in question.attempts:
            return False
        attempt.reply.gave(self._now_secs())
        if question.winner is None:
            question.winner = attempt
            self._succession.served(attempt.name)
            losers = [each for each in question.attempts if each is not attempt]
            question.attempts = [attempt]
            self._passing = attempt.model
            await self._stop(*losers)
        self._watch()
        return question.winner is attempt

    def _attempt_of(self, model: Beside[Model]) -> _Attempt | None:
        attempts = self._question.attempts if self._question else []
        return next((each for each in attempts if each.model is model), None)

    # Who answers

    async def _model(self, candidate: Candidate[Model]) -> Beside[Model]:
        """The model of that name, made when it is first needed."""
        model = self._models.get(candidate.name)
        if model is None:
            model = Beside(candidate.make(), self._says)
            self._models[candidate.name] = model
            self._passing = self._passing or model
            self._let_act(model)
            await model.setup(self.processor_setup)
            if self._start:
                await model.give(self._start, FrameDirection.DOWNSTREAM)
        return model

    def _let_act(self, model: Beside[Model]) -> None:
        """Have it call tools only in an answer that goes out."""
        run = model.service.run_function_calls

        async def run_if_it_answers(function_calls: Sequence[FunctionCallFromLLM]) -> None:
            attempt = self._attempt_of(model)
            if not function_calls or (attempt and await self._wins(attempt)):
                await run(function_calls)

        model.service.run_function_calls = run_if_it_answers  # pyright: ignore[reportAttributeAccessIssue]

    async def _stop(self, *attempts: _Attempt) -> None:
        """These go on for nobody; what one of them runs for the caller goes on."""
        for attempt in attempts:
            await attempt.model.give(InterruptionFrame(), FrameDirection.DOWNSTREAM)

    async def _give_up(
        self, attempt: _Attempt, cause: Cause, retry_after_secs: float = 0.0
    ) -> None:
        question = self._question
        if question is None or attempt not in question.attempts:
            return
        now_secs = self._now_secs()
        question.attempts.remove(attempt)
        question.winner = None
        self._succession.failed(cause, now_secs, retry_after_secs, name=attempt.name)
        await self._stop(attempt)
        following = None if question.attempts else self._succession.next(now_secs)
        successor = question.attempts[0].name if question.attempts else following and following.name
        after_ms = (now_secs - question.asked_secs) * 1000
        await self.push_frame(
            IncidentFrame("LLM", attempt.name, cause, successor or "", round(after_ms))
        )
        if following:
            await self._put(following)
        elif not question.attempts:
            await self._close()
            outage = OutageError("LLM")
            error = ErrorFrame(str(outage), processor=self, exception=outage)
            await self.push_frame(error, FrameDirection.UPSTREAM)

    async def _hedge(self, question: _Question) -> None:
        now_secs = self._now_secs()
        late = self._succession.serving.name
        if self._succession.is_followed(now_secs) and (also := self._succession.next(now_secs)):
            after_ms = round((now_secs - question.asked_secs) * 1000)
            await self.push_frame(IncidentFrame("LLM", late, "hedged", also.name, after_ms))
            await self._put(also)

    # Deadlines

    def _watch(self) -> None:
        """One timer for whatever is due first, set anew only when it rings."""
        due_secs = self._due_secs()
        if due_secs is None or (self._timer and self._timer.when() <= due_secs):
            return
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(due_secs, self._ring)

    def _due_secs(self) -> float | None:
        if self._question is None:
            return None
        due = [each.reply.due_secs for each in self._question.attempts]
        due += [each.reply.hedge_secs for each in self._question.attempts[:1] if self._may_hedge]
        return min((each for each in due if each is not None), default=None)

    @property
    def _may_hedge(self) -> bool:
        return self._question is not None and len(self._question.attempts) == 1

    def _ring(self) -> None:
        self._timer = None
        if self._judging is None or self._judging.done():
            self._judging = self.create_task(self._judge())

    async def _judge(self) -> None:
        question = self._question
        if question is None:
            return
        now_secs = self._now_secs()
        for attempt in [*question.attempts]:
            verdict = attempt.reply.judge(now_secs)
            if verdict and verdict != "done":
                await self._give_up(attempt, verdict)
        if question is self._question and self._may_hedge:
            hedge_secs = question.attempts[0].reply.hedge_secs
            if hedge_secs is not None and now_secs >= hedge_secs:
                question.attempts[0].reply.is_hedged = True
                await self._hedge(question)
        self._watch()

    def _now_secs(self) -> float:
        return asyncio.get_running_loop().time()


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
