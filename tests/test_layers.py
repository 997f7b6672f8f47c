"""Who may import whom: an import that is not listed here is a decision nobody has taken."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("bot", "processors", "transports", "server", "evals", "tests")

MAY_IMPORT: dict[str, tuple[str, ...]] = {
    # The leaves know pipecat and themselves.
    "processors": ("processors",),
    "transports": ("transports", "processors.polyphase"),
    # What both use knows nothing of ours (docs/adr/0064).
    "processors.polyphase": (),
    # Inside the agent, from what everything needs to what needs everything.
    "bot.tools": ("bot.tools",),
    "bot.telemetry": (
        *("bot.telemetry", "bot.providers.incident", "processors.filler", "processors.resume"),
    ),
    "bot.threads": (),
    "bot.log": (),
    "bot.silero": ("processors",),
    "bot.smart_turn": ("bot.threads",),
    "bot.turns": ("bot.silero", "bot.smart_turn", "processors"),
    "bot.providers": ("bot.providers", "bot.threads", "bot.turns", "processors"),
    "bot.language": ("bot.language.book",),
    "bot.language.localized": (
        *("bot.config", "bot.language", "bot.providers", "processors.patience"),
        *("bot.tools.parting", "bot.tools.spoken", "bot.tools.spoken_es"),
        *("bot.tools.briefing", "bot.tools.briefing_es"),
    ),
    "bot.language.carriers": (
        *("bot.config", "bot.language.book", "bot.language.choice", "bot.language.localized"),
        "transports.phone.phrases",
    ),
    "bot.last_words": ("bot.config", "bot.providers"),
    "bot.tongues": (
        *("bot.config", "bot.language", "bot.last_words", "bot.providers", "bot.tools.parting"),
    ),
    "bot.config": (
        *("bot.language.book", "bot.language.choice", "bot.language.spanish"),
        *("bot.log", "bot.providers", "bot.telemetry.prices", "bot.telemetry.spans", "bot.turns"),
        "bot.tools",
        *("bot.recording", "bot.retention", "bot.time_limit"),
        *("processors", "transports"),
    ),
    "bot.client_secrets": ("bot.providers", "transports.direct"),
    "bot.pipeline": ("bot.providers", "processors.spared"),
    "bot.house": (
        *("bot.config", "bot.providers", "bot.retention", "bot.tools"),
        *("bot.telemetry", "bot.threads", "processors.confidential", "bot.toolsets"),
        *("bot.language", "bot.last_words", "bot.tongues"),
    ),
    "bot.toolsets": ("bot.tools", "transports.connection"),
    "bot.answering": (
        *("bot.house", "bot.own_words", "bot.pipeline", "bot.providers", "bot.turns"),
        *("processors.consent", "processors.keypad", "processors.own_voice", "processors.vault"),
        *("processors.spoken_language", "transports.connection"),
        *("bot.urgent", "processors.disclosing", "transports.direct_transport"),
    ),
    "bot.own_words": (
        *("bot.house", "processors.idle", "processors.long_talk", "processors.reticent"),
    ),
    "bot.switch": (
        *("bot.house", "bot.language", "bot.own_words", "bot.providers", "processors.alarm"),
        *(
            "processors.consent",
            "processors.filler",
            "processors.loop_guard",
            "processors.repair",
            "processors.resume",
            "processors.spoken_language",
        ),
    ),
    "bot.session": (
        *("bot.answering", "bot.greeting", "bot.house", "bot.language.book"),
        *("bot.language.choice", "bot.permission", "bot.providers.choice", "bot.rescue"),
        *("bot.providers.local.purpose", "bot.switch", "bot.telemetry", "bot.tools", "bot.urgent"),
        *("bot.time_limit", "bot.worker", "processors.loop_guard", "processors.vault"),
        "transports.connection",
    ),
    "bot.time_limit": (),
    "bot.worker": (
        *("bot.config", "bot.tools.desk", "processors.resume", "processors.shown"),
        "transports.connection",
    ),
    "bot.greeting": ("transports.connection",),
    "bot.rescue": (
        *("bot.providers.incident", "bot.switch", "bot.telemetry.session_metrics", "bot.tools"),
        *("bot.urgent", "processors.alarm", "transports.connection"),
    ),
    "bot.permission": ("bot.recording", "processors.consent", "transports.connection"),
    "bot.recording": ("processors.cards", "processors.shown", "processors.tracks"),
    "bot.retention": ("bot.recording", "bot.tools.database", "bot.tools.store"),
    "bot.command": ("bot.config", "bot.retention", "bot.tools.database", "bot.tools.store"),
    "bot.urgent": ("bot.providers.clip", "processors.resume", "transports.cutting_in"),
    "bot.pool": ("bot.session", "transports.connection"),
    "bot.runner": ("bot.config", "bot.house", "bot.session", "transports.connection"),
    "bot.startup": (
        "bot.config",
        "bot.log",
        "bot.providers",
        "bot.telemetry",
        "bot.tools.database",
    ),
    "bot.__main__": ("bot", "transports"),
    "bot": ("bot.runner",),
    "server": ("bot", "transports"),
    # Drives the server from outside; borrows its voice and its ears.
    "evals": ("evals", "bot.providers.local"),
}


def modules() -> list[str]:
    files = [ROOT / "server.py"]
    for home in ("bot", "processors", "transports", "evals"):
        files += (ROOT / home).rglob("*.py")
    names = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files]
    return sorted(name.removesuffix(".__init__") for name in names)


def source_of(module: str) -> Path:
    path = ROOT.joinpath(*module.split("."))
    package = path / "__init__.py"
    return package if package.exists() else path.with_suffix(".py")


def imports_of(module: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source_of(module).read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{module} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, place: str) -> bool:
    return name == place or name.startswith(place + ".")


def rule_of(module: str) -> tuple[str, ...]:
    place = max((p for p in MAY_IMPORT if within(module, p)), key=len)
    return MAY_IMPORT[place]


@pytest.mark.parametrize("module", modules())
def test_imports_only_what_its_layer_may(module: str) -> None:
    ours = [name for name in imports_of(module) if name.split(".")[0] in OURS]
    allowed = (*rule_of(module), module)
    wrong = [name for name in ours if not any(within(name, place) for place in allowed)]
    assert not wrong, f"{module} may import {allowed}, not {wrong}"


@pytest.mark.parametrize("module", [m for m in modules() if m != "bot.config"])
def test_only_the_settings_read_the_environment(module: str) -> None:
    wrong = [n for n in imports_of(module) if n in ("os.environ", "os.getenv", "dotenv")]
    wrong += [
        f"os.{node.attr}"
        for node in ast.walk(ast.parse(source_of(module).read_text()))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    ]
    assert not wrong, f"{module} reads the environment; bot/config.py is where that happens"


def test_importing_the_agent_loads_nothing() -> None:
    tree = ast.parse(source_of("bot").read_text())
    top = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert [node.module for node in top if isinstance(node, ast.ImportFrom)] == ["typing"]
    assert not [node for node in top if isinstance(node, ast.Import)]
