"""The server under test, as a process of its own on a free port, with local engines only."""

import json
import os
import socket
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

import psutil

_ROOT = Path(__file__).parents[2]
_READY_SECS = 60.0
_STOP_SECS = 15.0


class BenchError(Exception):
    """What the bench cannot measure, and why, in one line."""


@dataclass(frozen=True, slots=True)
class House:
    """A running server. `ready_secs`: from starting the process until it took calls."""

    url: str
    ready_secs: float
    process: psutil.Process

    @property
    def rss_mb(self) -> float:
        return sum(one.memory_info().rss for one in self._processes()) / 1e6

    @property
    def cpu_secs(self) -> float:
        """Processor time used so far, of all cores."""
        times = [one.cpu_times() for one in self._processes()]
        return sum(each.user + each.system for each in times)

    def status(self) -> dict[str, object]:
        with urlopen(f"{self.url}/status", timeout=10) as response:
            return json.load(response)

    def _processes(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


@contextmanager
def house(max_calls: int) -> Generator[House]:
    """Starts the server with a fresh database and stops it afterwards.

    Raises `BenchError`, with what the server last said, when it does not become ready.
    """
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "server.log"
        port = free_port()
        began = time.monotonic()
        with log.open("wb") as output:
            server = subprocess.Popen(
                [sys.executable, "server.py"],
                cwd=_ROOT,
                env=_environment(Path(folder), port, max_calls),
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_ready(url, server, log)
            yield House(url, time.monotonic() - began, psutil.Process(server.pid))
        finally:
            stop(server)


def _environment(folder: Path, port: int, max_calls: int) -> dict[str, str]:
    return os.environ | {
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "MAX_CALLS": str(max_calls),
        "EDGE_STARTS_BURST": "10000",  # all callers of a bench come from one address
        "EDGE_RESERVED_EACH": "1000",
        "STT": "local",
        "LLM": "local",
        "TTS": "local",
        "LOG_LEVEL": "WARNING",
        "DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'bench.db'}",
    }


def _wait_until_ready(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _READY_SECS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(f"{url}/readyz", timeout=2):
                return
        except (URLError, TimeoutError, ConnectionError):
            time.sleep(0.05)
    last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
    raise BenchError(f"The server did not become ready: {' '.join(last) or 'it said nothing'}")


def stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(_STOP_SECS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
