"""A tool's result as data for a model: what is in it can look like nobody's turn.

Items, places and names come from outside. Their words stay, since callers are to hear them; what
models' formats set turns apart by (tags, special tokens, line breaks) does not.
"""

import re
from collections.abc import Mapping, Sequence

_TAG = re.compile(r"<\|[^|>]*\|>|</?[A-Za-z_][^<>]*>|\[/?(?:INST|SYS)\]|<</?SYS>>")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029\u200b-\u200f\u202a-\u202e]+")
_LONGEST = 600
"""Characters of one text: a tool's own longest sentence has less than half of them."""


def quoted(result: Mapping[str, object]) -> dict[str, object]:
    """The same result, with texts of one line, without marks of turns, and not endless."""
    return {key: _plain(value) for key, value in result.items()}


def _plain(value: object) -> object:
    match value:
        case str():
            return _CONTROL.sub(" ", _TAG.sub(" ", value))[:_LONGEST]
        case Mapping():
            return {key: _plain(each) for key, each in value.items()}
        case Sequence():
            return [_plain(each) for each in value]
        case _:
            return value
