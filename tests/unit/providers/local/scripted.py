"""The agent's tools as schemas with scripted results, and the situations that callers speak in."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from pipecat.processors.aggregators.llm_context import LLMContext, LLMContextMessage
from pipecat.services.llm_service import FunctionCallParams

from bot.providers.local.acts import Act
from bot.providers.local.dialogue import Dialogue

NOW = datetime(2026, 11, 23, 9, 0)
"""A Monday morning."""
GREETING = "Hi, this is Echo at Acme. How can I help?"
SLOTS = ["2026-11-24T10:30", "2026-11-24T14:00", "2026-11-25T09:15"]


async def look_up_order(
    params: FunctionCallParams, order_number: str = "", email: str = ""
) -> None:
    """Look up an order.

    Examples: "where is my order 1042", "what's the status of order 1055",
        "I'd like to check on an order", "when will order 1057 arrive",
        "what did I buy in order 1020", "I don't know my order number".

    Args:
        order_number: The order's number.
        email: The e-mail address on the order.
    """


async def track_shipment(params: FunctionCallParams, order_number: str) -> None:
    """Follow a shipment.

    Examples: "track order 58213", "track my package", "where is my package right now",
        "who is delivering order 1042", "which carrier has my parcel".

    Args:
        order_number: The order's number.
    """


async def start_return(
    params: FunctionCallParams, order_number: str, reason: str = "", confirmed: bool = False
) -> None:
    """Start the return of a delivered order.

    Examples: "I want to return order 1038", "I'd like to send something back",
        "my order arrived broken", "the jacket doesn't fit, can I return it",
        "I want my money back for order 1034".

    Args:
        order_number: The order's number.
        reason: Why, in the caller's words.
        confirmed: True only after the caller's explicit yes.
    """


async def find_appointments(
    params: FunctionCallParams, day: str = "", time_of_day: str = ""
) -> None:
    """Find free appointments.

    Examples: "I need an appointment", "do you have anything free tomorrow",
        "when can I see the doctor", "any openings on Friday after 3 pm",
        "I'd like to come in for a check-up", "what is the earliest appointment".

    Args:
        day: The day as the caller says it.
        time_of_day: Such as morning or 10:30.
    """


async def book_appointment(
    params: FunctionCallParams, starts_at: str, name: str, confirmed: bool = False
) -> None:
    """Book a free appointment.

    Examples: "book me in for Tuesday at 10:30", "I'll take the 2 PM one",
        "please book the first one, my name is Maria Lopez".

    Args:
        starts_at: When it starts, such as 2026-11-24T10:30.
        name: The person who comes.
        confirmed: True only after the caller's explicit yes.
    """


async def cancel_appointment(
    params: FunctionCallParams, starts_at: str = "", name: str = "", confirmed: bool = False
) -> None:
    """Cancel an appointment.

    Examples: "cancel my appointment", "I can't make it on Tuesday",
        "please cancel the appointment of Maria Lopez", "I need to call off my visit".

    Args:
        starts_at: When it starts; empty if the caller did not say.
        name: The name it was booked under.
        confirmed: True only after the caller's explicit yes.
    """


async def get_weather(params: FunctionCallParams, city: str, day: str = "") -> None:
    """Tell the weather in a city.

    Examples: "what's the weather in Boston", "will it rain in Seattle tomorrow",
        "do I need an umbrella in London", "is it cold in Denver".

    Args:
        city: The city.
        day: The day; empty for today.
    """


async def talk_to_human(
    params: FunctionCallParams, reason: str = "", confirmed: bool = False
) -> None:
    """Hand the caller over to a person.

    Examples: "I want to talk to a human", "can I talk to an agent", "get me your manager".

    Args:
        reason: What it is about.
        confirmed: True only after the caller's explicit yes.
    """


async def end_call(params: FunctionCallParams) -> None:
    """Say goodbye and hang up.

    Examples: "goodbye", "that's all, thank you", "thanks, have a nice day".
    """


TOOLS = (
    look_up_order, track_shipment, start_return, find_appointments, book_appointment,
    cancel_appointment, get_weather, talk_to_human, end_call,
)  # fmt: skip


def heard(text: str) -> list[LLMContextMessage]:
    return [{"role": "user", "content": text}]


def said(text: str) -> list[LLMContextMessage]:
    return [{"role": "assistant", "content": text}]


def called(
    tool: str, arguments: Mapping[str, object], result: Mapping[str, object] | str
) -> list[LLMContextMessage]:
    """A tool call and its result, as pipecat's aggregator writes them down."""
    content = result if isinstance(result, str) else json.dumps(result)
    call = {"name": tool, "arguments": json.dumps(arguments)}
    identity = f"{tool}-{len(json.dumps(arguments))}-{content[:20]}"
    return [
        {
            "role": "assistant",
            "tool_calls": [{"id": identity, "function": call, "type": "function"}],
        },
        {"role": "tool", "tool_call_id": identity, "content": content},
    ]


_ASK_NUMBER = "What is the order number, or the e-mail address on the order?"
_SHIPPED = "Order 1042, your desk lamp, is on its way with UPS."
_OFFER = "I have tomorrow at 10:30 AM and 2 PM, and Wednesday at 9:15 AM. Which would you like?"
_BOOK = "Tuesday, November 24th at 10:30 AM, for Maria Lopez. Shall I book it?"
_RETURN = "You would like to return order 1042, your desk lamp. Shall I start the return?"
_MARIA = {"starts_at": "2026-11-24T10:30", "name": "Maria Lopez"}
_LAMP = {"order_number": "1042", "reason": "too small"}
_APPOINTMENTS = [
    *heard("I need an appointment"),
    *called("find_appointments", {}, {"say": _OFFER, "slots": SLOTS}),
    *said(_OFFER),
]

SITUATIONS: Mapping[str, Sequence[LLMContextMessage]] = {
    "": said(GREETING),
    "asked_order": [
        *heard("where is my order"),
        *called("look_up_order", {}, {"ask": _ASK_NUMBER}),
        *said(_ASK_NUMBER),
    ],
    "after_order": [
        *heard("where is my order 1042"),
        *called(
            "look_up_order",
            {"order_number": "1042"},
            {"say": _SHIPPED, "order_number": 1042, "status": "shipped"},
        ),
        *said(_SHIPPED),
    ],
    "offered": _APPOINTMENTS,
    "asked_name": [*_APPOINTMENTS, *heard("the first one"), *said("What name is it under?")],
    "confirm_booking": [
        *_APPOINTMENTS,
        *heard("the first one, for Maria Lopez"),
        *called("book_appointment", _MARIA, {"confirm": _BOOK, **_MARIA}),
        *said(_BOOK),
    ],
    "confirm_return": [
        *heard("I want to return order 1042, it's too small"),
        *called("start_return", _LAMP, {"confirm": _RETURN, "order_number": 1042}),
        *said(_RETURN),
    ],
    "asked_city": [*heard("what's the weather like"), *said("For which city?")],
}


def context(*parts: Sequence[LLMContextMessage], tools: Sequence[object] = TOOLS) -> LLMContext:
    return LLMContext([message for part in parts for message in part], tools=[*tools])  # type: ignore[list-item]


def decide(dialogue: Dialogue, *parts: Sequence[LLMContextMessage]) -> Act:
    """What the dialogue does after these messages, with the agent's tools."""
    whole = context(*parts)
    return dialogue.decide(whole.get_messages(), whole.tools, NOW)


class Call:
    """A conversation in which every tool answers from a script, as the real ones do."""

    def __init__(self, dialogue: Dialogue, tools: Sequence[object] = TOOLS) -> None:
        self.messages: list[LLMContextMessage] = [*said(GREETING)]
        self.calls: list[tuple[str, Mapping[str, object]]] = []
        self._dialogue = dialogue
        self._tools = tools

    def hears(self, text: str) -> str:
        """Echo's whole answer to the caller, after the tools it called."""
        self.messages += heard(text)
        spoken: list[str] = []
        for _ in range(3):
            act = self.act()
            self.messages += said(act.text) if act.text else []
            spoken.append(act.text)
            for call in act.calls:
                self.calls.append((call.tool, call.arguments))
                self.messages += called(
                    call.tool, call.arguments, answer(call.tool, call.arguments)
                )
            if not act.calls:
                break
        return " ".join(words for words in spoken if words)

    def act(self) -> Act:
        whole = context(self.messages, tools=self._tools)
        return self._dialogue.decide(whole.get_messages(), whole.tools, NOW)

    @property
    def last(self) -> tuple[str, Mapping[str, object]]:
        """The tool called last, and its arguments."""
        return self.calls[-1]


def answer(tool: str, given: Mapping[str, object]) -> Mapping[str, object]:
    """What the agent's tools answer, in shape and in substance."""
    number, name = given.get("order_number"), given.get("name")
    match tool:
        case "look_up_order" if given.get("email") == "pair@example.com" and not number:
            return {
                "ask": "I found order 1050, your chair and order 1051, your desk. Which one is it?",
                "order_numbers": [1050, 1051],
            }
        case "look_up_order" | "track_shipment" | "start_return" if number == "9999":
            return {"error": "I can't find an order 9999. Could you check the number?"}
        case "look_up_order" if number or given.get("email"):
            return {"say": f"Order {number or 1042} is on its way.", "order_number": number or 1042}
        case "look_up_order":
            return {"ask": _ASK_NUMBER}
        case "track_shipment":
            return {"say": f"UPS has order {number}.", "order_number": number}
        case "start_return" if given.get("confirmed"):
            return {"say": f"The return of order {number} is started.", "order_number": number}
        case "start_return":
            return {
                "confirm": f"You would like to return order {number}. Shall I start the return?",
                "order_number": number,
            }
        case "find_appointments" if given.get("day") == "2026-11-27":
            return {
                "say": "I have Friday at 11 AM. Would you like that?",
                "slots": ["2026-11-27T11:00"],
            }
        case "find_appointments":
            return {"say": _OFFER, "slots": SLOTS}
        case "book_appointment" if given["starts_at"] == "2026-11-24T12:00":
            return {
                "error": "Tuesday at noon is not free. I could offer 11:30 AM or 12:30 PM.",
                "slots": ["2026-11-24T11:30", "2026-11-24T12:30"],
            }
        case "book_appointment" if given.get("confirmed"):
            return {
                "say": f"{name} is booked for {given['starts_at']}.",
                "starts_at": given["starts_at"], "name": name,
            }  # fmt: skip
        case "book_appointment":
            return {
                "confirm": f"{given['starts_at']}, for {name}. Shall I book it?",
                "starts_at": given["starts_at"], "name": name,
            }  # fmt: skip
        case "cancel_appointment" if not name:
            return {"ask": "Which name is the appointment under?"}
        case "cancel_appointment" if given.get("confirmed"):
            return {"say": "The appointment is cancelled.", "name": name}
        case "cancel_appointment":
            return {"confirm": f"{name}, Tuesday at 10:30 AM. Shall I cancel it?", "name": name}
        case "get_weather":
            return {"say": f"{given['city']} will be sunny.", "city": given["city"]}
        case "talk_to_human":
            return {"say": "A colleague will call you back.", "reference": "H1"}
        case "end_call":
            return {"say": "Thank you for calling. Goodbye!"}
        case _:
            return {"say": f"{tool} did its work."}
