"""What Twilio takes for TwiML, as far as a phone needs it: verbs and their attributes.

Twilio warns of what it does not know (12200) and goes on; this refuses it.
https://www.twilio.com/docs/voice/twiml
"""

import re
from collections.abc import Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from tests.emulators.receiver import CarrierError

VERBS: Mapping[str, frozenset[str]] = {
    "Say": frozenset({"voice", "language", "loop"}),
    "Play": frozenset({"loop", "digits"}),
    "Pause": frozenset({"length"}),
    "Gather": frozenset(
        {"action", "method", "numDigits", "timeout", "finishOnKey", "actionOnEmptyResult", "input"}
    ),
    "Dial": frozenset({"action", "method", "timeout", "callerId", "timeLimit", "answerOnBridge"}),
    "Connect": frozenset({"action", "method"}),
    "Redirect": frozenset({"method"}),
    "Hangup": frozenset(),
    "Reject": frozenset({"reason"}),
}
NOUNS: Mapping[tuple[str, str], frozenset[str]] = {
    ("Gather", "Say"): VERBS["Say"],
    ("Gather", "Play"): VERBS["Play"],
    ("Gather", "Pause"): VERBS["Pause"],
    ("Dial", "Number"): frozenset({"url", "statusCallback"}),
    ("Dial", "Conference"): frozenset(
        {
            *("beep", "muted", "startConferenceOnEnter", "endConferenceOnExit", "maxParticipants"),
            *("waitUrl", "waitMethod", "statusCallback", "statusCallbackEvent"),
        }
    ),
    ("Connect", "Stream"): frozenset({"url", "name", "statusCallback"}),
    ("Stream", "Parameter"): frozenset({"name", "value"}),
}
VALUES: Mapping[str, re.Pattern[str]] = {
    "method": re.compile("GET|POST"),
    "waitMethod": re.compile("GET|POST"),
    "beep": re.compile("true|false|onEnter|onExit"),
    "startConferenceOnEnter": re.compile("true|false"),
    "endConferenceOnExit": re.compile("true|false"),
    "answerOnBridge": re.compile("true|false"),
    "numDigits": re.compile("[1-9][0-9]*"),
    "timeout": re.compile("[0-9]+|auto"),
    "reason": re.compile("rejected|busy"),
    "action": re.compile("https://.+"),
    "waitUrl": re.compile("(https://.+)?"),
}
LONGEST_SAY, LONGEST_ROOM = 4_096, 128


def verbs(document: str) -> list[Element]:
    """The verbs of a document, in their order. Raises CarrierError for what Twilio would not do."""
    try:
        response = ElementTree.fromstring(document)
    except ElementTree.ParseError as error:
        raise CarrierError("12100 Document parse failure") from error
    if response.tag != "Response" or response.attrib:
        raise CarrierError("12200 Schema validation warning: no Response")
    for verb in response:
        _check(verb, VERBS.get(verb.tag))
    return list(response)


def _check(element: Element, known: frozenset[str] | None) -> None:
    if known is None:
        raise CarrierError(f"12200 Schema validation warning: {element.tag} has no place there")
    for name, value in element.attrib.items():
        if name not in known:
            raise CarrierError(f"12200 Schema validation warning: {element.tag} has no {name}")
        if (rule := VALUES.get(name)) and not rule.fullmatch(value):
            raise CarrierError(f"12200 Schema validation warning: {name}={value!r}")
    _check_text(element)
    for child in element:
        _check(child, NOUNS.get((element.tag, child.tag)))


def _check_text(element: Element) -> None:
    text = element.text or ""
    match element.tag:
        case "Say" if not text.strip() or len(text) > LONGEST_SAY:
            raise CarrierError("13520 Say: Invalid text")
        case "Conference" if not 0 < len(text) <= LONGEST_ROOM:
            raise CarrierError("13231 Dial->Conference: Invalid name")
        case _:
            pass
