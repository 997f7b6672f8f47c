"""A PostgreSQL server of one's own, from Debian's package, in a temporary folder."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

INSTALLS = Path("/usr/lib/postgresql")
PASSWORD = "hush"


class NoPostgres(Exception):
    """There is no server to start; the message says what to install."""


@contextmanager
def postgres_server() -> Iterator[str]:
    """The URL of a fresh, empty server on a port of the loopback interface.

    Raises:
        NoPostgres: the binaries are not on this machine.
    """
    binaries = _binaries()
    with tempfile.TemporaryDirectory(prefix="echo-postgres-", ignore_cleanup_errors=True) as tmp:
        folder = Path(tmp)
        data, port = folder / "data", _free_port()
        _own(folder)
        (folder / "password").write_text(PASSWORD)
        _own(folder / "password")
        _run(
            *(binaries / "initdb", "-D", data, "-U", "echo", "-A", "scram-sha-256"),
            *("--pwfile", folder / "password", "-E", "UTF8", "--no-sync"),
        )
        options = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off -c max_connections=80"
        log = folder / "log"
        _run(binaries / "pg_ctl", "-D", data, "-w", "-t", "30", "-l", log, "-o", options, "start")
        try:
            yield f"postgresql://echo:{PASSWORD}@127.0.0.1:{port}/postgres"
        finally:
            _run(binaries / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")


def _binaries() -> Path:
    for version in sorted(INSTALLS.glob("*/bin"), reverse=True):
        if (version / "initdb").exists():
            return version
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    raise NoPostgres("no PostgreSQL server on this machine: apt-get install postgresql")


def _run(*command: object) -> None:
    """Run as somebody PostgreSQL accepts: it refuses to serve as root."""
    words = [str(word) for word in command]
    done = subprocess.run(
        words,
        user=_user(),
        cwd="/",
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        # The server inherits its output: a pipe would keep the run from ending.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{Path(words[0]).name} failed with {done.returncode}")


def _user() -> str | None:
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return "nobody"


def _own(path: Path) -> None:
    if user := _user():
        os.chown(path, pwd.getpwnam(user).pw_uid, -1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
