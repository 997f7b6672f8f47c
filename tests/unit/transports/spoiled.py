"""Messages that nobody sends, made of those that somebody does: wrong in few places, and deeply.

A message is a tree of `Pairs`, lists and values; what JSON could not hold is written as it is.
"""

import json
from dataclasses import dataclass
from random import Random

DEPTH = 10_000


@dataclass(frozen=True, slots=True)
class Raw:
    """A value in its own words, JSON or not."""

    text: str


class Pairs(list[list[object]]):
    """An object, whose names may come twice."""


STRANGE: tuple[object, ...] = (
    *(None, True, False, 0, -1, 1.5, 2**53, 2**53 + 1, -(2**63), 10**400),
    *("", " ", "1", " 1 ", "+1", "-1", "1_0", "1.0", "0x1", "١", "９", "9" * 5_000, "NaN"),
    *("%%%", "A", "====", "/w=", "/w==", "//8=" * 500, "é", "\0", "\n", "*", "#", "12", "start"),
    *map(Raw, ("[]", "[[]]", "[null]", "{}", '{"":{}}')),
    *map(Raw, ("NaN", "Infinity", "-Infinity", "1e999", "-0", "9" * 5_000, "01", "1.", "'1'")),
    *map(Raw, ("", "undefined", '"unended', '"\\x"', '"\\ud800"', '"\\udfff\\ud800"', '"\ud800"')),
    *map(Raw, ("[" * DEPTH + "]" * DEPTH, '{"a":' * DEPTH + "1" + "}" * DEPTH, "[" * DEPTH)),
)


def tree(value: object) -> object:
    """Of what JSON can hold."""
    match value:
        case dict():
            return Pairs([str(name), tree(each)] for name, each in value.items())
        case list():
            return [tree(each) for each in value]
        case _:
            return value


def written(value: object) -> str:
    match value:
        case Raw():
            return value.text
        case Pairs():
            pairs = (f"{json.dumps(name)}:{written(each)}" for name, each in value)
            return "{" + ",".join(pairs) + "}"
        case list():
            return "[" + ",".join(map(written, value)) + "]"
        case _:
            return json.dumps(value)


def spoiled(message: dict[str, object], dice: Random) -> str | bytes:
    """The message, with up to three things wrong in it, as text or as bytes."""
    whole = tree(message)
    assert isinstance(whole, Pairs)
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        _spoil(dice.choice(_objects(whole)), dice)
    return _sent(written(whole), dice)


def _objects(value: object) -> list[Pairs]:
    within = [pair[1] for pair in value] if isinstance(value, Pairs) else []
    found = [each for one in within for each in _objects(one)]
    return [value, *found] if isinstance(value, Pairs) else found


def _spoil(pairs: Pairs, dice: Random) -> None:
    strange = dice.choice(STRANGE)
    if not pairs:
        pairs.append(["event", strange])
        return
    pair, other = dice.choice(pairs), dice.choice(pairs)
    match dice.randrange(8):
        case 0 | 1 | 2:
            pair[1] = strange
        case 3:
            pairs.remove(pair)
        case 4:
            pairs.insert(dice.randrange(len(pairs) + 1), [pair[0], strange])
        case 5:
            pairs.append([dice.choice(("", "x", "\ud800", f"{pair[0]} ", "event")), strange])
        case 6:
            pair[1], other[1] = other[1], pair[1]
        case _:
            pair[1] = [pair[1]] if dice.random() < 0.5 else Pairs([[pair[0], pair[1]]])


def _sent(text: str, dice: Random) -> str | bytes:
    match dice.randrange(10):
        case 0:
            encoding = dice.choice(("utf-8-sig", "utf-16", "utf-16-le", "utf-32"))
            return text.encode(encoding, "surrogatepass")
        case 1:
            return text[: dice.randrange(len(text) + 1)]
        case 2:
            flipped = bytearray(text.encode("utf-8", "surrogatepass"))
            for _ in range(dice.randint(1, 5)):
                flipped[dice.randrange(len(flipped))] = dice.randrange(256)
            return bytes(flipped)
        case 3 | 4:
            return text.encode("utf-8", "surrogatepass")
        case _:
            return text


def nested(message: dict[str, object], depth: int) -> list[str]:
    """The message with so many lists around one value in it: each value once."""
    whole = tree(message)
    texts: list[str] = []
    for pairs in _objects(whole):
        for pair in pairs:
            before, pair[1] = pair[1], Raw("[" * depth + written(pair[1]) + "]" * depth)
            texts.append(written(whole))
            pair[1] = before
    return texts
