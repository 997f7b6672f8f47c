"""Pipecat's own service and OpenAI's SDK against the emulated OpenAI Realtime, and ours on top."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest
from aiohttp import ClientSession, WSMsgType
from openai import AsyncOpenAI, AuthenticationError, BadRequestError
from openai.types.realtime import RealtimeServerEvent
from pydantic import TypeAdapter

from tests.emulators import realtime_ear, realtime_mind
from tests.emulators.openai_realtime import OpenAIRealtime
from tests.emulators.provider import Drop, Empty, Refuse, serving
from tests.emulators.realtime_mind import Call, Failure, Reply
from tests.emulators.realtime_wire import RATE

MODEL = "gpt-realtime-2.1"
SERVER_EVENT = TypeAdapter(RealtimeServerEvent)


def speech(secs: float) -> bytes:
    t = np.arange(int(secs * RATE)) / RATE
    return (8000 * np.sin(2 * np.pi * 200 * t)).astype("<i2").tobytes()


def silence(secs: float) -> bytes:
    return bytes(2 * int(secs * RATE))


@pytest.fixture
async def emulator() -> AsyncIterator[OpenAIRealtime]:
    provider = OpenAIRealtime()
    async with serving(provider):
        yield provider


class Client:
    """The bare wire: sends events, collects those that come."""

    def __init__(self, ws: Any) -> None:
        self.ws = ws
        self.events: list[dict[str, Any]] = []

    async def send(self, kind: str, **fields: Any) -> None:
        await self.ws.send_json({"type": kind, **fields})

    async def say(self, pcm: bytes) -> None:
        for at in range(0, len(pcm), 960):
            chunk = base64.b64encode(pcm[at : at + 960]).decode()
            await self.send("input_audio_buffer.append", audio=chunk)

    async def until(self, kind: str) -> dict[str, Any]:
        async with asyncio.timeout(15):
            while True:
                message = await self.ws.receive()
                if message.type != WSMsgType.TEXT:
                    raise ConnectionError(message.type)
                event = json.loads(message.data)
                self.events.append(event)
                if event["type"] == kind:
                    return event

    @property
    def kinds(self) -> list[str]:
        return [event["type"] for event in self.events]


@pytest.fixture
async def client(emulator: OpenAIRealtime) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {emulator.key}"}
    url = f"{emulator.realtime_url}?model={MODEL}"
    async with ClientSession() as http, http.ws_connect(url, headers=headers) as ws:
        client = Client(ws)
        await client.until("session.created")
        yield client


# The emulator


async def test_a_spoken_turn_is_heard_and_answered(emulator: OpenAIRealtime, client: Client):
    emulator.ear = realtime_ear.scripted("Where is my order?")
    emulator.mind = realtime_mind.scripted("It is on its way.")
    transcription = {"model": "gpt-realtime-whisper"}
    await client.send(
        "session.update",
        session={"type": "realtime", "audio": {"input": {"transcription": transcription}}},
    )
    await client.say(speech(0.5) + silence(0.4))
    await client.until("response.done")
    kinds = list(dict.fromkeys(client.kinds))
    order = [
        "session.updated",
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "response.created",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_audio_transcript.delta",
        "response.output_audio.delta",
        "response.output_audio.done",
        "response.done",
    ]
    assert [kind for kind in kinds if kind in order] == order
    heard = [e for e in client.events if e["type"].endswith("transcription.completed")]
    assert heard[0]["transcript"] == "Where is my order?"
    started, stopped = (
        next(e for e in client.events if e["type"] == f"input_audio_buffer.speech_{edge}")
        for edge in ("started", "stopped")
    )
    assert started["audio_start_ms"] == 0
    assert abs(stopped["audio_end_ms"] - 500 - 200) <= 20  # with the silence, as the real one
    assert client.events[-1]["response"]["usage"]["output_tokens"] > 0


async def test_everything_it_sends_is_of_the_published_types(
    emulator: OpenAIRealtime, client: Client
):
    emulator.mind = realtime_mind.scripted(
        Reply("Let me see.", (Call("look", '{"a": 1}'),)), Failure(), "One two three."
    )
    for _ in range(2):
        await client.send("response.create")
        done = await client.until("response.done")
    assert done["response"]["status"] == "failed"
    await client.say(speech(0.3) + silence(0.4))
    await client.until("response.done")
    await client.send("conversation.item.retrieve", item_id="none")
    await client.until("error")
    for event in emulator.sent:
        SERVER_EVENT.validate_python(event)


async def test_speech_cancels_the_response_and_truncation_keeps_what_was_heard(
    emulator: OpenAIRealtime, client: Client
):
    emulator.mind = realtime_mind.scripted("one two three four five six seven eight nine")
    profile_before = emulator.profile
    emulator.profile = type(profile_before)(
        profile_before.stt_final,
        profile_before.llm_first_token,
        profile_before.tts_first_audio,
        token_secs=0.05,
    )
    await client.send("response.create")
    delta = await client.until("response.output_audio.delta")
    await client.until("response.output_audio.delta")
    await client.say(speech(0.3))
    done = await client.until("response.done")
    assert done["response"]["status"] == "cancelled"
    assert done["response"]["status_details"]["reason"] == "turn_detected"
    where = {"item_id": delta["item_id"], "content_index": 0}
    await client.send("conversation.item.truncate", **where, audio_end_ms=99_999)
    refused = await client.until("error")
    assert "already shorter than 99999ms" in refused["error"]["message"]
    await client.send("conversation.item.truncate", **where, audio_end_ms=250)
    await client.until("conversation.item.truncated")
    await client.send("conversation.item.retrieve", item_id=delta["item_id"])
    item = (await client.until("conversation.item.retrieved"))["item"]
    assert item["content"][0]["transcript"] == "one"


@pytest.mark.parametrize(
    ("event", "code", "param"),
    [
        ({"type": "no.such"}, "invalid_value", "type"),
        ({"type": "response.create", "modalities": ["audio"]}, "unknown_parameter", "modalities"),
        (
            {"type": "session.update", "session": {"type": "realtime", "voice": "marin"}},
            "unknown_parameter",
            "session.voice",
        ),
        ({"type": "session.update"}, "missing_required_parameter", "session"),
        ({"type": "input_audio_buffer.append", "audio": "%%%"}, "invalid_value", "audio"),
        ({"type": "input_audio_buffer.commit"}, "input_audio_buffer_commit_empty", None),
        ({"type": "response.cancel"}, "response_cancel_not_active", None),
        (
            {
                "type": "conversation.item.create",
                "item": {"type": "function_call_output", "call_id": "call_x", "output": "{}"},
            },
            "invalid_tool_call_id",
            "item.call_id",
        ),
        (
            {
                "type": "conversation.item.create",
                "item": {
                    "type": "message",
                    "role": "assistant",
                    "content": [{"type": "output_audio", "audio": "AAAA"}],
                },
            },
            "invalid_value",
            "item.content[0].type",
        ),
    ],
)
async def test_what_the_protocol_does_not_know_is_refused_with_an_error(
    event: dict[str, Any], code: str, param: str | None, client: Client
):
    await client.ws.send_json(event | {"event_id": "mine"})
    error = (await client.until("error"))["error"]
    assert (error["code"], error["param"], error["event_id"]) == (code, param, "mine")


async def test_a_session_is_cut_off_at_its_age(emulator: OpenAIRealtime):
    emulator.max_age_secs = 0.2
    headers = {"Authorization": f"Bearer {emulator.key}"}
    url = f"{emulator.realtime_url}?model={MODEL}"
    async with ClientSession() as http, http.ws_connect(url, headers=headers) as ws:
        error = (await Client(ws).until("error"))["error"]
        assert error["code"] == "session_expired"
        assert (await ws.receive()).type == WSMsgType.CLOSE


async def test_a_wrong_key_and_an_unknown_model_are_refused(emulator: OpenAIRealtime):
    emulator.will(None, Refuse(503))
    url = f"{emulator.realtime_url}?model={MODEL}"
    async with ClientSession() as http:
        assert (await http.get(url, headers={"Authorization": "Bearer no"})).status == 401
        assert (await http.get(url)).status == 503
        headers = {"Authorization": f"Bearer {emulator.key}"}
        async with http.ws_connect(f"{emulator.realtime_url}?model=gpt-9", headers=headers) as ws:
            closed = await ws.receive()
            assert (closed.data, closed.extra) == (4000, "invalid_request_error.model_not_found")


async def test_a_client_secret_opens_the_session_that_was_baked_into_it(emulator: OpenAIRealtime):
    base_url = f"{emulator.url}/v1"
    async with AsyncOpenAI(api_key=emulator.key, base_url=base_url, max_retries=0) as openai:
        secret = await openai.realtime.client_secrets.create(
            expires_after={"anchor": "created_at", "seconds": 30},
            session={"type": "realtime", "model": MODEL, "instructions": "Be kind."},
        )
        with pytest.raises(BadRequestError, match="between 10 and 7200"):
            await openai.realtime.client_secrets.create(expires_after={"seconds": 5})
    async with AsyncOpenAI(api_key=secret.value, base_url=base_url, max_retries=0) as browser:
        async with browser.realtime.connect(model=MODEL) as connection:
            created = await connection.recv()
            assert created.type == "session.created"
            assert created.session.instructions == "Be kind."
        with pytest.raises(AuthenticationError):
            await browser.realtime.client_secrets.create()


async def test_an_empty_response_is_complete_and_says_nothing(emulator: OpenAIRealtime):
    emulator.will(Empty())
    emulator.mind = realtime_mind.scripted("Unheard.")
    headers = {"Authorization": f"Bearer {emulator.key}"}
    url = f"{emulator.realtime_url}?model={MODEL}"
    async with ClientSession() as http, http.ws_connect(url, headers=headers) as ws:
        client = Client(ws)
        await client.send("response.create")
        done = await client.until("response.done")
        assert (done["response"]["status"], done["response"]["output"]) == ("completed", [])


async def test_a_drop_ends_the_connection_without_a_goodbye(emulator: OpenAIRealtime):
    emulator.will(Drop(after=1))
    emulator.mind = realtime_mind.scripted("One two.")
    headers = {"Authorization": f"Bearer {emulator.key}"}
    url = f"{emulator.realtime_url}?model={MODEL}"
    async with ClientSession() as http, http.ws_connect(url, headers=headers) as ws:
        client = Client(ws)
        await client.send("response.create")
        with pytest.raises(ConnectionError):
            await client.until("response.done")
        assert client.kinds.count("response.output_audio.delta") == 1
