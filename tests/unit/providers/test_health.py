import pytest

from bot.providers.health import Health, HealthPolicy

POLICY = HealthPolicy(failures=2, rest_secs=10, longest_rest_secs=35)
NAMES = ("openai", "anthropic", "local")


@pytest.fixture
def health() -> Health:
    return Health(POLICY)


def test_all_are_asked_in_the_order_of_the_settings(health: Health):
    assert health.usable("LLM", NAMES, 0) == list(NAMES)


def test_one_slow_answer_is_chance(health: Health):
    health.failed("LLM", "openai", "late", 0)
    assert health.usable("LLM", NAMES, 0)[0] == "openai"


def test_two_failures_in_a_row_are_not(health: Health):
    health.failed("LLM", "openai", "late", 0)
    health.failed("LLM", "openai", "unavailable", 1)
    assert health.usable("LLM", NAMES, 1) == ["anthropic", "local"]


def test_a_success_between_two_failures_counts(health: Health):
    health.failed("LLM", "openai", "late", 0)
    health.served("LLM", "openai")
    health.failed("LLM", "openai", "late", 2)
    assert health.state("LLM", "openai", 2) == "closed"


@pytest.mark.parametrize("cause", ["quota", "rate limit"])
def test_who_says_so_itself_is_passed_over_at_once(health: Health, cause):
    health.failed("TTS", "cartesia", cause, 0)
    assert health.state("TTS", "cartesia", 0) == "open"


def test_a_provider_may_say_how_long(health: Health):
    health.failed("LLM", "openai", "rate limit", 0, retry_after_secs=60)
    assert health.state("LLM", "openai", 59) == "open"
    assert health.state("LLM", "openai", 60) == "half open"


def test_a_refused_key_is_never_tried_again(health: Health):
    health.failed("STT", "deepgram", "credentials", 0)
    assert health.state("STT", "deepgram", 1e9) == "dead"
    assert health.usable("STT", ("deepgram", "local"), 1e9) == ["local"]
    assert health.to_probe(1e9) == []


def test_rests_grow_to_a_bound_until_it_serves_again(health: Health):
    now, rests = 0.0, []
    health.failed("LLM", "openai", "late", now)
    for _ in range(4):
        health.failed("LLM", "openai", "late", now)
        since = now
        while health.state("LLM", "openai", now) == "open":
            now += 1
        rests.append(now - since)
    assert rests == [10, 20, 35, 35]
    health.served("LLM", "openai")
    assert health.state("LLM", "openai", now) == "closed"


def test_calls_that_find_out_at_once_make_one_rest(health: Health):
    for at in (0, 0.1, 0.2, 0.3):
        health.failed("LLM", "openai", "unavailable", at)
    assert health.state("LLM", "openai", 11) == "half open"


def test_whose_rest_is_over_is_probed(health: Health):
    health.failed("LLM", "openai", "quota", 0)
    assert health.to_probe(9) == []
    assert health.to_probe(10) == [("LLM", "openai")]


def test_whose_rest_is_over_is_asked_by_a_call_only_when_nobody_is_well(health: Health):
    health.failed("LLM", "openai", "quota", 0)
    assert health.usable("LLM", ("openai", "anthropic"), 10) == ["anthropic"]
    health.failed("LLM", "anthropic", "quota", 9)
    assert health.usable("LLM", ("openai", "anthropic"), 10) == ["openai"]


def test_when_all_rest_those_not_dead_are_asked(health: Health):
    health.failed("LLM", "openai", "credentials", 0)
    health.failed("LLM", "anthropic", "quota", 0)
    assert health.usable("LLM", ("openai", "anthropic"), 1) == ["anthropic"]


def test_a_provider_is_one_for_each_role(health: Health):
    health.failed("STT", "openai", "quota", 0)
    assert health.state("LLM", "openai", 0) == "closed"
