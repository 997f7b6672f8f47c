"""One session of the emulated OpenAI Realtime: the events of one WebSocket."""

import asyncio
import base64
import binascii
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from tests.emulators.provider import Delay, Fault, Late
from tests.emulators.realtime_ear import TurnDetector
from tests.emulators.realtime_items import BYTES_PER_MS, Item, message_of, new_id
from tests.emulators.realtime_response import Response
from tests.emulators.realtime_wire import RATE, Refusal, checked, merged

if TYPE_CHECKING:
    from tests.emulators.openai_realtime import OpenAIRealtime

LEAST_COMMIT_MS = 100


class Session:
    def __init__(
        self,
        provider: "OpenAIRealtime",
        ws: web.WebSocketResponse,
        request: web.Request,
        connection: int,
        fault: Fault | None,
        config: dict[str, Any],
    ) -> None:
        self.provider = provider
        self.ws = ws
        self.request = request
        self.connection = connection
        self.fault = fault
        self.config = config
        self.items: list[Item] = []
        self.detector = TurnDetector(self._turn_detection)
        self.speech_item = new_id("item")
        self.response: Response | None = None
        self.chunks = 0
        self.tasks: set[asyncio.Task[None]] = set()
        self.has_spoken = False

    @property
    def _turn_detection(self) -> dict[str, Any] | None:
        return self.config["audio"]["input"].get("turn_detection")

    async def run(self, max_age_secs: float) -> None:
        """Until the client leaves or the session is too old."""
        await self.send("session.created", session=self.config)
        try:
            async with asyncio.timeout(max_age_secs):
                async for message in self.ws:
                    if message.type == WSMsgType.TEXT:
                        await self._receive(message.data)
        except TimeoutError:
            await self._expire()

    async def end(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def send(self, kind: str, **fields: Any) -> None:
        if self.ws.closed:
            return
        event = {"type": kind, "event_id": new_id("event"), **fields}
        quiet = kind == "response.output_audio.delta"
        # As of this moment: the session's items go on changing.
        self.provider.sent.append(json.loads(json.dumps(event | {"delta": ""} if quiet else event)))
        with suppress(ConnectionError):  # the client has left
            await self.ws.send_str(json.dumps(event))

    def spawn(self, work: Any) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def _expire(self) -> None:
        refusal = Refusal("session_expired", "Your session hit the maximum duration of 60 minutes.")
        await self.send("error", error=refusal.body())
        await self.ws.close(code=1001, message=b"session_expired")

    # What the client sends

    async def _receive(self, text: str) -> None:
        event_id = None
        try:
            try:
                event = json.loads(text)
            except ValueError:
                raise Refusal("invalid_json", "The event is not JSON.") from None
            event_id = event.get("event_id") if isinstance(event, dict) else None
            self._note(checked(event))
            await self._obey(event)
        except Refusal as refusal:
            self.provider.note(self.connection, "refused", refusal)
            await self.send("error", error=refusal.body(event_id))

    def _note(self, event: dict[str, Any]) -> None:
        audio = event.get("audio")
        shown = event | {"audio": len(audio) * 3 // 4} if isinstance(audio, str) else event
        self.provider.note(self.connection, event["type"], shown)

    async def _obey(self, event: dict[str, Any]) -> None:
        match event["type"]:
            case "session.update":
                await self._configure(event["session"])
            case "input_audio_buffer.append":
                await self._hear(event["audio"])
            case "input_audio_buffer.commit":
                if len(self.detector.pcm) < LEAST_COMMIT_MS * BYTES_PER_MS:
                    raise Refusal(
                        "input_audio_buffer_commit_empty",
                        "Error committing input audio buffer: buffer too small.",
                    )
                await self._commit()
            case "input_audio_buffer.clear":
                self.detector.taken()
                await self.send("input_audio_buffer.cleared")
            case "conversation.item.create":
                await self._insert(event)
            case "conversation.item.truncate":
                await self._truncate(event)
            case "conversation.item.delete":
                self.items.remove(self._item(event["item_id"]))
                await self.send("conversation.item.deleted", item_id=event["item_id"])
            case "conversation.item.retrieve":
                item = self._item(event["item_id"], code="item_retrieve_invalid_item_id")
                await self.send("conversation.item.retrieved", item=item.body)
            case "output_audio_buffer.clear":
                raise Refusal("invalid_value", "Only calls have an output audio buffer.", "type")
            case "response.create":
                await self.respond(event.get("response") or {})
            case "response.cancel":
                if self.response is None:
                    raise Refusal(
                        "response_cancel_not_active", "Cancellation failed: no active response."
                    )
                await self.response.cancel("client_cancelled")

    async def _configure(self, update: dict[str, Any]) -> None:
        voice = update.get("audio", {}).get("output", {}).get("voice")
        if self.has_spoken and voice not in (None, self.config["audio"]["output"]["voice"]):
            raise Refusal(
                "cannot_update_voice",
                "Cannot update a conversation's voice if assistant audio is present.",
            )
        if update.get("model") not in (None, self.config["model"]):
            raise Refusal("invalid_value", "The model of a session cannot be changed.", "model")
        if len(update.get("output_modalities") or ["audio"]) != 1:
            raise Refusal("invalid_value", "Choose ['text'] or ['audio'].", "output_modalities")
        self.config = merged(self.config, update)
        self.detector.settings = self._turn_detection
        await self.send("session.updated", session=self.config)

    # Hearing

    async def _hear(self, audio: str) -> None:
        try:
            pcm = base64.b64decode(audio, validate=True)
        except binascii.Error:
            raise Refusal("invalid_value", "Invalid 'audio'. Expected base64.", "audio") from None
        if len(pcm) % 2:
            raise Refusal("invalid_value", "Invalid 'audio'. Expected 16-bit samples.", "audio")
        for window in self.detector.windows(pcm):
            match self.detector.hear(window):
                case "started", at_ms:
                    await self._speech_started(at_ms)
                case "stopped", at_ms:
                    await self.send(
                        "input_audio_buffer.speech_stopped",
                        audio_end_ms=at_ms,
                        item_id=self.speech_item,
                    )
                    await self._commit()
                    if (self._turn_detection or {}).get("create_response", True):
                        await self.respond({})

    async def _speech_started(self, at_ms: int) -> None:
        await self.send(
            "input_audio_buffer.speech_started", audio_start_ms=at_ms, item_id=self.speech_item
        )
        if self.response and (self._turn_detection or {}).get("interrupt_response", True):
            await self.response.cancel("turn_detected")

    async def _commit(self) -> None:
        item = Item(
            {
                "id": self.speech_item,
                "object": "realtime.item",
                "type": "message",
                "status": "completed",
                "role": "user",
                "content": [{"type": "input_audio", "transcript": None}],
            },
            heard=asyncio.get_running_loop().create_future(),
        )
        self.speech_item = new_id("item")
        previous = self.items[-1].id if self.items else None
        await self.send("input_audio_buffer.committed", item_id=item.id, previous_item_id=previous)
        await self.add(item, done=True)
        self.spawn(self._transcribe(item, self.detector.taken()))

    async def _transcribe(self, item: Item, pcm: bytes) -> None:
        provider = self.provider
        due = self.due_in(provider.profile.stt_final)
        text = await provider.ear(pcm)
        assert item.heard
        item.heard.set_result(text)
        if not self.config["audio"]["input"].get("transcription"):
            return
        await self.until(due)
        item.body["content"][0]["transcript"] = text
        at = {"item_id": item.id, "content_index": 0}
        kind = "conversation.item.input_audio_transcription"
        for i, word in enumerate(text.split()):
            await self.send(f"{kind}.delta", **at, delta=f" {word}" if i else word)
        secs = round(len(pcm) / 2 / RATE, 3)
        usage = {"type": "duration", "seconds": secs}
        provider.note(self.connection, "transcribed_secs", secs)
        await self.send(f"{kind}.completed", **at, transcript=text, usage=usage)

    # The conversation

    async def add(self, item: Item, *, done: bool) -> None:
        previous = self.items[-1].id if self.items else None
        self.items.append(item)
        await self.send("conversation.item.added", previous_item_id=previous, item=item.body)
        if done:
            await self.send("conversation.item.done", previous_item_id=previous, item=item.body)

    async def _insert(self, event: dict[str, Any]) -> None:
        body = dict(event["item"])
        self._check_content(body)
        body.setdefault("id", new_id("item"))
        if any(item.id == body["id"] for item in self.items):
            raise Refusal("item_already_exists", f"Item '{body['id']}' exists.", "item.id")
        body.update(object="realtime.item", status="completed")
        await self.add(Item(body), done=True)

    def _check_content(self, body: dict[str, Any]) -> None:
        if body["type"] == "function_call_output":
            calls = {item.body.get("call_id") for item in self.items if "name" in item.body}
            if body["call_id"] not in calls:
                raise Refusal(
                    "invalid_tool_call_id",
                    "Tool call ID not found in conversation.",
                    "item.call_id",
                )
        allowed = {
            "user": {"input_text", "input_audio", "input_image"},
            "assistant": {"output_text"},  # assistant audio cannot be populated
            "system": {"input_text"},
        }
        for content in body.get("content", []):
            if content["type"] not in allowed[body["role"]]:
                raise Refusal(
                    "invalid_value", f"Invalid value: '{content['type']}'.", "item.content[0].type"
                )

    async def _truncate(self, event: dict[str, Any]) -> None:
        item = self._item(event["item_id"])
        end_ms = event["audio_end_ms"]
        if end_ms > item.audio_ms:
            raise Refusal(
                "invalid_value",
                f"Audio content of {item.audio_ms}ms is already shorter than {end_ms}ms",
                "audio_end_ms",
            )
        item.ends_ms = [(word, at) for word, at in item.ends_ms if at <= end_ms]
        item.body["content"][0]["transcript"] = "".join(word for word, _ in item.ends_ms)
        await self.send(
            "conversation.item.truncated",
            item_id=item.id,
            content_index=event["content_index"],
            audio_end_ms=end_ms,
        )

    def _item(self, item_id: str, code: str = "invalid_value") -> Item:
        found = next((item for item in self.items if item.id == item_id), None)
        if found is None:
            raise Refusal(code, f"Item with item_id not found: {item_id}", "item_id")
        return found

    async def messages(self) -> list[dict[str, Any]]:
        """The conversation in the shape of chat completions; waits for what is being heard."""
        return [await message_of(item) for item in self.items]

    # Answering

    async def respond(self, params: dict[str, Any]) -> None:
        if self.response is not None:
            raise Refusal(
                "conversation_already_has_active_response",
                f"Conversation already has an active response: {self.response.id}.",
            )
        self.response = Response(self, params)
        self.response.task = self.spawn(self.response.run())

    def due_in(self, *delays: Delay) -> float:
        late_secs = self.fault.secs if isinstance(self.fault, Late) else 0.0
        wait_secs = sum(delay.drawn(self.provider.rng) for delay in delays)
        return asyncio.get_running_loop().time() + wait_secs + late_secs

    async def until(self, at_secs: float) -> None:
        await asyncio.sleep(max(0.0, at_secs - asyncio.get_running_loop().time()))
