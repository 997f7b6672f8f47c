from pathlib import Path

import pytest

from evals.script import (
    HangUp,
    Interrupt,
    Pause,
    Play,
    Say,
    ScriptError,
    Type,
    Wait,
    parse_script,
    read_script,
)

SCENARIOS = Path(__file__).parents[3] / "evals" / "scenarios"


def steps(text: str, folder: Path = SCENARIOS):
    return parse_script(f"steps = [{text}]", folder=folder).steps


def test_every_kind_of_step_is_read(tmp_path: Path):
    (tmp_path / "name.wav").touch()
    assert steps(
        """
        { say = "Hello" }, { play = "name.wav" }, { type = "1042" }, { pause_secs = 2 },
        { interrupt = "Stop", after_secs = 0.5 }, { interrupt_wav = "name.wav", after_secs = 1 },
        { wait_secs = 20 }, { say = "And", at_once = true }, { hang_up = true },
        """,
        tmp_path,
    ) == (
        Say("Hello"),
        Play(tmp_path / "name.wav"),
        Type("1042"),
        Pause(2.0),
        Interrupt(Say("Stop"), 0.5),
        Interrupt(Play(tmp_path / "name.wav"), 1.0),
        Wait(20.0),
        Say("And", at_once=True),
        HangUp(),
    )


def test_a_script_has_a_title():
    assert parse_script('title = "A"\nsteps = [{ say = "x" }]', folder=SCENARIOS).title == "A"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{ sing = 'la' }", "step 1: needs exactly one of say, play"),
        ("{ say = 'a' }, { say = 'b', type = 'c' }", "step 2: needs exactly one of"),
        ("{ say = ' ' }", "step 1: say must be some text"),
        ("{ say = 3 }", "step 1: say must be some text, not 3"),
        ("{ say = 'a', loudly = true }", "step 1: does not know loudly"),
        ("{ say = 'a', at_once = 1 }", "step 1: at_once must be true or false"),
        ("{ pause_secs = -1 }", "step 1: pause_secs must be seconds, 0 or more"),
        ("{ pause_secs = true }", "step 1: pause_secs must be seconds"),
        ("{ interrupt = 'a' }", "step 1: after_secs must be seconds, 0 or more, not None"),
        ("{ play = 'nowhere.wav' }", "step 1: there is no file"),
        ("'hello'", "step 1: must be a table"),
        ("", "needs a list"),
    ],
)
def test_a_wrong_step_is_named_with_what_would_be_right(text: str, complaint: str):
    with pytest.raises(ScriptError, match=complaint):
        steps(text)


def test_a_file_that_is_not_toml_says_so(tmp_path: Path):
    script = tmp_path / "call.toml"
    script.write_text("steps = [")
    with pytest.raises(ScriptError, match=r"call\.toml: not TOML"):
        read_script(script)


def test_a_missing_file_says_so(tmp_path: Path):
    with pytest.raises(ScriptError, match="Cannot read the script"):
        read_script(tmp_path / "call.toml")


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_scenario_can_be_played(path: Path):
    assert read_script(path).steps
