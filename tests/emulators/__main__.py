"""`python -m tests.emulators COMMAND ...`: runs a command with the cloud emulated on this machine.

Every provider is there, hears with Whisper, thinks with the keyless brain and speaks with the local
voice. Without a command it prints the environment a server needs, as JSON, and serves until its
standard input ends.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping

from tests.emulators.cloud import Cloud, scripted, understanding
from tests.emulators.provider import PROFILES, serving


async def _run(command: list[str], env: Mapping[str, str]) -> int:
    process = await asyncio.create_subprocess_exec(*command, env={**os.environ, **env})
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, process.send_signal, each)
    return await process.wait()


async def _serve(cloud: Cloud, command: list[str]) -> int:
    async with serving(*cloud.providers):
        env = cloud.environment(os.environ.get("STT", "auto"))
        if command:
            return await _run(command, env)
        print(json.dumps(env), flush=True)
        await asyncio.to_thread(sys.stdin.read)
        return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.emulators", description=__doc__)
    parser.add_argument("--profile", choices=list(PROFILES), default="field", help="how late")
    parser.add_argument("--hear", action="append", default=[], help="what each call says, in order")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    profile = PROFILES[given.profile]
    cloud = scripted(profile, given.hear) if given.hear else understanding(profile)
    return asyncio.run(_serve(cloud, given.command))


if __name__ == "__main__":
    sys.exit(main())
