"""What Twilio is told to do with a call (pure): TwiML, as text.

https://www.twilio.com/docs/voice/twiml/stream
"""

from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement, tostring


def connect(stream_url: str, parameters: Mapping[str, str], then_url: str) -> str:
    """Stream the call to `stream_url`; when that ends, however, ask at `then_url` what next.

    The parameters come back in the stream's `start` message: Twilio drops a query string.
    """
    response = Element("Response")
    stream = SubElement(SubElement(response, "Connect"), "Stream", url=stream_url)
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


def dial(number: str, sorry: str, within_secs: int = 20) -> str:
    """Pass the caller on to a number, and be sorry if nobody answers there."""
    response = Element("Response")
    SubElement(response, "Dial", timeout=str(within_secs), answerOnBridge="true").text = number
    SubElement(response, "Say").text = sorry
    SubElement(response, "Hangup")
    return _text(response)


def _text(response: Element) -> str:
    return tostring(response, encoding="unicode", xml_declaration=True)
