"""Keyword rules: what certain words mean for certain (rules.toml)."""

import re
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path

_RULES = Path(__file__).parent / "rules.toml"


def matching(text: str, offered: Callable[[str], bool]) -> tuple[str, ...]:
    """The tools and topics whose rule fits the plain text, the strongest first."""
    return tuple(name for name, rule in _compiled() if offered(name) and rule.search(text))


@cache
def _compiled() -> tuple[tuple[str, re.Pattern[str]], ...]:
    content = tomllib.loads(_RULES.read_text("utf-8"))
    words: dict[str, str] = content["words"]
    return tuple((rule["means"], _pattern(rule["any"], words)) for rule in content["rule"])


def _pattern(alternatives: list[str], words: dict[str, str]) -> re.Pattern[str]:
    whole = "|".join(alternatives)
    for name, pattern in words.items():
        whole = whole.replace(f"{{{name}}}", pattern)
    return re.compile(whole)
