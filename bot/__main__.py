"""`python -m bot`: talk to Echo on this machine's microphone and speaker."""

import sys

from bot.config import Settings
from bot.house import open_house
from bot.session import run_call
from bot.startup import run, say
from transports import local
from transports.portaudio import DeviceError


async def talk(settings: Settings) -> None:
    """One call with whoever sits here."""
    connection = local.connect(settings.local)
    async with open_house(settings, progress=say) as house:
        say("\nSpeak whenever you like; Ctrl+C hangs up.\n")
        await run_call(house, connection)


if __name__ == "__main__":
    sys.exit(run(talk, DeviceError))
