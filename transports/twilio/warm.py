"""Warm transfers: the caller waits in a room, a colleague is rung, told, asked, and let in.

    caller     <Say> hold <Dial><Conference>    ... music ...                both talk
    colleague            rings -> human? -> <Gather><Say> brief -> "1" -> <Dial><Conference>

Whatever else becomes of the colleague, the caller is with Echo again, and whoever of the two is
gone before both are in the room, the other does not wait there alone. Every webhook names the
caller's call in its path, which Twilio's signature covers.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

from fastapi import APIRouter, HTTPException, Request, Response
from loguru import logger

from transports.phone import twiml
from transports.phone.lines import MOST_REMEMBERED, Line
from transports.phone.phrases import Colleague, Phrases
from transports.twilio.awaited import Awaited
from transports.twilio.handover import Handover, Side
from transports.twilio.rest import OFF_THE_LINE, Rest, RestError
from transports.twilio.settings import TwilioSettings

ASK, ACCEPT, ENDED, HELD = "/twilio/ask", "/twilio/accept", "/twilio/ended", "/twilio/held"
OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""What Twilio says of a call that has ended."""

DETECTING_SECS, SAYING_SECS = 35, 90
"""At most, who answers is found out in 30 s; and a brief is said."""
FAREWELL_SECS = 8.0
"""After one of two has hung up the other is let out of their room, and hears so."""
AGAIN_SECS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Between tries to bring a caller back from a room to which nobody else will come."""


class Exchange(Protocol):
    """What a caller was taken from, and comes back to."""

    async def signed(self, request: Request, path: str) -> dict[str, str]:
        """The form of a webhook that Twilio signed. Raises HTTPException."""
        ...

    def take_back(self, call_sid: str, greeting: str) -> str:
        """What to do with a caller who was passed on in vain."""
        ...

    def is_back(self, call_sid: str) -> bool:
        """Whether the caller is with Echo."""
        ...

    def give_up(self, call_sid: str) -> bool:
        """Leave a call to Twilio; False if that was done before."""
        ...

    def phrases(self, call_sid: str) -> Phrases:
        """What is said in the language of a call."""
        ...


class Warm:
    """The handovers of one exchange."""

    def __init__(
        self,
        settings: TwilioSettings,
        rest: Rest,
        web: Callable[[str], str],
        exchange: Exchange,
    ) -> None:
        self._settings = settings
        self._rest = rest
        self._web = web
        self._exchange = exchange
        self._handovers = OrderedDict[str, Handover]()
        self._ringing: dict[str, asyncio.Task[None]] = {}
        self._awaited = Awaited()

    async def hold(self, line: Line) -> str:
        """What to do with the caller; the colleague is rung, once for however many such requests.

        If Twilio does not ring them, the caller is taken back at once.
        """
        call_sid = line.call_id
        before = self._handovers.get(call_sid)
        if before is None or before.room != line.session_id:
            self._remember(call_sid, Handover(line.session_id, line.pass_on_to, line.brief))
            self._ringing[call_sid] = asyncio.create_task(self._ring(call_sid))
        handover = self._handovers[call_sid]
        if ringing := self._ringing.get(call_sid):
            await asyncio.shield(ringing)
        if handover.point == "refused":  # or came to nothing before Twilio had answered us
            return self._exchange.take_back(call_sid, self._back(call_sid))
        said, music = self._exchange.phrases(call_sid), self._settings.hold_url
        words = said.hold or self._settings.hold
        return twiml.hold(handover.room, words, music, self._web(HELD), said.say_in)

    def _back(self, call_sid: str) -> str:
        return self._exchange.phrases(call_sid).back or self._settings.back

    def _to_colleague(self, call_sid: str) -> Colleague:
        return self._exchange.phrases(call_sid).colleague

    def _remember(self, call_sid: str, handover: Handover) -> None:
        self._handovers.pop(call_sid, None)
        self._handovers[call_sid] = handover
        if len(self._handovers) > MOST_REMEMBERED:
            self._handovers.popitem(last=False)

    async def _ring(self, call_sid: str) -> None:
        handover = self._handovers[call_sid]
        ask, ended = (self._web(f"{path}/{call_sid}") for path in (ASK, ENDED))
        try:
            sid = await self._rest.ring(handover.number, ask, ended, self._settings.dial_secs)
        except RestError as error:
            logger.bind(code=error.code).error("A colleague could not be called")
            handover.fell_through()
            return
        finally:
            self._ringing.pop(call_sid, None)
        handover.colleague_sid = sid
        if handover.is_open:
            self._awaited.instead(call_sid, self._give_up_late(call_sid, handover))
        elif handover.point == "left":  # while Twilio took the order
            await self._end(handover)

    async def _give_up_late(self, call_sid: str, handover: Handover) -> None:
        """Nobody waits for ever, whatever became of what Twilio had to tell."""
        settings = self._settings
        ringing_secs = settings.dial_secs + DETECTING_SECS
        await asyncio.sleep(ringing_secs + SAYING_SECS + settings.accept_secs)
        if handover.fell_through():
            logger.warning("A colleague was waited for too long")
            await self._end(handover)
            await self._fetch(call_sid)

    def ask(self, call_sid: str, form: dict[str, str]) -> str:
        """What the colleague who has answered is told."""
        handover = self._of(call_sid, form)
        said = self._to_colleague(call_sid)
        if handover.answered(form.get("AnsweredBy", "")):
            accept = self._web(f"{ACCEPT}/{call_sid}")
            words, within = f"{handover.brief} {said.how}", self._settings.accept_secs
            return twiml.introduce(words, accept, within, said.not_taken, said.say_in)
        return twiml.hang_up(said.gone if handover.point == "left" else "", said.say_in)

    def accept(self, call_sid: str, form: dict[str, str]) -> str:
        """What becomes of the colleague by the key they pressed."""
        handover = self._of(call_sid, form)
        said = self._to_colleague(call_sid)
        if handover.pressed(form.get("Digits", "")):
            if handover.left_alone is None:
                self._awaited.no_more(call_sid)
            return twiml.join(handover.room, said.left, said.say_in)
        words = said.gone if handover.point == "left" else said.not_taken
        return twiml.hang_up(words, said.say_in)

    def ended(self, call_sid: str, form: dict[str, str]) -> None:
        """The colleague's call is over: if it came to nothing, the caller is with Echo again."""
        handover = self._of(call_sid, form)
        if not handover.fell_through():
            self._part(call_sid, handover, "colleague")
        elif call_sid not in self._ringing:  # or else `hold` takes them back
            self._awaited.instead(call_sid, self._fetch(call_sid))

    async def caller_left(self, call_sid: str) -> None:
        """The caller has hung up: a colleague who does not talk to them yet is told."""
        handover = self._handovers.get(call_sid)
        if handover is None:
            return
        if handover.point == "joined":
            self._part(call_sid, handover, "caller")
            return
        self._awaited.no_more(call_sid)
        match handover.caller_left():
            case "cancel":
                await self._end(handover)
            case "tell":
                said = self._to_colleague(call_sid)
                await self._tell(handover, said.gone, said.say_in)
            case "nothing":
                pass

    async def let_go(self, form: dict[str, str]) -> str:
        """What to do with a caller who is out of the room."""
        call_sid = form["CallSid"]
        handover = self._handovers.get(call_sid)
        if form.get("CallStatus") in OVER:
            await self.caller_left(call_sid)
        elif handover and handover.fell_through():
            self._awaited.no_more(call_sid)
            await self._end(handover)
            return self._exchange.take_back(call_sid, self._back(call_sid))
        elif handover:
            self._part(call_sid, handover, "caller")
        return twiml.hang_up()

    def _of(self, call_sid: str, form: dict[str, str]) -> Handover:
        """Raises HTTPException(403) for a call that is not this caller's colleague's."""
        handover = self._handovers.get(call_sid)
        if handover is None or not handover.is_of(form["CallSid"]):
            logger.warning("A webhook was refused: its call is no transfer's")
            raise HTTPException(403, "Forbidden")
        return handover

    def _part(self, call_sid: str, handover: Handover, side: Side) -> None:
        """One of two who were put through is gone: their room lets the other out, if both were in
        it. Who pressed the key, and hung up on the way, or was hung up on, never was."""
        if handover.is_out(side):
            self._awaited.instead(call_sid, self._let_out(call_sid, handover))

    async def _let_out(self, call_sid: str, handover: Handover) -> None:
        await asyncio.sleep(FAREWELL_SECS)
        match handover.left_alone:
            case "caller":
                await self._fetch(call_sid)
            case "colleague":
                said = self._to_colleague(call_sid)
                await self._tell(handover, said.left, said.say_in)
            case None:
                pass

    async def _fetch(self, call_sid: str) -> None:
        """Bring the caller out of the room and back to Echo, or let them go if they have gone."""
        back = self._exchange.take_back(call_sid, self._back(call_sid))
        for wait_secs in (0.0, *AGAIN_SECS):
            await asyncio.sleep(wait_secs)
            if self._exchange.is_back(call_sid):  # no answer of Twilio's had come, and yet
                return
            try:
                await self._rest.instruct(call_sid, back)
            except RestError as error:
                logger.bind(code=error.code).warning("A caller could not be taken back")
                if error.code in OFF_THE_LINE:
                    break
            else:
                return
        self._exchange.give_up(call_sid)

    async def _tell(self, handover: Handover, words: str, say_in: str) -> None:
        """Say it to the colleague and hang up."""
        if not handover.colleague_sid:
            return  # ended as soon as it is known
        try:
            await self._rest.instruct(handover.colleague_sid, twiml.hang_up(words, say_in))
        except RestError as error:
            logger.bind(code=error.code).warning("A colleague could not be told: hanging up")
            await self._end(handover)

    async def _end(self, handover: Handover) -> None:
        if not handover.colleague_sid:
            return  # ended as soon as it is known
        try:
            await self._rest.hang_up(handover.colleague_sid)
        except RestError as error:
            logger.bind(code=error.code).warning("A colleague's call could not be ended")


def routes(warm: Warm, exchange: Exchange) -> APIRouter:
    """What Twilio asks about a colleague, and about a caller who was held for one."""
    router = APIRouter()

    @router.post(ASK + "/{call_sid}")
    async def ask(request: Request, call_sid: str) -> Response:
        form = await exchange.signed(request, f"{ASK}/{call_sid}")
        return _xml(warm.ask(call_sid, form))

    @router.post(ACCEPT + "/{call_sid}")
    async def accept(request: Request, call_sid: str) -> Response:
        form = await exchange.signed(request, f"{ACCEPT}/{call_sid}")
        return _xml(warm.accept(call_sid, form))

    @router.post(ENDED + "/{call_sid}")
    async def ended(request: Request, call_sid: str) -> Response:
        warm.ended(call_sid, await exchange.signed(request, f"{ENDED}/{call_sid}"))
        return Response(status_code=204)

    @router.post(HELD)
    async def held(request: Request) -> Response:
        return _xml(await warm.let_go(await exchange.signed(request, HELD)))

    return router


def _xml(text: str) -> Response:
    return Response(text, media_type="text/xml")
