"""How a start that cannot succeed ends: one line on stderr, and exit code 2."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from loguru import logger

from bot.config import Settings, SettingsError
from bot.providers.check import RefusedError
from bot.providers.local.weights import WeightsError
from bot.providers.settings import MissingKeyError
from bot.startup import run
from bot.tools.database import StoreError


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in list(os.environ):
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    yield
    logger.remove()


class DeviceMissing(Exception):
    pass


async def _serves(_: Settings) -> None:
    pass


def test_who_serves_each_role_is_said_before_anything_loads(capsys: pytest.CaptureFixture[str]):
    assert run(_serves) == 0
    assert capsys.readouterr().out.splitlines() == [
        "STT: local (no DEEPGRAM_API_KEY)",
        "LLM: local (no OPENAI_API_KEY or ANTHROPIC_API_KEY)",
        "TTS: local (no CARTESIA_API_KEY or ELEVENLABS_API_KEY)",
    ]


@pytest.mark.parametrize(
    "error",
    [SettingsError, MissingKeyError, RefusedError, WeightsError, StoreError, DeviceMissing],
)
def test_what_stops_a_start_is_one_line_and_exit_code_2(
    error: type[Exception], capsys: pytest.CaptureFixture[str]
):
    async def fails(_: Settings) -> None:
        raise error("The moon is full: wait.")

    assert run(fails, DeviceMissing) == 2
    assert capsys.readouterr().err == "The moon is full: wait.\n"


def test_a_wrong_setting_stops_the_start_before_anything_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TTS", "parrot")
    assert run(_serves) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "Unknown TTS 'parrot'; choose auto, cartesia, elevenlabs or local.\n"


def test_ctrl_c_is_no_error(capsys: pytest.CaptureFixture[str]):
    async def interrupted(_: Settings) -> None:
        raise KeyboardInterrupt

    assert run(interrupted) == 130
    assert capsys.readouterr().err == ""


def test_a_bug_is_not_hidden():
    async def buggy(_: Settings) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(buggy)
