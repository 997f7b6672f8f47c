"""The log: one line an event, in which no caller's words are, and no control character.

An event has a constant message and fields. Personal data is in fields whose names begin with
`pii.`, and nowhere else: `LOG_PII` keeps or drops all of them. What other packages log is told by
where it comes from alone, and an exception by its type and its place: their texts may quote a
caller.
"""

import json
import logging
import sys
import traceback
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from loguru import logger
from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from loguru import Message, Record

OURS = ("bot", "evals", "processors", "server", "transports", "__main__")
"""Whose messages are constant; `__main__` is `server.py`."""

PII = "pii."


class LogSettings(BaseModel):
    """What is logged, and how it is written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: Literal["TRACE", "DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    format: Literal["console", "json"] = "console"
    """`json` is an object a line, for whatever collects logs."""
    pii: bool = False
    """Whether personal data is kept: callers' numbers, and the texts of errors, which may hold
    what was said."""


def log_to_stderr(settings: LogSettings) -> None:
    """Log as set; of other packages warnings and errors alone, by where they come from."""
    logger.remove()
    write = _json if settings.format == "json" else _console

    def sink(message: "Message") -> None:
        print(write(_event(message.record, settings.pii)), file=sys.stderr, flush=True)

    logger.add(
        sink, level=settings.level, filter=_is_told, format="", backtrace=False, diagnose=False
    )
    for handler in [each for each in logging.root.handlers if isinstance(each, _Foreign)]:
        logging.root.removeHandler(handler)
    logging.root.addHandler(_Foreign(logging.WARNING))


class _Foreign(logging.Handler):
    """Brings what is logged by way of the standard library here."""

    def emit(self, record: logging.LogRecord) -> None:
        places = {"name": record.name, "line": record.lineno, "function": record.funcName}

        def as_there(ours: "Record") -> None:
            ours.update(places)  # pyright: ignore[reportCallIssue,reportArgumentType]

        level = "ERROR" if record.levelno >= logging.ERROR else "WARNING"
        logger.patch(as_there).opt(exception=record.exc_info).log(level, record.name)


def _is_told(record: "Record") -> bool:
    return _is_ours(record) or record["level"].no >= logging.WARNING


def _is_ours(record: "Record") -> bool:
    return (record["name"] or "").partition(".")[0] in OURS


def _event(record: "Record", pii: bool) -> dict[str, object]:
    ours = _is_ours(record)
    event: dict[str, object] = {
        "time": record["time"].isoformat(timespec="milliseconds"),
        "level": record["level"].name,
        "message": record["message"] if ours else f"{record['name']}:{record['line']}",
    }
    fields: Mapping[str, object] = record["extra"]
    event |= {
        (name if name not in event else f"{name}_"): value
        for name, value in fields.items()
        if pii or not name.startswith(PII)
    }
    if (raised := record["exception"]) and (error := raised.value):
        event["error"] = " < ".join(_types(error))
        event["Traceback"] = _places(error)  # the word that people look for
        if pii:
            event[f"{PII}error"] = str(error)
    return event


def _types(error: BaseException) -> Iterator[str]:
    """The type of an error, of what it came from, and so on."""
    seen: BaseException | None = error
    while seen:
        yield type(seen).__name__
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)


def _places(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def _json(event: Mapping[str, object]) -> str:
    return json.dumps(event, default=_plain)  # ASCII: whatever controls a terminal is escaped


def _plain(value: object) -> object:
    """What JSON has no form for: an enumeration, a path, an address."""
    return str(value)


def _console(event: Mapping[str, object]) -> str:
    fields = {k: v for k, v in event.items() if k not in ("time", "level", "message")}
    clock = str(event["time"])[11:23]
    return escaped(f"{clock} {event['level']:<7} {event['message']} {fields}")


def escaped(text: str) -> str:
    """The text with everything that is not printable written out, as `\\x1b` and `\\n`."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )
