"""A caller's script: what to say, and when, as steps; read from TOML.

    title = "Where is my order?"
    steps = [
        { say = "Where is my order ten forty-two?" },
        { interrupt = "No, wait.", after_secs = 1.0 },   # over Echo's voice, 1 s into it
        { play = "name.wav" },                           # relative to the script
        { type = "1042" },                               # the text box
        { pause_secs = 2.0 },
        { wait_secs = 20.0 },                            # for Echo to finish, at most so long
        { hang_up = true },
    ]

Before every step the caller lets Echo finish, except before an interruption and where the step says
`at_once = true`. A script that does not hang up hangs up when Echo has finished.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class ScriptError(ValueError):
    """A script that cannot be played; the message says where and what would be right."""


@dataclass(frozen=True, slots=True)
class Say:
    text: str
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Play:
    wav: Path
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Type:
    text: str
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    secs: float
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Interrupt:
    words: Say | Play
    after_secs: float


@dataclass(frozen=True, slots=True)
class Wait:
    within_secs: float


@dataclass(frozen=True, slots=True)
class HangUp:
    at_once: bool = False


Step = Say | Play | Type | Pause | Interrupt | Wait | HangUp


@dataclass(frozen=True, slots=True)
class Script:
    title: str
    steps: tuple[Step, ...]


def read_script(path: Path) -> Script:
    """The script in a TOML file.

    Raises `ScriptError` for a file that is missing, is not TOML, or holds a wrong step.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ScriptError(f"Cannot read the script {path}: {error.strerror}.") from error
    try:
        return parse_script(text, folder=path.parent, title=path.stem)
    except ScriptError as error:
        raise ScriptError(f"{path}: {error}") from error


def parse_script(text: str, *, folder: Path, title: str = "") -> Script:
    """The script in TOML text; WAV files are looked for in `folder`."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScriptError(f"not TOML: {error}") from error
    steps = table.get("steps")
    if not isinstance(steps, list) or not steps:
        raise ScriptError('needs a list: steps = [ { say = "..." }, ... ]')
    return Script(
        title=str(table.get("title", title)),
        steps=tuple(_step(number, step, folder) for number, step in enumerate(steps, start=1)),
    )


class _Maker(Protocol):
    def __call__(self, fields: "_Fields", folder: Path) -> Step: ...


class _Fields:
    """The fields of one step, each taken once, with its type checked."""

    def __init__(self, number: int, table: Mapping[str, object]) -> None:
        self._where = f"step {number}"
        self._left = dict(table)

    def text(self, name: str) -> str:
        value = self._left.pop(name)
        if not isinstance(value, str) or not value.strip():
            raise ScriptError(f"{self._where}: {name} must be some text, not {value!r}.")
        return value

    def secs(self, name: str) -> float:
        value = self._left.pop(name, None)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise ScriptError(f"{self._where}: {name} must be seconds, 0 or more, not {value!r}.")
        return float(value)

    def flag(self, name: str, *, default: bool) -> bool:
        value = self._left.pop(name, default)
        if not isinstance(value, bool):
            raise ScriptError(f"{self._where}: {name} must be true or false, not {value!r}.")
        return value

    def wav(self, name: str, folder: Path) -> Path:
        path = folder / self.text(name)
        if not path.is_file():
            raise ScriptError(f"{self._where}: there is no file {path}.")
        return path

    def kind(self) -> str:
        kinds = [name for name in self._left if name in _STEPS]
        if len(kinds) != 1:
            known = ", ".join(_STEPS)
            raise ScriptError(
                f"{self._where}: needs exactly one of {known}; has {kinds or 'none'}."
            )
        return kinds[0]

    def finish(self) -> None:
        if self._left:
            raise ScriptError(f"{self._where}: does not know {', '.join(self._left)}.")


def _step(number: int, table: object, folder: Path) -> Step:
    if not isinstance(table, dict):
        raise ScriptError(f'step {number}: must be a table such as {{ say = "..." }}.')
    fields = _Fields(number, table)
    step = _STEPS[fields.kind()](fields, folder)
    fields.finish()
    return step


def _hang_up(fields: _Fields, folder: Path) -> Step:
    if not fields.flag("hang_up", default=True):
        raise ScriptError("hang_up is true or is left out.")
    return HangUp(fields.flag("at_once", default=False))


def _at_once(fields: _Fields) -> bool:
    return fields.flag("at_once", default=False)


_STEPS: dict[str, _Maker] = {
    "say": lambda fields, folder: Say(fields.text("say"), _at_once(fields)),
    "play": lambda fields, folder: Play(fields.wav("play", folder), _at_once(fields)),
    "type": lambda fields, folder: Type(fields.text("type"), _at_once(fields)),
    "pause_secs": lambda fields, folder: Pause(fields.secs("pause_secs"), _at_once(fields)),
    "interrupt": lambda fields, folder: Interrupt(
        Say(fields.text("interrupt")), fields.secs("after_secs")
    ),
    "interrupt_wav": lambda fields, folder: Interrupt(
        Play(fields.wav("interrupt_wav", folder)), fields.secs("after_secs")
    ),
    "wait_secs": lambda fields, folder: Wait(fields.secs("wait_secs")),
    "hang_up": _hang_up,
}
