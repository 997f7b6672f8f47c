"""The emulated OpenAI Realtime as browsers and their servers see it: calls, and their control."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, WSMsgType, WSServerHandshakeError
from openai import AsyncOpenAI, NotFoundError
from openai.types.realtime import RealtimeServerEvent
from pydantic import TypeAdapter

from tests.emulators import realtime_ear, realtime_mind
from tests.emulators.openai_realtime import OpenAIRealtime
from tests.emulators.provider import serving
from tests.emulators.realtime_call import BrowserCall
from tests.emulators.realtime_mind import Call, Reply
from tests.wire.direct_call import OFFER, until

SERVER_EVENT = TypeAdapter(RealtimeServerEvent)
SESSION = {"type": "realtime", "model": "gpt-realtime-2.1"}


@pytest.fixture
async def provider() -> AsyncIterator[OpenAIRealtime]:
    emulator = OpenAIRealtime()
    async with serving(emulator):
        yield emulator


@pytest.fixture
async def sdk(provider: OpenAIRealtime) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(
        api_key=provider.key, base_url=f"{provider.url}/v1", max_retries=0
    ) as client:
        yield client


async def dial(
    provider: OpenAIRealtime, bearer: str, offer: str = OFFER, kind: str = "application/sdp"
) -> tuple[int, str]:
    """The status, and the call's id or what was wrong."""
    headers = {"Authorization": f"Bearer {bearer}", "Content-Type": kind}
    async with (
        ClientSession() as http,
        http.post(f"{provider.url}/v1/realtime/calls", data=offer, headers=headers) as response,
    ):
        if response.status != 201:
            return response.status, (await response.json())["error"]["code"]
        assert response.content_type == "application/sdp"
        return 201, response.headers["Location"].removeprefix("/v1/realtime/calls/")


async def a_call(provider: OpenAIRealtime, sdk: AsyncOpenAI) -> BrowserCall:
    secret = await sdk.realtime.client_secrets.create(session=SESSION)  # type: ignore[arg-type]
    status, call_id = await dial(provider, secret.value)
    assert status == 201
    return provider.calls[call_id]


async def test_the_sdk_takes_part_in_a_call_and_all_it_hears_is_of_the_published_types(
    provider: OpenAIRealtime, sdk: AsyncOpenAI
):
    call = await a_call(provider, sdk)
    call.pace = 0.2
    provider.ear = realtime_ear.scripted("Where is my order?", "Stop.")
    provider.mind = realtime_mind.scripted(Reply("One two three.", (Call("look", "{}"),)), "Okay.")
    async with sdk.realtime.connect(call_id=call.id) as control:
        await call.say()
        await until(lambda: any(e["type"] == "output_audio_buffer.started" for e in call.told))
        await call.say()
        kinds: list[str] = []
        while "output_audio_buffer.stopped" not in kinds:
            event = await control.recv()
            kinds.append(event.type)
            SERVER_EVENT.validate_python(event.model_dump(exclude_unset=True))
    assert "response.output_audio.delta" not in kinds
    assert "conversation.item.input_audio_transcription.completed" not in kinds  # nobody asked
    cut = kinds.index("output_audio_buffer.cleared")
    assert kinds[cut + 1] == "conversation.item.truncated"
    assert kinds.index("response.done") < len(kinds) - 1


async def test_a_call_is_asked_for_with_a_secret_and_an_offer(
    provider: OpenAIRealtime, sdk: AsyncOpenAI
):
    secret = await sdk.realtime.client_secrets.create(session=SESSION)  # type: ignore[arg-type]
    assert await dial(provider, "ek_none") == (401, "invalid_api_key")
    assert await dial(provider, secret.value, "hello") == (400, "invalid_offer")
    assert await dial(provider, secret.value, OFFER, "text/plain") == (
        400,
        "unsupported_content_type",
    )
    modelless = await sdk.realtime.client_secrets.create(session={"type": "realtime"})
    assert await dial(provider, modelless.value) == (400, "missing_model")


async def test_only_the_key_controls_a_call_and_only_one_that_there_is(
    provider: OpenAIRealtime, sdk: AsyncOpenAI
):
    call = await a_call(provider, sdk)
    secret = next(iter(provider.secrets))

    async def status(call_id: str, bearer: str, more: str = "") -> int:
        headers = {"Authorization": f"Bearer {bearer}"}
        url = f"{provider.realtime_url}?call_id={call_id}{more}"
        try:
            async with ClientSession() as http, http.ws_connect(url, headers=headers):
                return 101
        except WSServerHandshakeError as error:
            return error.status

    assert await status(call.id, secret) == 401
    assert await status("rtc_u1_none", provider.key) == 404
    assert await status(call.id, provider.key, "&model=gpt-realtime") == 400
    assert await status(call.id, provider.key) == 101
    await call.hang_up()
    assert await status(call.id, provider.key) == 404


async def test_a_control_socket_brings_no_audio_and_leaves_without_ending_the_call(
    provider: OpenAIRealtime, sdk: AsyncOpenAI
):
    call = await a_call(provider, sdk)
    headers = {"Authorization": f"Bearer {provider.key}"}
    url = f"{provider.realtime_url}?call_id={call.id}"
    async with ClientSession() as http:
        async with http.ws_connect(url, headers=headers) as ws:
            await ws.send_json({"type": "input_audio_buffer.append", "audio": "AAAA"})
            refused: dict[str, Any] = {}
            while refused.get("type") != "error":
                refused = await ws.receive_json()
            assert refused["error"]["param"] == "type"
        assert not call.hung_up_by
        async with http.ws_connect(url, headers=headers) as ws:
            await sdk.realtime.calls.hangup(call.id)
            while (message := await ws.receive()).type == WSMsgType.TEXT:
                pass
            assert message.type in (WSMsgType.CLOSE, WSMsgType.CLOSED)
    with pytest.raises(NotFoundError):
        await sdk.realtime.calls.hangup(call.id)
