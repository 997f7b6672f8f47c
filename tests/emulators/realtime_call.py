"""Calls that browsers have with the emulated OpenAI Realtime, and the sockets that control them.

A call is asked for as over WebRTC, with an SDP offer; no media flow, a test drives the browser's
side by hand (`say`, `type`, `hang_up`). What follows is the protocol's: events go to every control
socket, audio to none of them; the provider plays what the model says, tells when it is over, and
cuts it off by itself when the caller speaks.
"""

import asyncio
import base64
import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
from aiohttp import WSMsgType, web

from tests.emulators.realtime_items import Item, new_id
from tests.emulators.realtime_session import Session
from tests.emulators.realtime_wire import RATE, Refusal

if TYPE_CHECKING:
    from tests.emulators.openai_realtime import OpenAIRealtime

SPOKEN_SECS = 0.4
SILENT_SECS = 1.0
"""Longer than any turn detection waits."""
_OFFER = re.compile(r"v=0\r?\n.*^m=audio ", re.S | re.M)


def offered(sdp: str) -> str:
    """The offer, if it is one for audio; else raises Refusal."""
    if not _OFFER.match(sdp):
        raise Refusal("invalid_offer", "Failed to parse SDP offer.", "sdp")
    return sdp


def answer_to(offer: str) -> str:
    """An answer that leads nowhere."""
    return re.sub(r"a=setup:\w+", "a=setup:passive", offer)


class Sockets:
    """The control sockets of a call, as if they were one."""

    def __init__(self) -> None:
        self.all: list[web.WebSocketResponse] = []
        self.closed = False

    async def send_str(self, text: str) -> None:
        for ws in [*self.all]:
            if not ws.closed:
                await ws.send_str(text)

    async def close(self, code: int = 1000, message: bytes = b"") -> None:
        self.closed = True
        for ws in [*self.all]:
            await ws.close(code=code, message=message)

    async def drop(self) -> None:
        """They are gone without a goodbye."""
        for ws in [*self.all]:
            if ws._req and ws._req.transport:
                ws._req.transport.abort()


class BrowserCall(Session):
    """One browser's conversation.

    pace: how many seconds a second of what the model says takes to play.
    """

    def __init__(
        self,
        provider: "OpenAIRealtime",
        request: web.Request,
        connection: int,
        config: dict[str, Any],
    ) -> None:
        self.sockets = Sockets()
        super().__init__(provider, self.sockets, request, connection, None, config)  # pyright: ignore[reportArgumentType]
        self.id = f"rtc_u1_{connection}{new_id('')[1:]}"
        self.pace = 0.01
        self.hung_up_by = ""
        """browser or server, once it is over."""
        self.told: list[dict[str, Any]] = []
        """Every event of the call."""
        self._playing: tuple[str, Item, int] | None = None  # response, its item, since when (ms)
        self._played: asyncio.Task[None] | None = None

    # The browser's side

    async def say(self) -> None:
        """Half a second of speech; what is made of it is up to the provider's ear."""
        await self.begin_to_speak()
        await self._hear(base64.b64encode(bytes(2 * int(SILENT_SECS * RATE))).decode())

    async def begin_to_speak(self) -> None:
        """As `say`, without an end."""
        t = np.arange(int(SPOKEN_SECS * RATE)) / RATE
        speech = (8000 * np.sin(2 * np.pi * 200 * t)).astype("<i2").tobytes()
        await self._hear(base64.b64encode(speech).decode())

    async def type(self, text: str) -> None:
        """A message over the data channel, and a response to it."""
        await self.put("user", text)
        await self.respond({})

    async def put(self, role: str, text: str) -> None:
        """A message over the data channel, in somebody's name."""
        kind = "output_text" if role == "assistant" else "input_text"
        content = [{"type": kind, "text": text}]
        await self._insert({"item": {"type": "message", "role": role, "content": content}})

    async def hang_up(self, by: str = "browser") -> None:
        if not self.hung_up_by:
            self.hung_up_by = by
            await self.end()
            await self.sockets.close()

    # The control sockets

    async def control(self, ws: web.WebSocketResponse, connection: int) -> None:
        """Serve one of them to its end, which is not that of the call."""
        self.sockets.all.append(ws)
        self.connection = connection
        await ws.send_str(json.dumps(self._created()))
        async for message in ws:
            if message.type == WSMsgType.TEXT:
                await self._receive(message.data)
        self.sockets.all.remove(ws)

    def _created(self) -> dict[str, Any]:
        return {"type": "session.created", "event_id": new_id("event"), "session": self.config}

    async def _obey(self, event: dict[str, Any]) -> None:
        if event["type"] == "output_audio_buffer.clear":
            await self._cut()
        elif event["type"].startswith("input_audio_buffer."):
            raise Refusal("invalid_value", "The audio of a call comes over WebRTC.", "type")
        else:
            await super()._obey(event)

    # What the provider does by itself where it plays the audio

    async def send(self, kind: str, **fields: Any) -> None:
        if kind == "response.output_audio.delta":
            await self._play(fields["response_id"], fields["item_id"])
            return
        self.told.append({"type": kind, **fields})
        await super().send(kind, **fields)
        if kind == "response.done" and self._playing:
            self._played = self.spawn(self._play_out())

    async def _play(self, response_id: str, item_id: str) -> None:
        if self._playing and self._playing[0] == response_id:
            return
        if self._played and not self._played.done():
            await self._played
        assert self.response
        item = next(item for item in self.response.output if item.id == item_id)
        self._playing = response_id, item, self._now_ms
        await self.send("output_audio_buffer.started", response_id=response_id)

    async def _play_out(self) -> None:
        assert self._playing
        response_id, item, _ = self._playing
        await asyncio.sleep(item.audio_ms / 1000 * self.pace)
        self._playing = None
        await self.send("output_audio_buffer.stopped", response_id=response_id)

    async def _speech_started(self, at_ms: int) -> None:
        await super()._speech_started(at_ms)
        await self._cut()

    async def _cut(self) -> None:
        """What is being played ends here; of a truncated item no transcript is left."""
        if self._playing is None:
            return
        (response_id, item, since_ms), self._playing = self._playing, None
        if self._played:
            self._played.cancel()
        heard_ms = min(item.audio_ms, round((self._now_ms - since_ms) / max(self.pace, 1e-3)))
        item.ends_ms = [(word, at) for word, at in item.ends_ms if at <= heard_ms]
        item.body["content"][0]["transcript"] = ""
        await self.send("output_audio_buffer.cleared", response_id=response_id)
        await self.send(
            "conversation.item.truncated",
            item_id=item.id,
            content_index=0,
            audio_end_ms=heard_ms,
        )

    @property
    def _now_ms(self) -> int:
        return round(asyncio.get_running_loop().time() * 1000)
