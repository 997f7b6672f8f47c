"""Phone numbers as they are dialled from anywhere: E.164, like +15550009999 (pure)."""

import re

E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)


def e164(number: str) -> str:
    """The number. Raises ValueError for one that is none."""
    if not E164.fullmatch(number):
        raise ValueError("a phone number looks like +15550009999")
    return number
