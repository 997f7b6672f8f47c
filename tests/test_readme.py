"""Runs the README: what it tells people to type, to paste and to read is true."""

import asyncio
import inspect
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from pipecat.adapters.llm.schemas.direct_function import DirectFunction
from pipecat.frames.frames import LLMContextFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    AssistantTurnStoppedMessage,
    LLMContextAggregatorPair,
)
from pipecat.workers.runner import WorkerRunner

from bot import config
from bot.config import Settings
from bot.pipeline import cascade
from bot.providers.choice import choices
from bot.providers.local.brain import Brain
from bot.providers.local.embedding import embedder
from bot.tools import TOOLS
from bot.tools.database import database_url
from tests import settings_page

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
KEYLESS = {"STT": "local", "LLM": "local", "TTS": "local"}
READY_SECS = 40.0

# Where a README says `make`, the environment that runs these tests is used as it is.
MAKE = (
    "make() { command make -o .venv/.installed -o .venv/.installed-dev "
    f'BIN={shlex.quote(str(Path(sys.executable).parent))} "$@"; }}\n'
)


@dataclass(frozen=True, slots=True)
class Block:
    language: str
    text: str


def blocks(*languages: str) -> list[Block]:
    found = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.M | re.S)
    return [Block(language, text) for language, text in found if language in languages]


def commands() -> list[str]:
    return [line for block in blocks("shell") for line in block.text.splitlines()]


def shell(script: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """A script as a group of processes of its own, so that it can be ended with all it started."""
    return subprocess.Popen(
        ["bash", "-c", MAKE + script],
        cwd=ROOT,
        env={**os.environ, **KEYLESS, **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def test_every_block_is_of_a_kind_that_is_tested() -> None:
    fences = re.findall(r"^```(\w*)$", README, re.M)
    assert {fence for fence in fences if fence} == {"shell", "python", "dotenv", "text"}
    assert len(blocks("shell", "python", "dotenv", "text")) * 2 == len(fences)


# What people type


@dataclass(frozen=True, slots=True)
class Served:
    port: int
    env: Mapping[str, str]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


def ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/readyz", timeout=1) as answer:
            return answer.status == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The server, as `make run` starts it."""
    port, folder = free_port(), tmp_path_factory.mktemp("run")
    env = {"PORT": str(port), "DATABASE_URL": f"sqlite:///{folder / 'echo.db'}"}
    assert "make run" in commands()
    process = shell("make run", env)
    try:
        until = time.monotonic() + READY_SECS
        while not ready(port):
            if process.poll() is not None or time.monotonic() > until:
                os.killpg(process.pid, signal.SIGKILL)
                pytest.fail(f"`make run` does not serve:\n{process.communicate()[0]}")
            time.sleep(0.2)
        yield Served(port, env)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        try:
            process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def test_make_run_shows_the_page(served: Served) -> None:
    with urllib.request.urlopen(f"http://localhost:{served.port}/", timeout=5) as page:
        assert "Start talking" in page.read().decode()


def test_make_call_hears_where_the_order_is(served: Served) -> None:
    (command,) = [each for each in commands() if each.startswith("make call ")]
    process = shell(command, served.env)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "look_up_order" in said, said
    assert re.search(r"echo\s+Order 1042", said), said


@pytest.mark.parametrize(
    "command", [each for each in commands() if not each.startswith(("make run", "make call "))]
)
def test_other_commands_are_targets_of_the_makefile(command: str) -> None:
    process = shell(command.replace("make ", "make -n ", 1))
    said, _ = process.communicate(timeout=10)
    assert process.returncode == 0, said
    assert "python" in said, said


@pytest.mark.usefixtures("_nothing_set")
def test_what_a_start_prints_is_what_the_readme_shows() -> None:
    settings = config.load()
    (shown,) = [block.text for block in blocks("text")]
    lines = shown.splitlines()
    assert lines[-1] == f"Talk to Echo: http://{settings.host}:{settings.port}"
    assert lines[:3] == [f"{role}: local (no {key})" for role, key in KEYS.items()]


# What people read


def test_the_pipeline_is_the_one_that_runs() -> None:
    assert inspect.getsource(cascade) in [block.text for block in blocks("python")]


def test_the_page_of_settings_is_up_to_date() -> None:
    written = settings_page.PAGE.read_text(encoding="utf-8")
    assert written == settings_page.page(), "Run: python -m tests.settings_page"


NO_SETTINGS = {"LICENSE", "SAY", "TOOLS"}


def test_every_setting_it_names_exists() -> None:
    named = set(re.findall(r"`([A-Z][A-Z_]+)(?:=[^`]*)?`", README)) - NO_SETTINGS
    assert named
    assert named <= settings_page.names()


def test_the_defaults_it_shows_are_the_real_ones() -> None:
    rows = [
        (name, d.strip()) for name, d in re.findall(r"^\| `([A-Z_]+)` \|([^|]*)\|", README, re.M)
    ]
    real = {each.name: each.default for _, _, part in settings_page.sections() for each in part}
    assert rows
    assert rows == [(name, real[name]) for name, _ in rows]


def test_figures_are_those_that_the_bench_wrote() -> None:
    quoted = re.findall(r"^\| (?:one call|calls at once|memory).*$", README, re.M)
    bench = ROOT / "docs" / "bench.md"
    written = bench.read_text(encoding="utf-8").splitlines() if bench.exists() else []
    assert [row for row in quoted if row not in written] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_files_that_it_names_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    missing = [link for link in links if not (page.parent / link).exists()]
    named = re.findall(r"`((?:bot|processors|transports|evals|tests|docs)/[\w./]+\.\w+)`", text)
    missing += [name for name in named if name not in EXPLAINED and not (ROOT / name).exists()]
    assert missing == []


EXPLAINED = {"bot/tools/gift_cards.py", "docs/bench.md"}
"""The first is the reader's to write, the second `make bench` writes."""


# What people paste

KEYS = {
    "STT": "DEEPGRAM_API_KEY",
    "LLM": "OPENAI_API_KEY or ANTHROPIC_API_KEY",
    "TTS": "CARTESIA_API_KEY or ELEVENLABS_API_KEY",
}


def pasted(block: Block) -> Settings:
    Path(".env").write_text(block.text, encoding="utf-8")
    return config.load()


def with_setting(name: str) -> Block:
    return next(block for block in blocks("dotenv") if f"{name}=" in block.text)


@pytest.fixture
def _nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder, and no setting in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in settings_page.names():
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("_nothing_set")
@pytest.mark.parametrize("block", blocks("dotenv"), ids=lambda block: block.text.split("=")[0])
def test_settings_to_paste_are_understood(block: Block) -> None:
    names = set(re.findall(r"^(\w+)=", block.text, re.M))
    assert names <= settings_page.names()
    before = config.load()
    assert pasted(block) != before


@pytest.mark.usefixtures("_nothing_set")
def test_keys_bring_their_providers() -> None:
    chosen = choices(pasted(with_setting("DEEPGRAM_API_KEY")))
    assert [each.provider for each in chosen.values()] == ["deepgram", "openai", "cartesia"]


@pytest.mark.usefixtures("_nothing_set")
def test_an_address_brings_another_language_model() -> None:
    settings = pasted(with_setting("OPENAI_BASE_URL"))
    assert choices(settings)["LLM"].provider == "openai"
    assert settings.openai.base_url == "http://localhost:11434/v1"


@pytest.mark.usefixtures("_nothing_set")
def test_an_address_brings_postgresql() -> None:
    settings = pasted(with_setting("DATABASE_URL"))
    assert database_url(settings.database.url).get_backend_name() == "postgresql"


def tool() -> tuple[DirectFunction, str]:
    """The tool that the README adds, and its source."""
    (block,) = [each for each in blocks("python") if "def cascade" not in each.text]
    module: dict[str, DirectFunction] = {}
    exec(block.text, module)
    return module["check_gift_card"], block.text


def test_a_tool_takes_under_ten_lines() -> None:
    _, source = tool()
    assert len([line for line in source.splitlines() if line.strip()]) < 10


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("How much is on gift card 5512?", "There are 40 dollars left on it."),  # an example
        ("Is there anything left on gift card 8830?", "There are 125 dollars left on it."),
        ("Can you check my gift card?", "What is the card number?"),
    ],
)
async def test_the_keyless_brain_uses_the_tool(said: str, answer: str) -> None:
    added, _ = tool()
    assert await reply(said, [*TOOLS, added]) == answer


async def reply(said: str, tools: list[DirectFunction]) -> str:
    """What the brain answers at the beginning of a call."""
    context = LLMContext([{"role": "user", "content": said}], tools=[*tools])
    pair = LLMContextAggregatorPair(context)
    answered: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    @pair.assistant().event_handler("on_assistant_turn_stopped")
    async def stopped(_: object, message: AssistantTurnStoppedMessage) -> None:
        if message.content and not answered.done():
            answered.set_result(message.content)

    worker = PipelineWorker(Pipeline([Brain(embedder()), pair.assistant()]))
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    await worker.queue_frame(LLMContextFrame(context))
    try:
        return await asyncio.wait_for(answered, 30)
    finally:
        await worker.cancel()
        await running
