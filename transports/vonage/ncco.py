"""What Vonage is told to do with a call (pure): an NCCO, which is a list of actions.

https://developer.vonage.com/en/voice/voice-api/ncco-reference
"""

from transports.vonage.wire import FORMAT

Ncco = list[dict[str, object]]


def connect(socket_url: str, call_id: str, then_url: str) -> Ncco:
    """Connect the call to `socket_url`; when that ends, however, ask at `then_url` what next."""
    endpoint = {
        "type": "websocket",
        "uri": socket_url,
        "content-type": FORMAT,
        "headers": {"call": call_id},
        "authorization": {"type": "vonage"},
    }
    then = {"payload": {"call": call_id}, "eventUrl": [then_url], "eventMethod": "POST"}
    return [{"action": "connect", "endpoint": [endpoint]}, {"action": "notify", **then}]


def say(words: str, say_in: str = "") -> Ncco:
    """These words, in the language `say_in`, and the end of the call."""
    talk: dict[str, object] = {"action": "talk", "text": words}
    return [talk | {"language": say_in} if say_in else talk]


def hang_up() -> Ncco:
    """Nothing more: a call ends with its last action."""
    return []
