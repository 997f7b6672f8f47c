"""What a provider's answer to the check before the first call means."""

import pytest

from bot.providers.check import Answer, Trouble, trouble
from bot.providers.inquiry import Inquiry

MODELS = ("gpt-4.1", "gpt-4.1-mini", "gpt-4o", "whisper-1")
REFUSED = (
    '{"error": {"message": "Incorrect API key provided: sk-abc***xyz.", '
    '"type": "invalid_request_error", "param": null, "code": "invalid_api_key"}}'
)


def inquiry(**changed: object) -> Inquiry:
    fields = {
        "base": "https://api.example.com/v1",
        "path": "/models/gpt-4.2",
        "headers": {"Authorization": "Bearer sk-abcdefxyz"},
        "key": "OPENAI_API_KEY",
        "has_key": True,
        "otherwise": "LLM=local",
        "named": "OPENAI_MODEL",
        "value": "gpt-4.2",
        "complete": True,
        **changed,
    }
    return Inquiry(**fields)


def test_a_provider_that_answers_is_no_trouble():
    assert trouble(inquiry(), Answer(200, "{}")) is None


def test_a_refused_key_stops_the_start_and_is_not_quoted():
    assert trouble(inquiry(), Answer(401, REFUSED)) == Trouble(
        "OPENAI_API_KEY is refused by https://api.example.com/v1: invalid_api_key. "
        "Set another, or choose LLM=local.",
        stops=True,
    )


@pytest.mark.parametrize("body", ["", "<html>", "[]", '{"error": "no"}', '{"error": {"code": 7}}'])
def test_a_refusal_in_another_shape_is_one_all_the_same(body: str):
    found = trouble(inquiry(), Answer(401, body))
    assert found is not None
    assert "refused by https://api.example.com/v1: HTTP 401." in found.line


def test_a_key_that_may_only_not_list_models_does_not_stop_the_start():
    body = '{"error": {"message": "Missing scopes: api.model.read", "code": "missing_scope"}}'
    found = trouble(inquiry(), Answer(401, body))
    assert found == Trouble(
        "OPENAI_API_KEY could not be checked at https://api.example.com/v1: HTTP 401."
    )


def test_a_key_that_may_only_speak_does_not_stop_the_start():
    told = "The API key you used is missing the permission voices_read to execute this operation."
    body = f'{{"detail": {{"status": "missing_permissions", "message": "{told}"}}}}'
    found = trouble(inquiry(), Answer(401, body))
    assert found is not None
    assert not found.stops


def test_a_provider_may_say_with_another_status_that_there_is_no_such_thing():
    found = trouble(inquiry(missing=400), Answer(400), MODELS)
    assert found is not None
    assert found.line.startswith("Unknown OPENAI_MODEL 'gpt-4.2'")


def test_a_server_that_wants_a_key_where_none_is_set_says_so():
    found = trouble(inquiry(has_key=False), Answer(401))
    assert found == Trouble(
        "OPENAI_API_KEY is not set, and https://api.example.com/v1 wants one: "
        "set it, or choose LLM=local.",
        stops=True,
    )


def test_an_unknown_model_is_answered_with_those_that_are_most_like_it():
    found = trouble(inquiry(), Answer(404), MODELS)
    assert found == Trouble(
        "Unknown OPENAI_MODEL 'gpt-4.2' at https://api.example.com/v1; "
        "choose gpt-4.1, gpt-4o or gpt-4.1-mini.",
        stops=True,
    )


def test_a_model_that_a_server_in_between_does_not_list_may_be_there():
    found = trouble(inquiry(complete=False), Answer(404), MODELS)
    assert found is not None
    assert not found.stops


def test_a_server_that_lists_models_and_describes_none_is_no_trouble():
    assert trouble(inquiry(value="gpt-4o"), Answer(404), MODELS) is None


@pytest.mark.parametrize("status", [403, 404, 429, 500, 503])
def test_any_other_answer_is_only_a_warning(status: int):
    assert trouble(inquiry(), Answer(status)) == Trouble(
        f"OPENAI_API_KEY could not be checked at https://api.example.com/v1: HTTP {status}."
    )


def test_a_password_in_the_address_is_not_printed():
    found = trouble(inquiry(base="https://me:s3cret@llm.example.com/v1"), Answer(503))
    assert found is not None
    assert "s3cret" not in found.line
