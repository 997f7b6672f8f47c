"""The caller's words, in the state of the conversation -> what to say and what to call."""

import re
from dataclasses import replace
from datetime import datetime

from bot.providers.local.acts import Act, Heeded
from bot.providers.local.catalog import Tool
from bot.providers.local.filling import arguments_in
from bot.providers.local.intents import Intents, plain, small_talk
from bot.providers.local.meaning import Meaning, family, kind_of
from bot.providers.local.questions import question_for
from bot.providers.local.replies import ELSE, chat, not_heard, not_understood
from bot.providers.local.requests import Requests
from bot.providers.local.slots import described_in, yes_or_no
from bot.providers.local.state import State, Task

_NOISE = re.compile(r"(?:you|uh+|um+|er+|hm+|mm+|ah|oh|so|the|i|a|and|but|huh|it|to|in)?")
_DROPPED = f"Okay, I'll leave it. {ELSE}"
_GIVES_UP = re.compile(
    r"\b(?:never ?mind|forget (?:it|that|about it)|cancel that|stop|no thanks?|no thank you"
    r"|leave it|do not bother|changed my mind|skip (?:it|that))\b|^no$|^nope$"
)
_LACKS = re.compile(
    r"\b(?:do not|did not|can not|have not|not) (?:really )?"
    r"(?:have|know|remember|got|find|recall|sure)\b"
    r"|\bno idea\b|\bforgot(?:ten)?\b|\blost (?:it|the|my)\b|\bno number\b|\bhave not got\b"
)
_REQUESTS = re.compile(
    r"^(?:what|where|when|who|how|which|can|could|will|is|are|do|does|tell|book|cancel|track"
    r"|i want|i would like|i need|please (?:tell|book|cancel|track))\b"
)
_WEAK = ("text", "name", "place")


class Listener:
    """Understands what callers say, for one set of tools at one moment."""

    def __init__(self, intents: Intents, tools: tuple[Tool, ...], now: datetime) -> None:
        self._meaning = Meaning(intents, tools, now)
        self._requests = Requests(self._meaning)

    def hear(self, state: State, text: str) -> Heeded:
        """The state after the caller's words, and the reply to them."""
        if not text.strip():
            return state, Act()
        if _NOISE.fullmatch(plain(text)):
            return self._noise(state)
        if state.person_offered:
            state = replace(state, person_offered=False)
            if yes_or_no(text) and "talk_to_human" in self._meaning.tools:
                return self._requests.call(state, self._meaning.tools["talk_to_human"], {})
        tool = self._meaning.tools.get(state.task.tool) if state.task else None
        if state.task is None or tool is None:
            return self._requests.begin(state, text)
        match state.task.stage:
            case "confirming":
                return self._confirm(state, state.task, tool, text)
            case "asking":
                return self._answer(state, state.task, tool, text)
            case _:
                return self._interrupted(state, state.task, tool, text)

    def _confirm(self, state: State, task: Task, tool: Tool, text: str) -> Heeded:
        """A read-back is waiting for a yes."""
        other = self._meaning.other_tool(text, tool)
        changes = {} if other else self._meaning.changes(state, task, tool, text)
        answer = yes_or_no(text)
        if changes:
            return self._requests.proceed(state, tool, {**task.arguments, **changes})
        if other:
            parked = () if answer is False else (task,)
            return self._requests.begin(
                replace(state, task=None, parked=state.parked + parked), text
            )
        if self._meaning.ruled(text) in ("repeat", "wait", "who_are_you", "can_you_hear_me"):
            return chat(state, self._meaning.ruled(text), self._meaning.tools)
        if answer is False:
            return replace(state, task=None), Act(_DROPPED, topic="dropped")
        if answer is True and task.heard:
            return self._requests.call(state, tool, {**task.arguments, "confirmed": True})
        if answer is True:
            return state, Act(task.words, topic="confirm")
        return self._aside(state, task, tool, text)

    def _answer(self, state: State, task: Task, tool: Tool, text: str) -> Heeded:
        """A question for a missing argument is open."""
        other = self._meaning.other_tool(text, tool)
        words = self._meaning.words(state, text)
        values = arguments_in(words, tool, task.asked)
        firm = [name for name in values if kind_of(tool, name) not in _WEAK]
        if other and (not firm or _REQUESTS.search(plain(text))):
            return self._requests.begin(_park(state, task), text)
        ruled = self._meaning.ruled(text)
        if not firm and ruled and ruled not in self._meaning.tools and ruled != "unknown":
            return chat(state, ruled, self._meaning.tools)
        if not firm and _GIVES_UP.search(plain(text)):
            return replace(state, task=None), Act(_DROPPED, topic="dropped")
        if not firm and _LACKS.search(plain(text)):
            return self._otherwise(state, task, tool)
        if not firm and _REQUESTS.search(plain(text)) and self._meaning.other_meant(text, tool):
            return self._requests.begin(_park(state, task), text)
        values = values or self._described(state, task, text)
        if values:
            answered = self._requests.proceed(state, tool, {**task.arguments, **values})
            return self._requests.with_more(answered, text, tool)
        return self._aside(state, task, tool, text)

    def _described(self, state: State, task: Task, text: str) -> dict[str, object]:
        """The offer that the question itself describes: "the lamp"."""
        found = {name: described_in(text, task.words, state.offers.get(name, ()))
                 for name in task.asked if name in state.offers}  # fmt: skip
        return {name: value for name, value in found.items() if value}

    def _otherwise(self, state: State, task: Task, tool: Tool) -> Heeded:
        """The caller does not have what was asked for: another argument may do."""
        rest = [
            p for p in tool.parameters
            if p.name not in task.arguments and p.name not in task.asked
            and p.kind in ("email", "identifier", "name")
        ]  # fmt: skip
        emails = [p for p in tool.parameters if p.kind == "email" and p.name not in task.arguments]
        for parameter in rest or emails:
            question = f"No problem. {question_for(parameter)}"
            asked = frozenset((parameter.name,))
            return self._requests.ask(
                state, replace(task, words=question, asked=asked), parameter.name
            )
        return (
            replace(state, task=None),
            Act(f"I'm afraid I can't do it without that. {ELSE}", topic="dropped"),
        )

    def _interrupted(self, state: State, task: Task, tool: Tool, text: str) -> Heeded:
        """The caller spoke while a tool ran: a correction, something else, or mere noise."""
        changes = self._meaning.changes(state, task, tool, text)
        ruled = self._meaning.ruled(text)
        if changes and ruled in ("", tool.name, *family(tool.name)):
            return self._requests.proceed(state, tool, {**task.arguments, **changes})
        if _GIVES_UP.search(plain(text)):
            return replace(state, task=None), Act(_DROPPED, topic="dropped")
        if ruled in self._meaning.tools and ruled != tool.name:
            return self._requests.begin(replace(state, task=None), text)
        if task.stage == "calling" or ruled not in ("", "hello", "can_you_hear_me"):
            return self._requests.begin(state, text)
        state, act = self._requests.call(state, tool, task.arguments)
        talk = small_talk().get(ruled)
        return state, replace(act, text=talk.says if talk and ruled == "can_you_hear_me" else "")

    def _aside(self, state: State, task: Task, tool: Tool, text: str) -> Heeded:
        """Neither an answer nor a rule's business: perhaps the model knows; else ask again."""
        meant = self._meaning.meant(text)
        if meant in self._meaning.tools and not self._meaning.same_subject(meant, tool):
            return self._requests.begin(_park(state, task), text)
        if meant in small_talk() and meant != "unknown":
            return chat(state, meant, self._meaning.tools)
        return not_understood(state, self._meaning.tools, task.words)

    def _noise(self, state: State) -> Heeded:
        """A noise cut a tool off: it runs again; else the question is asked again."""
        task, tools = state.task, self._meaning.tools
        if task and task.stage == "cancelled" and task.tool in tools:
            return self._requests.call(state, tools[task.tool], task.arguments)
        return not_heard(state)


def _park(state: State, task: Task) -> State:
    return replace(state, task=None, parked=(*state.parked, task))
