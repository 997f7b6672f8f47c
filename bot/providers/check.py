"""Asks the cloud, before anybody calls, whether it takes the key and knows the model or voice."""

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import aiohttp
from yarl import URL

from bot.providers.choice import orders
from bot.providers.inquiry import INQUIRIES, Inquiry
from bot.providers.settings import ProviderSettings
from bot.providers.warm import Progress

DEADLINE_SECS = 2.0
"""For all that is asked of one provider; the models load meanwhile, so that nobody waits for it."""


class RefusedError(Exception):
    """A provider will not serve with these settings; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong, in a line; `stops` if no call could succeed."""

    line: str
    stops: bool = False


def trouble(inquiry: Inquiry, answer: Answer, known: Sequence[str] = ()) -> Trouble | None:
    """What an answer means; `known` are the names in the list, where there is one."""
    unchecked = f"{inquiry.key} could not be checked at {inquiry.place}"
    match answer.status:
        case 200:
            return None
        case 401 if not inquiry.has_key:
            wanted = f"{inquiry.key} is not set, and {inquiry.place} wants one"
            return Trouble(f"{wanted}: set it, or choose {inquiry.otherwise}.", stops=True)
        # A key that may not look at models or voices is refused here, and may be good for calls.
        case 401 if not re.search("scope|missing_permissions", answer.body):
            reason = _reason(answer.body)
            refused = f"{inquiry.key} is refused by {inquiry.place}: {reason}."
            return Trouble(f"{refused} Set another, or choose {inquiry.otherwise}.", stops=True)
        case inquiry.missing if inquiry.value in known:
            return None
        case inquiry.missing if known:
            close = get_close_matches(inquiry.value, known, n=3, cutoff=0)
            unknown = f"Unknown {inquiry.named} {inquiry.value!r} at {inquiry.place}"
            return Trouble(f"{unknown}; choose {_either(close)}.", stops=inquiry.complete)
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
    inquiries = {
        choice.provider: (INQUIRIES[choice.provider](settings), choice is order[0])
        for order in orders(settings).values()
        for choice in order
        if choice.provider in INQUIRIES
    }
    async with aiohttp.ClientSession(trust_env=True) as http:
        asking = (_ask(http, inquiry, deadline_secs) for inquiry, _ in inquiries.values())
        found = await asyncio.gather(*asking)
    for each, (_, is_first) in zip(found, inquiries.values(), strict=True):
        if each and each.stops and is_first:
            raise RefusedError(each.line)
        if each:
            progress(each.line)


async def _ask(
    http: aiohttp.ClientSession, inquiry: Inquiry, deadline_secs: float
) -> Trouble | None:
    try:
        async with asyncio.timeout(deadline_secs):
            answer = await _get(http, inquiry, inquiry.path)
            known: Sequence[str] = ()
            wanted = 200 if inquiry.only_listed else inquiry.missing
            if answer.status == wanted and inquiry.listed:
                listed = await _get(http, inquiry, inquiry.listed)
                known = _names(inquiry, listed)
                if known and inquiry.only_listed:
                    answer = Answer(inquiry.missing)
            return trouble(inquiry, answer, known)
    except (aiohttp.ClientError, OSError) as error:
        why = type(error).__name__
        return Trouble(f"{inquiry.key} could not be checked at {inquiry.place}: {why}.")


async def _get(http: aiohttp.ClientSession, inquiry: Inquiry, path: str) -> Answer:
    url = URL(inquiry.base.rstrip("/") + path, encoded=True)
    async with http.get(url, headers=inquiry.headers) as response:
        return Answer(response.status, await response.text(errors="replace"))


def _names(inquiry: Inquiry, listed: Answer) -> Sequence[str]:
    try:
        return inquiry.names(json.loads(listed.body)) if listed.status == 200 else ()
    except (ValueError, TypeError, KeyError):
        return ()
