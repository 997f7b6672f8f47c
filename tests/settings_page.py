"""`python -m tests.settings_page`: writes docs/settings.md from the settings themselves."""

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Literal, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from bot.config import Settings

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "settings.md"

INTRODUCTION = """\
# Settings

Every setting is an environment variable or a line in `.env`, in the folder the server is started
in. Lists and tables are JSON: `TICKET_KEYS=["a secret of 16 or more"]`. A value that cannot be
used ends the start with one line that says which are possible. This page is written from the
source by `python -m tests.settings_page`; a test fails when it is out of date."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable."""

    name: str
    choices: str
    default: str
    reason: str

    def row(self) -> str:
        said = f"{self.choices} {self.reason}".replace("|", "\\|")
        return " ".join(f"| `{self.name}` | {self.default} | {said} |".split())


def sections() -> Iterator[tuple[str, str, tuple[Setting, ...]]]:
    """Title, introduction and settings of each part, Echo's own first."""
    fields = Settings.model_fields
    parts = {name: part for name, field in fields.items() if (part := _model(field))}
    own = {name: field for name, field in fields.items() if name not in parts}
    yield "Echo itself", "", _settings(Settings, own, "")
    for name, part in parts.items():
        settings = _settings(part, part.model_fields, f"{name}_")
        yield f"`{name.upper()}_...`", _introduction(part), settings


def names() -> frozenset[str]:
    """Every environment variable that Echo reads."""
    return frozenset(each.name for _, _, settings in sections() for each in settings)


def page() -> str:
    """The whole page."""
    parts = [INTRODUCTION]
    for title, introduction, settings in sections():
        rows = [each.row() for each in settings]
        table = "\n".join(["| setting | default | what it does, and why |", "|---|---|---|", *rows])
        parts += [f"## {title}", *([introduction] if introduction else []), table]
    return "\n\n".join(parts) + "\n"


def _model(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _introduction(part: type[BaseModel]) -> str:
    own = part.__dict__.get("__doc__") or ""
    return " ".join(inspect.cleandoc(own).split())


def _settings(
    model: type[BaseModel], fields: Mapping[str, FieldInfo], prefix: str
) -> tuple[Setting, ...]:
    reasons = _reasons(model)
    return tuple(
        Setting(f"{prefix}{name}".upper(), _choices(field), _default(field), reasons.get(name, ""))
        for name, field in fields.items()
    )


def _reasons(model: type[BaseModel]) -> dict[str, str]:
    """The string on the line below each field, by the field's name."""
    found: dict[str, str] = {}
    for kind in reversed(model.__mro__):
        if issubclass(kind, BaseModel) and not kind.__module__.startswith("pydantic"):
            found |= _below(kind)
    return found


def _below(kind: type[BaseModel]) -> dict[str, str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(tree, ast.ClassDef)
    found: dict[str, str] = {}
    for field, below in zip(tree.body, tree.body[1:], strict=False):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(reason))),
            ):
                found[name] = reason
            case _:
                pass
    return found


def _choices(field: FieldInfo) -> str:
    if get_origin(field.annotation) is not Literal:
        return ""
    *most, last = (f"`{choice}`" for choice in get_args(field.annotation))
    return f"{', '.join(most)} or {last}."


def _default(field: FieldInfo) -> str:
    match field.default:
        case None | "" | () | {}:
            return ""
        case SecretStr() as secret if not secret.get_secret_value():
            return ""
        case BaseModel() as part:
            return f"`{part.model_dump_json()}`".replace(",", ", ")
        case Path() as path:
            return f"`{path.relative_to(ROOT) if path.is_absolute() else path}`"
        case time() as clock:
            return f"`{clock:%H:%M}`"
        case bool() as flag:
            return f"`{str(flag).lower()}`"
        case tuple() as several:
            return "<br>".join(f"{each}" for each in several)
        case value:
            return f"`{value}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"Written: {PAGE.relative_to(ROOT)}")
