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
_PHRASINGS = Path(__file__).parent / "phrasings.toml"
_FLOOR = 0.5
"""Likeness to its nearest example that a tool needs; set on the development utterances."""
_FLOOR_AHEAD = 0.35
_AHEAD = 0.15
"""A tool this far ahead of everything else needs less likeness."""
_PARTING_FLOOR = 0.75
"""Nobody is hung up on for a likeness."""
_TALK_FLOOR = 0.6
"""The same for small talk, whose phrasings are short and near to much."""
_ASSURED = 0.62
"""Likeness above which a tool that no rule knows outranks the rules."""
_LIKENESSES = 512
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


@cache
def small_talk() -> Mapping[str, Topic]:
    """The topics beside business, "unknown" among them, from small_talk.toml."""
    entries = tomllib.loads(_SMALL_TALK.read_text("utf-8"))
    return {
        name: Topic(tuple(entry["heard"]), str(entry["says"])) for name, entry in entries.items()
    }


@cache
def phrasings() -> Mapping[str, tuple[str, ...]]:
    """Further phrasings by tool, from phrasings.toml: the tools that the rules know as well."""
    entries = tomllib.loads(_PHRASINGS.read_text("utf-8"))
    return {name: tuple(said) for name, said in entries.items()}


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


def _near(likeness: Mapping[str, float], nearest: str, *, is_tool: bool) -> bool:
    """Whether the nearest is near enough, or far ahead of all others."""
    if not is_tool:
        return likeness.get(nearest, 0.0) >= _TALK_FLOOR
    if nearest == "end_call":
        return likeness[nearest] >= _PARTING_FLOOR
    others = max((score for name, score in likeness.items() if name != nearest), default=0.0)
    ahead = likeness[nearest] - others >= _AHEAD
    return likeness[nearest] >= (_FLOOR_AHEAD if ahead else _FLOOR)


class Intents:
    """Understands one sentence at a time; remembers its vectors, not the caller."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._scores = lru_cache(maxsize=_LIKENESSES)(self._likeness)

    def of(self, text: str, tools: tuple[Tool, ...]) -> str:
        """The tool or topic that the text means, or "". Rules take 0.1 ms, the model about 10."""
        names = {tool.name for tool in tools}
        ruled = self.ruled(text, tools)
        newcomers = [name for name in names if name not in phrasings()]
        if ruled and not newcomers:
            return ruled
        likeness = self._scores(masked(text), tools)
        nearest = max(likeness, key=lambda name: likeness[name], default="")
        if nearest in newcomers and likeness[nearest] >= _ASSURED:
            return nearest
        if ruled:
            return ruled
        return nearest if _near(likeness, nearest, is_tool=nearest in names) else ""

    def ruled(self, text: str, tools: tuple[Tool, ...]) -> str:
        """The tool or topic that the keyword rules name, "" if none does."""
        names = {tool.name for tool in tools}
        found = matching(plain(text), lambda name: name in names or name not in phrasings())
        return found[0] if found else ""

    def _likeness(self, text: str, tools: tuple[Tool, ...]) -> Mapping[str, float]:
        """The likeness to the nearest example of each tool and topic, from -1 to 1."""
        names, vectors = _examples(self._embedder, tools)
        scores = vectors @ self._embedder.embed([text])[0]
        best: dict[str, float] = {}
        for name, score in zip(names, scores, strict=True):
            best[name] = max(best.get(name, -1.0), float(score))
        return best


@lru_cache(maxsize=8)
def _examples(embedder: Embedder, tools: tuple[Tool, ...]) -> tuple[tuple[str, ...], Vectors]:
    """Every example of tools and topics: whose it is, and its vector; once per process."""
    known = phrasings()
    examples = [
        (tool.name, said) for tool in tools for said in (*tool.examples, *known.get(tool.name, ()))
    ]
    examples += [(name, said) for name, topic in small_talk().items() for said in topic.heard]
    vectors = [_vector(embedder, masked(said)) for _, said in examples]
    return tuple(name for name, _ in examples), np.vstack(vectors)


@cache
def _vector(embedder: Embedder, example: str) -> Vectors:
    return embedder.embed([example])


def warm(embedder: Embedder, tools: tuple[Tool, ...]) -> None:
    """Embed all examples, 5 ms each, before a caller waits for it."""
    _examples(embedder, tools)
    for said in (said for phrases in phrasings().values() for said in phrases):
        _vector(embedder, masked(said))
