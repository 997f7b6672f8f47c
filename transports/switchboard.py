"""Live WebRTC calls: answers offers, and notices who has gone. Imports aiortc; see webrtc.py."""

import asyncio
from dataclasses import dataclass, field, replace

from fastapi import HTTPException
from loguru import logger
from pipecat.transports.base_transport import TransportParams
from pipecat.transports.smallwebrtc.connection import IceServer, SmallWebRTCConnection
from pipecat.transports.smallwebrtc.request_handler import (
    IceCandidate,
    SmallWebRTCPatchRequest,
    SmallWebRTCRequest,
    SmallWebRTCRequestHandler,
)
from pipecat.transports.smallwebrtc.transport import (
    SmallWebRTCOutputTransport,
    SmallWebRTCTransport,
)

from transports.connection import Audio, Connection, Door, Guest, Launch
from transports.cutting_in import SaysOver
from transports.intake import IntakeSettings
from transports.limits import Allowance
from transports.webrtc import MOST_CANDIDATES, Candidates, Offer, WebrtcSettings
from transports.wire import is_offered

UNKNOWN = "Invalid or not-yet-ready session_id"
ASKS_PER_SEC, ASKS_AT_ONCE = 1.0, 30.0
"""Offers and candidates of a live call: a dozen at first, and when the client changes networks.
An offer costs all other calls 10 ms."""
LOOK_EVERY_SECS = 1.0


class Output(SaysOver, SmallWebRTCOutputTransport):
    """What a peer is sent."""


class WebrtcTransport(SmallWebRTCTransport):
    """One peer's audio, and those of its messages that a caller may send, no faster than typed."""

    def __init__(self, connection: SmallWebRTCConnection, settings: WebrtcSettings) -> None:
        super().__init__(connection, _params(settings))
        self._output = Output(self._client, self._params)
        limits = IntakeSettings()
        self._messages = Allowance(limits.messages_per_sec, limits.messages_burst)

    async def _on_app_message(self, message: object, sender: str) -> None:
        now = asyncio.get_running_loop().time()
        if is_offered(message) and self._messages.take(1, now):
            await super()._on_app_message(message, sender)


@dataclass(slots=True)
class Line:
    """A live call and the task that runs it."""

    connection: SmallWebRTCConnection
    task: "asyncio.Task[None]"
    candidates: int = 0
    """Taken in since its first offer."""
    asks: Allowance = field(default_factory=lambda: Allowance(ASKS_PER_SEC, ASKS_AT_ONCE))

    def check_pace(self) -> None:
        """Raises HTTPException(429) for who asks for more than a client has to."""
        if not self.asks.take(1, asyncio.get_running_loop().time()):
            raise HTTPException(429, "Too many offers or candidates.", {"Retry-After": "1"})


class Switchboard:
    def __init__(self, settings: WebrtcSettings, door: Door, launch: Launch) -> None:
        self._settings = settings
        self._door = door
        self._launch = launch
        self._lines: dict[str, Line] = {}
        self._handler = SmallWebRTCRequestHandler(ice_servers=_ice_servers(settings))

    def session_of(self, pc_id: str | None) -> str | None:
        """The live session with this peer connection."""
        for session_id, line in self._lines.items():
            if line.connection.pc_id == pc_id:
                return session_id
        return None

    async def answer(self, session_id: str, offer: Offer) -> dict[str, str]:
        """The SDP answer to a guest's first offer, or to a later one on the same connection.

        Raises HTTPException: 404 for a session that is not expected, not live, or has another
        peer connection; 400 for an offer that cannot be understood; 429 for one after another.
        """
        line = self._lines.get(session_id)
        if line and offer.pc_id == line.connection.pc_id:
            line.check_pace()
            return await self._negotiate(offer, session_id)
        guest = None if line else self._enter(session_id)
        if guest is None:
            raise HTTPException(404, UNKNOWN)
        try:
            # The id of a peer connection that is not this session's would reach into another's.
            return await self._negotiate(offer.model_copy(update={"pc_id": None}), guest)
        except BaseException:
            if session_id not in self._lines:
                self._door.leave(session_id)
            raise

    async def add(self, found: Candidates, session_id: str | None = None) -> None:
        """Take in further ways to reach a client; 404 if it is not on the line, 400 if they
        are no candidates, or more than anybody has."""
        live = self.session_of(found.pc_id)
        if live is None or session_id not in (None, live):
            raise HTTPException(404, UNKNOWN)
        line = self._lines[live]
        line.check_pace()
        line.candidates += len(found.candidates)
        if line.candidates > MOST_CANDIDATES:
            raise HTTPException(400, "Too many ICE candidates")
        candidates = [IceCandidate(**candidate.model_dump()) for candidate in found.candidates]
        try:
            await self._handler.handle_patch_request(
                SmallWebRTCPatchRequest(found.pc_id, candidates)
            )
        except (ValueError, AssertionError, IndexError) as error:
            raise HTTPException(400, "Invalid ICE candidate") from error

    async def close(self) -> None:
        """Hang up on everyone."""
        tasks = [line.task for line in self._lines.values()]
        await self._handler.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _enter(self, session_id: str) -> Guest | None:
        guest = self._door.enter(session_id)
        if guest and guest.kind != "webrtc":
            self._door.leave(session_id)
            return None
        return guest

    async def _negotiate(self, offer: Offer, whom: Guest | str) -> dict[str, str]:
        async def connected(connection: SmallWebRTCConnection) -> None:
            if isinstance(whom, Guest):
                guest = replace(whom, body=offer.request_data or whom.body)
                task = asyncio.create_task(self._call(connection, guest))
                self._lines[whom.session_id] = Line(connection, task)

        request = SmallWebRTCRequest(offer.sdp, offer.type, offer.pc_id, offer.restart_pc)
        try:
            answer = await self._handler.handle_web_request(request, connected)
        except Exception as error:  # what SDP can do to aiortc's parser has no end
            raise HTTPException(400, "Invalid WebRTC request") from error
        if answer is None:
            raise HTTPException(400, "Invalid WebRTC request")
        return answer

    async def _call(self, connection: SmallWebRTCConnection, guest: Guest) -> None:
        watch = asyncio.create_task(self._watch(connection))
        settings = self._settings
        try:
            await self._launch(
                Connection(
                    transport=WebrtcTransport(connection, settings),
                    kind="webrtc",
                    session_id=guest.session_id,
                    audio=Audio(settings.in_hz, settings.out_hz),
                    body=guest.body,
                )
            )
        finally:
            watch.cancel()
            del self._lines[guest.session_id]
            self._door.leave(guest.session_id)
            await connection.disconnect()

    async def _watch(self, connection: SmallWebRTCConnection) -> None:
        """Close a connection that is not made in time, or over which nothing comes any more."""
        loop = asyncio.get_running_loop()
        patience_secs, seen_at = self._settings.connect_secs, loop.time()
        while loop.time() - seen_at < patience_secs:
            await asyncio.sleep(min(LOOK_EVERY_SECS, patience_secs))
            if connection.is_connected():
                patience_secs, seen_at = self._settings.gone_secs, loop.time()
        logger.warning("The WebRTC client is gone; hanging up")
        await connection.disconnect()


def _ice_servers(settings: WebrtcSettings) -> list[IceServer]:
    return [IceServer(**server.for_client()) for server in settings.ice_servers]


def _params(settings: WebrtcSettings) -> TransportParams:
    return TransportParams(
        audio_in_enabled=True,
        audio_in_sample_rate=settings.in_hz,
        audio_out_enabled=True,
        audio_out_sample_rate=settings.out_hz,
        audio_out_10ms_chunks=4,
        audio_out_end_silence_secs=1,
    )
