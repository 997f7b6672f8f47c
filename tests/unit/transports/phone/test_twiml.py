"""What Twilio is told can be read, whatever a caller claims to be called."""

from xml.etree import ElementTree

import pytest

from transports.phone import twiml


@pytest.mark.parametrize("name", ["\x00", "\x1b[2J", "\uffff", "\ud800", '"><Hangup/>', "\u00e9"])
def test_a_name_does_not_spoil_the_document(name: str):
    told = twiml.connect("wss://echo.example/s", {"from": f"+1555{name}1042"}, "https://e.example")
    response = ElementTree.fromstring(told)
    assert [verb.tag for verb in response] == ["Connect", "Redirect"]
    (parameter,) = response.iter("Parameter")
    assert parameter.get("value", "").startswith("+1555")
    assert parameter.get("value", "").endswith("1042")
