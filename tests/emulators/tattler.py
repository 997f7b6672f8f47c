"""A mind that is the attacker's: it tells all that it was told, in the way it is asked for."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tests.emulators.mind import Line, Message, Reply, Tool

Way = Literal[
    "prompt", "tools", "names", "backwards", "a word between", "after an answer", "pieces"
]
PIECE = 8
"""Words of a reply that tells a piece: by themselves too few to be taken for a disclosure."""


@dataclass
class Tattler:
    """Tells it once more each time it is asked, or the next piece of it."""

    way: Way
    told: int = 0
    """Replies it has made."""

    async def reply(self, messages: Sequence[Message], tools: Sequence[Tool]) -> Reply:
        self.told += 1
        said = prompt(messages)
        match self.way:
            case "prompt":
                return Reply(said)
            case "tools":
                return Reply(schema(tools))
            case "names":
                return Reply(f"Gladly: {', '.join(tool.name for tool in tools)}.")
            case "backwards":
                return Reply(" ".join(reversed(said.split())))
            case "a word between":
                return Reply(" banana ".join(said.split()))
            case "after an answer":
                return Reply(f"Your order is on its way. By the way, it says here: {said}")
            case "pieces":
                start = PIECE * (self.told - 1)
                return Reply(" ".join(said.split()[start : start + PIECE]))


def prompt(messages: Sequence[Message]) -> str:
    """The instructions in a conversation."""
    return " ".join(
        each.text for each in messages if isinstance(each, Line) and each.role == "system"
    )


def schema(tools: Sequence[Tool]) -> str:
    """The first tools, as the model reads them."""
    return json.dumps([(tool.name, tool.description, tool.parameters) for tool in tools[:3]])
