"""Keys that are pressed as sound, each in one piece."""

import asyncio

import numpy as np
from pipecat.frames.frames import OutputAudioRawFrame

from tests.emulators.dtmf import keys_in
from transports.pacing import Pacer
from transports.phone.pressing import KeysFrame, Pressing

HZ = 8_000


class Speaker:
    """Takes a while for each piece, as long as it sounds."""

    sample_rate = HZ

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.pacer = Pacer(0.16)

    def get_event_loop(self) -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        self.pieces.append(frame.audio)
        now = asyncio.get_running_loop().time()
        await asyncio.sleep(self.pacer.sent(len(frame.audio) / 2 / HZ, now))
        return True


async def test_each_key_is_one_piece():
    speaker, pressing = Speaker(), Pressing()
    await pressing.press(KeysFrame("1w4#"), speaker.pacer, speaker)
    keys = [[key.key for key in keys_in(np.frombuffer(p, "<i2"), HZ)] for p in speaker.pieces]
    assert keys == [["1"], [], ["4"], ["#"]]


async def test_it_goes_on_until_the_last_key_has_been_heard():
    speaker, pressing = Speaker(), Pressing()
    clock = asyncio.get_running_loop().time
    assert not pressing.goes_on(clock())
    began = clock()
    task = asyncio.ensure_future(pressing.press(KeysFrame("12"), speaker.pacer, speaker))
    await asyncio.sleep(0.1)
    assert pressing.goes_on(clock())
    await task
    assert pressing.goes_on(began + 0.39)
    assert not pressing.goes_on(began + 0.41)


async def test_who_is_cut_off_presses_no_longer():
    speaker, pressing = Speaker(), Pressing()
    clock = asyncio.get_running_loop().time
    task = asyncio.ensure_future(pressing.press(KeysFrame("w" * 9), speaker.pacer, speaker))
    await asyncio.sleep(0.1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert not pressing.goes_on(clock() + 0.5)


def test_no_interruption_drops_keys_and_no_log_shows_them():
    frame = KeysFrame("90210")
    assert not frame.interruptible
    assert "90210" not in repr(frame)
    assert "90210" not in str(frame)
