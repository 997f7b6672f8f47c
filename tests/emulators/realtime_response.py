"""A response of the emulated OpenAI Realtime: thinks, speaks, calls tools."""

import asyncio
import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tests.emulators.provider import Empty, befall
from tests.emulators.realtime_items import BYTES_PER_MS, Item, new_id
from tests.emulators.realtime_mind import Call, Failure, Reply, word_for_word
from tests.emulators.realtime_mouth import Word

if TYPE_CHECKING:
    from tests.emulators.realtime_session import Session


class Response:
    """One response, from `response.created` to `response.done`, whichever way it ends."""

    def __init__(self, session: "Session", params: dict[str, Any]) -> None:
        self.session = session
        self.params = params
        self.id = new_id("resp")
        self.output: list[Item] = []
        self.task: asyncio.Task[None] | None = None
        self.words = 0
        self._why_cancelled = "client_cancelled"

    @property
    def _aside(self) -> bool:
        """Out of band: nothing of it gets into the conversation."""
        return self.params.get("conversation") == "none"

    async def cancel(self, reason: str) -> None:
        self._why_cancelled = reason
        if self.task:
            self.task.cancel()
            await asyncio.wait([self.task])

    async def run(self) -> None:
        session = self.session
        details: dict[str, Any] | None = None
        status = "completed"
        try:
            await session.send("response.created", response=self._body("in_progress", None))
            await self._reply()
        except asyncio.CancelledError:
            status, details = "cancelled", {"type": "cancelled", "reason": self._why_cancelled}
        except Failure as failure:
            error = {"type": failure.type, "code": failure.code, "message": failure.message}
            status, details = "failed", {"type": "failed", "error": error}
        except ConnectionResetError:
            return
        session.response = None
        await self._end_items(status)
        body = self._body(status, details)
        session.provider.note(session.connection, "usage", body["usage"])
        await session.send("response.done", response=body)
        limits = [{"name": "tokens", "limit": 40_000, "remaining": 39_000, "reset_seconds": 1.5}]
        await session.send("rate_limits.updated", rate_limits=limits)

    async def _reply(self) -> None:
        session, profile = self.session, self.session.provider.profile
        call_due = session.due_in(profile.llm_first_token)
        audio_due = call_due + profile.tts_first_audio.drawn(session.provider.rng)
        said = word_for_word(self.params.get("instructions") or "")
        tools = self.params.get("tools") or session.config["tools"]
        reply = said or await session.provider.mind(await session.messages(), tools)
        if isinstance(session.fault, Empty):
            reply = Reply()
        if reply.text:
            words = await session.provider.mouth(reply.text)
            await session.until(audio_due)
            await self._speak(words)
        for call in reply.calls:
            await session.until(call_due)
            await self._call(call)

    async def _speak(self, words: Sequence[Word]) -> None:
        session = self.session
        content = {"type": "output_audio", "transcript": ""}
        item = await self._begin({"type": "message", "role": "assistant", "content": []})
        at = self._at(item) | {"content_index": 0}
        shown = {"type": "audio", "transcript": ""}
        await session.send("response.content_part.added", **at, part=shown)
        item.body["content"].append(content)
        session.has_spoken = True
        for word in words:
            await befall(session.fault, session.chunks, session.request, session.ws.send_str)
            session.chunks += 1
            self.words += 1
            content["transcript"] += word.text
            end_ms = item.audio_ms + len(word.pcm) // BYTES_PER_MS
            item.ends_ms.append((word.text, end_ms))
            await session.send("response.output_audio_transcript.delta", **at, delta=word.text)
            pcm = base64.b64encode(word.pcm).decode()
            await session.send("response.output_audio.delta", **at, delta=pcm)
            await asyncio.sleep(session.provider.profile.token_secs)
        text = content["transcript"]
        await session.send("response.output_audio.done", **at)
        await session.send("response.output_audio_transcript.done", **at, transcript=text)
        part = {"type": "audio", "transcript": text}
        await session.send("response.content_part.done", **at, part=part)

    async def _call(self, call: Call) -> None:
        session = self.session
        call_id = new_id("call")
        item = await self._begin(
            {"type": "function_call", "name": call.name, "call_id": call_id, "arguments": ""}
        )
        at = self._at(item) | {"call_id": call_id}
        kind = "response.function_call_arguments"
        await session.send(f"{kind}.delta", **at, delta=call.arguments)
        item.body["arguments"] = call.arguments
        await session.send(f"{kind}.done", **at, name=call.name, arguments=call.arguments)

    async def _begin(self, body: dict[str, Any]) -> Item:
        fixed = {"id": new_id("item"), "object": "realtime.item", "status": "in_progress"}
        item = Item(fixed | body)
        self.output.append(item)
        at = {"response_id": self.id, "output_index": len(self.output) - 1}
        await self.session.send("response.output_item.added", **at, item=item.body)
        if not self._aside:
            await self.session.add(item, done=False)
        return item

    async def _end_items(self, status: str) -> None:
        for index, item in enumerate(self.output):
            complete = status == "completed" or item is not self.output[-1]
            item.body["status"] = "completed" if complete else "incomplete"
            at = {"response_id": self.id, "output_index": index}
            await self.session.send("response.output_item.done", **at, item=item.body)
            if not self._aside:
                await self.session.send(
                    "conversation.item.done", previous_item_id=None, item=item.body
                )

    def _at(self, item: Item) -> dict[str, Any]:
        index = self.output.index(item)
        return {"response_id": self.id, "item_id": item.id, "output_index": index}

    def _body(self, status: str, details: dict[str, Any] | None) -> dict[str, Any]:
        over = status != "in_progress"
        return {
            "object": "realtime.response",
            "id": self.id,
            "status": status,
            "status_details": details,
            "output": [item.body for item in self.output] if over else [],
            "conversation_id": None if self._aside else "conv_emulated",
            "output_modalities": ["audio"],
            "max_output_tokens": "inf",
            "audio": {"output": self.session.config["audio"]["output"]},
            "usage": self._usage() if over else None,
            "metadata": None,
        }

    def _usage(self) -> dict[str, Any]:
        heard, spoken = 20 * len(self.session.items), 5 * self.words
        cached = {"text_tokens": 0, "audio_tokens": 0, "image_tokens": 0}
        return {
            "total_tokens": heard + spoken,
            "input_tokens": heard,
            "output_tokens": spoken,
            "input_token_details": {
                "text_tokens": 0,
                "audio_tokens": heard,
                "image_tokens": 0,
                "cached_tokens": 0,
                "cached_tokens_details": cached,
            },
            "output_token_details": {"text_tokens": 0, "audio_tokens": spoken},
        }
