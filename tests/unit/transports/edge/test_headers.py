import pytest

from transports.edge.headers import headers_for

OURS = headers_for("/", "localhost:7860", "")


def sources(headers: dict[str, str]) -> dict[str, list[str]]:
    told = headers["Content-Security-Policy"].split("; ")
    return {name: allowed for name, *allowed in (each.split() for each in told)}


def test_our_page_runs_nothing_but_its_own_files():
    allowed = sources(OURS)
    assert allowed["default-src"] == ["'none'"]
    assert allowed["script-src"] == allowed["style-src"] == ["'self'"]
    assert "unsafe" not in OURS["Content-Security-Policy"]


def test_our_page_connects_to_the_host_it_came_from_and_no_other():
    assert sources(OURS)["connect-src"] == ["'self'", "ws://localhost:7860", "wss://localhost:7860"]


def test_with_a_public_url_our_page_connects_there_whatever_host_was_asked():
    told = headers_for("/", "evil.example", "https://echo.example.com")
    assert "evil" not in str(told)
    assert "wss://echo.example.com" in sources(told)["connect-src"]


@pytest.mark.parametrize("host", ["", "a b", "x; script-src *", "x\r\ny", "*", "*.com", "a'b"])
def test_a_host_that_is_none_adds_nothing_to_the_policy(host: str):
    assert sources(headers_for("/", host, ""))["connect-src"] == ["'self'"]


def test_nobody_may_frame_a_page_or_guess_at_its_type():
    for path in ("/", "/client/", "/start"):
        told = headers_for(path, "localhost", "")
        assert sources(told)["frame-ancestors"] == ["'none'"]
        assert told["X-Frame-Options"] == "DENY"
        assert told["X-Content-Type-Options"] == "nosniff"
        assert told["Referrer-Policy"] == "no-referrer"
        assert "microphone=(self)" in told["Permissions-Policy"]


def test_only_pipecats_page_has_the_laxer_policy():
    assert "unsafe-inline" in str(headers_for("/client/assets/x.js", "localhost", ""))
    assert "unsafe-inline" not in str(headers_for("/clients", "localhost", ""))


def test_browsers_are_bound_to_https_only_where_it_is_served():
    name = "Strict-Transport-Security"
    assert headers_for("/", "x", "https://echo.example.com")[name] == "max-age=31536000"
    assert name not in headers_for("/", "x", "http://echo.lan")
