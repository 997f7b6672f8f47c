"""What may be set, in the environment and in .env, and what a wrong setting is answered with."""

import os
from pathlib import Path

import pytest

from bot.config import Settings, SettingsError, load


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing is set, and there is no .env in the current folder."""
    for name in list(os.environ):
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_nothing_has_to_be_set():
    settings = load()
    assert settings.port == 7860
    assert settings.host == "localhost"


def test_a_variable_reaches_the_part_it_names(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_URL", "sqlite:///calls.db")
    monkeypatch.setenv("FILLER_PATIENCE_SECS", "0.5")
    settings = load()
    assert settings.database.url == "sqlite:///calls.db"
    assert settings.filler.patience_secs == 0.5


def test_a_list_is_written_as_json(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TICKET_KEYS", '["0123456789abcdef", "fedcba9876543210"]')
    assert len(load().ticket.keys) == 2


def test_dot_env_sets_what_the_environment_does_not(bare: Path, monkeypatch: pytest.MonkeyPatch):
    (bare / ".env").write_text("PORT=9000\nMAX_CALLS=3\n")
    monkeypatch.setenv("PORT", "9001")
    settings = load()
    assert (settings.port, settings.max_calls) == (9001, 3)


def test_a_line_of_dot_env_that_nobody_filled_in_sets_nothing(bare: Path):
    (bare / ".env").write_text("DEEPGRAM_API_KEY=\nPORT=\n")
    settings = load()
    assert settings.deepgram.api_key is None
    assert settings.port == 7860


def test_what_is_meant_for_other_programs_is_left_alone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EDITOR", "vi")
    monkeypatch.setenv("SSH_AUTH_SOCK", "/run/agent")
    load()


@pytest.mark.parametrize(
    ("variable", "value", "answer"),
    [
        ("STT", "deepgrm", "Unknown STT 'deepgrm'; choose auto, local, deepgram or flux."),
        ("LLM", "gpt", "Unknown LLM 'gpt'; choose auto, local or openai."),
        (
            "LOG_LEVEL",
            "loud",
            "Unknown LOG_LEVEL 'loud'; choose TRACE, DEBUG, INFO, WARNING or ERROR.",
        ),
        ("PORT", "70000", "PORT is wrong: Input should be less than or equal to 65535."),
        ("MAX_CALLS", "0", "MAX_CALLS is wrong: Input should be greater than or equal to 1."),
        (
            "FILLER_PATIENCE_SECS",
            "-1",
            "FILLER_PATIENCE_SECS is wrong: Input should be greater than or equal to 0.",
        ),
        ("FILLER_PATIENCE", "1", "There is no setting FILLER_PATIENCE; see the README for"),
        ("TICKET_KEYS", "abc", 'TICKET_KEYS is wrong: write a list as JSON, like ["one", "two"].'),
        ("TICKET_KEYS", '["abc"]', "TICKET_KEYS is wrong: a ticket key needs at least 16 char"),
        ("WEBRTC_ICE_SERVERS", "[oops", "WEBRTC_ICE_SERVERS is wrong: write a list as JSON"),
        ("WEBSOCKET_INTAKE", "abc", "WEBSOCKET_INTAKE is wrong: write its fields as JSON"),
        (
            "WEBSOCKET_INTAKE",
            '{"bad_messages": "x"}',
            "WEBSOCKET_INTAKE (bad_messages) is wrong: Input should be a valid integer",
        ),
        ("PUBLIC_URL", "nonsense", "PUBLIC_URL is wrong: a public URL looks like"),
        ("CLINIC_TIMEZONE", "Mars", "CLINIC_TIMEZONE is wrong: unknown time zone 'Mars'"),
    ],
)
def test_a_wrong_value_is_answered_in_one_line_that_names_the_variable(
    variable: str, value: str, answer: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as refused:
        load()
    line = str(refused.value)
    assert line.startswith(answer)
    assert "\n" not in line
    assert line.endswith(".")


def test_every_wrong_setting_gets_a_line_of_its_own(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("STT", "deepgrm")
    monkeypatch.setenv("PORT", "x")
    with pytest.raises(SettingsError) as refused:
        load()
    assert [line.split()[0] for line in str(refused.value).splitlines()] == ["Unknown", "PORT"]


def test_a_secret_is_not_repeated_when_it_is_wrong(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TICKET_KEYS", '["hunter2"]')
    with pytest.raises(SettingsError) as refused:
        load()
    assert "hunter2" not in str(refused.value)


def test_a_dot_env_that_is_no_text_is_named(bare: Path):
    (bare / ".env").write_bytes(b"GREETING=caf\xe9\n")
    with pytest.raises(SettingsError, match=r"^\.env cannot be read: make it"):
        load()


def test_settings_cannot_be_changed_while_calls_use_them():
    with pytest.raises(ValueError, match="frozen"):
        Settings().port = 1
