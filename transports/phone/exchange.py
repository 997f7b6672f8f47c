"""What a carrier's calls go through here, whichever carrier it is: a place, a ticket, a socket."""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace

from fastapi import HTTPException, WebSocket, WebSocketDisconnect
from loguru import logger

from transports.connection import Door, Guest, Kind
from transports.phone.lines import Line, Lines, parted
from transports.phone.phrases import Phrases, Speaks, as_set
from transports.tickets import Tickets
from transports.websocket import close

Talk = Callable[[WebSocket, Guest, Line], Awaitable[None]]
"""Accepts the handshake and runs the call to its end."""


def say_unverified(carrier: str) -> None:
    """For whoever reads the log: its signatures are not asked for."""
    logger.warning(
        f"{carrier.upper()}_VERIFY IS OFF: anybody can place calls here by pretending to be "
        f"{carrier}. For work on this machine only."
    )


class PhoneExchange:
    """Knows a carrier's calls, and which of them may come in."""

    def __init__(self, kind: Kind, tickets: Tickets, door: Door, speaks: Speaks = as_set) -> None:
        self._kind: Kind = kind
        self._tickets = tickets
        self._door = door
        self._speaks = speaks
        self._lines = Lines()

    def _phrases(self, line: Line) -> Phrases:
        """What is said in the language of a call."""
        return self._speaks(line.caller, line.called, line.language)

    def _told(self, line: Line) -> dict[str, str]:
        """What a call is told of itself: whose it is, and its language, where that is known."""
        language = self._phrases(line).language
        parties = {"from": line.caller, "to": line.called}
        return parties | ({"language": language} if language else {})

    def _promise(self, line: Line) -> Line | None:
        """The line with a place and a ticket for it; None when every line is busy."""
        guest = Guest(str(uuid.uuid4()), self._kind)
        if not self._door.reserve(guest):
            return None
        ticket = self._tickets.issue(guest.session_id)
        promised = replace(line, session_id=guest.session_id, ticket=ticket)
        self._lines.put(promised)
        return promised

    def _come_in(self, call: Line) -> Line | None:
        """A call that comes in, with a place and a ticket: the same ones until it is taken up; None
        when every line is busy. After that it is a replay: raises HTTPException(403)."""
        line = self._lines.of_call(call.call_id)
        if line is None:
            return self._promise(call)
        if line.point != "promised":
            logger.warning("A webhook was refused: its call has been taken up before")
            raise HTTPException(403, "Forbidden")
        return line

    async def _parted(self, call: Line) -> Line:
        """What is known of a call whose audio has ended, once we have ended it too."""
        # Without a line it is another server's, which has died, or ours before a restart.
        line = self._lines.of_call(call.call_id) or replace(call, point="cut", connects=0)
        await parted(line)
        return line

    def _again(self, line: Line, most: int) -> Line | None:
        """The line with a new place and ticket; None after so many, or when all are busy."""
        if line.connects > most:
            return None
        if line.point == "promised":
            self._door.leave(line.session_id)
        return self._promise(replace(line, point="promised", connects=line.connects + 1))

    def _rang_off(self, call_id: str) -> None:
        """The call is over: if it was before its audio began, its place is given back."""
        line = self._lines.of_call(call_id)
        if line and line.point in ("dialling", "promised"):
            self._call_off(line)

    def _call_off(self, line: Line) -> None:
        """The call is over; if it never began, its place is given back."""
        if line.point in ("dialling", "promised"):
            self._door.leave(line.session_id)
        line.point = "finished"

    async def _take_up(self, websocket: WebSocket, signed: bool, ticket: str, talk: Talk) -> None:
        """One call, from the handshake of its socket to its end; 403 if it may not come in.

        A ticket is not spent on a handshake that the carrier has not signed.
        """
        session_id = self._tickets.redeem(ticket) if signed else None
        line = self._lines.of_session(session_id) if session_id else None
        guest = self._door.enter(line.session_id) if line else None
        if line is None or guest is None:
            logger.warning("A call's socket was refused: not signed by its carrier, or no ticket")
            await websocket.close()  # before the handshake is accepted: HTTP 403
            return
        line.point = "live"
        try:
            await talk(websocket, guest, line)
        except WebSocketDisconnect:
            logger.info("The socket was gone before its call began")
        finally:
            if line.point == "live":
                line.point = "cut"
            self._door.leave(guest.session_id)
            await close(websocket)
