"""Debian's Chromium, driven by Playwright, on a sound card made of nothing."""

import shutil
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

CHROMIUM = shutil.which("chromium")
MICROPHONES = ("Headset", "Webcam")
ANOTHER_HOST = "echo.test"
"""This machine by a name that the browser does not trust as it trusts localhost."""

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@asynccontextmanager
async def chromium(env: Mapping[str, str], *flags: str) -> AsyncGenerator[Browser]:
    """A browser without a window. Its microphone and its speaker are those that `env` names."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[*FLAGS, *flags],
            ignore_default_args=["--mute-audio"],
            env=dict(env),
        )
        try:
            yield browser
        finally:
            await browser.close()
