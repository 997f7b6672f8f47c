"""What a colleague is told aloud before they take a caller over (pure)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.tools.consent import text_of, wants_person

_LINE_CHARS = 200
_DEEDS = {
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


@dataclass(frozen=True, slots=True)
class Briefing:
    """The words for it in one language, the colleague's; in English if nothing else is said."""

    caller: str = "This is Echo, with a caller."
    caller_from: str = "This is Echo, with a caller from {number}."
    speaks: Mapping[str, str] = field(default_factory=lambda: {"es": "They speak Spanish."})
    """Said of a caller who speaks this other language."""
    about: str = "It is about this: {words}"
    said: str = "They said: {words}"
    person: str = "They want to talk to a person."
    done: str = "So far I have {words}."
    told: str = "The last I told them was: {words}"
    and_: str = "and"
    deeds: Mapping[str, str] = field(default_factory=lambda: _DEEDS)


@dataclass(frozen=True, slots=True)
class Listener:
    """Who hears it, and whether they understand the caller."""

    words: Briefing = field(default_factory=Briefing)
    caller_speaks: str = "en"
    """The language of the call. If it is not that of the words, what was said in it is left out:
    who hears it would not understand it, and the voice that says it could not."""

    @property
    def foreign(self) -> str:
        """What is said of a caller who speaks another language; "" of one who does not."""
        return self.words.speaks.get(self.caller_speaks, "")


def brief(
    who: str,
    reason: str,
    messages: Sequence[object],
    conceal: Callable[[str], str],
    to: Listener = Listener(),
) -> str:
    """Who calls, what they want, what was done: some sentences, to be said aloud.

    who: a number, which is told, or whatever else there is instead. conceal: takes out what nobody
    is to hear, before anything is shortened: half a card number is not known as one.
    """
    says, number = to.words, who.removeprefix("+")
    caller = says.caller_from.format(number=" ".join(number)) if number.isdecimal() else says.caller
    parts = (
        _wish(to, conceal(reason), messages, conceal),
        _done(says, messages),
        _last_word(to, messages, conceal),
    )
    rest = _aloud(" ".join(filter(None, parts)))
    return " ".join(filter(None, (caller, to.foreign, rest)))


def _wish(
    to: Listener, reason: str, messages: Sequence[object], conceal: Callable[[str], str]
) -> str:
    """The model's word for it, or else the caller's own, other than that they want a person."""
    says = to.words
    if reason:
        return says.about.format(words=_sentence(reason))
    said = [words for words in _said_by("user", messages) if not wants_person([words])]
    if not said or to.foreign:
        return says.person
    return says.said.format(words=_sentence(conceal(said[0])))


def _done(says: Briefing, messages: Sequence[object]) -> str:
    done = [says.deeds[name] for name in _tools(messages) if name in says.deeds]
    return says.done.format(words=_listed([*dict.fromkeys(done)], says.and_)) if done else ""


def _last_word(to: Listener, messages: Sequence[object], conceal: Callable[[str], str]) -> str:
    said = _said_by("assistant", messages)
    # The first is the greeting, where nothing else was said.
    if len(said) < 2 or to.foreign:
        return ""
    return to.words.told.format(words=_sentence(conceal(said[-1])))


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


def _listed(parts: Sequence[str], and_: str) -> str:
    *others, last = parts
    return f"{', '.join(others)} {and_} {last}" if others else last


def _sentence(words: str) -> str:
    """One that ends, and that is no longer than somebody listens to."""
    short = " ".join(words.split())
    if len(short) > _LINE_CHARS:
        short = short[:_LINE_CHARS].rsplit(" ", 1)[0] + " ..."
    return short if short.endswith((".", "!", "?")) else short + "."


def _aloud(text: str) -> str:
    """What stands for a secret is said without its brackets."""
    return text.replace("[", "").replace("]", "")
