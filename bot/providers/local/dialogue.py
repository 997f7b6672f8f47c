"""What to say or do next, from the messages alone: the whole dialogue is replayed each time."""

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from pipecat.processors.aggregators.llm_context import LLMContextMessage

from bot.providers.local.acts import Act, Heeded, ToolCall
from bot.providers.local.catalog import Tool, tools_in
from bot.providers.local.conversation import Called, Event, Heard, Returned, Said, Told, events
from bot.providers.local.intents import Intents, plain
from bot.providers.local.listener import Listener
from bot.providers.local.phone_menu import WAIT, Menu
from bot.providers.local.purpose import HELP, opening, reason
from bot.providers.local.replies import not_heard
from bot.providers.local.state import State, after_call, after_result

_DONE_ANYWAY = re.compile(r"was done after all, unheard by the caller: (?P<words>.+)", re.S)
"""A note that a write was finished although its call was cancelled."""
_PURPOSE = re.compile(r"You have placed this call yourself\. It is for: (?P<words>.+)", re.S)
"""A note of what a call is for that Echo has placed."""
_FAILED = "Sorry, that didn't work just now. Shall I try again?"
PRESS = "press_keys"
"""The tool that presses keys, on calls that Echo has placed."""
LEAVE = "end_call"
_HEARD_SHARE = 0.6
"""A question is heard once this share of its words was spoken."""


@dataclass(slots=True)
class _Replay:
    """A conversation as it is being replayed."""

    state: State = field(default_factory=State)
    act: Act | None = None
    """The reply to the last words, while it is not given."""
    before: State | None = None
    """The state before words that were not understood, for when more words follow at once."""
    text: str = ""
    owed: list[str] = field(default_factory=list[str])
    """Sentences of tools that the caller has not heard."""
    notes: list[str] = field(default_factory=list[str])
    """What was done behind a barge-in: owed whatever the caller says meanwhile."""
    failed: bool = False
    """A tool came to nothing, and the caller has not spoken since."""
    spoken: bool = False
    """Somebody has said something."""
    purpose: str = ""
    """What the call is for, if Echo has placed it."""
    stated: bool = False
    """Whoever has answered has heard that."""
    menu: Menu = field(default_factory=Menu)


_Key = tuple[tuple[Tool, ...], date]


class Dialogue:
    """Like a language model, without a memory of its own: the same messages, the same reply."""

    def __init__(self, intents: Intents, greeting: str) -> None:
        self._intents = intents
        self._greeting = greeting
        self._memo: tuple[tuple[Event, ...], _Key, _Replay] = ((), ((), date.min), _Replay())

    def decide(self, messages: Sequence[LLMContextMessage], schema: object, now: datetime) -> Act:
        """The reply to a conversation: words, tool calls, both, or an empty `Act`.

        `schema` is the context's tools, `now` the wall clock that "tomorrow" is seen from.
        """
        offered = tools_in(schema)
        tools = tuple(tool for tool in offered if tool.name != PRESS)
        presses = len(tools) < len(offered)
        happened, key = events(messages), (offered, now.date())
        replay, done = self._resumed(happened, key)
        listener = Listener(self._intents, tools, now)
        for event in happened[done:]:
            match event:
                case Heard(text) if presses and (keys := _keys(replay, text)):
                    _press(replay, keys)
                case Heard(text):
                    self._hear(replay, text, listener)
                case Said(text):
                    _say(replay, text)
                case Called(tool) | Returned(tool) if tool == PRESS:
                    replay.act = None
                case Called():
                    replay.state, replay.act = after_call(replay.state, event, tools), None
                case Returned():
                    _return(replay, event, tools)
                case Told(text):
                    _tell(replay, text, presses=presses)
        self._memo = (happened, key, copy.deepcopy(replay))
        return self._reply(replay)

    def _resumed(self, happened: tuple[Event, ...], key: _Key) -> tuple[_Replay, int]:
        """A replay, and how many events it has seen: all of the last time's, if they still stand.

        Only saves time, 1 ms for each thing the caller said: what comes out is the same.
        """
        seen, of, replay = self._memo
        if of == key and happened[: len(seen)] == seen:
            return copy.deepcopy(replay), len(seen)
        return _Replay(), 0

    def _hear(self, replay: _Replay, text: str, listener: Listener) -> None:
        """Take in the caller's words; half a sentence and its other half count as one."""
        state = replay.state
        if replay.before is not None and replay.act is not None:
            state, text = replay.before, f"{replay.text} {text}"
        replay.owed, replay.failed = [], False
        replay.state, act = self._introduced(replay, state, listener.hear(state, text))
        unclear = act.topic in ("unknown", "noise", "")
        replay.before, replay.text = (state, text) if unclear else (None, "")
        replay.act, replay.spoken = act, True

    def _introduced(self, replay: _Replay, before: State, heard: Heeded) -> Heeded:
        """The reply; but who answers a call of ours is told first who calls, and why."""
        state, act = heard
        if not replay.purpose:
            return heard
        if replay.stated or any(call.tool == LEAVE for call in act.calls):
            return state, replace(act, text=act.text.replace(HELP, reason(replay.purpose)))
        return before, Act(opening(self._greeting, replay.purpose), topic="purpose")

    def _reply(self, replay: _Replay) -> Act:
        if not replay.spoken:
            purpose = replay.purpose
            words = opening(self._greeting, purpose) if purpose else self._greeting
            return Act(words, topic="greeting")
        act = replay.act or Act()
        words = [*replay.notes, act.text, *replay.owed]
        if replay.failed and not act.calls and not any(words):
            words = [_FAILED]
        return replace(act, text=" ".join(word for word in words if word))


def _keys(replay: _Replay, text: str) -> str:
    """What is to be pressed, if these are the words of a phone menu; half of them, and the other
    half, are one choice."""
    replay.menu, keys = replay.menu.heard(f"{replay.text} {text}".strip(), replay.purpose)
    return keys


def _press(replay: _Replay, keys: str) -> None:
    replay.act = Act(calls=(ToolCall(PRESS, {"digits": keys}),), topic="menu")
    replay.owed, replay.failed, replay.spoken = [], False, True
    replay.before, replay.text = None, ""


def _say(replay: _Replay, text: str) -> None:
    """Echo was heard: what it said is no longer owed."""
    task = replay.state.task
    if task is not None and task.words and _share(task.words, text) >= _HEARD_SHARE:
        replay.state = replace(replay.state, task=replace(task, heard=True))
    replay.owed = [words for words in replay.owed if not _begun(words, text)]
    replay.notes = [words for words in replay.notes if not _begun(words, text)]
    replay.failed = replay.failed and not _begun(_FAILED, text)
    if replay.purpose and _share(reason(replay.purpose), text) >= _HEARD_SHARE:
        replay.stated = True
    if replay.act is None or not replay.act.calls:
        replay.act = None
    replay.state = replace(replay.state, said=text)
    replay.before, replay.spoken = None, True


def _return(replay: _Replay, returned: Returned, tools: tuple[Tool, ...]) -> None:
    replay.state, words = after_result(replay.state, returned, tools)
    replay.owed += [sentence for sentence in words if sentence]
    replay.failed = returned.result is None


def _tell(replay: _Replay, text: str, *, presses: bool) -> None:
    note = _DONE_ANYWAY.search(text)
    if note is not None:
        replay.state = replace(replay.state, task=None)
        replay.notes.append(note["words"].strip())
    elif purpose := _PURPOSE.search(text):
        replay.purpose = purpose["words"].strip()
    elif replay.purpose and presses and not replay.spoken:
        _press(replay, WAIT)  # what was not understood may be a menu, and its words are late
    elif replay.spoken and (replay.stated or not replay.purpose):
        # pipecat's way to say that a turn had no words; a phone menu has no use for an answer
        replay.state, replay.act = not_heard(replay.state)


def _begun(words: str, text: str) -> bool:
    """Whether at least the beginning of the words was spoken in the text."""
    return " ".join(plain(words).split()[:3]) in plain(text)


def _share(words: str, text: str) -> float:
    wanted, spoken = plain(words).split(), set(plain(text).split())
    return sum(word in spoken for word in wanted) / max(len(wanted), 1)
