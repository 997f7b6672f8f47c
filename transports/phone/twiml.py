"""What a carrier is told to do with a call (pure): TwiML, as text; Telnyx's TeXML is the same.

https://www.twilio.com/docs/voice/twiml/stream
"""

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement, tostring

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document may have, escaped or not: who calls may claim any name."""


def connect(
    stream_url: str,
    parameters: Mapping[str, str],
    then_url: str,
    words: str = "",
    say_in: str = "",
    **how: str,
) -> str:
    """Stream the call to `stream_url`; when that ends, however, ask at `then_url` what next.

    The parameters come back in the stream's `start` message: Twilio drops a query string. The words
    are said before, in the language `say_in`. `how` are the stream's attributes besides.
    """
    response = Element("Response")
    _say(response, words, say_in)
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


def hang_up(words: str = "", say_in: str = "", voice: str = "") -> str:
    """End the call, after these words if there are any, in the language `say_in`."""
    response = Element("Response")
    _say(response, words, say_in, voice)
    SubElement(response, "Hangup")
    return _text(response)


def dial(number: str, then_url: str, within_secs: int, shows: str = "") -> str:
    """Pass the caller on to a number; when that is over, or nobody answers, ask at `then_url`.

    `shows` is the number of ours that is shown there, in place of the caller's.
    """
    response = Element("Response")
    ring = {"timeout": str(within_secs), "action": then_url, "method": "POST"}
    ring |= {"callerId": shows} if shows else {}
    SubElement(response, "Dial", ring, answerOnBridge="true").text = number
    return _text(response)


def hold(room: str, words: str, music_url: str, then_url: str, say_in: str = "") -> str:
    """Say the words, then let the caller wait in a room, with music, for whoever comes to it.

    When either leaves the room both do; `then_url` is asked about the caller then. Without a
    `music_url` the music is Twilio's.
    """
    response = Element("Response")
    _say(response, words, say_in)
    waits = {"startConferenceOnEnter": "false"} | ({"waitUrl": music_url} if music_url else {})
    _meet(response, room, {"action": then_url, "method": "POST"}, waits)
    return _text(response)


def introduce(words: str, accept_url: str, within_secs: int, nobody: str, say_in: str = "") -> str:
    """Say the words; a key pressed meanwhile, or in time after them, is told to `accept_url`."""
    response = Element("Response")
    waits = {"numDigits": "1", "timeout": str(within_secs), "action": accept_url, "method": "POST"}
    _say(SubElement(response, "Gather", waits), words, say_in)
    _say(response, nobody, say_in)
    SubElement(response, "Hangup")
    return _text(response)


def join(room: str, words: str, say_in: str = "") -> str:
    """Let somebody into the room; when the other has left it, say the words and end the call."""
    response = Element("Response")
    _meet(response, room, {}, {"startConferenceOnEnter": "true"})
    _say(response, words, say_in)
    SubElement(response, "Hangup")
    return _text(response)


def _say(response: Element, words: str, say_in: str, voice: str = "") -> None:
    """By a voice of the carrier's: its usual one, in its usual language, if none is named."""
    if words:
        how = {"voice": voice, "language": say_in}
        named = {name: value for name, value in how.items() if value}
        SubElement(response, "Say", named).text = words


def _meet(
    response: Element, room: str, dial: Mapping[str, str], conference: Mapping[str, str]
) -> None:
    """Both ends of a transfer: no beep, and who is left alone does not stay."""
    always = {"beep": "false", "endConferenceOnExit": "true"}
    within = SubElement(response, "Dial", dict(dial))
    SubElement(within, "Conference", {**always, **conference}).text = room


def _text(response: Element) -> str:
    return _NOT_IN_XML.sub("", tostring(response, encoding="unicode", xml_declaration=True))
