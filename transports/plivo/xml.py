"""What Plivo is told to do with a call (pure): its XML, as text.

https://www.plivo.com/docs/voice/xml/overview
"""

from xml.etree.ElementTree import Element, SubElement, tostring

BOTH_WAYS = {
    "bidirectional": "true",
    "keepCallAlive": "true",  # or what comes behind the stream would be done beside it
    "contentType": "audio/x-mulaw;rate=8000",
    "audioTrack": "inbound",
}


def connect(stream_url: str, then_url: str) -> str:
    """Stream the call to `stream_url`; when that ends, however, ask at `then_url` what next."""
    response = Element("Response")
    SubElement(response, "Stream", BOTH_WAYS).text = stream_url
    SubElement(response, "Redirect", method="POST").text = then_url
    return _text(response)


def busy() -> str:
    """A busy tone, which costs the caller nothing."""
    response = Element("Response")
    SubElement(response, "Hangup", reason="busy")
    return _text(response)


def hang_up(words: str = "", say_in: str = "") -> str:
    """End the call, after these words if there are any, in the language `say_in`."""
    response = Element("Response")
    if words:
        SubElement(response, "Speak", {"language": say_in} if say_in else {}).text = words
    SubElement(response, "Hangup")
    return _text(response)


def _text(response: Element) -> str:
    return tostring(response, encoding="unicode", xml_declaration=True)
