"""What a colleague is told aloud before they take a caller over (pure)."""

from collections.abc import Callable, Mapping, Sequence

from bot.tools.consent import text_of, wants_person

_LINE_CHARS = 200
_DONE = {
    "look_up_order": "looked up an order",
    "track_shipment": "tracked a shipment",
    "start_return": "started on a return",
    "find_appointments": "looked for appointments",
    "book_appointment": "worked on booking an appointment",
    "cancel_appointment": "worked on cancelling an appointment",
    "get_weather": "told the weather",
    "text_confirmation": "texted a confirmation",
}
"""What a call of a tool says of the conversation; whether it went well tells Echo's last word."""


def brief(who: str, reason: str, messages: Sequence[object], conceal: Callable[[str], str]) -> str:
    """Who calls, what they want, what was done: some sentences, to be said aloud.

    who: a number, which is told, or whatever else there is instead. conceal: takes out what nobody
    is to hear, before anything is shortened: half a card number is not known as one.
    """
    number = who.removeprefix("+")
    caller = f"a caller from {' '.join(number)}" if number.isdecimal() else "a caller"
    told = [
        _wish(conceal(reason), messages, conceal),
        _done(messages),
        _last_word(messages, conceal),
    ]
    return f"This is Echo, with {caller}. {_aloud(' '.join(filter(None, told)))}"


def _wish(reason: str, messages: Sequence[object], conceal: Callable[[str], str]) -> str:
    """The model's word for it, or else the caller's own, other than that they want a person."""
    if reason:
        return f"It is about this: {_sentence(reason)}"
    said = [words for words in _said_by("user", messages) if not wants_person([words])]
    return f"They said: {_sentence(conceal(said[0]))}" if said else "They want to talk to a person."


def _done(messages: Sequence[object]) -> str:
    done = [_DONE[name] for name in _tools(messages) if name in _DONE]
    return f"So far I have {_listed([*dict.fromkeys(done)])}." if done else ""


def _last_word(messages: Sequence[object], conceal: Callable[[str], str]) -> str:
    said = _said_by("assistant", messages)
    # The first is the greeting, where nothing else was said.
    return f"The last I told them was: {_sentence(conceal(said[-1]))}" if len(said) > 1 else ""


def _said_by(role: str, messages: Sequence[object]) -> list[str]:
    texts = [
        " ".join(text_of(message.get("content")).split())
        for message in messages
        if isinstance(message, Mapping) and message.get("role") == role
    ]
    return [text for text in texts if text]


def _tools(messages: Sequence[object]) -> list[str]:
    """The names of the tools that were called, in their order."""
    names: list[str] = []
    for message in messages:
        match message:
            case {"role": "assistant", "tool_calls": [*calls]}:
                for call in calls:
                    match call:
                        case {"function": {"name": str(name)}}:
                            names.append(name)
                        case _:
                            pass
            case _:
                pass
    return names


def _listed(parts: Sequence[str]) -> str:
    *others, last = parts
    return f"{', '.join(others)} and {last}" if others else last


def _sentence(words: str) -> str:
    """One that ends, and that is no longer than somebody listens to."""
    short = " ".join(words.split())
    if len(short) > _LINE_CHARS:
        short = short[:_LINE_CHARS].rsplit(" ", 1)[0] + " ..."
    return short if short.endswith((".", "!", "?")) else short + "."


def _aloud(text: str) -> str:
    """What stands for a secret is said without its brackets."""
    return text.replace("[", "").replace("]", "")
