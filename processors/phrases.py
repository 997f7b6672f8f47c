"""Whole phrases to look for, as they are read: one a line."""


def phrases(text: str) -> str:
    """One alternative per line, for a regular expression; the longest is tried first."""
    each = sorted(filter(None, (line.strip() for line in text.splitlines())), key=len, reverse=True)
    return "|".join(each)
