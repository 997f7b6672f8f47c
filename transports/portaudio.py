"""The microphones and speakers there are, and streams from and to them."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Literal, Protocol

Side = Literal["input", "output"]
NAMES: dict[Side, str] = {"input": "microphone", "output": "speaker"}


class DeviceError(Exception):
    """The machine has no such microphone or speaker; the message says which there are."""


class Stream(Protocol):
    """What is used of sounddevice's streams."""

    samplerate: float
    latency: float

    def start(self) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """A microphone or a speaker, by part of its name or by number; empty is the default one."""

    side: Side
    device: str
    hz: int
    block_ms: int


_portaudio = threading.Lock()
"""PortAudio must not be asked to open two streams at once."""


def find_device(wanted: Wanted) -> int | None:
    """The device's number, or None for the system's own choice.

    Raises DeviceError: PortAudio is missing, there is no device, or none (or several) by that name.
    """
    devices = _sounddevice()
    name = wanted.device
    try:
        found = devices.query_devices(int(name) if name.isdigit() else name or None, wanted.side)
    except (ValueError, devices.PortAudioError) as error:
        raise DeviceError(_no_device(wanted)) from error
    return int(found["index"]) if name else None


def _no_device(wanted: Wanted) -> str:
    channels = f"max_{wanted.side}_channels"
    there = [
        f"{device['index']} ({device['name']})"
        for device in _sounddevice().query_devices()
        if device[channels]
    ]
    kind = NAMES[wanted.side]
    if not there:
        return f"This machine has no {kind}."
    asked = f"No single {kind} matches {wanted.device!r}" if wanted.device else f"No default {kind}"
    return f"{asked}; choose one of {', '.join(there)}."


def open_stream(wanted: Wanted, callback: Callable[..., None]) -> Stream:
    """A mono s16 stream, not started yet, at the wanted rate, or else at the device's own.

    Blocks for up to half a second. Raises DeviceError if the device cannot be opened.
    """
    devices = _sounddevice()
    device = find_device(wanted)
    make = devices.RawInputStream if wanted.side == "input" else devices.RawOutputStream
    own_hz = int(devices.query_devices(device, wanted.side)["default_samplerate"])
    problem = ""
    for hz in (wanted.hz, own_hz):
        try:
            with _portaudio:
                return make(
                    samplerate=hz,
                    blocksize=hz * wanted.block_ms // 1000,
                    device=device,
                    channels=1,
                    dtype="int16",
                    latency="low",
                    callback=callback,
                )
        except devices.PortAudioError as error:
            problem = str(error)
    raise DeviceError(f"The {NAMES[wanted.side]} cannot be opened: {problem}.")


def _sounddevice() -> ModuleType:
    """The module, which looks for PortAudio when it is imported."""
    try:
        import sounddevice
    except OSError as error:
        raise DeviceError(
            "PortAudio is missing: apt install libportaudio2, or brew install portaudio."
        ) from error
    return sounddevice
