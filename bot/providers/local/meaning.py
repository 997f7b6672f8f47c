"""What words mean among these tools, whatever is being talked about."""

import re
from collections.abc import Mapping
from datetime import datetime

from bot.providers.local.catalog import Tool
from bot.providers.local.filling import Words, arguments_in
from bot.providers.local.intents import Intents, plain
from bot.providers.local.moments import moment_in
from bot.providers.local.state import State, Task

_INQUIRES = re.compile(r"\b(?:where|status|when|check|look up|find|track|what is happening)\b")
_FAMILIES = (
    frozenset(("look_up_order", "track_shipment")),
    frozenset(("find_appointments", "book_appointment")),
)


class Meaning:
    """Reads words for one set of tools, seen from one moment."""

    def __init__(self, intents: Intents, tools: tuple[Tool, ...], now: datetime) -> None:
        self.tools: Mapping[str, Tool] = {tool.name: tool for tool in tools}
        self._intents = intents
        self._now = now

    def words(self, state: State, text: str) -> Words:
        """The words with what they may refer to."""
        return Words(text, self._now, state.offers)

    def ruled(self, text: str) -> str:
        """The tool or topic that a keyword rule names, "" if none does."""
        return self._intents.ruled(text, tuple(self.tools.values()))

    def other_tool(self, text: str, tool: Tool) -> str:
        """The tool that the words name for certain, if it is not this one or of its kind."""
        ruled = self.ruled(text)
        if ruled not in self.tools or ruled == tool.name or ruled in family(tool.name):
            return ""
        mentioned = in_passing(self.tools[ruled], text) and tool.of_kind("identifier")
        return "" if mentioned else ruled

    def meant(self, text: str) -> str:
        """The tool or topic that is meant by rule or likeness, "" if none is near."""
        return self._intents.of(text, tuple(self.tools.values()))

    def other_meant(self, text: str, tool: Tool) -> str:
        """The tool that is meant, surely or not, if it is not this one or of its kind."""
        meant = self.meant(text)
        return meant if meant in self.tools and not self.same_subject(meant, tool) else ""

    def same_subject(self, name: str, tool: Tool) -> bool:
        """Whether the tool of this name is the same or of the same kind."""
        return name == tool.name or name in family(tool.name)

    def changes(self, state: State, task: Task, tool: Tool, text: str) -> dict[str, object]:
        """Values that differ from those of the task; half a date and time keeps the other half."""
        values = arguments_in(self.words(state, text), tool)
        moment = tool.of_kind("moment")
        if moment and moment.name in values:
            before = str(task.arguments.get(moment.name, ""))
            values[moment.name] = _completed(str(values[moment.name]), before)
        return {n: v for n, v in values.items() if str(task.arguments.get(n, "")) != str(v)}

    def day_or_time(self, text: str) -> bool:
        """Whether a day or a time was said."""
        moment = moment_in(text, self._now)
        return bool(moment.day_words or moment.time_words)

    def taker(self, parameter: str) -> Tool | None:
        """The tool that takes an offer and needs it."""
        for tool in self.tools.values():
            found = tool.parameter(parameter)
            if found and found.required:
                return tool
        return None

    def finder(self, tool: Tool) -> Tool | None:
        """The tool that finds what this one needs: find_appointments for book_appointment."""
        subject = {word.rstrip("s") for word in tool.name.split("_")[1:]}
        for other in self.tools.values():
            shared = subject & {word.rstrip("s") for word in other.name.split("_")[1:]}
            if shared and not other.confirms and other.of_kind("day"):
                return other
        return None

    def canceller(self, state: State) -> Tool | None:
        """The tool that takes back what was done last: cancel_appointment after a booking."""
        subject = state.last.tool.split("_")[1:] if state.last else []
        return self.tools.get("_".join(["cancel", *subject]))


def in_passing(tool: Tool, part: str) -> bool:
    """Whether "the order's 1034" only names the order that another request is about."""
    return tool.name in _FAMILIES[0] and not _INQUIRES.search(plain(part))


def kind_of(tool: Tool, name: str) -> str:
    """What the tool's parameter of this name holds."""
    parameter = tool.parameter(name)
    return parameter.kind if parameter else "text"


def family(name: str) -> frozenset[str]:
    """Tools between which callers do not distinguish, this one among them."""
    return next((family for family in _FAMILIES if name in family), frozenset((name,)))


def _completed(said: str, before: str) -> str:
    """ "14:00" said of "2026-11-24T10:30" is 2026-11-24T14:00."""
    day, _, at = before.partition("T")
    if "T" in said or not at:
        return said
    return f"{day}T{said}" if ":" in said else f"{said}T{at}"
