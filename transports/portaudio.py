"""The microphones and speakers there are, and streams from and to them."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from types import ModuleType
from typing import Literal, Protocol, TypeVar

from loguru import logger

Side = Literal["input", "output"]
NAMES: dict[Side, str] = {"input": "microphone", "output": "speaker"}

T = TypeVar("T")

ANSWER_SECS = 5.0
"""A device is opened or closed in a tenth of this, even a Bluetooth one."""
GONE_SECS = 2.0
"""A device that works hands over a block, or asks for one, many times a second."""


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


class Device:
    """A microphone or a speaker, which may go away: then `lost` is called, on the event loop."""

    def __init__(self, wanted: Wanted, lost: Callable[[], object]) -> None:
        self._wanted = wanted
        self._lost = lost
        self._stream: Stream | None = None
        self._blocks = 0
        self._watching: asyncio.Task[None] | None = None

    @property
    def hz(self) -> int:
        """The rate it works at: the one that was wanted, or else its own."""
        return int(self._stream.samplerate) if self._stream else self._wanted.hz

    @property
    def latency_secs(self) -> float:
        return self._stream.latency if self._stream else 0.0

    async def open(self, block: Callable[[memoryview], None]) -> bool:
        """Whether it could be opened. PortAudio's thread calls `block` to fill or to take one."""

        def called(pcm: memoryview, *_: object) -> None:
            self._blocks += 1
            block(pcm)

        try:
            self._stream = await _aside(lambda: _open(self._wanted, called))
        except (DeviceError, TimeoutError) as error:
            logger.error(str(error) or f"The {NAMES[self._wanted.side]} does not answer")
            self._lost()
            return False
        self._watching = asyncio.create_task(self._watch())
        return True

    async def close(self) -> None:
        if self._watching:
            self._watching.cancel()
        stream, self._stream = self._stream, None
        if stream:
            with suppress(TimeoutError):
                await _aside(stream.close)

    async def _watch(self) -> None:
        """PortAudio does not say that a device is gone: it only stops to call."""
        seen = -1
        while seen != self._blocks:
            seen = self._blocks
            await asyncio.sleep(GONE_SECS)
        logger.error(f"The {NAMES[self._wanted.side]} went away")
        self._lost()


def _open(wanted: Wanted, callback: Callable[..., None]) -> Stream:
    """A mono s16 stream that runs. Blocks for up to half a second; raises DeviceError."""
    devices = _sounddevice()
    device = find_device(wanted)
    make = devices.RawInputStream if wanted.side == "input" else devices.RawOutputStream
    own_hz = int(devices.query_devices(device, wanted.side)["default_samplerate"])
    problem = ""
    for hz in (wanted.hz, own_hz):
        try:
            with _portaudio:
                stream = make(
                    samplerate=hz,
                    blocksize=hz * wanted.block_ms // 1000,
                    device=device,
                    channels=1,
                    dtype="int16",
                    latency="low",
                    callback=callback,
                )
                stream.start()
                return stream
        except devices.PortAudioError as error:
            problem = str(error)
    raise DeviceError(f"The {NAMES[wanted.side]} cannot be opened: {problem}.")


async def _aside(work: Callable[[], T]) -> T:
    """What `work` returns, on a thread of its own; TimeoutError if it takes ANSWER_SECS.

    PortAudio may wait for ever for a sound server that has died. A thread of the event loop's
    pool would then keep the process from ending; this one does not.
    """
    done: Future[T] = Future()

    def run() -> None:
        done.set_running_or_notify_cancel()
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001  carried over to whoever waits
            done.set_exception(error)

    threading.Thread(target=run, daemon=True, name="portaudio").start()
    async with asyncio.timeout(ANSWER_SECS):
        return await asyncio.wrap_future(done)


def _sounddevice() -> ModuleType:
    """The module, which looks for PortAudio when it is imported."""
    try:
        import sounddevice
    except OSError as error:
        raise DeviceError(
            "PortAudio is missing: apt install libportaudio2, or brew install portaudio."
        ) from error
    return sounddevice
