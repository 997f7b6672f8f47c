"""A caller speaks over Echo: what is heard then, sample by sample, and what is remembered."""

import numpy as np
import pytest
import pytest_asyncio
from pipecat.frames.frames import TTSSpeakFrame

from bot.providers.local.voice import Voice, VoiceSettings, load
from bot.providers.warm import Engines
from bot.turns import Ears
from evals.ear import Samples
from tests.wire.talked_over import FLUX, RATE, TalkedOver, talked_over

pytestmark = pytest.mark.asyncio(loop_scope="module")
ORDER = "Where is my order?"
ANSWER = (
    "Your order has shipped on Monday, and the carrier says that it arrives on Thursday morning."
)
QUESTION = "Shall I book the appointment with Doctor Lee on Tuesday at nine in the morning?"
ALL_RIGHT = "All right."
LONGEST_WORD_SECS = 0.8


@pytest.fixture(scope="module")
def engines() -> Engines:
    return Engines(Ears(), None, None, None)


@pytest.fixture(scope="module")
def voice() -> Voice:
    return load(VoiceSettings())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def undisturbed(engines, voice) -> Samples:
    """The whole answer as it is heard when nobody says anything."""
    async with talked_over(engines, voice, ANSWER, heard=[ORDER]) as call:
        await call.ask()
        await call.hears_the_end()
    (whole,) = call.pieces()
    return whole


def place(heard: Samples, whole: Samples) -> int | None:
    """From which sample on it is `whole` to its end; None if it is something else.

    The voice is never the same to the last bit, and where it fades out is a matter of bits.
    """
    ends = len(whole) - len(heard)
    off = {at: _difference(heard, whole, at) for at in range(max(0, ends - 40), ends + 40)}
    at = min(off, key=off.__getitem__)
    return at if off[at] < 0.1 else None


def is_beginning(heard: Samples, whole: Samples) -> bool:
    return _difference(heard, whole, 0) < 0.1


def _difference(heard: Samples, whole: Samples, at: int) -> float:
    """As a share of the sound."""
    meant = whole[at : at + len(heard)].astype(float)
    off = heard[: len(meant)].astype(float) - meant
    return float(np.sqrt(np.mean(off**2) / np.mean(meant**2)))


def replies_to(call: TalkedOver) -> list[str]:
    return [text for role, text in call.memory if role == "assistant"]


@pytest.mark.parametrize("words", ["Uh-huh.", "Okay.", "Right, I see."])
async def test_after_a_backchannel_every_word_is_heard_once(engines, voice, undisturbed, words):
    async with talked_over(engines, voice, ANSWER, heard=[ORDER, words]) as call:
        await call.ask()
        await call.listens(1.2)
        await call.says(words)
        await call.hears_the_end()
    first, rest = call.pieces()
    assert is_beginning(first, undisturbed)
    goes_on = place(rest, undisturbed)
    assert goes_on is not None
    twice_secs = (len(first) - goes_on) / RATE
    assert 0 <= twice_secs <= LONGEST_WORD_SECS, "the word that was cut, and no other, twice"
    assert call.memory == [("user", ORDER), ("assistant", ANSWER)]
    assert len(call.script.runs_secs) == 1, "the model is not asked"


async def test_stop_ends_it_and_only_what_was_heard_is_remembered(engines, voice, undisturbed):
    async with talked_over(
        engines, voice, ANSWER, ALL_RIGHT, heard=[ORDER, "No wait, stop."]
    ) as call:
        await call.ask()
        await call.listens(1.2)
        await call.says("No wait, stop.")
        await call.hears_the_end()
    first, last = call.pieces()
    assert is_beginning(first, undisturbed)
    assert len(last) < RATE * 1.5, "only the new reply"
    assert [role for role, _ in call.memory] == ["user", "assistant", "user", "assistant"]
    heard, all_right = replies_to(call)
    assert ANSWER.startswith(heard)
    assert "Your order has" in heard
    assert len(heard) < len(ANSWER) / 2
    assert all_right == ALL_RIGHT
    assert call.memory[2] == ("user", "No wait, stop.")


async def test_yes_over_a_question_answers_it(engines, voice):
    async with talked_over(engines, voice, QUESTION, ALL_RIGHT, heard=[ORDER, "Yes."]) as call:
        await call.ask()
        await call.listens(2.0)
        await call.says("Yes.")
        await call.hears_the_end()
    assert call.memory[2:] == [("user", "Yes."), ("assistant", ALL_RIGHT)]


async def test_an_interruption_is_answered_as_soon_as_any_turn(engines, voice):
    async with talked_over(engines, voice, ANSWER, ALL_RIGHT, heard=[ORDER, "Stop."]) as call:
        await call.ask()
        await call.listens(1.2)
        await call.says("Stop.")
        await call.hears_the_end()
    assert call.script.runs_secs[1] - call.ended_secs[1] < 0.9


async def test_after_a_long_gap_a_bridge_leads_back_into_the_sentence(engines, voice, undisturbed):
    bridge = (np.sin(np.arange(RATE // 2) / 20) * 5000).astype(np.int16)
    aside = "Honey could you please close the kitchen door before the dog runs out again tonight"
    async with talked_over(
        engines, voice, ANSWER, heard=[ORDER, aside], bridge=lambda _: bridge.tobytes()
    ) as call:
        await call.ask()
        await call.listens(1.2)
        await call.says(aside)
        await call.hears_the_end()
    first, rest = call.pieces()
    assert is_beginning(first, undisturbed)
    assert is_beginning(rest[: len(bridge)], bridge)
    spoken_again = np.trim_zeros(rest[len(bridge) :], "f")
    goes_on = place(spoken_again, undisturbed)
    assert goes_on is not None
    assert 0 <= (len(first) - goes_on) / RATE <= LONGEST_WORD_SECS
    assert call.memory == [("user", ORDER), ("assistant", ANSWER)]


async def test_what_must_be_heard_is_heard_to_its_end(engines, voice):
    disclosure = "This call is recorded, and your data is kept for thirty days."
    async with talked_over(engines, voice, ALL_RIGHT, heard=["No wait, stop."]) as call:
        frame = TTSSpeakFrame(disclosure)
        frame.interruptible = False
        await call.line.worker.queue_frame(frame)
        await call.listens(1.2)
        await call.says("No wait, stop.")
        await call.hears_the_end()
    assert sum(map(len, call.pieces())) / RATE > 3.6, "the disclosure and the reply"
    heard = " ".join(text for role, text in call.memory if role == "assistant")
    assert heard.startswith(disclosure)
    assert ("user", "No wait, stop.") in call.memory


async def test_an_okay_that_flux_takes_for_a_turn_is_none(engines, voice):
    async with talked_over(engines, voice, ANSWER, heard=[ORDER, "Okay."], choice=FLUX) as call:
        await call.ask()
        await call.listens(1.2)
        await call.says("Okay.", then_quiet_secs=1.5)
        await call.hears_the_end()
    assert len(call.pieces()) == 2, "it was held"
    assert call.memory == [("user", ORDER), ("assistant", ANSWER)]


async def test_stop_ends_it_with_flux(engines, voice):
    heard = [ORDER, "No wait, stop."]
    async with talked_over(engines, voice, ANSWER, ALL_RIGHT, heard=heard, choice=FLUX) as call:
        await call.ask()
        await call.listens(1.2)
        await call.says("No wait, stop.", then_quiet_secs=1.5)
        await call.hears_the_end()
    cut, all_right = replies_to(call)
    assert ANSWER.startswith(cut)
    assert len(cut) < len(ANSWER) / 2
    assert call.memory[2:] == [("user", "No wait, stop."), ("assistant", all_right)]
