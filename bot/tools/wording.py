"""Texts as plain words, and the words that calendars are made of (pure)."""

import re

WEEKDAYS = (
    *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    *("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
)
"""From Monday on, in English and in Spanish."""
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)


def plain(text: str) -> str:
    """Lower case, words and clock times, one space between."""
    text = text.lower().replace("’", "'")
    text = re.sub(r"\b([ap])\.\s?m\b\.?", r"\1m", text)
    text = re.sub(r"[^\w':.]+|[.:'](?!\w)|(?<!\w)[.:']", " ", text)
    return " ".join(text.split())


def sentences(text: str) -> list[str]:
    """The sentences of a text; "10:30 a.m. for Maria" is one."""
    return [each for each in re.split(r"(?<=[.?!])\s+(?=[^\sa-z])", text) if each.strip()]
