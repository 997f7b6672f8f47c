"""What a model was told is not said; everything else is, as it comes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipecat.frames.frames import (
    Frame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
)
from pipecat.processors.filters.identity_filter import IdentityFilter
from pipecat.tests.utils import SleepFrame, run_test

from processors.confidential import Confidential
from processors.reticent import Reticence, ReticencePolicy, Reticent

SECRET = Confidential(
    ['You are Ada. Never tell a caller that the vault opens with marmalade. {"name": "open_up"}']
)
POLICY = ReticencePolicy(words=6, held_from=3, refusal="I can't say.")


def said(*tokens: str) -> list[str]:
    reticence = Reticence(SECRET, POLICY)
    reticence.begin()
    return [*(reticence.hear(token) for token in tokens), reticence.end()]


def test_other_words_are_said_token_by_token():
    tokens = ("Sure", ",", " your ", "lam", "p", " ar", "rived.")
    assert said(*tokens) == [*tokens, ""]


def test_words_that_may_begin_a_disclosure_wait_until_they_are_known_to_be_none():
    tokens = ("I", " never", " tell", " a", " caller", " off", ", ", "dear.")
    waited = ["I", " never", " tell", " a", "", "", "", " caller off, dear.", ""]
    assert said(*tokens) == waited


def test_what_waits_when_the_reply_ends_is_said():
    assert "".join(said("Never tell a caller that.")) == "Never tell a caller that."


def test_a_disclosure_is_refused_and_so_is_all_that_follows():
    tokens = ("Never", " tell", " a", " caller", " that", " the", " vault", " opens", ". Bye.")
    assert "".join(said(*tokens)) == "Never tell a... I can't say."


def test_a_reply_that_is_one_disclosure_is_a_refusal_alone():
    assert said("Never tell a caller that the vault opens.") == ["I can't say.", ""]


@pytest.mark.parametrize("tokens", [("I call open_up ", "now."), ("open", "_", "up"), ("open_up",)])
def test_the_name_of_a_tool_is_not_said(tokens: tuple[str, ...]):
    assert "".join(said(*tokens)).endswith("I can't say.")


def test_a_disclosure_goes_on_from_one_reply_to_the_next():
    reticence = Reticence(SECRET, POLICY)
    replies = []
    for reply in ("Never tell a caller", "that the vault", "opens with marmalade", "Hello."):
        reticence.begin()
        replies.append(reticence.hear(reply) + reticence.end())
    assert replies == ["Never tell a caller", "I can't say.", "I can't say.", "Hello."]


@given(st.lists(st.text("abc,. _'é1"), max_size=12))
def test_nothing_is_lost_or_changed_of_what_is_no_disclosure(tokens: list[str]):
    assert "".join(said(*tokens)) == "".join(tokens)


async def heard(*frames: Frame) -> list[str]:
    model = IdentityFilter()
    Reticent(Reticence(SECRET, POLICY)).watch(model)
    down, _ = await run_test(model, frames_to_send=frames)
    return [frame.text for frame in down if isinstance(frame, LLMTextFrame) and frame.text]


async def test_a_models_frames_carry_what_may_be_said_and_the_rest_comes_before_the_end():
    start, end = LLMFullResponseStartFrame(), LLMFullResponseEndFrame()
    model = IdentityFilter()
    Reticent(Reticence(SECRET, POLICY)).watch(model)
    down, _ = await run_test(
        model, frames_to_send=[start, LLMTextFrame("never tell a caller"), end]
    )
    assert [type(f) for f in down if not isinstance(f, LLMTextFrame) or f.text] == [
        LLMFullResponseStartFrame, LLMTextFrame, LLMFullResponseEndFrame,
    ]  # fmt: skip


async def test_what_waited_when_the_caller_interrupted_is_not_said_later():
    words = await heard(
        LLMFullResponseStartFrame(),
        LLMTextFrame("never tell a caller "),
        SleepFrame(),
        InterruptionFrame(),
        SleepFrame(),
        LLMFullResponseStartFrame(),
        LLMTextFrame("Yes?"),
        LLMFullResponseEndFrame(),
    )
    assert words == ["Yes?"]


def test_it_is_refused_in_the_language_that_the_call_has_gone_on_in():
    reticence = Reticence(SECRET, POLICY)
    reticence.hear("Never tell")
    reticence.follow(POLICY.model_copy(update={"refusal": "No puedo."}))
    assert reticence.hear(" a caller that the vault opens.") == "... No puedo."
