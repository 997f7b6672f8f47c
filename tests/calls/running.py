"""The server as a process of its own, on a port and with a database that are nobody else's."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
READY_SECS = 150.0
"""Where it gives way to calls, on a machine that has none to spare, it takes a minute."""
STOP_SECS = 15.0

INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")
"""No key and no setting of whoever runs the tests reaches the server."""

ALL_FROM_HERE = {
    "EDGE_STARTS_BURST": "10000",
    "EDGE_WAITING_EACH": "1000",
    "EDGE_RESERVED_EACH": "1000",
}
"""All callers of a test come from one address."""

DEFAULTS = {"PORT": "0", "DRAIN_SECS": "0", "LOGURU_AUTOINIT": "0"} | ALL_FROM_HERE


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that takes calls. `log` holds what it has printed so far."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path


@contextmanager
def running_server(**environment: str) -> Generator[RunningServer]:
    """Start the server with these settings, e.g. `MAX_CALLS="1"`; end it when the block ends.

    Raises RuntimeError, with what it last said, when it does not become ready.
    """
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    with tempfile.TemporaryDirectory(prefix="echo-server-") as folder:
        log = Path(folder) / "server.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, str(ROOT / "server.py")],
                cwd=folder,  # where its database goes, and where there is no .env
                env=inherited | DEFAULTS | environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            yield RunningServer(_url_when_ready(process, log), process, log)
        finally:
            _end(process)


def _url_when_ready(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + READY_SECS
    while process.poll() is None and time.monotonic() < deadline:
        said = log.read_text(encoding="utf-8", errors="replace")
        told = re.search(r"^Talk to Echo: (http://\S+)", said, re.MULTILINE)
        if told and _is_ready(told[1]):
            return told[1]
        time.sleep(0.05)
    last = log.read_text(encoding="utf-8", errors="replace").strip()[-2000:]
    raise RuntimeError(f"The server did not become ready: {last or 'it said nothing'}")


def _is_ready(url: str) -> bool:
    try:
        with urlopen(f"{url}/readyz", timeout=2):
            return True
    except (URLError, TimeoutError, ConnectionError):
        return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
