"""A sound card made of nothing: a PulseAudio of the test's own with a microphone and a speaker."""

import asyncio
import os
import shutil
import subprocess
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

MISSING = shutil.which("pulseaudio") is None

RAW = ("--raw", "--format=s16le", "--channels=1")


@dataclass(frozen=True)
class Pulse:
    """Programs started with `env` hear what is played to `mic`, and play to `ear`."""

    env: Mapping[str, str]
    daemon: Process

    async def play(self, pcm: bytes, hz: int) -> None:
        """Play into the microphone, to the end."""
        player = await self._start("pacat", "--device=mic", f"--rate={hz}", "--latency-msec=40")
        await player.communicate(pcm)

    @asynccontextmanager
    async def recording(self, secs: float, hz: int) -> AsyncIterator[Awaitable[bytes]]:
        """What comes out of the speaker from here on; `secs` of it can be awaited."""
        recorder = await self._start(
            "parec", "--device=ear.monitor", f"--rate={hz}", "--latency-msec=20"
        )
        assert recorder.stdout
        await recorder.stdout.readexactly(hz // 10 * 2)  # it is on
        heard = asyncio.ensure_future(recorder.stdout.readexactly(int(secs * hz) * 2))
        try:
            yield heard
        finally:
            heard.cancel()
            recorder.kill()
            await recorder.wait()

    async def _start(self, *command: str) -> Process:
        return await asyncio.create_subprocess_exec(
            *command, *RAW, env=self.env, stdin=PIPE, stdout=PIPE
        )


@asynccontextmanager
async def pulse(folder: Path) -> AsyncIterator[Pulse]:
    socket = folder / "native"
    env = os.environ | {
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder),
        "PULSE_RUNTIME_PATH": str(folder),
        "PULSE_SERVER": f"unix:{socket}",
    }
    sinks = [f"module-null-sink sink_name={name} rate=48000 channels=1" for name in ("mic", "ear")]
    modules = [f"module-native-protocol-unix socket={socket} auth-anonymous=1", *sinks]
    loads = [argument for module in modules for argument in ("-L", module)]
    options = ["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"]
    os.chmod(folder, 0o700)  # PulseAudio refuses a folder that others can read
    daemon = await asyncio.create_subprocess_exec(
        "pulseaudio", *options, "--log-level=error", *loads, env=env, stderr=subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(10):
            while not socket.exists():  # noqa: ASYNC110  another process makes it
                await asyncio.sleep(0.02)
        for command in ("set-default-sink ear", "set-default-source mic.monitor"):
            setting = await asyncio.create_subprocess_exec("pactl", *command.split(), env=env)
            assert await setting.wait() == 0
        yield Pulse(env, daemon)
    finally:
        if daemon.returncode is None:
            daemon.terminate()
        await daemon.wait()
