"""Where a conversation stands: what is being done, what is known, what was offered."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from bot.providers.local.catalog import Tool
from bot.providers.local.conversation import Arguments, Called, Result, Returned
from bot.providers.local.filling import asked_by

Stage = Literal["asking", "calling", "confirming", "cancelled", "done"]
_REMEMBERED = ("identifier", "email", "name", "place")


@dataclass(frozen=True, slots=True)
class Task:
    """One tool on its way from the first word about it to its answer."""

    tool: str
    arguments: Arguments
    stage: Stage
    words: str = ""
    """The question that is open, or the answer that was given."""
    asked: frozenset[str] = frozenset()
    """The parameters that the question is about."""
    heard: bool = False
    """The caller has heard the question."""


@dataclass(frozen=True, slots=True)
class State:
    """Everything a reply depends on, besides the last words."""

    task: Task | None = None
    last: Task | None = None
    """The task that was answered last: what a correction corrects."""
    parked: tuple[Task, ...] = ()
    """Tasks that wait while the caller asks for something else."""
    known: Arguments = field(default_factory=dict[str, object])
    """Numbers, names and the like, by parameter: what "it" may be."""
    offers: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    said: str = ""
    """The last thing the caller heard."""
    failures: int = 0
    """Turns in a row that were not understood."""
    person_offered: bool = False


def after_call(state: State, call: Called, tools: Collection[Tool]) -> State:
    """The state once a tool has been called."""
    tool = next((tool for tool in tools if tool.name == call.tool), None)
    said = {p.name for p in tool.parameters if p.kind in _REMEMBERED} if tool else set[str]()
    known = {name: value for name, value in call.arguments.items() if name in said}
    task = Task(call.tool, call.arguments, "calling")
    return replace(state, task=task, known={**state.known, **known}, failures=0)


def after_result(
    state: State, returned: Returned, tools: Collection[Tool]
) -> tuple[State, tuple[str, ...]]:
    """The state once a tool has answered, and the sentences that the caller is owed."""
    tool = next((tool for tool in tools if tool.name == returned.tool), None)
    task = Task(returned.tool, _open(returned.arguments), "cancelled")
    if returned.result is None or tool is None:
        return _settle(state, task, None, returned), ()
    words = words_of(returned.result)
    offers = {**state.offers, **_offers(returned.result, tools)}
    state = replace(state, offers=offers)
    match returned.result:
        case {"confirm": _}:
            task = replace(task, stage="confirming", words=words)
        case {"ask": _}:
            task = replace(task, stage="asking", words=words, asked=asked_by(words, tool))
        case _:
            return _finished(state, replace(task, stage="done", words=words), returned, tools)
    return _settle(state, task, None, returned), (words,)


def words_of(result: Result) -> str:
    """The sentence to be spoken, "" if a tool gave none."""
    keys = ("say", "ask", "confirm", "error")
    return next((str(result[key]).strip() for key in keys if result.get(key)), "")


def _finished(
    state: State, done: Task, returned: Returned, tools: Collection[Tool]
) -> tuple[State, tuple[str, ...]]:
    result = returned.result or {}
    state = replace(state, known=_known(state.known, returned, tools))
    if "error" not in result:
        open_offers = {n: o for n, o in state.offers.items() if n not in returned.arguments}
        state = replace(state, offers=open_offers)
    resumed = state.parked[-1] if state.parked else None
    parked = state.parked[:-1] if resumed else ()
    state = replace(_settle(state, None, done, returned), parked=parked)
    if resumed is None:
        return state, (done.words,)
    return replace(state, task=replace(resumed, heard=False)), (done.words, resumed.words)


def _settle(state: State, task: Task | None, last: Task | None, returned: Returned) -> State:
    """Put the task in place of the call that was under way; another one is left alone."""
    own = state.task is None or state.task.tool == returned.tool
    return replace(state, task=task if own else state.task, last=last or state.last)


def _open(arguments: Arguments) -> Arguments:
    return {name: value for name, value in arguments.items() if name != "confirmed"}


def _known(known: Arguments, returned: Returned, tools: Collection[Tool]) -> Arguments:
    """What is known after an answer; what it was an error about is not known any more."""
    result = returned.result or {}
    if "error" in result:
        wrong = {n for n, v in returned.arguments.items() if str(known.get(n)) == str(v)}
        return {n: v for n, v in known.items() if n not in wrong or n in ("name", "email")}
    names = {p.name for tool in tools for p in tool.parameters if p.kind in _REMEMBERED}
    facts = {n: str(v) for n, v in result.items() if n in names and isinstance(v, str | int)}
    learned = {**known, **facts}
    if "starts_at" in result and returned.tool.startswith("book"):
        learned["starts_at"] = str(result["starts_at"])
    elif returned.tool.startswith("cancel"):
        learned.pop("starts_at", None)
    return learned


def _offers(result: Result, tools: Collection[Tool]) -> Mapping[str, tuple[str, ...]]:
    """Lists in a result by the parameter that takes one of them: slots, order_numbers, ..."""
    names = {p.name for tool in tools for p in tool.parameters}
    found: dict[str, tuple[str, ...]] = {}
    for key, value in result.items():
        parameter = "starts_at" if key == "slots" else key.removesuffix("s")
        if isinstance(value, list) and parameter in names:
            found[parameter] = tuple(_offer(entry, parameter) for entry in value)
    return found


def _offer(entry: object, parameter: str) -> str:
    return str(entry.get(parameter, "")) if isinstance(entry, Mapping) else str(entry)
