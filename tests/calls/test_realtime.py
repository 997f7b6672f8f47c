"""Whole calls in MODE=realtime, against an emulated OpenAI Realtime."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from aiohttp import ClientSession
from pydantic import SecretStr

from bot.providers.settings import OpenAISettings, RealtimeSettings
from evals.caller import place_call
from evals.performance import Manners
from evals.record import CallRecord
from evals.script import Interrupt, Pause, Say, Type, Wait
from processors.loop import LoopSettings
from tests.calls.inside import Inside, inside
from tests.calls.running import RunningServer, running_server
from tests.emulators import realtime_ear, realtime_mind, realtime_mouth
from tests.emulators.openai_realtime import OpenAIRealtime
from tests.emulators.provider import Drop, Refuse, serving
from tests.emulators.realtime_mind import Call, Reply
from tests.wire.direct_call import OFFER, until

GREETING = "Hi, this is Echo at Acme. How can I help?"
LOOK_UP = Reply("Let me see.", (Call("look_up_order", '{"order_number": "1042"}'),))


@pytest.fixture
async def provider() -> AsyncIterator[OpenAIRealtime]:
    emulator = OpenAIRealtime()
    async with serving(emulator):
        yield emulator


def serving_calls(provider: OpenAIRealtime, **more: object) -> AbstractAsyncContextManager[Inside]:
    openai = OpenAISettings(api_key=SecretStr(provider.key), realtime_url=provider.realtime_url)
    return inside(**{"mode": "realtime", "openai": openai} | more)


@asynccontextmanager
async def a_process(provider: OpenAIRealtime, **more: str) -> AsyncIterator[RunningServer]:
    """The same, where its log is to be read; it starts in a thread, while the emulator serves on
    this loop."""
    settings = {
        "MODE": "realtime",
        "OPENAI_API_KEY": provider.key,
        "OPENAI_REALTIME_URL": provider.realtime_url,
        "LLM": "local",
    }
    running = running_server(**settings | more)
    server = await asyncio.to_thread(running.__enter__)
    try:
        yield server
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)


def heard(record: CallRecord) -> str:
    """What speech recognition makes of Echo's side, in small letters without punctuation."""
    return re.sub(r"[^a-z0-9 ]", "", record.heard().lower())


async def test_the_greeting_is_heard_and_a_tool_finds_the_answer(provider: OpenAIRealtime):
    provider.ear = realtime_ear.whisper()
    provider.mind = realtime_mind.keyless()
    provider.mouth = realtime_mouth.local()
    async with a_process(provider) as server:
        said = server.log.read_text()
        record = await place_call(server.url, [Say("Where is my order ten forty two?"), Wait(15)])
    assert said.startswith("MODE: realtime (MODE=realtime): gpt-realtime-2.1")
    assert [tool.name for tool in record.tools] == ["look_up_order"]
    assert record.said_by_echo().startswith(GREETING)
    words = heard(record)
    assert "this is echo" in words
    assert "shipped" in words or "order" in words.split("help")[1]
    assert not record.errors
    greeting, turn = record.latencies
    assert greeting["kind"] == "greeting"
    assert turn["kind"] == "tool"
    assert turn["measured_from"] == "speech"
    assert 0 < turn["first_sound_ms"] <= turn["answer_ms"]


async def test_barge_in_silences_echo_and_truncates_what_was_not_heard(provider: OpenAIRealtime):
    long = " ".join(f"number {n}" for n in range(40))
    provider.ear = realtime_ear.scripted("Tell me all.", "Stop.")
    provider.mind = realtime_mind.scripted(long, "Okay.")
    async with serving_calls(provider) as server:
        steps = [Say("Tell me all the numbers."), Interrupt(Say("Please stop now."), 2.0), Wait(8)]
        record = await place_call(server.url, steps)
    (barge_in,) = [turn.barge_in_ms for turn in record.turns if turn.said.kind == "interrupt"]
    assert barge_in is not None
    assert barge_in < 1000
    (cut,) = provider.noted("conversation.item.truncate")
    assert 1500 <= cut["audio_end_ms"] <= 3500
    assert "number 2" in record.said_by_echo()
    assert "number 30" not in record.said_by_echo()
    assert record.said_by_echo().endswith("Okay.")
    assert any(turn["interrupted"] for turn in record.latencies)


async def test_a_renewed_session_remembers_the_conversation(provider: OpenAIRealtime):
    provider.ear = realtime_ear.scripted("Where is my order 1042?", "Thanks.")
    provider.mind = realtime_mind.scripted(LOOK_UP, "It arrives on Friday.", "You are welcome.")
    aged = RealtimeSettings(renew_after_secs=2, renew_by_secs=30)
    async with serving_calls(provider, realtime=aged) as server:
        steps = [Say("Where is my order 1042?"), Pause(3.0), Say("Thank you very much."), Wait(8)]
        record = await place_call(server.url, steps)
    assert provider.connections >= 2
    assert record.said_by_echo() == (
        f"{GREETING} Let me see. It arrives on Friday. You are welcome."
    )
    last = max(e.connection for e in provider.journal if e.kind == "conversation.item.create")
    carried = [
        entry.body["item"]
        for entry in provider.journal
        if entry.connection == last and entry.kind == "conversation.item.create"
    ]
    texts = [part["text"] for item in carried for part in item.get("content", [])]
    assert texts[:2] == [GREETING, "Where is my order 1042?"]
    assert [i["name"] for i in carried if i["type"] == "function_call"] == ["look_up_order"]
    assert any("1042" in i["output"] for i in carried if i["type"] == "function_call_output")
    assert not record.errors


async def test_a_dropped_connection_is_apologised_for_and_the_call_goes_on(
    provider: OpenAIRealtime,
):
    provider.ear = realtime_ear.scripted("Where is my order?", "Where is my order?")
    provider.mind = realtime_mind.scripted("One two three four.", "It arrives on Friday.")
    provider.will(Drop(after=len(GREETING.split()) + 2))
    async with serving_calls(provider) as server:
        steps = [Say("Where is my order?"), Pause(1.0), Say("Where is my order?"), Wait(8)]
        record = await place_call(server.url, steps)
    assert "Sorry, something went wrong on my side." in record.said_by_echo()
    assert record.said_by_echo().endswith("It arrives on Friday.")


async def test_a_provider_that_is_gone_ends_the_call_in_words(provider: OpenAIRealtime):
    provider.ear = realtime_ear.scripted("Where is my order?")
    provider.mind = realtime_mind.scripted("One two three four.")
    provider.will(Drop(after=len(GREETING.split()) + 2), *[Refuse(503)] * 20)
    async with serving_calls(provider) as server:
        record = await place_call(server.url, [Say("Where is my order?"), Pause(9.0)])
    assert record.ended_by == "echo"
    assert "something is broken on my side" in heard(record)


async def test_a_bad_key_is_said_in_words_to_the_caller_and_in_the_log(provider: OpenAIRealtime):
    async with a_process(provider, OPENAI_API_KEY="sk-wrong") as server:
        record = await place_call(server.url, [Wait(10)])
        said = server.log.read_text()
    assert record.ended_by == "echo"
    assert "something is broken on my side" in heard(record)
    assert said.count("OpenAI refused the key: set OPENAI_API_KEY") == 1
    assert "sk-wrong" not in said
    assert not provider.journal


async def test_what_is_typed_is_answered(provider: OpenAIRealtime):
    provider.mind = realtime_mind.scripted("It arrives on Friday.")
    async with serving_calls(provider) as server, ClientSession() as http:
        body = {"transport": "openai-webrtc"}
        async with http.post(f"{server.url}/start", json=body) as refused:
            assert refused.status == 400, "a secret is given to nobody unless that is asked for"
        record = await place_call(server.url, [Type("Where is my order?"), Wait(8)])
    (item,) = [event["item"] for event in provider.noted("conversation.item.create")]
    assert item["role"] == "user"
    assert record.said_by_echo() == f"{GREETING} It arrives on Friday."


async def test_a_caller_chooses_the_mode_and_a_browser_may_get_a_secret(
    provider: OpenAIRealtime,
):
    given_away = RealtimeSettings(direct=True)
    async with (
        serving_calls(provider, mode="cascade", realtime=given_away) as server,
        ClientSession() as http,
    ):

        async def start(**body: object) -> tuple[int, dict[str, object]]:
            async with http.post(f"{server.url}/start", json=body) as response:
                return response.status, await response.json()

        status, refused = await start(transport="websocket", body={"mode": "telepathy"})
        assert (status, refused["detail"]) == (
            400,
            "Unknown mode 'telepathy'; choose cascade or realtime.",
        )
        record = await place_call(server.url, [Wait(8)], mode="realtime")
        status, given = await start(transport="openai-webrtc")
        assert status == 200
        bearer = {"Authorization": f"Bearer {given['clientSecret']}"}
        sdp = bearer | {"Content-Type": "application/sdp"}
        async with http.post(str(given["url"]), data=OFFER, headers=sdp) as response:
            call = provider.calls[response.headers["Location"].rsplit("/", 1)[1]]
        told = {"token": given["token"], "callId": call.id}
        async with http.post(str(given["callUrl"]), json=told) as response:
            assert response.status == 204
        await until(lambda: any(e["type"] == "output_audio_buffer.stopped" for e in call.told))
        await call.hang_up()
        provider.key = "another"
        assert (await start(transport="openai-webrtc"))[0] == 502
    assert record.said_by_echo() == GREETING
    assert len(provider.noted("response.create")) == 2  # each greeting
    secret = provider.secrets[str(given["clientSecret"])]
    assert given["url"] == f"{provider.url}/v1/realtime/calls"
    assert secret.session["instructions"].startswith("You are Echo")
    assert "tools" not in secret.session  # they come with whoever runs them
    assert given["callUrl"] == f"{server.url}/openai-webrtc/calls"
    assert secret.session["audio"]["output"]["voice"] == "marin"
    assert provider.noted("secret")[0]["expires_after"]["seconds"] == 60
    assert "a-key" not in json.dumps(given)


async def test_who_speaks_over_the_disclosure_hears_all_of_it(provider: OpenAIRealtime):
    provider.ear = realtime_ear.scripted("Hello?")
    provider.mind = realtime_mind.scripted("Okay.")
    told = "You are talking to an artificial intelligence. You may ask for a colleague at any time."
    async with serving_calls(provider, disclosure=told) as server:
        record = await place_call(server.url, [Interrupt(Say("Hello, hello?"), 1.0), Wait(8)])
    words = heard(record)
    assert "artificial intelligence" in words
    assert "ask for a colleague at any time" in words


async def test_a_machine_is_asked_once_and_hung_up_on_with_a_goodbye(provider: OpenAIRealtime):
    """The words of a turn come after the answer to it: what is asked follows that."""
    tape = "Please hold the line."
    provider.ear = realtime_ear.scripted(*[tape] * 7)
    provider.mind = realtime_mind.scripted(*["Yes?"] * 8)
    loop = LoopSettings(question="Are you there?", goodbye="Nobody is there. Goodbye!")
    async with serving_calls(provider, loop=loop, greeting="Hi.") as server:
        record = await place_call(server.url, [Say(tape)] * 7, manners=Manners(settle_secs=0.3))
    assert record.said_by_echo().count("Are you there?") == 1
    assert heard(record).endswith("goodbye")
    assert record.ended_by == "echo"


async def test_who_says_goodbye_is_said_goodbye_to_and_then_hung_up_on(provider: OpenAIRealtime):
    provider.ear = realtime_ear.scripted("Goodbye!")
    provider.mind = realtime_mind.scripted(Reply("", (Call("end_call", "{}"),)), "Yes?")
    provider.mouth = realtime_mouth.local()
    async with serving_calls(provider, greeting="Hi.") as server:
        record = await place_call(server.url, [Say("Goodbye!"), Wait(8)])
    assert record.said_by_echo() == "Hi. Thank you for calling. Goodbye!"
    assert heard(record).endswith("goodbye")
    assert record.ended_by == "echo"
