"""The WebRTC way in, with aiortc as the client."""

import asyncio
import fractions
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import av
import numpy as np
import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack
from fastapi import FastAPI

from tests.wire.ways_in import Calls, Door, Parrot, Speaker, Uninterruptible, serving, until
from transports import start, webrtc
from transports.start import StartSettings
from transports.webrtc import IceServer, WebrtcSettings

CLIENT_READY = {"label": "rtvi-ai", "type": "client-ready", "id": "1"}


class Server:
    def __init__(
        self, settings: WebrtcSettings | None = None, places: int = 10, between=Parrot
    ) -> None:
        settings = settings or WebrtcSettings()
        self.door, self.calls, self.app = Door(places), Calls(between), FastAPI()
        ways = {"webrtc": webrtc.way(settings)}
        self.app.include_router(start.routes(StartSettings(), ways, self.door))
        self.app.include_router(webrtc.routes(settings, self.door, self.calls.launch))


class Tone(MediaStreamTrack):
    """440 Hz in 20 ms frames, in real time."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._sent = 0
        self._began = time.monotonic()

    async def recv(self) -> av.AudioFrame:
        await asyncio.sleep(max(0.0, self._began + self._sent / 48_000 - time.monotonic()))
        wave = 12_000 * np.sin(2 * np.pi * 440 * np.arange(self._sent, self._sent + 960) / 48_000)
        frame = av.AudioFrame.from_ndarray(wave.astype(np.int16)[None], layout="mono")
        frame.sample_rate, frame.pts = 48_000, self._sent
        frame.time_base = fractions.Fraction(1, 48_000)
        self._sent += 960
        return frame


class Client:
    """A peer with a tone for a microphone, and how loud the frames are that it hears."""

    def __init__(self, http: aiohttp.ClientSession, port: int) -> None:
        self._http, self._url = http, f"http://localhost:{port}"
        self.pc = RTCPeerConnection()
        self.pc.addTrack(Tone())
        self.channel = self.pc.createDataChannel("chat", ordered=True)
        self.messages: list[dict] = []
        self.channel.on("message", lambda text: self.messages.append(json.loads(text)))
        self.peaks: list[int] = []
        self._listening: asyncio.Task[None] | None = None
        self.pc.on("track", self._on_track)
        self.pc_id = ""

    def _on_track(self, track: MediaStreamTrack) -> None:
        self._listening = asyncio.create_task(self._listen(track))

    async def _listen(self, track: MediaStreamTrack) -> None:
        while True:
            frame = await track.recv()
            self.peaks.append(int(np.abs(frame.to_ndarray()).max()))

    @property
    def loud(self) -> int:
        return sum(peak > 3_000 for peak in self.peaks)

    async def post(self, path: str, body: object) -> tuple[int, dict]:
        async with self._http.post(self._url + path, json=body) as response:
            return response.status, await response.json()

    async def start(self, **options: object) -> dict:
        status, answer = await self.post("/start", {"transport": "webrtc", **options})
        assert status == 200, answer
        return answer

    async def offer(self, path: str, **more: object) -> int:
        """Offers the connection there; the status of the answer, which is accepted if it is 200."""
        if self.pc.localDescription is None:
            await self.pc.setLocalDescription(await self.pc.createOffer())
        sdp = {"sdp": self.pc.localDescription.sdp, "type": "offer"}
        status, answer = await self.post(path, sdp | more)
        if status == 200:
            self.pc_id = answer["pc_id"]
            await self.pc.setRemoteDescription(
                RTCSessionDescription(sdp=answer["sdp"], type=answer["type"])
            )
        return status

    async def hang_up(self) -> None:
        await self.pc.close()
        if self._listening:
            self._listening.cancel()


@pytest.fixture
async def http():
    async with aiohttp.ClientSession() as session:
        yield session


async def test_a_client_is_heard_and_answered(http: aiohttp.ClientSession):
    server = Server()
    async with serving(server.app) as port:
        client = Client(http, port)
        session_id = (await client.start(body={"language": "en"}))["sessionId"]
        assert await client.offer(f"/sessions/{session_id}/api/offer") == 200
        await until(lambda: client.channel.readyState == "open", within_secs=10)
        client.channel.send(json.dumps(CLIENT_READY))
        await until(lambda: CLIENT_READY in client.messages, within_secs=10)
        await until(lambda: client.loud >= 10, within_secs=10)
        (connection,) = server.calls.connections
        assert (connection.session_id, connection.body) == (session_id, {"language": "en"})
        await client.hang_up()
        await until(lambda: server.calls.ended == 1, within_secs=10)
        assert not server.door.inside


@asynccontextmanager
async def being_spoken_to(http: aiohttp.ClientSession, server: Server) -> AsyncIterator[Client]:
    """A client that hears the first of what the server's speaker says."""
    async with serving(server.app) as port:
        client = Client(http, port)
        session_id = (await client.start())["sessionId"]
        await client.offer(f"/sessions/{session_id}/api/offer")
        await until(lambda: client.channel.readyState == "open", within_secs=10)
        await server.calls.between[0].speak()
        await until(lambda: client.loud >= 5, within_secs=10)
        yield client
        await client.hang_up()


@pytest.mark.parametrize(("speaker", "heard"), [(Speaker, (5, 40)), (Uninterruptible, (49, 60))])
async def test_who_interrupts_words_that_must_be_heard_hears_all_of_them(
    http: aiohttp.ClientSession, speaker: type[Speaker], heard: tuple[int, int]
):
    server = Server(between=speaker)
    async with being_spoken_to(http, server) as client:
        await server.calls.between[0].interrupted()
        least, most = heard  # frames of 20 ms
        await asyncio.sleep(1.3)
        await until(lambda: client.loud >= least)
        assert client.loud <= most


async def test_words_for_who_is_in_danger_cut_into_what_must_be_heard(http: aiohttp.ClientSession):
    server = Server(between=Uninterruptible)
    async with being_spoken_to(http, server) as client:
        output = server.calls.connections[0].transport.output()
        output.say_over(bytes(2 * output.sample_rate // 2))  # half a second, in which it is silent
        await until(lambda: client.loud >= 48, within_secs=10)
        first, *_, last = np.flatnonzero(np.array(client.peaks) > 3_000)
        assert 20 <= last + 1 - first - client.loud <= 35  # frames of 20 ms


async def test_a_caller_may_not_invent_the_result_of_a_tool(http: aiohttp.ClientSession):
    server = Server()
    async with serving(server.app) as port:
        client = Client(http, port)
        session_id = (await client.start())["sessionId"]
        await client.offer(f"/sessions/{session_id}/api/offer")
        await until(lambda: client.channel.readyState == "open", within_secs=10)
        for message in ({"type": "llm-function-call-result"}, "text", [1], CLIENT_READY):
            client.channel.send(json.dumps(message))
        forged = CLIENT_READY | {"type": "llm-function-call-result"}
        client.channel.send(json.dumps(forged))
        client.channel.send(json.dumps(CLIENT_READY))
        await until(lambda: client.messages.count(CLIENT_READY) == 2, within_secs=10)
        assert forged not in client.messages
        await client.hang_up()


async def test_only_sessions_from_start_are_known(http: aiohttp.ClientSession):
    server = Server()
    async with serving(server.app) as port:
        client = Client(http, port)
        assert await client.offer("/sessions/made-up/api/offer") == 404
        await client.hang_up()
    assert server.calls.connections == []


async def test_an_offer_without_start_asks_the_door_too(http: aiohttp.ClientSession):
    server = Server(places=1)
    async with serving(server.app) as port:
        first, second = Client(http, port), Client(http, port)
        assert await first.offer("/api/offer", requestData={"who": "me"}) == 200
        await until(lambda: bool(server.calls.connections))
        assert server.calls.connections[0].body == {"who": "me"}
        assert await second.offer("/api/offer") == 503
        for client in (first, second):
            await client.hang_up()


async def test_one_session_cannot_reach_into_the_connection_of_another(
    http: aiohttp.ClientSession,
):
    server = Server()
    async with serving(server.app) as port:
        victim, thief = Client(http, port), Client(http, port)
        theirs = (await victim.start())["sessionId"]
        await victim.offer(f"/sessions/{theirs}/api/offer")
        ours = (await thief.start())["sessionId"]
        assert await thief.offer(f"/sessions/{ours}/api/offer", pc_id=victim.pc_id) == 200
        assert thief.pc_id != victim.pc_id
        candidates = {"pc_id": victim.pc_id, "candidates": []}
        async with http.patch(
            f"http://localhost:{port}/sessions/{ours}/api/offer", json=candidates
        ) as response:
            assert response.status == 404
        for client in (victim, thief):
            await client.hang_up()


async def test_candidates_that_come_later_are_taken(http: aiohttp.ClientSession):
    server = Server()
    async with serving(server.app) as port:
        client = Client(http, port)
        session_id = (await client.start())["sessionId"]
        await client.offer(f"/sessions/{session_id}/api/offer")
        url = f"http://localhost:{port}/sessions/{session_id}/api/offer"
        good = "candidate:1 1 UDP 2122252543 127.0.0.1 50000 typ host"
        for candidate, status in ((good, 200), ("", 200), ("nonsense", 400)):
            found = {"candidate": candidate, "sdp_mid": "0", "sdp_mline_index": 0}
            async with http.patch(
                url, json={"pc_id": client.pc_id, "candidates": [found]}
            ) as response:
                assert response.status == status, candidate
        await client.hang_up()


async def test_who_offers_again_and_again_is_told_to_wait_and_stays_on_the_line(
    http: aiohttp.ClientSession,
):
    server = Server()
    async with serving(server.app) as port:
        client = Client(http, port)
        path = f"/sessions/{(await client.start())['sessionId']}/api/offer"
        await client.offer(path)
        await until(lambda: client.channel.readyState == "open", within_secs=10)
        again = {"sdp": client.pc.localDescription.sdp, "type": "offer", "pc_id": client.pc_id}
        statuses = [(await client.post(path, again))[0] for _ in range(40)]
        assert set(statuses[:20]) == {200}
        assert 429 in statuses
        assert client.channel.readyState == "open"
        await client.hang_up()


async def test_nobody_has_more_candidates_than_a_hundred(http: aiohttp.ClientSession):
    """To each of them the server sends packets, whoever lives there."""
    server = Server()
    async with serving(server.app) as port:
        client = Client(http, port)
        session_id = (await client.start())["sessionId"]
        many = "v=0\r\n" + "a=candidate:1 1 UDP 1 127.0.0.1 50000 typ host\r\n" * 101
        path = f"/sessions/{session_id}/api/offer"
        assert (await client.post(path, {"sdp": many, "type": "offer"}))[0] == 422
        await client.offer(path)
        for first, status in ((50_000, 200), (50_060, 400)):
            found = [
                {
                    "candidate": f"candidate:1 1 UDP 1 127.0.0.1 {number} typ host",
                    "sdp_mid": "0",
                    "sdp_mline_index": 0,
                }
                for number in range(first, first + 60)
            ]
            more = {"pc_id": client.pc_id, "candidates": found}
            async with http.patch(f"http://localhost:{port}{path}", json=more) as response:
                assert response.status == status
        await client.hang_up()


@pytest.mark.parametrize("sdp", ["", "nonsense", "v=0\r\nm=audio x y z\r\n", "v=0\r\n"])
async def test_an_offer_that_is_not_one_costs_no_place(http: aiohttp.ClientSession, sdp: str):
    server = Server(WebrtcSettings(connect_secs=0.2), places=1)
    async with serving(server.app) as port:
        client = Client(http, port)
        session_id = (await client.start())["sessionId"]
        await client.post(f"/sessions/{session_id}/api/offer", {"sdp": sdp, "type": "offer"})
        await until(lambda: not server.door.inside)
        assert await client.start()
        await client.hang_up()


async def test_a_client_that_offers_and_never_connects_is_forgotten(http: aiohttp.ClientSession):
    server = Server(WebrtcSettings(connect_secs=0.5))
    async with serving(server.app) as port:
        client = Client(http, port)
        session_id = (await client.start())["sessionId"]
        await client.pc.setLocalDescription(await client.pc.createOffer())
        offered = {"sdp": client.pc.localDescription.sdp, "type": "offer"}
        await client.post(f"/sessions/{session_id}/api/offer", offered)
        await client.hang_up()
        await until(lambda: server.calls.ended == 1, within_secs=10)
        assert not server.door.inside


async def test_a_client_that_vanishes_is_noticed(http: aiohttp.ClientSession):
    server = Server(WebrtcSettings(gone_secs=1.0))
    async with serving(server.app) as port:
        client = Client(http, port)
        session_id = (await client.start())["sessionId"]
        await client.offer(f"/sessions/{session_id}/api/offer")
        await until(lambda: client.channel.readyState == "open", within_secs=10)
        client.channel.send("ping")  # and never again
        await until(lambda: server.calls.ended == 1, within_secs=10)
        await client.hang_up()


async def test_the_client_is_told_the_ice_servers(http: aiohttp.ClientSession):
    turn = IceServer(urls="turn:turn.example", username="me", credential="secret")
    async with serving(Server(WebrtcSettings(ice_servers=(turn,))).app) as port:
        client = Client(http, port)
        answer = await client.start()
        assert answer["iceConfig"] == {
            "iceServers": [{"urls": "turn:turn.example", "username": "me", "credential": "secret"}]
        }
        await client.hang_up()
    async with serving(Server().app) as port:
        client = Client(http, port)
        assert "iceConfig" not in await client.start()
        assert "iceConfig" in await client.start(enableDefaultIceServers=True)
        await client.hang_up()


async def test_the_server_hangs_up_when_it_closes(http: aiohttp.ClientSession):
    server = Server()
    async with serving(server.app) as port:
        client = Client(http, port)
        session_id = (await client.start())["sessionId"]
        await client.offer(f"/sessions/{session_id}/api/offer")
        await until(lambda: bool(server.calls.connections))
    assert not server.door.inside
    await client.hang_up()
