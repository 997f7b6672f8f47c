"""A line an event; nobody's words in it, and nothing that a terminal obeys."""

import json
import logging
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loguru import logger

from bot.log import LogSettings, escaped, log_to_stderr

CARD = "4111 1111 1111 1111"
ours = logger.patch(lambda record: record.update(name="bot.session"))
pipecats = logger.patch(lambda record: record.update(name="pipecat.services.tts"))
Said = Callable[[], list[str]]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    handlers = [*logging.root.handlers]
    yield
    logger.remove()
    logging.root.handlers[:] = handlers


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    return lambda: capsys.readouterr().err.splitlines()


def log(level: str = "DEBUG", **settings: object) -> None:
    log_to_stderr(LogSettings.model_validate({"level": level, **settings}))


def fails() -> None:
    raise ValueError(f"cannot parse {CARD}")


def test_an_event_is_one_line_with_its_fields(said: Said):
    log()
    ours.bind(turn=3).debug("turn")
    (line,) = said()
    assert line.endswith("DEBUG   turn {'turn': 3}")


def test_an_event_in_json_is_an_object_a_line(said: Said):
    log(format="json")
    ours.bind(turn=3, message="beside").info("turn")
    (line,) = said()
    event = json.loads(line)
    assert event.pop("time")
    assert event == {"level": "INFO", "message": "turn", "turn": 3, "message_": "beside"}


@pytest.mark.parametrize("style", ["console", "json"])
def test_of_pipecat_only_where_it_comes_from_is_told(style: str, said: Said):
    log(level="TRACE", format=style)
    pipecats.debug(f"Generating TTS [{CARD}]")
    pipecats.warning(f"not speaking [{CARD}]")
    try:
        fails()
    except ValueError:
        pipecats.exception(f"cannot parse {CARD}")
    lines = said()
    assert len(lines) == 2
    assert CARD not in "".join(lines)
    assert "pipecat.services.tts:" in lines[0]
    assert "ValueError" in lines[1]


@pytest.mark.parametrize("style", ["console", "json"])
def test_an_exception_is_told_by_its_types_and_its_place(style: str, said: Said):
    log(format=style)
    try:
        try:
            fails()
        except ValueError as error:
            raise RuntimeError(f"while reading {CARD}") from error
    except RuntimeError:
        ours.exception("the call failed")
    (line,) = said()
    assert CARD not in line
    assert "RuntimeError < ValueError" in line
    assert "test_log.py" in line


@pytest.mark.parametrize("style", ["console", "json"])
def test_personal_data_is_dropped_unless_it_is_asked_for(style: str, said: Said):
    event = ours.bind(**{"pii.caller": "+15550001042", "kind": "twilio"})
    log(format=style)
    event.info("a call")
    (without,) = said()
    assert "1042" not in without
    assert "twilio" in without
    log(format=style, pii=True)
    event.info("a call")
    (line,) = said()
    assert "+15550001042" in line


@pytest.mark.parametrize("style", ["console", "json"])
def test_nothing_that_is_logged_begins_a_line_or_moves_the_cursor(style: str, said: Said):
    log(format=style)
    name = "Bob\r\n00:00:00.000 INFO a forged line\x1b[2J\x9b31m\u2028\u202e"
    ours.bind(name=name, names=[name]).warning(f"hello {name}")
    (line,) = said()
    assert line.isprintable()


@given(st.text())
def test_escaped_text_is_printable_and_nothing_is_lost(text: str):
    assert escaped(text).isprintable()
    if text.isprintable():
        assert escaped(text) == text


@given(st.text())
def test_json_is_ascii_and_reads_as_what_was_logged(text: str):
    lines: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("builtins.print", lambda line, **_: lines.append(line))
        log(format="json")
        ours.bind(said=text).info("event")
    (line,) = lines
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["said"] == text


def test_what_is_logged_is_never_taken_for_a_format(said: Said):
    log()
    ours.bind(said="{oops} <red>").info("odd {braces}")
    (line,) = said()
    assert line.endswith("odd {braces} {'said': '{oops} <red>'}")


def test_other_packages_logs_come_the_same_way_and_once(said: Said):
    log()
    log()
    logging.getLogger("another.package").info("started")
    logging.getLogger("another.package").warning("odd: %s", CARD)
    (line,) = said()
    assert "another.package:" in line
    assert CARD not in line
