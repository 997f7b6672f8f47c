"""What callers ask for when no question is open: which tool, with which arguments."""

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.providers.local.acts import Act, Heeded, ToolCall
from bot.providers.local.catalog import Tool
from bot.providers.local.filling import arguments_in, choice_in
from bot.providers.local.intents import masked, plain
from bot.providers.local.meaning import Meaning, family, in_passing, kind_of
from bot.providers.local.numbers import numbers_in
from bot.providers.local.questions import question_for
from bot.providers.local.replies import ELSE, chat, not_understood
from bot.providers.local.slots import yes_or_no
from bot.providers.local.state import State, Task

_PARTS = re.compile(r"[.?!;]+\s|,?\s+\b(?:and then|and also|and|also|then|plus|but)\b\s+", re.I)
_CORRECTS = re.compile(
    r"^(?:(?:no|nope|sorry|oh|um|uh|wait|actually|well|hm+|and|but|okay|ok|oops)\b\s*)+"
    r"|^(?:what about|how about|i mean|i meant|i said|make it|make that|rather|instead|it is"
    r"|that is)\b"
)
_OTHER = re.compile(r"\b(?:another|different|other|new|something)\b")
_FEW_WORDS = 4
"""Up to which a number with words about it is only a number: "it's ten forty-two"."""
_TAKES_BACK = re.compile(r"\b(?:cancel|undo|call off)\b")


class Requests:
    """Begins tasks, goes on with the last one, and asks for what a tool cannot do without."""

    def __init__(self, meaning: Meaning) -> None:
        self._meaning = meaning

    def begin(self, state: State, text: str) -> Heeded:
        """The caller begins something, goes on with the last task, or chats."""
        several = self._several(state, text)
        if several:
            return several
        ruled = self._meaning.ruled(text)
        if idle := self._idle_answer(state, text, ruled):
            return idle
        taken = self._taken(state, text, ruled)
        if taken:
            return taken
        again = self._again(state, text, ruled)
        if again:
            return again
        intent = ruled or self._meaning.meant(text)
        number = None if ruled else self._by_number(state, text)
        if number and (intent in ("", "unknown") or len(masked(text).split()) <= _FEW_WORDS):
            return number
        if intent in self._meaning.tools:
            return self.start(state, self._meaning.tools[intent], text)
        if intent in ("", "unknown"):
            return not_understood(state, self._meaning.tools)
        return chat(state, intent, self._meaning.tools)

    def _idle_answer(self, state: State, text: str, ruled: str) -> Heeded | None:
        """A yes or a no to nothing in particular: there is more to talk about, or there is not."""
        answer, tools = yes_or_no(text), self._meaning.tools
        short = len(text.split()) <= _FEW_WORDS and ruled in ("", "thanks")
        if not short or answer is None or self._meaning.day_or_time(text) or numbers_in(text):
            return None
        if answer:
            return None if state.offers or ruled else (state, Act("How can I help?", topic="idle"))
        canceller = self._meaning.canceller(state)
        if canceller is not None and _TAKES_BACK.search(plain(text)):
            return self.start(state, canceller, text)
        if "else" in plain(state.said).split() and "end_call" in tools:
            return self.call(state, tools["end_call"], {})
        return None if ruled or state.offers else (state, Act(ELSE, topic="idle"))

    def _taken(self, state: State, text: str, ruled: str) -> Heeded | None:
        """One of the offers is taken: "the second one", "ten thirty is fine"."""
        for parameter in state.offers:
            taker = self._meaning.taker(parameter)
            if taker is None or ruled not in ("", "thanks", taker.name, *family(taker.name)):
                continue
            values = arguments_in(self._meaning.words(state, text), taker)
            choice = choice_in(self._meaning.words(state, text), parameter)
            agreed = bool(yes_or_no(text)) and not self._meaning.day_or_time(text)
            choice = choice or (_wished(state, parameter) if agreed else "")
            if choice:
                values = self._with_known(state, taker, values, text) | {parameter: choice}
                return self.proceed(state, taker, values)
            named = {n: v for n, v in values.items() if kind_of(taker, n) == "name"}
            if agreed or (named and not ruled and not self._meaning.day_or_time(text)):
                state = replace(state, known={**state.known, **named})
                return state, Act("Which one would you like?", topic="which")
        return None

    def _again(self, state: State, text: str, ruled: str) -> Heeded | None:
        """A correction of the last task, or the same for something else: "and in Boston?"."""
        last, said = state.last, plain(text)
        tool = self._meaning.tools.get(last.tool) if last else None
        if tool and _CORRECTS.search(said) and not self._meaning.other_tool(text, tool):
            ruled = "" if ruled in self._meaning.tools else ruled
        if last is None or tool is None or ruled not in ("", tool.name, *family(tool.name)):
            return None
        changes = self._meaning.changes(state, last, tool, text)
        firm = [name for name in changes if kind_of(tool, name) != "text"]
        if not firm or (ruled and ruled != tool.name and not _CORRECTS.search(said)):
            return None
        if ruled and not _CORRECTS.search(said) and tool.of_kind("identifier"):
            return None
        kept = {n: v for n, v in last.arguments.items() if kind_of(tool, n) != "text"}
        return self.proceed(state, tool, {**kept, **changes})

    def _several(self, state: State, text: str) -> Heeded | None:
        """Two requests in one breath: call both, or call the first and ask for the second."""
        parts = [part for part in _PARTS.split(text) if part.strip()]
        wanted: list[tuple[Tool, str]] = []
        for part in parts:
            tool = self._meaning.tools.get(self._meaning.ruled(part))
            if tool is None or tool.name in ("end_call", "talk_to_human") or in_passing(tool, part):
                continue
            if not any(self._meaning.same_subject(tool.name, t) for t, _ in wanted):
                wanted.append((tool, part))
        if len(wanted) < 2 or sum(tool.confirms for tool, _ in wanted[:2]) > 1:
            return None
        return self._both(state, text, wanted[:2])

    def _both(self, state: State, text: str, wanted: list[tuple[Tool, str]]) -> Heeded:
        calls: list[ToolCall] = []
        waiting: list[Task] = []
        for tool, part in wanted:
            started, act = self.start(replace(state, task=None), tool, part, context=text)
            calls += act.calls
            if not act.calls and started.task:
                waiting.append(started.task)
        if not calls:
            first, rest = waiting[0], waiting[1:]
            state = replace(state, parked=(*state.parked, *rest), task=first)
            return state, Act(first.words, topic="ask")
        last = calls[-1]
        task = Task(last.tool, last.arguments, "calling")
        state = replace(state, task=task, parked=(*state.parked, *waiting))
        return state, Act(calls=tuple(calls), topic="call")

    def with_more(self, heeded: Heeded, text: str, tool: Tool) -> Heeded:
        """An answer to a question, and what was asked for in the same breath."""
        state, act = heeded
        for part in _PARTS.split(text)[1:]:
            more = self._meaning.tools.get(self._meaning.other_tool(part, tool))
            if more is None or more.confirms or not act.calls:
                continue
            started, also = self.start(replace(state, task=None), more, part)
            waiting = (started.task,) if started.task and not also.calls else ()
            state = replace(state, parked=(*state.parked, *waiting))
            return state, replace(act, calls=(*act.calls, *also.calls))
        return state, act

    def _by_number(self, state: State, text: str) -> Heeded | None:
        """Only a number or an e-mail: it is about the first tool that takes one."""
        for tool in self._meaning.tools.values():
            values = arguments_in(self._meaning.words(state, text), tool)
            firm = [n for n in values if kind_of(tool, n) in ("identifier", "email")]
            if firm and not tool.confirms:
                return self.proceed(state, tool, values)
        return None

    def start(self, state: State, tool: Tool, text: str, context: str = "") -> Heeded:
        """The caller wants this tool: read its arguments, ask for what is missing, or call it."""
        words = self._meaning.words(state, text)
        values = arguments_in(words, tool)
        moment = tool.of_kind("moment")
        if moment and moment.required and "T" not in str(values.get(moment.name, "")):
            finder = self._meaning.finder(tool)
            if finder is not None:
                tool, values = finder, arguments_in(words, finder)
        elif moment and moment.required and "name" not in values and self._meaning.finder(tool):
            finder = self._meaning.finder(tool)
            if finder is not None and values[moment.name] not in state.offers.get(moment.name, ()):
                tool, values = finder, arguments_in(words, finder)
        if context:
            said = arguments_in(self._meaning.words(state, context), tool)
            values = {n: v for n, v in said.items() if kind_of(tool, n) == "identifier"} | values
        return self.proceed(state, tool, self._with_known(state, tool, values, text))

    def _with_known(
        self, state: State, tool: Tool, values: dict[str, object], text: str
    ) -> dict[str, object]:
        """The values, completed by what is known: the order being talked about, the name given."""
        if _OTHER.search(plain(text)):
            return values
        has_key = any(kind_of(tool, name) in ("identifier", "email") for name in values)
        known = {
            p.name: state.known[p.name]
            for p in tool.parameters
            if p.name in state.known
            and (
                p.kind in ("identifier", "name")
                or (p.kind == "moment" and not p.required)
                or (p.kind == "place" and re.search(r"\bthere\b", plain(text)))
            )
            and not (has_key and p.kind == "identifier")
        }
        return known | values

    def proceed(self, state: State, tool: Tool, values: Mapping[str, object]) -> Heeded:
        """Call the tool, or ask for the first thing it cannot do without."""
        for parameter in tool.parameters:
            if parameter.required and values.get(parameter.name) in (None, ""):
                words = question_for(parameter)
                asked = frozenset((parameter.name,))
                task = Task(tool.name, values, "asking", words, asked, heard=True)
                return self.ask(state, task, parameter.name)
        return self.call(state, tool, values)

    def ask(self, state: State, task: Task, parameter: str) -> Heeded:
        return replace(state, task=task, failures=0), Act(task.words, topic=f"ask {parameter}")

    def call(self, state: State, tool: Tool, values: Mapping[str, object]) -> Heeded:
        task = Task(tool.name, values, "calling")
        state = replace(state, task=task, failures=0)
        return state, Act(calls=(ToolCall(tool.name, dict(values)),), topic="call")


def _wished(state: State, parameter: str) -> str:
    """The offer that a mere yes takes: the only one, or the one at the time that was asked for."""
    offers = state.offers.get(parameter, ())
    asked = {str(value) for value in state.last.arguments.values()} if state.last else set[str]()
    exact = [offer for offer in offers if offer.partition("T")[2] in asked]
    fitting = offers if len(offers) == 1 else exact
    return fitting[0] if len(fitting) == 1 else ""
