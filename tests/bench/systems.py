"""The systems that are compared: each a server of its own, on the same emulated providers."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import psutil
from pipecat.frames.protobufs import frames_pb2

from tests.bench.house import BenchError, House, free_port, stop

ROOT = Path(__file__).parents[2]
PEERS = Path(__file__).with_name("peers")
LIVEKIT = ROOT / ".venv-livekit" / "bin" / "python"
_READY_SECS = 60.0


@dataclass(frozen=True, slots=True)
class System:
    """How to start one; `port_in` says where it takes its port from."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str]
    ready_path: str = "/readyz"

    def arguments(self, port: int) -> list[str]:
        return [each.replace("{port}", str(port)) for each in self.command]


def systems(cloud: Mapping[str, str], calls: int) -> Sequence[System]:
    """Echo, speech to speech as well where one calls alone; stock Pipecat; and LiveKit Agents where
    it was installed (`make peers`)."""
    keys = {name: value for name, value in cloud.items() if name != "OPENAI_REALTIME_URL"}
    echo = System(
        "Echo",
        (sys.executable, str(ROOT / "server.py")),
        {
            **cloud,
            "MAX_CALLS": str(calls + 1),
            "EDGE_STARTS_BURST": "10000",  # all callers of a bench come from one address
            "EDGE_RESERVED_EACH": "1000",
            "LOG_LEVEL": "WARNING",
            "LLM": "openai",
        },
    )
    pipecat = System(
        "stock Pipecat",
        (sys.executable, str(PEERS / "stock_pipecat.py"), "-t", "websocket", "--port", "{port}"),
        {**keys, "LOGURU_LEVEL": "WARNING"},
        ready_path="/status",
    )
    livekit = System(
        "LiveKit Agents",
        (str(LIVEKIT), str(PEERS / "livekit_agent.py")),
        {
            **keys,
            "FRAMES_PB2": str(frames_pb2.__file__),
            "CARTESIA_HTTP_URL": _http(cloud["CARTESIA_BASE_URL"]),
        },
    )
    realtime = replace(echo, name="Echo, realtime", env={**echo.env, "MODE": "realtime"})
    ours = (echo, realtime) if calls == 1 else (echo,)
    return (*ours, pipecat, livekit) if LIVEKIT.exists() else (*ours, pipecat)


def _http(websocket_url: str) -> str:
    return websocket_url.replace("ws", "http", 1).removesuffix("/tts/websocket")


@contextmanager
def cloud(profile: str, said: Sequence[str]) -> Generator[Mapping[str, str]]:
    """The emulated providers, in a process of their own; the environment that leads to them."""
    told = [argument for text in said for argument in ("--hear", text)]
    command = [sys.executable, "-m", "tests.emulators", "--profile", profile, *told]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.stdout
        yield json.loads(process.stdout.readline())
    finally:
        stop(process)


@contextmanager
def running(system: System) -> Generator[House]:
    """The system's server, ready for callers.

    Raises `BenchError`, with what it last said, when it does not become ready.
    """
    with tempfile.TemporaryDirectory() as folder:
        log, port, began = Path(folder) / "server.log", free_port(), time.monotonic()
        own = {"HOST": "127.0.0.1", "PORT": str(port), "DATABASE_URL": f"sqlite:///{folder}/b.db"}
        with log.open("wb") as output:
            process = subprocess.Popen(
                system.arguments(port),
                cwd=folder,
                env={**_inherited(), **own, **system.env},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(f"{url}{system.ready_path}", process, log)
            yield House(url, time.monotonic() - began, psutil.Process(process.pid))
        finally:
            stop(process)


def _inherited() -> dict[str, str]:
    """Nobody's keys or settings."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _READY_SECS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(url, timeout=2):
                return
        except HTTPError:
            return  # it answers, if not to this
        except (URLError, TimeoutError, ConnectionError):
            time.sleep(0.1)
    last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
    raise BenchError(f"{process.args} did not become ready: {' '.join(last) or 'it said nothing'}")
