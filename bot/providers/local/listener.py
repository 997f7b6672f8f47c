"""The caller's words, in the state of the conversation -> what to say and what to call."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.providers.local.catalog import Parameter, Tool
from bot.providers.local.filling import Words, arguments_in, choice_in
from bot.providers.local.intents import Intents, masked, plain, small_talk
from bot.providers.local.moments import moment_in
from bot.providers.local.questions import abilities, question_for
from bot.providers.local.slots import yes_or_no
from bot.providers.local.state import State, Task

_NOISE = re.compile(r"(?:you|uh+|um+|er+|hm+|mm+|ah|oh|so|the|i|a|and|but|huh|it|to|in)?")
_UNCLEAR = "Sorry, I didn't catch that."
_DROPPED = "Okay, I'll leave it. What else can I do for you?"
_PERSON = "I'm sorry, I still don't follow. Would you like to talk to a person?"
_ELSE = "What else can I do for you?"
_PARTS = re.compile(r"[.?!;]+\s|,?\s+\b(?:and then|and also|and|also|then|plus|but)\b\s+", re.I)
_CORRECTS = re.compile(
    r"^(?:(?:no|nope|sorry|oh|um|uh|wait|actually|well|hm+|and|but|okay|ok|oops)\b\s*)+"
    r"|^(?:what about|how about|i mean|i meant|i said|make it|make that|rather|instead|it is"
    r"|that is)\b"
)
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
_INQUIRES = re.compile(r"\b(?:where|status|when|check|look up|find|track|what is happening)\b")
_OTHER = re.compile(r"\b(?:another|different|other|new|something)\b")
_FAMILIES = (
    frozenset(("look_up_order", "track_shipment")),
    frozenset(("find_appointments", "book_appointment")),
)
_WEAK = ("text", "name", "place")
_FAILURES_UNTIL_PERSON = 2
_FEW_WORDS = 4
"""Up to which a number with words about it is only a number: "it's ten forty-two"."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool and its arguments."""

    tool: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Act:
    """What Echo does next: words, calls, or both; and which topic the words are on."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    topic: str = ""


Heeded = tuple[State, Act]


class Listener:
    """Understands what callers say, for one set of tools at one moment."""

    def __init__(self, intents: Intents, tools: tuple[Tool, ...], now: datetime) -> None:
        self._intents = intents
        self._tools = {tool.name: tool for tool in tools}
        self._now = now

    def hear(self, state: State, text: str) -> Heeded:
        """The state after the caller's words, and the reply to them."""
        if not text.strip():
            return state, Act()
        if _NOISE.fullmatch(plain(text)):
            return self._unheard(state)
        if state.person_offered:
            state = replace(state, person_offered=False)
            if yes_or_no(text) and "talk_to_human" in self._tools:
                return self._call(state, self._tools["talk_to_human"], {})
        tool = self._tools.get(state.task.tool) if state.task else None
        if state.task is None or tool is None:
            return self._anew(state, text)
        match state.task.stage:
            case "confirming":
                return self._confirm(state, state.task, tool, text)
            case "asking":
                return self._answer(state, state.task, tool, text)
            case _:
                return self._interrupted(state, state.task, tool, text)

    # --- a question is open

    def _confirm(self, state: State, task: Task, tool: Tool, text: str) -> Heeded:
        """A read-back is waiting for a yes."""
        other = self._other_tool(text, tool)
        changes = {} if other else self._changes(state, task, tool, text)
        answer = yes_or_no(text)
        if changes:
            return self._proceed(state, tool, {**task.arguments, **changes})
        if other:
            parked = () if answer is False else (task,)
            return self._anew(replace(state, task=None, parked=state.parked + parked), text)
        if self._ruled(text) in ("repeat", "wait", "who_are_you", "can_you_hear_me"):
            return self._chat(state, text, self._ruled(text))
        if answer is False:
            return replace(state, task=None), Act(_DROPPED, topic="dropped")
        if answer is True and task.heard:
            return self._call(state, tool, {**task.arguments, "confirmed": True})
        if answer is True:
            return state, Act(task.words, topic="confirm")
        return self._aside(state, task, tool, text)

    def _answer(self, state: State, task: Task, tool: Tool, text: str) -> Heeded:
        """A question for a missing argument is open."""
        other = self._other_tool(text, tool)
        words = self._words(state, text)
        values = arguments_in(words, tool, task.asked)
        firm = [name for name in values if _kind(tool, name) not in _WEAK]
        if other and (not firm or _REQUESTS.search(plain(text))):
            return self._anew(_park(state, task), text)
        ruled = self._ruled(text)
        if not firm and ruled and ruled not in self._tools and ruled != "unknown":
            return self._chat(state, text, ruled)
        if not firm and _GIVES_UP.search(plain(text)):
            return replace(state, task=None), Act(_DROPPED, topic="dropped")
        if not firm and _LACKS.search(plain(text)):
            return self._otherwise(state, task, tool)
        if not firm and _REQUESTS.search(plain(text)) and self._meant(text, tool):
            return self._anew(_park(state, task), text)
        if values:
            return self._proceed(state, tool, {**task.arguments, **values})
        return self._aside(state, task, tool, text)

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
            return self._ask(state, replace(task, words=question, asked=asked), parameter.name)
        return (
            replace(state, task=None),
            Act(f"I'm afraid I can't do it without that. {_ELSE}", topic="dropped"),
        )

    def _interrupted(self, state: State, task: Task, tool: Tool, text: str) -> Heeded:
        """The caller spoke while a tool ran: a correction, something else, or mere noise."""
        changes = self._changes(state, task, tool, text)
        ruled = self._ruled(text)
        if changes and ruled in ("", tool.name, *_family(tool.name)):
            return self._proceed(state, tool, {**task.arguments, **changes})
        if _GIVES_UP.search(plain(text)):
            return replace(state, task=None), Act(_DROPPED, topic="dropped")
        if ruled in self._tools and ruled != tool.name:
            return self._anew(replace(state, task=None), text)
        if task.stage == "calling" or ruled not in ("", "hello", "can_you_hear_me"):
            return self._anew(state, text)
        state, act = self._call(state, tool, task.arguments)
        talk = small_talk().get(ruled)
        return state, replace(act, text=talk.says if talk and ruled == "can_you_hear_me" else "")

    def _aside(self, state: State, task: Task, tool: Tool, text: str) -> Heeded:
        """Neither an answer nor a rule's business: perhaps the model knows; else ask again."""
        meant = self._intents.of(text, tuple(self._tools.values())).name
        if meant in self._tools and not self._same_subject(meant, tool):
            return self._anew(_park(state, task), text)
        if meant in small_talk() and meant != "unknown":
            return self._chat(state, text, meant)
        state = replace(state, failures=state.failures + 1)
        if state.failures >= _FAILURES_UNTIL_PERSON and "talk_to_human" in self._tools:
            return replace(state, failures=0, person_offered=True), Act(_PERSON, topic="person")
        return state, Act(f"{_UNCLEAR} {task.words}", topic="unclear")

    # --- nothing is open

    def _anew(self, state: State, text: str) -> Heeded:
        """The caller begins something, goes on with the last task, or chats."""
        several = self._several(state, text)
        if several:
            return several
        ruled = self._ruled(text)
        taken = self._taken(state, text, ruled)
        if taken:
            return taken
        again = self._again(state, text, ruled)
        if again:
            return again
        intent = ruled or self._intents.of(text, tuple(self._tools.values())).name
        number = None if ruled else self._by_number(state, text)
        if number and (intent in ("", "unknown") or len(masked(text).split()) <= _FEW_WORDS):
            return number
        if intent in self._tools:
            return self._start(state, self._tools[intent], text)
        if intent in ("", "unknown"):
            return self._unknown(state, text, sure=ruled == "unknown")
        return self._chat(state, text, intent)

    def _taken(self, state: State, text: str, ruled: str) -> Heeded | None:
        """One of the offers is taken: "the second one", "ten thirty is fine"."""
        for parameter, offers in state.offers.items():
            taker = self._taker(parameter)
            if taker is None or ruled not in ("", "thanks", taker.name, *_family(taker.name)):
                continue
            choice = choice_in(self._words(state, text), parameter)
            if not choice and offers and yes_or_no(text) and not self._day_or_time(text):
                if len(offers) > 1:
                    return state, Act("Which one would you like?", topic="which")
                choice = next(iter(offers))
            if choice:
                values = arguments_in(self._words(state, text), taker)
                return self._proceed(state, taker, self._with_known(state, taker, values, text)
                                     | {parameter: choice})  # fmt: skip
        return None

    def _again(self, state: State, text: str, ruled: str) -> Heeded | None:
        """A correction of the last task, or the same for something else: "and in Boston?"."""
        last, said = state.last, plain(text)
        tool = self._tools.get(last.tool) if last else None
        if tool and _CORRECTS.search(said) and not self._other_tool(text, tool):
            ruled = "" if ruled in self._tools else ruled
        if last is None or tool is None or ruled not in ("", tool.name, *_family(tool.name)):
            return None
        changes = self._changes(state, last, tool, text)
        firm = [name for name in changes if _kind(tool, name) != "text"]
        if not firm or (ruled and ruled != tool.name and not _CORRECTS.search(said)):
            return None
        if ruled and not _CORRECTS.search(said) and tool.of_kind("identifier"):
            return None
        kept = {n: v for n, v in last.arguments.items() if _kind(tool, n) != "text"}
        return self._proceed(state, tool, {**kept, **changes})

    def _several(self, state: State, text: str) -> Heeded | None:
        """Two requests in one breath: call both, or call the first and ask for the second."""
        parts = [part for part in _PARTS.split(text) if part.strip()]
        wanted: list[tuple[Tool, str]] = []
        for part in parts:
            tool = self._tools.get(self._ruled(part))
            if (
                tool is None
                or tool.name in ("end_call", "talk_to_human")
                or _in_passing(tool, part)
            ):
                continue
            if not any(self._same_subject(tool.name, t) for t, _ in wanted):
                wanted.append((tool, part))
        if len(wanted) < 2 or sum(tool.confirms for tool, _ in wanted[:2]) > 1:
            return None
        return self._both(state, text, wanted[:2])

    def _both(self, state: State, text: str, wanted: list[tuple[Tool, str]]) -> Heeded:
        calls: list[ToolCall] = []
        waiting: list[Task] = []
        for tool, part in wanted:
            started, act = self._start(replace(state, task=None), tool, part, context=text)
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

    def _by_number(self, state: State, text: str) -> Heeded | None:
        """Only a number or an e-mail: it is about the first tool that takes one."""
        for tool in self._tools.values():
            values = arguments_in(self._words(state, text), tool)
            firm = [n for n in values if _kind(tool, n) in ("identifier", "email")]
            if firm and not tool.confirms:
                return self._proceed(state, tool, values)
        return None

    # --- a tool is wanted

    def _start(self, state: State, tool: Tool, text: str, context: str = "") -> Heeded:
        """The caller wants this tool: read its arguments, ask for what is missing, or call it."""
        words = self._words(state, text)
        values = arguments_in(words, tool)
        moment = tool.of_kind("moment")
        if moment and moment.required and "T" not in str(values.get(moment.name, "")):
            finder = self._finder(tool)
            if finder is not None:
                tool, values = finder, arguments_in(words, finder)
        elif moment and moment.required and "name" not in values and self._finder(tool):
            finder = self._finder(tool)
            if finder is not None and values[moment.name] not in state.offers.get(moment.name, ()):
                tool, values = finder, arguments_in(words, finder)
        if context:
            said = arguments_in(self._words(state, context), tool)
            values = {n: v for n, v in said.items() if _kind(tool, n) == "identifier"} | values
        return self._proceed(state, tool, self._with_known(state, tool, values, text))

    def _with_known(
        self, state: State, tool: Tool, values: dict[str, object], text: str
    ) -> dict[str, object]:
        """The values, completed by what is known: the order being talked about, the name given."""
        if _OTHER.search(plain(text)):
            return values
        has_key = any(_kind(tool, name) in ("identifier", "email") for name in values)
        known = {
            p.name: state.known[p.name]
            for p in tool.parameters
            if p.name in state.known
            and (p.kind in ("identifier", "name") or (p.kind == "moment" and not p.required))
            and not (has_key and p.kind == "identifier")
        }
        return known | values

    def _proceed(self, state: State, tool: Tool, values: Mapping[str, object]) -> Heeded:
        """Call the tool, or ask for the first thing it cannot do without."""
        for parameter in tool.parameters:
            if parameter.required and values.get(parameter.name) in (None, ""):
                words = question_for(parameter)
                asked = frozenset((parameter.name,))
                task = Task(tool.name, values, "asking", words, asked, heard=True)
                return self._ask(state, task, parameter.name)
        return self._call(state, tool, values)

    def _ask(self, state: State, task: Task, parameter: str) -> Heeded:
        return replace(state, task=task, failures=0), Act(task.words, topic=f"ask {parameter}")

    def _call(self, state: State, tool: Tool, values: Mapping[str, object]) -> Heeded:
        task = Task(tool.name, values, "calling")
        state = replace(state, task=task, failures=0)
        return state, Act(calls=(ToolCall(tool.name, dict(values)),), topic="call")

    # --- words only

    def _chat(self, state: State, text: str, topic: str) -> Heeded:
        """Small talk, and back to the question that is open."""
        says = small_talk()[topic].says.format(can=abilities(self._tools))
        if topic == "repeat" and state.said:
            return state, Act(state.said, topic=topic)
        question = state.task.words if state.task and state.task.stage != "calling" else ""
        if question and topic != "wait":
            first = re.split(r"(?<=[.!])\s", says)[0] if topic != "what_can_you_do" else says
            says = f"{first} {question}"
        return replace(state, failures=0), Act(says, topic=topic)

    def _unknown(self, state: State, text: str, *, sure: bool) -> Heeded:
        answer = yes_or_no(text)
        if not sure and answer is not None and len(text.split()) <= 4:
            return self._idle_answer(state, answer)
        state = replace(state, failures=state.failures + 1)
        if state.failures >= _FAILURES_UNTIL_PERSON and "talk_to_human" in self._tools:
            return replace(state, failures=0, person_offered=True), Act(_PERSON, topic="person")
        says = small_talk()["unknown"].says.format(can=abilities(self._tools))
        return state, Act(says, topic="unknown")

    def _idle_answer(self, state: State, answer: bool) -> Heeded:
        """A yes or a no to nothing in particular."""
        if not answer and "else" in plain(state.said).split() and "end_call" in self._tools:
            return self._call(state, self._tools["end_call"], {})
        return state, Act(_ELSE if not answer else "How can I help?", topic="idle")

    def _unheard(self, state: State) -> Heeded:
        task = state.task
        if task and task.stage == "cancelled" and task.tool in self._tools:
            return self._call(state, self._tools[task.tool], task.arguments)
        question = task.words if task and task.stage in ("asking", "confirming") else ""
        return state, Act(f"{_UNCLEAR} {question}".strip(), topic="noise")

    # --- helpers

    def _words(self, state: State, text: str) -> Words:
        return Words(text, self._now, state.offers)

    def _ruled(self, text: str) -> str:
        return self._intents.ruled(text, tuple(self._tools.values()))

    def _other_tool(self, text: str, tool: Tool) -> str:
        """The tool that the words name for certain, if it is not this one or of its kind."""
        ruled = self._ruled(text)
        if ruled not in self._tools or ruled == tool.name or ruled in _family(tool.name):
            return ""
        mentioned = _in_passing(self._tools[ruled], text) and tool.of_kind("identifier")
        return "" if mentioned else ruled

    def _meant(self, text: str, tool: Tool) -> str:
        meant = self._intents.of(text, tuple(self._tools.values())).name
        return meant if meant in self._tools and not self._same_subject(meant, tool) else ""

    def _same_subject(self, name: str, tool: Tool) -> bool:
        return name == tool.name or name in _family(tool.name)

    def _changes(self, state: State, task: Task, tool: Tool, text: str) -> dict[str, object]:
        """Values that differ from those of the task; half a date and time keeps the other half."""
        values = arguments_in(self._words(state, text), tool)
        moment = tool.of_kind("moment")
        if moment and moment.name in values:
            before = str(task.arguments.get(moment.name, ""))
            values[moment.name] = self._completed(str(values[moment.name]), before)
        return {n: v for n, v in values.items() if str(task.arguments.get(n, "")) != str(v)}

    def _completed(self, said: str, before: str) -> str:
        """ "14:00" said of "2026-11-24T10:30" is 2026-11-24T14:00."""
        day, _, at = before.partition("T")
        if "T" in said or not at:
            return said
        return f"{day}T{said}" if ":" in said else f"{said}T{at}"

    def _day_or_time(self, text: str) -> bool:
        moment = moment_in(text, self._now)
        return bool(moment.day_words or moment.time_words)

    def _taker(self, parameter: str) -> Tool | None:
        """The tool that takes an offer and needs it."""
        for tool in self._tools.values():
            found = tool.parameter(parameter)
            if found and found.required:
                return tool
        return None

    def _finder(self, tool: Tool) -> Tool | None:
        """The tool that finds what this one needs: find_appointments for book_appointment."""
        subject = {word.rstrip("s") for word in tool.name.split("_")[1:]}
        for other in self._tools.values():
            shared = subject & {word.rstrip("s") for word in other.name.split("_")[1:]}
            if shared and not other.confirms and other.of_kind("day"):
                return other
        return None


def _in_passing(tool: Tool, part: str) -> bool:
    """Whether "the order's 1034" only names the order that another request is about."""
    return tool.name in _FAMILIES[0] and not _INQUIRES.search(plain(part))


def _park(state: State, task: Task) -> State:
    return replace(state, task=None, parked=(*state.parked, task))


def _kind(tool: Tool, name: str) -> str:
    parameter: Parameter | None = tool.parameter(name)
    return parameter.kind if parameter else "text"


def _family(name: str) -> frozenset[str]:
    return next((family for family in _FAMILIES if name in family), frozenset((name,)))
