"""Asks the cloud, before anybody calls, whether it takes the key and knows the model or voice.

To check another provider, write one function that returns its `Question`, and name it in
`_QUESTIONS`.
"""

import asyncio
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from urllib.parse import quote

import aiohttp
from yarl import URL

from bot.providers.choice import orders
from bot.providers.llm import openai_key
from bot.providers.settings import (
    CartesiaSettings,
    ElevenLabsSettings,
    ProviderSettings,
    given,
    required,
)
from bot.providers.warm import Progress

DEADLINE_SECS = 2.0
"""For all that is asked of one provider; the models load meanwhile, so that nobody waits for it."""


class RefusedError(Exception):
    """A provider will not serve with these settings; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Question:
    """A GET that costs nothing, answered only to those who may use the provider."""

    base: str
    """The provider's address, to which the paths are added."""
    path: str
    headers: Mapping[str, str]
    key: str
    """The key's variable."""
    has_key: bool
    otherwise: str
    """The choice that needs no key, such as "LLM=local"."""
    named: str = ""
    """The variable of what the path names, if `missing` means that there is no such thing."""
    value: str = ""
    missing: int = 404
    listed: str = ""
    """The path of the list of all there are."""
    names: Callable[[object], Sequence[str]] = lambda _: ()
    """Those in that list's JSON."""
    only_listed: bool = False
    """Whether the list alone tells that there is such a thing: no path names it."""
    complete: bool = False
    """Whether what is not in the list cannot be used: servers in between may know more."""

    @property
    def place(self) -> str:
        """The address without a password that may be in it."""
        return str(URL(self.base).with_user(None))


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong, in a line; `stops` if no call could succeed."""

    line: str
    stops: bool = False


def trouble(question: Question, answer: Answer, known: Sequence[str] = ()) -> Trouble | None:
    """What an answer means; `known` are the names in the list, where there is one."""
    unchecked = f"{question.key} could not be checked at {question.place}"
    match answer.status:
        case 200:
            return None
        case 401 if not question.has_key:
            wanted = f"{question.key} is not set, and {question.place} wants one"
            return Trouble(f"{wanted}: set it, or choose {question.otherwise}.", stops=True)
        # A key that may not look at models or voices is refused here, and may be good for calls.
        case 401 if not re.search("scope|missing_permissions", answer.body):
            reason = _reason(answer.body)
            refused = f"{question.key} is refused by {question.place}: {reason}."
            return Trouble(f"{refused} Set another, or choose {question.otherwise}.", stops=True)
        case question.missing if question.value in known:
            return None
        case question.missing if known:
            close = get_close_matches(question.value, known, n=3, cutoff=0)
            unknown = f"Unknown {question.named} {question.value!r} at {question.place}"
            return Trouble(f"{unknown}; choose {_either(close)}.", stops=question.complete)
        case status:
            return Trouble(f"{unchecked}: HTTP {status}.")


def _reason(body: str) -> str:
    """The provider's own name for the error; never its words, which may quote the key."""
    try:
        told = json.loads(body)
        error = told.get("error") or told["detail"]
        names = [error.get("code"), error.get("type"), error.get("status")]
    except (ValueError, TypeError, KeyError, AttributeError):
        names = []
    plain = [name for name in names if isinstance(name, str) and re.fullmatch("[a-z_]+", name)]
    return plain[0] if plain else "HTTP 401"


def _either(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last


async def check(
    settings: ProviderSettings, progress: Progress, deadline_secs: float = DEADLINE_SECS
) -> None:
    """Ask every provider that can be asked, side by side; `progress` gets the warnings.

    Raises:
        RefusedError: a provider refuses the key, or has no such model; not for one that only
            follows another.
        MissingKeyError: there is none.
    """
    questions = {
        choice.provider: (_QUESTIONS[choice.provider](settings), choice is order[0])
        for order in orders(settings).values()
        for choice in order
        if choice.provider in _QUESTIONS
    }
    async with aiohttp.ClientSession(trust_env=True) as http:
        asking = (_ask(http, question, deadline_secs) for question, _ in questions.values())
        found = await asyncio.gather(*asking)
    for each, (_, is_first) in zip(found, questions.values(), strict=True):
        if each and each.stops and is_first:
            raise RefusedError(each.line)
        if each:
            progress(each.line)


async def _ask(
    http: aiohttp.ClientSession, question: Question, deadline_secs: float
) -> Trouble | None:
    try:
        async with asyncio.timeout(deadline_secs):
            answer = await _get(http, question, question.path)
            known: Sequence[str] = ()
            wanted = 200 if question.only_listed else question.missing
            if answer.status == wanted and question.listed:
                listed = await _get(http, question, question.listed)
                known = _names(question, listed)
                if known and question.only_listed:
                    answer = Answer(question.missing)
            return trouble(question, answer, known)
    except (aiohttp.ClientError, OSError) as error:
        why = type(error).__name__
        return Trouble(f"{question.key} could not be checked at {question.place}: {why}.")


async def _get(http: aiohttp.ClientSession, question: Question, path: str) -> Answer:
    url = URL(question.base.rstrip("/") + path, encoded=True)
    async with http.get(url, headers=question.headers) as response:
        return Answer(response.status, await response.text(errors="replace"))


def _names(question: Question, listed: Answer) -> Sequence[str]:
    try:
        return question.names(json.loads(listed.body)) if listed.status == 200 else ()
    except (ValueError, TypeError, KeyError):
        return ()


def _ids(found: object) -> Sequence[str]:
    match found:
        case {"data": list(data)}:
            return [str(each["id"]) for each in data]
        case {"voices": list(voices)}:
            return [str(voice["voice_id"]) for voice in voices]
        case _:
            return ()


def _streaming(found: object) -> Sequence[str]:
    """The models a socket may name: each by its own name, and the newest of its kind by that."""
    match found:
        case {"stt": list(models)}:
            those = [model for model in models if model.get("streaming")]
            named = [
                name for each in those for name in (each["canonical_name"], each["architecture"])
            ]
            return list(dict.fromkeys(map(str, named)))
        case _:
            return ()


def _nova(settings: ProviderSettings) -> Question:
    return replace(
        _deepgram(settings),
        named="DEEPGRAM_MODEL",
        value=settings.deepgram.model,
        listed="/v1/models",
        names=_streaming,
        only_listed=True,  # and not complete: a model trained for one customer is in no list
    )


def _deepgram(settings: ProviderSettings) -> Question:
    from bot.providers.flux import address

    key = required(settings.deepgram.api_key, "DEEPGRAM_API_KEY", "STT=local")
    return Question(
        base=_over_http(address(settings.deepgram.base_url)),
        path="/v1/auth/token",
        headers={"Authorization": f"Token {key}"},
        key="DEEPGRAM_API_KEY",
        has_key=True,
        otherwise="STT=local",
    )


def _openai(settings: ProviderSettings) -> Question:
    openai = settings.openai
    return Question(
        base=openai.base_url or "https://api.openai.com/v1",
        path=f"/models/{quote(openai.model, safe='')}",
        headers={"Authorization": f"Bearer {openai_key(openai)}"},
        key="OPENAI_API_KEY",
        has_key=bool(given(openai.api_key)),
        otherwise="LLM=local",
        named="OPENAI_MODEL",
        value=openai.model,
        listed="/models",
        names=_ids,
        complete=openai.base_url is None,
    )


def _anthropic(settings: ProviderSettings) -> Question:
    anthropic = settings.anthropic
    key = required(anthropic.api_key, "ANTHROPIC_API_KEY", "LLM=local")
    return Question(
        base=anthropic.base_url or "https://api.anthropic.com",
        path=f"/v1/models/{quote(anthropic.model, safe='')}",
        headers={"x-api-key": key, "anthropic-version": "2023-06-01"},
        key="ANTHROPIC_API_KEY",
        has_key=True,
        otherwise="LLM=local",
        named="ANTHROPIC_MODEL",
        value=anthropic.model,
        listed="/v1/models?limit=1000",
        names=_ids,
        complete=anthropic.base_url is None,
    )


def _cartesia(settings: ProviderSettings) -> Question:
    cartesia = settings.cartesia
    key = required(cartesia.api_key, "CARTESIA_API_KEY", "TTS=local")
    return Question(
        base=_over_http(cartesia.base_url),
        path=f"/voices/{quote(cartesia.voice, safe='')}",
        headers={"X-API-Key": key, "Cartesia-Version": "2026-03-01"},
        key="CARTESIA_API_KEY",
        has_key=True,
        otherwise="TTS=local",
        named="CARTESIA_VOICE",
        value=cartesia.voice,
        listed="/voices?limit=100",
        names=_ids,
        complete=cartesia.base_url == CartesiaSettings().base_url,
    )


def _elevenlabs(settings: ProviderSettings) -> Question:
    elevenlabs = settings.elevenlabs
    key = required(elevenlabs.api_key, "ELEVENLABS_API_KEY", "TTS=local")
    return Question(
        base=_over_http(elevenlabs.base_url),
        path=f"/v1/voices/{quote(elevenlabs.voice, safe='')}",
        headers={"xi-api-key": key},
        key="ELEVENLABS_API_KEY",
        has_key=True,
        otherwise="TTS=local",
        named="ELEVENLABS_VOICE",
        value=elevenlabs.voice,
        missing=400,
        listed="/v1/voices",
        names=_ids,
        complete=elevenlabs.base_url == ElevenLabsSettings().base_url,
    )


def _over_http(socket: str) -> str:
    """Where the server of a WebSocket answers to HTTP."""
    url = URL(socket)
    return str(url.with_scheme("https" if url.scheme == "wss" else "http").with_path("")).rstrip(
        "/"
    )


_QUESTIONS: Mapping[str, Callable[[ProviderSettings], Question]] = {
    "deepgram": _nova,
    "flux": _deepgram,
    "openai": _openai,
    "anthropic": _anthropic,
    "cartesia": _cartesia,
    "elevenlabs": _elevenlabs,
}
"""By the provider's name; who is not here cannot be asked cheaply."""
