"""`echo-agent forget CALL`: what is done with a house besides letting callers in."""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from bot import config
from bot.config import Settings, SettingsError
from bot.retention import forget
from bot.tools.database import StoreError
from bot.tools.store import open_store


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 when all was done, 2 when it could not be, with a line on stderr."""
    parser = argparse.ArgumentParser(prog="echo-agent")
    commands = parser.add_subparsers(dest="command", required=True)
    about = "delete all that a call has left: recording, transcript and rows of the database"
    commands.add_parser("forget", help=about).add_argument("call", help="the id of the call")
    asked = parser.parse_args(arguments)
    try:
        files, rows = asyncio.run(_forget(asked.call, config.load()))
    except (SettingsError, StoreError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"Forgotten: {files} files, {rows} rows.")
    return 0


async def _forget(call_id: str, settings: Settings) -> tuple[int, int]:
    store = await open_store(settings.database, settings.clinic)
    try:
        return await forget(call_id, settings.recording.folder, store)
    finally:
        await store.close()


if __name__ == "__main__":
    sys.exit(main())
