import pytest
from pydantic import ValidationError

from transports.edge.origins import is_origin, may_call
from transports.edge.settings import EdgeSettings

OURS = "https://echo.example.com"


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://localhost:7860", "localhost:7860"),
        ("http://Echo.lan".lower(), "Echo.LAN"),
        ("https://echo.lan", "echo.lan"),
        ("https://echo.lan", "echo.lan:443"),
        ("http://[::1]:7860", "[::1]:7860"),
    ],
)
def test_a_page_may_call_the_host_it_came_from(origin: str, host: str):
    assert may_call(origin, host, "", ())


@pytest.mark.parametrize(
    "origin",
    [
        *("http://localhost:7861", "http://evil.example", "http://localhost.evil.example:7860"),
        *("null", "", "localhost:7860", "file://", "http://", "http://localhost:7860/"),
        *("http://x@localhost:7860", "http://localhost:99999", "http://[", "chrome-extension://x"),
    ],
)
def test_no_other_page_may_call(origin: str):
    assert not may_call(origin, "localhost:7860", "", ())


def test_with_a_public_url_only_its_page_may_call_whatever_host_was_asked():
    assert may_call(OURS, "10.0.0.7:7860", f"{OURS}/", ())
    assert not may_call("https://evil.example", "evil.example", OURS, ())
    assert not may_call("http://echo.example.com", "echo.example.com", OURS, ())


def test_a_page_that_is_allowed_by_name_may_call():
    assert may_call("https://shop.example", "localhost:7860", OURS, ("https://shop.example",))
    assert not may_call("https://shop.example.evil", "x", OURS, ("https://shop.example",))


@pytest.mark.parametrize("wrong", ["*", "example.com", "https://x/", "https://x:443", "null"])
def test_what_no_browser_would_send_is_no_origin_to_allow(wrong: str):
    assert not is_origin(wrong)
    with pytest.raises(ValidationError, match="is no origin, like"):
        EdgeSettings(allowed_origins=(wrong,))


def test_a_proxy_is_an_address_or_a_network():
    EdgeSettings(proxies=("10.0.0.0/8", "::1"))
    with pytest.raises(ValidationError, match="does not appear to be"):
        EdgeSettings(proxies=("*",))


@pytest.mark.parametrize("host", ["localhost:7860", "127.0.0.1:7860", "[::1]:7860"])
def test_who_comes_from_this_machine_alone_asks_for_it_by_its_own_names(host: str):
    assert may_call(f"http://{host}", host, "", (), only_here=True)


def test_a_page_elsewhere_may_not_have_its_name_lead_to_this_machine():
    theirs = "http://evil.example:7860"
    assert not may_call(theirs, "evil.example:7860", "", (), only_here=True)
    assert may_call(theirs, "evil.example:7860", "", (theirs,), only_here=True)


def test_a_network_of_proxies_is_the_same_to_whoever_reads_it():
    assert EdgeSettings(proxies=("10.1.2.3/8", "::1")).proxies == ("10.0.0.0/8", "::1/128")
