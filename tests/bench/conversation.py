"""What the bench's callers say: a customer's conversation, about a third of it work for a tool."""

from collections.abc import Sequence
from itertools import cycle, islice

PLAIN = (
    "What can you do for me?",
    "How are you today?",
    "Thank you.",
    "Are you a real person?",
    "Can you hear me?",
    "Who am I talking to?",
    "Okay, thanks a lot.",
    "Good morning.",
)
TOOLS = (
    "Where is my order 1042?",
    "What is the weather in Paris?",
    "Do you have any appointments tomorrow?",
    "And where is order 1043?",
    "Can you track the shipment of order 1045?",
    "What is the weather like in Chicago tomorrow?",
    "Could you check order number 1050 for me?",
)
INTERRUPTIONS = (
    "Sorry, one moment, please.",
    "Excuse me, can I ask you something else?",
    "Stop, I have another question.",
)


def turns(count: int, *, start: int = 0) -> Sequence[str]:
    """`count` utterances: two plain ones, then one for a tool, and so on.

    Another `start` begins elsewhere, so that callers at once do not all say the same.
    """
    plain, tools = cycle(PLAIN), cycle(TOOLS)
    line = (next(tools) if n % 3 == 2 else next(plain) for n in range(start + count))
    return tuple(islice(line, start, None))


def tools_wanted(count: int) -> int:
    """How many of the first `count` turns are work for a tool."""
    return sum(text in TOOLS for text in turns(count))
