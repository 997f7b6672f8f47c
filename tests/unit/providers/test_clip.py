"""Speech that was made before it is needed."""

import numpy as np

from bot.providers.clip import Clip


def test_it_comes_at_the_rate_of_the_way_to_the_caller():
    clip = Clip(np.full(24_000, 1_000, "<i2").tobytes(), 24_000)
    assert clip.at(24_000) == clip.audio
    assert len(clip.at(8_000)) == 2 * 8_000
