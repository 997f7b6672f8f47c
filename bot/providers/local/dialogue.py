"""What to say or do next, from the messages alone: the whole dialogue is replayed each time."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pipecat.processors.aggregators.llm_context import LLMContextMessage

from bot.providers.local.catalog import Tool, tools_in
from bot.providers.local.conversation import Called, Heard, Returned, Said, Told, events
from bot.providers.local.intents import Intents, plain
from bot.providers.local.listener import Act, Listener
from bot.providers.local.state import State, after_call, after_result

_DONE_ANYWAY = re.compile(r"was carried out although the caller spoke over it: (?P<words>.+)", re.S)
"""A note that a write was finished although its call was cancelled."""
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
    spoken: bool = False
    """Somebody has said something."""


class Dialogue:
    """Like a language model, without a memory of its own: the same messages, the same reply."""

    def __init__(self, intents: Intents, greeting: str) -> None:
        self._intents = intents
        self._greeting = greeting

    def decide(self, messages: Sequence[LLMContextMessage], schema: object, now: datetime) -> Act:
        """The reply to a conversation: words, tool calls, both, or an empty `Act`.

        `schema` is the context's tools, `now` the wall clock that "tomorrow" is seen from.
        """
        tools = tools_in(schema)
        listener = Listener(self._intents, tools, now)
        replay = _Replay()
        for event in events(messages):
            match event:
                case Heard(text):
                    self._hear(replay, text, listener)
                case Said(text):
                    _say(replay, text)
                case Called():
                    replay.state, replay.act = after_call(replay.state, event, tools), None
                case Returned():
                    _return(replay, event, tools)
                case Told(text):
                    _tell(replay, text)
        return self._reply(replay)

    def _hear(self, replay: _Replay, text: str, listener: Listener) -> None:
        """Take in the caller's words; half a sentence and its other half count as one."""
        state = replay.state
        if replay.before is not None and replay.act is not None:
            state, text = replay.before, f"{replay.text} {text}"
        stale = [] if replay.act is None else replay.owed
        replay.owed = [words for words in replay.owed if words in stale]
        replay.state, act = listener.hear(state, text)
        unclear = act.topic in ("unknown", "noise", "")
        replay.before, replay.text = (state, text) if unclear else (None, "")
        replay.act, replay.spoken = act, True

    def _reply(self, replay: _Replay) -> Act:
        if not replay.spoken:
            return Act(self._greeting, topic="greeting")
        act = replay.act or Act()
        words = [act.text, *replay.owed]
        return replace(act, text=" ".join(word for word in words if word))


def _say(replay: _Replay, text: str) -> None:
    """Echo was heard: what it said is no longer owed."""
    task = replay.state.task
    if task is not None and task.words and _share(task.words, text) >= _HEARD_SHARE:
        replay.state = replace(replay.state, task=replace(task, heard=True))
    replay.owed = [words for words in replay.owed if not _begun(words, text)]
    if replay.act is None or not replay.act.calls:
        replay.act = None
    replay.state = replace(replay.state, said=text)
    replay.before, replay.spoken = None, True


def _return(replay: _Replay, returned: Returned, tools: tuple[Tool, ...]) -> None:
    replay.state, words = after_result(replay.state, returned, tools)
    replay.owed += [sentence for sentence in words if sentence]


def _tell(replay: _Replay, text: str) -> None:
    note = _DONE_ANYWAY.search(text)
    if note is not None:
        replay.state = replace(replay.state, task=None)
        replay.owed.append(note["words"].strip())


def _begun(words: str, text: str) -> bool:
    """Whether at least the beginning of the words was spoken in the text."""
    return " ".join(plain(words).split()[:3]) in plain(text)


def _share(words: str, text: str) -> float:
    wanted, spoken = plain(words).split(), set(plain(text).split())
    return sum(word in spoken for word in wanted) / max(len(wanted), 1)
