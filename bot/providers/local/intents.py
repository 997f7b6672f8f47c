"""What is meant: keyword rules first, the nearest example phrasing where they are unsure."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from bot.providers.local.catalog import Tool
from bot.providers.local.embedding import Embedder, Vectors
from bot.providers.local.numbers import numbers_in, plain_numerals
from bot.providers.local.rules import matching

_SMALL_TALK = Path(__file__).parent / "small_talk.toml"
_FLOOR = 0.5
"""Likeness below which the nearest example says nothing (of the dev set, 9 in 10 wrong ones)."""
_ASSURED = 0.62
"""Likeness above which a tool that no rule knows outranks the rules."""
_LIKENESSES = 512
_RULED = frozenset(
    "look_up_order track_shipment start_return find_appointments book_appointment"
    " cancel_appointment get_weather talk_to_human end_call".split()  # noqa: SIM905
)
_CONTRACTIONS = (
    (r"\bcan'?t\b|\bcannot\b", "can not"),
    (r"\bwon'?t\b", "will not"),
    (r"n't\b", " not"),
    (r"'re\b", " are"),
    (r"'ll\b", " will"),
    (r"'ve\b", " have"),
    (r"'d\b", " would"),
    (r"'m\b", " am"),
    (r"\b(what|where|when|who|how|that|it|there|here|he|she)'?s\b", r"\1 is"),
    (r"\bwanna\b", "want to"),
    (r"\bgonna\b", "going to"),
    (r"\bgotta\b", "have to"),
    (r"\blemme\b", "let me"),
    (r"\bgimme\b", "give me"),
)


@dataclass(frozen=True, slots=True)
class Topic:
    """One entry of the small talk."""

    heard: tuple[str, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Intent:
    """A tool or a topic, by name; `sure` when the words leave no doubt. "" when nothing is near."""

    name: str
    sure: bool = False


@cache
def small_talk() -> Mapping[str, Topic]:
    """The topics beside business, "unknown" among them, from small_talk.toml."""
    entries = tomllib.loads(_SMALL_TALK.read_text("utf-8"))
    return {
        name: Topic(tuple(entry["heard"]), str(entry["says"])) for name, entry in entries.items()
    }


def plain(text: str) -> str:
    """Lower case, contractions written out, no punctuation."""
    text = re.sub(r"[’`]", "'", text.lower())
    for pattern, words in _CONTRACTIONS:
        text = re.sub(pattern, words, text)
    return " ".join(re.sub(r"[^\w\s-]", " ", text.replace("'", "")).split())


def masked(text: str) -> str:
    """The text with each number as one word: which order it is does not change what is meant."""
    text = plain_numerals(text)
    for number in reversed(numbers_in(text)):
        if len(number.digits) > 1:
            text = f"{text[: number.start]}1234{text[number.end :]}"
    return plain(text)


class Intents:
    """Understands one sentence at a time; remembers its vectors, not the caller."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._index = lru_cache(maxsize=8)(self._embedded)
        self._scores = lru_cache(maxsize=_LIKENESSES)(self._likeness)

    def of(self, text: str, tools: tuple[Tool, ...]) -> Intent:
        """What the text means, or `Intent("")`. Rules take 0.1 ms, the model about 10."""
        names = {tool.name for tool in tools}
        ruled = self.ruled(text, tools)
        newcomers = [name for name in names if name not in _RULED]
        if ruled and not newcomers:
            return Intent(ruled, sure=True)
        likeness = self._scores(masked(text), tools)
        nearest = max(likeness, key=lambda name: likeness[name], default="")
        score = likeness.get(nearest, 0.0)
        if nearest in newcomers and score >= _ASSURED:
            return Intent(nearest, sure=True)
        if ruled:
            return Intent(ruled, sure=True)
        return Intent(nearest if score >= _FLOOR else "")

    def ruled(self, text: str, tools: tuple[Tool, ...]) -> str:
        """The tool or topic that the keyword rules name, "" if none does."""
        names = {tool.name for tool in tools}
        found = matching(plain(text), lambda name: name in names or name not in _RULED)
        return found[0] if found else ""

    def warm(self, tools: tuple[Tool, ...]) -> None:
        """Embeds every example of these tools, 5 ms each, before a caller waits for it."""
        self._index(tools)

    def _likeness(self, text: str, tools: tuple[Tool, ...]) -> Mapping[str, float]:
        """The likeness to the nearest example of each tool and topic, from -1 to 1."""
        names, vectors = self._index(tools)
        scores = vectors @ self._embedder.embed([text])[0]
        best: dict[str, float] = {}
        for name, score in zip(names, scores, strict=True):
            best[name] = max(best.get(name, -1.0), float(score))
        return best

    def _embedded(self, tools: tuple[Tool, ...]) -> tuple[tuple[str, ...], Vectors]:
        examples = [(tool.name, said) for tool in tools for said in tool.examples]
        examples += [(name, said) for name, topic in small_talk().items() for said in topic.heard]
        vectors = self._embedder.embed([masked(said) for _, said in examples])
        return tuple(name for name, _ in examples), np.asarray(vectors, dtype=np.float32)
