"""Who answers a question, who is asked next, and what of the answers goes out."""

import pytest
from pipecat.processors.aggregators.llm_context import LLMContext

from bot.providers.candidate import Candidate, Succession
from bot.providers.health import Health, HealthPolicy
from bot.providers.incident import IncidentFrame
from bot.providers.question import GO_ON, Attempt, Question
from bot.providers.reply import ThinkingPolicy

ASKED = [{"role": "user", "content": "Where is my order?"}]
POLICY = ThinkingPolicy(first_secs=1.5, stall_secs=1.0, last_secs=5.0)
HEDGED = ThinkingPolicy(first_secs=1.5, hedge_secs=0.5)


def question(
    policy: ThinkingPolicy = POLICY, *, held: bool = False, second: dict | None = None
) -> Question[str]:
    """Asked of "a" at 10 s; "b" is there as well."""
    able = [Candidate("a", str), Candidate("b", str, **second or {})]
    succession = Succession("LLM", able, Health(HealthPolicy()))
    asked = Question(LLMContext([*ASKED]), policy, succession, 10.0, held)
    asked.asked(succession.first(10.0), 10.0)
    return asked


def at_work(asked: Question[str], name: str) -> Attempt:
    attempt = asked.attempt_of(name)
    assert attempt, f"{name} is not at work"
    return attempt


def told(incident: IncidentFrame) -> tuple[str, str, str, float | None]:
    return incident.provider, incident.cause, incident.successor, incident.after_ms


def says(asked: Question[str], name: str, *tokens: str) -> str:
    attempt = at_work(asked, name)
    asked.gave(attempt, 10.1)
    return "".join(asked.add(attempt, token) for token in tokens if attempt.speaks(token))


def test_who_is_late_is_given_up_and_the_next_is_asked():
    asked = question()
    assert asked.due_secs == 11.5
    assert asked.overdue(11.4) == []
    assert asked.overdue(11.5) == [("a", "late")]
    change = asked.failed(at_work(asked, "a"), "late", 11.5, 0.0)
    assert told(change.incident) == ("a", "late", "b", 1500)
    assert change.following
    assert change.following.name == "b"


def test_the_last_of_them_has_more_time():
    asked = question()
    change = asked.failed(at_work(asked, "a"), "unavailable", 10.5, 0.0)
    assert change.following
    asked.asked(change.following, 10.5)
    assert asked.due_secs == 15.5


def test_when_nobody_is_left_nobody_follows():
    asked = question()
    for _ in range(2):  # and one more try of the last
        change = asked.failed(asked.attempts[0], "unavailable", 10.5, 0.0)
        assert change.following
        asked.asked(change.following, 10.5)
    change = asked.failed(asked.attempts[0], "unavailable", 10.7, 0.0)
    assert change.following is None
    assert told(change.incident) == ("b", "unavailable", "", 700)
    assert asked.attempts == []


def test_nobody_waits_for_an_answer_ahead_of_the_end_of_the_turn():
    asked = question(held=True)
    assert asked.due_secs is None
    asked.confirmed(20.0)
    assert asked.due_secs == 21.5
    change = asked.failed(asked.attempts[0], "late", 21.5, 0.0)
    assert told(change.incident) == ("a", "late", "b", 1500)


def test_one_that_is_late_is_hedged_once():
    asked = question(HEDGED)
    assert asked.due_secs == 10.5
    assert asked.hedged(10.4) is None
    change = asked.hedged(10.5)
    assert change
    assert told(change.incident) == ("a", "hedged", "b", 500)
    assert change.following
    asked.asked(change.following, 10.5)
    assert asked.hedged(10.6) is None


def hedged() -> Question[str]:
    asked = question(HEDGED)
    change = asked.hedged(10.5)
    assert change
    assert change.following
    asked.asked(change.following, 10.5)
    return asked


def test_the_first_to_give_something_answers_and_the_other_goes_on_for_nobody():
    asked = hedged()
    assert asked.gave(at_work(asked, "b"), 10.8) == ["a"]
    assert asked.attempt_of("a") is None
    assert asked.winner is at_work(asked, "b")
    assert asked.gave(at_work(asked, "b"), 10.9) == []


def test_a_hedge_goes_on_alone_when_the_late_one_fails():
    asked = hedged()
    change = asked.failed(at_work(asked, "a"), "unavailable", 10.9, 0.0)
    assert told(change.incident) == ("a", "unavailable", "b", 900)
    assert change.following is None
    assert [each.name for each in asked.attempts] == ["b"]


def late() -> Question[str]:
    """The second is asked beside the first, which is late."""
    asked = question()
    change = asked.failed(at_work(asked, "a"), "late", 11.5, 0.0)
    assert told(change.incident) == ("a", "late", "b", 1500)
    assert change.following
    asked.asked(change.following, 11.5)
    return asked


def test_one_that_is_late_may_still_be_the_first_to_answer():
    asked = late()
    assert asked.gave(at_work(asked, "a"), 11.8) == ["b"]
    assert asked.winner is at_work(asked, "a")


def test_one_that_is_late_for_good_is_given_up_and_the_other_goes_on():
    asked = late()
    asked.failed(at_work(asked, "b"), "unavailable", 12.0, 0.0)
    assert [each.name for each in asked.attempts] == ["a"]
    assert asked.overdue(14.9) == []
    assert asked.overdue(15.0) == [("a", "late")]
    asked.failed(at_work(asked, "a"), "late", 15.0, 0.0)
    assert asked.attempt_of("a") is None


def test_the_last_of_all_is_asked_again_and_not_beside_itself():
    asked = question()
    change = asked.failed(at_work(asked, "a"), "unavailable", 10.1, 0.0)
    assert change.following
    asked.asked(change.following, 10.1)
    change = asked.failed(at_work(asked, "b"), "late", 15.1, 0.0)
    assert change.following
    assert change.following.name == "b"
    assert asked.attempts == []


def test_an_answer_has_one_beginning_whoever_goes_on():
    asked = hedged()
    assert asked.started()
    assert not asked.started()


def test_the_next_is_told_what_was_said_and_goes_on_there():
    asked = question()
    assert says(asked, "a", "Your", " order", " 1042", " shi") == "Your order 1042 "
    change = asked.failed(at_work(asked, "a"), "stalled", 11.5, 0.0)
    assert change.following
    told_next = asked.asked(change.following, 11.5).messages
    assert told_next == [
        *ASKED,
        {"role": "assistant", "content": "Your order 1042"},
        {"role": "user", "content": GO_ON},
    ]
    assert says(asked, "b", " has", " shipped", ".") == "has shipped."
    assert asked.said == "Your order 1042 has shipped."


def test_who_cannot_go_on_is_asked_afresh_and_says_a_sentence_of_its_own():
    asked = question(second={"goes_on": False})
    says(asked, "a", "Your", " order ")
    change = asked.failed(at_work(asked, "a"), "stalled", 11.5, 0.0)
    assert change.following
    assert asked.asked(change.following, 11.5).messages == ASKED
    assert says(asked, "b", "It", " shipped", ".") == ". It shipped."


@pytest.mark.parametrize(
    ("tokens", "goes_out"),
    [
        (["\n", "Yes", "."], "Yes."),
        (["¿", "Cuál", "?"], "¿Cuál?"),
        (["¿", " ", "Cuál", "?"], "Cuál?"),
    ],
)
def test_of_what_comes_before_the_first_word_only_an_opening_mark_goes_out(tokens, goes_out):
    asked = question()
    attempt = at_work(asked, "a")
    out = ""
    for token in tokens:
        if attempt.speaks(token):
            asked.gave(attempt, 10.1)
            out += asked.add(attempt, token)
    assert out == goes_out


def test_a_model_of_this_machine_is_slow_at_worst():
    asked = question(second={"is_here": True})
    change = asked.failed(at_work(asked, "a"), "unavailable", 11.5, 0.0)
    assert change.following
    asked.asked(change.following, 11.5)
    assert asked.due_secs is None
