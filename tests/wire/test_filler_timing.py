"""Fillers in real time, with the real local voice: what lies between a filler and its answer."""

import asyncio

import numpy as np
import pytest
from pipecat.frames.frames import TTSTextFrame

from bot.providers.local.tts import HibariTTS
from bot.providers.local.voice import Voice, VoiceSettings, load
from bot.providers.local.voiced import voiced
from processors.patience import FillerPolicy
from tests.small_call import Call, Ear, Pace, Reply, SmallCall, small_call

RATE_HZ = 24_000
AUDIBLE = 300
"""Of 32,767: -40 dB."""
PHRASE = "Give me just one second, I am pulling up your order right here for you."
ANSWER = Reply(texts=("Your order 1042 has shipped, ", "and it arrives on Thursday."))


@pytest.fixture(scope="module")
def voice() -> Voice:
    return load(VoiceSettings())


@pytest.mark.parametrize("tool_secs", [0.7, 1.2, 2.0])
async def test_the_answer_is_computed_meanwhile_and_follows(voice: Voice, tool_secs: float):
    looks_up = Reply(calls=(Call("look_up_order", tool_secs),))
    async with small_call(
        looks_up,
        ANSWER,
        voice=HibariTTS(voice),
        rate_hz=RATE_HZ,
        pace=Pace(thinks_secs=0.2),
    ) as call:
        await call.run()
        await asyncio.sleep(tool_secs + 1)
        await heard_all(call)

    (filler_secs, remembered), (answer_secs, answer_remembered) = call.ear.utterances
    assert (remembered, answer_remembered) == (False, True)
    assert filler_secs < answer_secs

    began_secs, run_secs = call.script.runs_secs
    filler = sounding(call.ear, filler_secs, answer_secs)
    answer = sounding(call.ear, answer_secs, float("inf"))
    called_secs = began_secs + call.script.pace.thinks_secs
    print(
        f"\ntool {tool_secs:.1f} s: filler heard {filler[0] - called_secs:.3f} s after the call, "
        f"model runs {run_secs - called_secs - tool_secs:.3f} s after the result, "
        f"silence before the answer {(answer[0] - filler[1]) * 1000:.0f} ms, "
        f"gaps in it {gaps_secs(call.ear, answer) * 1000:.0f} ms"
    )
    assert filler[1] <= answer[0]
    if called_secs + tool_secs < filler[1] - 0.3:
        assert run_secs < filler[1]


async def test_an_answer_that_is_ready_early_cuts_the_filler_at_its_clause(voice: Voice):
    looks_up = Reply(calls=(Call("look_up_order", 0.4),))
    policy = FillerPolicy(openings={"look_up_order": (PHRASE,)})
    async with small_call(
        looks_up,
        ANSWER,
        policy=policy,
        voice=HibariTTS(voice),
        rate_hz=RATE_HZ,
        pace=Pace(thinks_secs=0.1),
    ) as call:
        await call.run()
        await asyncio.sleep(1)
        await heard_all(call)

    (filler_secs, _), (answer_secs, _) = call.ear.utterances
    chunks = [audio for at_secs, audio in call.ear.chunks if filler_secs <= at_secs < answer_secs]
    heard_secs = sum(len(audio) for audio in chunks) / 2 / RATE_HZ
    whole_secs = voiced(voice, PHRASE).secs
    print(f"\nfiller {heard_secs:.2f} s of {whole_secs:.2f} s")
    assert heard_secs < whole_secs / 2
    words = [
        frame.text
        for _, source, frame in call.frames.pushed
        if source is call.ear and isinstance(frame, TTSTextFrame)
    ]
    assert " ".join(words).startswith("Give me just one second, Your order 1042")
    assert call.context.get_messages()[-1]["content"] == "".join(ANSWER.texts)


async def heard_all(call: SmallCall) -> None:
    """Waits until the caller has heard nothing more for a second; fails after ten."""
    async with asyncio.timeout(10):
        while True:
            before = len(call.ear.chunks)
            await asyncio.sleep(1)
            if len(call.ear.chunks) == before:
                return


def sounding(ear: Ear, from_secs: float, to_secs: float) -> tuple[float, float]:
    """When the first and the last audible sample of an utterance were heard."""
    times: list[float] = []
    for starts_secs, audio in ear.chunks:
        if from_secs <= starts_secs + 1e-6 < to_secs:
            loud = np.flatnonzero(np.abs(np.frombuffer(audio, np.int16).astype(int)) > AUDIBLE)
            times += [starts_secs + at / RATE_HZ for at in loud[[0, -1]]] if len(loud) else []
    return min(times), max(times)


def gaps_secs(ear: Ear, span: tuple[float, float]) -> float:
    """Time within the span in which the ear had nothing to play."""
    ends = [at_secs + len(audio) / 2 / RATE_HZ for at_secs, audio in ear.chunks]
    return sum(
        later_secs - end_secs
        for end_secs, (later_secs, _) in zip(ends, ear.chunks[1:], strict=False)
        if span[0] <= end_secs and later_secs <= span[1]
    )
