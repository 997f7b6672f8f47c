"""What we ask Twilio to do: place a call, change a live one, send a text. Twilio's own client, with
a deadline."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from loguru import logger
from twilio.base import values
from twilio.base.exceptions import (
    TwilioException,
    TwilioRestException,
    TwilioServiceException,
)
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from transports.twilio.settings import TwilioSettings

OFF_THE_LINE = frozenset({21220, 20404})
"""Codes of a `RestError` about a call that is over, or was none."""


class RestError(Exception):
    """Twilio refused, or did not answer in time; the message holds no number and no words."""

    def __init__(self, reason: str, code: int = 0) -> None:
        super().__init__(reason)
        self.code = code
        """Twilio's own, https://www.twilio.com/docs/api/errors; 0 where there was no answer."""


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Our addresses, for Twilio to come back to about a call."""

    voice: str
    status: str
    answered_by: str


class Rest:
    """Twilio's REST API, for one account. What fails raises RestError."""

    def __init__(self, settings: TwilioSettings) -> None:
        self._number = settings.number
        http = _Http(settings.api_url, settings.rest_secs)
        client = Client(
            *settings.credentials,
            settings.account_sid,
            http_client=http,  # pyright: ignore[reportArgumentType]
        )
        # Found here: half a megabyte of modules is loaded with them, for which every live call
        # would stand still if the first call that is placed had to look.
        self._calls, self._messages = client.calls, client.messages

    async def call(self, to: str, ours: Callbacks, ring_secs: int, menu: bool = False) -> str:
        """Ring a number, and ask at `ours.voice` what to do when it is answered; the CallSid.

        Who answers, a human or a machine, is told to `ours.answered_by`: at once for a human, after
        its beep for a machine; nobody is told of a `menu`, which would pass for a machine.
        """
        try:
            made = await self._calls.create_async(
                to=to,
                from_=self._number,
                url=ours.voice,
                status_callback=ours.status,
                timeout=ring_secs,
                machine_detection=values.unset if menu else "DetectMessageEnd",
                async_amd=values.unset if menu else "true",
                async_amd_status_callback=values.unset if menu else ours.answered_by,
            )
        except _FAILURES as error:
            raise _explained(error) from None
        return _sid(made.sid)

    async def ring(self, to: str, answered_url: str, status_url: str, ring_secs: int) -> str:
        """Ring a colleague; the CallSid.

        What to tell them is asked at `answered_url` once it is known whether a human or a machine
        has answered, so that no word for a human is left on a machine; that the call is over,
        however it ended, is told to `status_url`.
        """
        try:
            made = await self._calls.create_async(
                to=to,
                from_=self._number,
                url=answered_url,
                status_callback=status_url,
                timeout=ring_secs,
                machine_detection="Enable",
            )
        except _FAILURES as error:
            raise _explained(error) from None
        return _sid(made.sid)

    async def instruct(self, call_sid: str, twiml: str) -> None:
        """Make a live call go on by this TwiML, whatever it is at."""
        try:
            await self._calls(call_sid).update_async(twiml=twiml)
        except _FAILURES as error:
            raise _explained(error) from None

    async def hang_up(self, call_sid: str) -> None:
        try:
            await self._calls(call_sid).update_async(status="completed")
        except _FAILURES as error:
            raise _explained(error) from None

    async def text(self, to: str, words: str) -> str:
        """Send a text message; its sid. It is queued then, not delivered."""
        try:
            sent = await self._messages.create_async(to=to, from_=self._number, body=words)
        except _FAILURES as error:
            raise _explained(error) from None
        return _sid(sent.sid)

    async def texted(self, to: str, words: str) -> bool:
        """As `text`; False if Twilio did not take it, which is logged. Raises nothing."""
        try:
            await self.text(to, words)
        except RestError as error:
            logger.bind(code=error.code).error("A text could not be sent")
            return False
        return True


# The last two: an answer that is not Twilio's, as from a proxy in between.
_FAILURES = (TwilioException, aiohttp.ClientError, TimeoutError, ValueError, AttributeError)


def _sid(sid: str | None) -> str:
    if not sid:
        raise RestError("Twilio did not answer: no sid")
    return sid


def _explained(error: Exception) -> RestError:
    if isinstance(error, TwilioRestException | TwilioServiceException):
        return RestError(f"Twilio refused: {error.status}", error.code or 0)
    return RestError(f"Twilio did not answer: {type(error).__name__}")


class _Http(AsyncHttpClient):
    """Twilio's requests, to `api_url` where one is set. A socket each: there are few."""

    def __init__(self, api_url: str, within_secs: float) -> None:
        super().__init__(None, True, within_secs)  # pyright: ignore[reportArgumentType]
        self._api = urlsplit(api_url) if api_url else None
        self._within = aiohttp.ClientTimeout(total=within_secs)

    async def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  the signature is Twilio's
        allow_redirects: bool = False,
    ) -> Response:
        async with (
            aiohttp.ClientSession(timeout=self._within) as session,
            session.request(
                method,
                self._at(uri),
                params={name: str(value) for name, value in (params or {}).items()},
                data=data,
                headers={**(headers or {}), **_basic(auth)},
                allow_redirects=allow_redirects,
            ) as response,
        ):
            return Response(response.status, await response.text(), dict(response.headers))

    def _at(self, uri: str) -> str:
        if self._api is None:
            return uri
        return urlunsplit(urlsplit(uri)._replace(scheme=self._api.scheme, netloc=self._api.netloc))


def _basic(auth: tuple[str, str] | None) -> dict[str, str]:
    if auth is None:
        return {}
    return {"Authorization": "Basic " + base64.b64encode(":".join(auth).encode()).decode()}
