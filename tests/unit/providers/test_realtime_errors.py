"""What an error of OpenAI Realtime ends: one event, a session, or the service."""

import pytest
from pipecat.utils.errors import ErrorCategory
from websockets.datastructures import Headers
from websockets.exceptions import InvalidStatus
from websockets.http11 import Response

from bot.providers.realtime_errors import category, ends_session, is_refusal


def refused(status: int) -> InvalidStatus:
    return InvalidStatus(Response(status, "", Headers()))


@pytest.mark.parametrize(
    ("code", "kind", "ends"),
    [
        ("session_expired", "invalid_request_error", True),
        (None, "server_error", True),
        ("response_cancel_not_active", "invalid_request_error", False),
        (None, "invalid_request_error", False),
    ],
)
def test_a_session_ends_by_the_code_or_the_type_of_an_error(
    code: str | None, kind: str, ends: bool
):
    assert ends_session(code, kind) is ends


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_refused_needs_no_second_attempt(status: int):
    assert is_refusal(refused(status))
    assert category(refused(status)) is ErrorCategory.AUTHENTICATION


def test_a_provider_out_of_reach_may_be_there_a_moment_later():
    assert not is_refusal(refused(503))
    assert category(OSError()) is ErrorCategory.CONNECTIVITY


def test_without_an_error_of_ours_the_provider_is_at_fault():
    assert category(None) is ErrorCategory.SERVER
