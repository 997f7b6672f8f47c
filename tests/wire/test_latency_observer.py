"""The observer on Pipecat's own clock, in real time, against an ear at the output."""

import pytest
from pipecat.clocks.system_clock import SystemClock

from tests.unit.telemetry.measured_call import MeasuredCall, Script, place_call

AGREE_MS = 25
"""What the observer sees and what is written may differ by a hop between processors, no more."""


async def speak_once(call: MeasuredCall) -> None:
    await call.caller.speak(for_secs=0.5)


@pytest.mark.parametrize(
    "script",
    [["It is on its way."], [("look_up_order", 1.5), "It is on its way."]],
    ids=["plain", "tool with a filler"],
)
async def test_clocks_agree_with_an_ear_at_the_output(script: Script):
    call = await place_call(script, speak_once, clock=SystemClock)
    (turn,) = call.turns
    heard_ms = [(at - call.caller.silent_at) * 1000 for at in call.output.heard_at]
    assert turn.first_sound_ms == pytest.approx(heard_ms[0], abs=AGREE_MS)
    assert turn.answer_ms == pytest.approx(heard_ms[-1], abs=AGREE_MS)
    assert len(heard_ms) == len(script)
