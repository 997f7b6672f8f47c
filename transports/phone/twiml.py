"""What a carrier is told to do with a call (pure): TwiML, as text; Telnyx's TeXML is the same.

https://www.twilio.com/docs/voice/twiml/stream
"""

from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement, tostring


def connect(
    stream_url: str, parameters: Mapping[str, str], then_url: str, words: str = "", **how: str
) -> str:
    """Stream the call to `stream_url`; when that ends, however, ask at `then_url` what next.

    The parameters come back in the stream's `start` message: Twilio drops a query string. The words
    are said before. `how` are the stream's attributes besides.
    """
    response = Element("Response")
    if words:
        SubElement(response, "Say").text = words
    stream = SubElement(SubElement(response, "Connect"), "Stream", how, url=stream_url)
    for name, value in parameters.items():
        SubElement(stream, "Parameter", name=name, value=value)
    SubElement(response, "Redirect", method="POST").text = then_url
    return _text(response)


def busy() -> str:
    """A busy tone, which costs the caller nothing."""
    response = Element("Response")
    SubElement(response, "Reject", reason="busy")
    return _text(response)


def hang_up(words: str = "") -> str:
    """End the call, after these words if there are any."""
    response = Element("Response")
    if words:
        SubElement(response, "Say").text = words
    SubElement(response, "Hangup")
    return _text(response)


def dial(number: str, then_url: str, within_secs: int) -> str:
    """Pass the caller on to a number; when that is over, or nobody answers, ask at `then_url`."""
    response = Element("Response")
    ring = {"timeout": str(within_secs), "action": then_url, "method": "POST"}
    SubElement(response, "Dial", ring, answerOnBridge="true").text = number
    return _text(response)


def _text(response: Element) -> str:
    return tostring(response, encoding="unicode", xml_declaration=True)
