"""A browser over WebRTC, by Pipecat's SmallWebRTC: audio over UDP, made for bad networks.

aiortc and its codecs cost 30 MB and most of a second to import, so they are loaded off the event
loop when the first caller asks for WebRTC.
"""

import asyncio
import importlib
import importlib.util
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI, HTTPException
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr, field_validator

from transports.connection import Door, Guest, Launch
from transports.start import Asked, StartSettings, Way, busy

if TYPE_CHECKING:
    from transports.switchboard import Switchboard

NEEDS = "WebRTC needs aiortc: pip install 'pipecat-ai[webrtc]'."
MOST_CANDIDATES = 100
"""Of one client, in its offer and after it: a phone and a laptop have a dozen. To each address the
server sends a packet seven times over, whoever lives there."""
PUBLIC_STUN = "stun:stun.l.google.com:19302"
"""What the runner offers a client that sends `enableDefaultIceServers`."""


class IceServer(BaseModel):
    """A STUN or TURN server, as browsers know it."""

    model_config = ConfigDict(frozen=True)

    urls: str
    username: str = ""
    credential: SecretStr = SecretStr("")

    def for_client(self) -> dict[str, str]:
        if not self.username:
            return {"urls": self.urls}
        credential = self.credential.get_secret_value()
        return {"urls": self.urls, "username": self.username, "credential": credential}


class WebrtcSettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    ice_servers: tuple[IceServer, ...] = ()
    """STUN and TURN for both sides. On one machine or in one network none is needed."""
    in_hz: int = 16_000
    out_hz: int = 24_000
    """Opus carries 48 kHz; the voice has nothing above this."""
    connect_secs: float = Field(default=15.0, gt=0)
    """From the offer to audio. A browser tries its candidates for about as long."""
    gone_secs: float = Field(default=10.0, gt=0)
    """Pipecat's clients say every second that they are there. Silence for this long, and they are
    not: a phone that changes networks is back sooner."""


class Offer(BaseModel):
    """What the client posts; its connection as SDP, by the names of Pipecat's clients."""

    sdp: str = Field(max_length=65_536)
    type: str = Field(pattern="^offer$")
    pc_id: str | None = None
    restart_pc: bool | None = None
    request_data: dict[str, object] | None = Field(
        default=None, validation_alias=AliasChoices("request_data", "requestData")
    )

    @field_validator("sdp")
    @classmethod
    def _few_candidates(cls, sdp: str) -> str:
        if sdp.count("a=candidate") > MOST_CANDIDATES:
            raise ValueError("too many candidates")
        return sdp


class Candidate(BaseModel):
    candidate: str = Field(max_length=2_048)
    sdp_mid: str
    sdp_mline_index: int


class Candidates(BaseModel):
    """Ways to reach the client that it found after its offer (trickle ICE)."""

    pc_id: str
    candidates: list[Candidate] = Field(max_length=MOST_CANDIDATES)


def way(settings: WebrtcSettings) -> Way:
    """The answer of `/start`: the session to post the offer to, and the ICE servers."""

    async def start(asked: Asked) -> dict[str, object]:
        await _load()
        answer: dict[str, object] = {"sessionId": asked.guest.session_id}
        servers: list[dict[str, str]] = [server.for_client() for server in settings.ice_servers]
        if not servers and asked.options.get("enableDefaultIceServers") is True:
            servers = [{"urls": PUBLIC_STUN}]
        return answer | ({"iceConfig": {"iceServers": servers}} if servers else {})

    return start


def routes(settings: WebrtcSettings, door: Door, launch: Launch) -> APIRouter:
    """`/sessions/{session_id}/api/offer`, and `/api/offer` for clients that skip `/start`.

    The latter is what Pipecat's SDKs call a direct connection. It gives nothing that `/start`
    would not: it asks the door for a place in the same way, and is refused in the same way.
    """
    boards: list[Switchboard] = []

    async def board() -> "Switchboard":
        if not boards:
            await _load()
        if not boards:  # another request may have been quicker
            from transports.switchboard import Switchboard

            boards.append(Switchboard(settings, door, launch))
        return boards[0]

    @asynccontextmanager
    async def until_shutdown(_: FastAPI) -> AsyncGenerator[None]:
        yield
        for switchboard in boards:
            await switchboard.close()

    router = APIRouter(lifespan=until_shutdown)

    @router.post("/sessions/{session_id}/api/offer")
    async def offer(session_id: str, offered: Offer) -> dict[str, str]:
        return await (await board()).answer(session_id, offered)

    @router.patch("/sessions/{session_id}/api/offer")
    async def candidates(session_id: str, found: Candidates) -> dict[str, str]:
        await (await board()).add(found, session_id)
        return {"status": "success"}

    @router.post("/api/offer")
    async def direct_offer(offered: Offer) -> dict[str, str]:
        switchboard = await board()
        if session_id := switchboard.session_of(offered.pc_id):
            return await switchboard.answer(session_id, offered)
        guest = Guest(str(uuid.uuid4()), "webrtc", offered.request_data or {})
        if not door.reserve(guest):
            raise busy(StartSettings().retry_after_secs)
        return await switchboard.answer(guest.session_id, offered)

    @router.patch("/api/offer")
    async def direct_candidates(found: Candidates) -> dict[str, str]:
        await (await board()).add(found)
        return {"status": "success"}

    return router


async def _load() -> None:
    """Raises HTTPException with what to install, if anything is missing."""
    if importlib.util.find_spec("aiortc") is None:
        raise HTTPException(501, NEEDS)
    await asyncio.to_thread(importlib.import_module, "transports.switchboard")
