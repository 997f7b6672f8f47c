"""The words in which the brain asks for what a tool needs, and tells what the tools can do."""

from collections.abc import Collection, Mapping

from bot.providers.local.catalog import Kind, Parameter

_BY_NAME: Mapping[str, str] = {
    "order_number": "What is the order number?",
    "reason": "What is the reason?",
    "name": "What name should it be under?",
    "starts_at": "Which day and time would you like?",
}
_BY_KIND: Mapping[Kind, str] = {
    "email": "What is the e-mail address?",
    "place": "For which city?",
    "day": "For which day?",
    "time": "At what time?",
    "moment": "Which day and time?",
}
_ABILITIES: Mapping[str, str] = {
    "look_up_order": "look up an order",
    "track_shipment": "track a package",
    "start_return": "start a return",
    "find_appointments": "find a free appointment",
    "book_appointment": "book or cancel appointments",
    "cancel_appointment": "",
    "get_weather": "tell you the weather",
    "talk_to_human": "connect you to a person",
    "enter_securely": "",
    "text_confirmation": "",
    "end_call": "",
}
_MOST_ABILITIES = 5


def question_for(parameter: Parameter) -> str:
    """A question for one missing argument: "What is the {parameter in words}?" if none fits."""
    if parameter.choices:
        listed = ", ".join(choice.replace("_", " ") for choice in parameter.choices[:-1])
        return f"Which {parameter.words}: {listed} or {parameter.choices[-1].replace('_', ' ')}?"
    general = _BY_KIND.get(parameter.kind, f"What is the {parameter.words}?")
    return _BY_NAME.get(parameter.name, general)


def abilities(tools: Collection[str]) -> str:
    """What the tools can do, as the end of "I can ...": those of the user's own first."""
    own = [name.replace("_", " ") for name in tools if name not in _ABILITIES]
    known = [_ABILITIES[name] for name in tools if _ABILITIES.get(name)]
    if "book or cancel appointments" in known and "find a free appointment" in known:
        known.remove("find a free appointment")
    listed = [*own, *known][:_MOST_ABILITIES]
    if not listed:
        return "chat a little"
    return f"{', '.join(listed[:-1])} or {listed[-1]}" if len(listed) > 1 else listed[0]
