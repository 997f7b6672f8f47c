"""The tools on offer, as the brain sees them: schemas read once, parameters by what they hold."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema

Kind = Literal[
    "identifier", "email", "name", "place", "day", "time", "moment", "number", "flag", "text"
]
_KINDS: tuple[tuple[str, Kind], ...] = (
    (r"^(starts?|ends?)_at$|_at$|datetime|date_time", "moment"),
    (r"e_?mail", "email"),
    (r"(^|_)(number|no|id|code|reference|sku)$", "identifier"),
    (r"^(city|town|place|location)$|_(city|town|place|location)$", "place"),
    (r"^time|_time$|time_of", "time"),
    (r"^(day|date)$|_(day|date)$", "day"),
    (r"(^|_)name$", "name"),
)
_EXAMPLES = re.compile(r"\bExamples?:\s*(.+)", re.S)
_QUOTED = re.compile(r'["“]([^"“”]+)["”]')


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a tool."""

    name: str
    kind: Kind
    required: bool
    choices: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The name as it is said: "order number"."""
        return self.name.replace("_", " ").strip()


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool: what it is called, how callers ask for it, what it takes."""

    name: str
    examples: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    confirms: bool
    """It reads a change back and waits for `confirmed=true`."""

    def parameter(self, name: str) -> Parameter | None:
        return next((p for p in self.parameters if p.name == name), None)

    def of_kind(self, *kinds: Kind) -> Parameter | None:
        """The first parameter that holds one of these."""
        return next((p for p in self.parameters if p.kind in kinds), None)


def tools_in(schema: object) -> tuple[Tool, ...]:
    """The tools of a context; none when it has none (pipecat's NOT_GIVEN)."""
    if not isinstance(schema, ToolsSchema):
        return ()
    return tuple(_tool(function) for function in schema.standard_tools)


def _tool(function: FunctionSchema) -> Tool:
    properties: Mapping[str, Mapping[str, object]] = function.properties
    parameters = tuple(
        _parameter(name, spec, name in function.required)
        for name, spec in properties.items()
        if name != "confirmed"
    )
    examples = _examples(function.description) or (function.name.replace("_", " "),)
    return Tool(function.name, examples, parameters, confirms="confirmed" in properties)


def _examples(description: str) -> tuple[str, ...]:
    found = _EXAMPLES.search(description)
    return tuple(" ".join(said.split()) for said in _QUOTED.findall(found[1])) if found else ()


def _parameter(name: str, spec: Mapping[str, object], required: bool) -> Parameter:
    choices = spec.get("enum")
    listed = tuple(str(choice) for choice in choices) if isinstance(choices, list) else ()
    return Parameter(name, _kind(name, spec), required, listed)


def _kind(name: str, spec: Mapping[str, object]) -> Kind:
    match spec.get("type"):
        case "boolean":
            return "flag"
        case "integer" | "number" if not re.search(_KINDS[2][0], name):
            return "number"
        case _:
            kinds: list[Kind] = [kind for pattern, kind in _KINDS if re.search(pattern, name)]
            return kinds[0] if kinds else "text"
