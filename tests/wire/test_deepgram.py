"""Deepgram's nova-3 over its real wire: Pipecat's service, the SDK, and a bare socket."""

import asyncio
from itertools import pairwise

import numpy as np
import pytest
from aiohttp import WSServerHandshakeError
from pipecat.frames.frames import (
    ErrorFrame,
    InterimTranscriptionFrame,
    LLMContextFrame,
    MetricsFrame,
    TranscriptionFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.metrics.metrics import TurnMetricsData
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.services.deepgram.stt import DeepgramSTTService
from pydantic import SecretStr

from bot.providers.choice import Choice
from bot.providers.settings import DeepgramSettings, ProviderSettings
from bot.providers.stt import stt, turn_strategies
from bot.providers.warm import Engines
from bot.turns import Ears, TurnSettings
from processors.all_heard import AllHeardFrame
from processors.silence import SilenceTeller
from tests.emulators.deepgram import Deepgram
from tests.emulators.ear import Scripted, Whispering
from tests.emulators.provider import (
    BUDGET,
    Delay,
    Drop,
    Empty,
    Late,
    Profile,
    Refuse,
    Send,
    Stall,
    serving,
)
from tests.emulators.speech import decoded
from tests.wire.dictation import RATE, chunks, connected, in_real_time, line, quiet, refused, spoken
from tests.wire.held_up import held_up

ORDER = "Where is my order?"
CHOICE = Choice("STT", "deepgram", "")
ASKED = {"model": "nova-3-general", "encoding": "linear16", "sample_rate": RATE}
PIPECAT_RECONNECTS_SECS = 4.3
"""And its connection task; it waits 4 s before it tries again."""
ENDS_SECS = 4.0
"""Some steps of a goodbye, each waited for as long as one may take; the SDK's would be 20."""
SLOW = Profile(Delay(0.5, 0.5), Delay(0, 0), Delay(0, 0))


@pytest.fixture
async def deepgram():
    emulator = Deepgram(ear=Scripted([ORDER, "Yes, please."]))
    async with serving(emulator):
        yield emulator


@pytest.fixture(scope="module")
def engines() -> Engines:
    return Engines(Ears(), None, None, None)


def echo_hears(emulator: Deepgram, engines: Engines, **settings):
    """The service as Echo makes it."""
    part = DeepgramSettings(api_key=SecretStr(emulator.key), base_url=emulator.url)
    return stt(CHOICE, ProviderSettings(deepgram=part, **settings), engines)


def listen(emulator: Deepgram) -> str:
    return f"{emulator.url}/v1/listen"


def final(message: dict) -> bool:
    return message.get("type") == "Results" and message["is_final"]


def text(message: dict) -> str:
    return message["channel"]["alternatives"][0]["transcript"]


def utterance() -> np.ndarray:
    return np.concatenate((quiet(0.2), spoken(ORDER), quiet(0.4)))


# -- a caller is heard


@pytest.mark.parametrize("whose", ["pipecat's", "ours"])
async def test_words_come_while_they_are_spoken_and_then_stay(deepgram, engines, whose: str):
    ours = whose == "ours"
    service = (
        echo_hears(deepgram, engines)
        if ours
        else DeepgramSTTService(api_key=deepgram.key, base_url=deepgram.url)
    )
    async with line(service) as heard:
        await heard.hear(utterance())
        await heard.hear(utterance())
        finals = await heard.until(TranscriptionFrame, 2)
        interims = [frame.text for frame in heard.of(InterimTranscriptionFrame)]
    assert [frame.text for frame in finals] == [ORDER, "Yes, please."]
    assert interims[0] == "Where"
    assert ORDER.startswith(interims[1])
    assert not heard.errors


async def test_it_hears_what_was_really_said(engines):
    emulator = Deepgram(ear=Whispering())
    async with serving(emulator), line(echo_hears(emulator, engines)) as heard:
        await heard.hear(np.concatenate((spoken("Where is my order one zero four two?"), quiet(1))))
        (said,) = await heard.until(TranscriptionFrame, within_secs=15)
    assert "order 1042" in said.text.lower()


@pytest.mark.parametrize(
    ("encoding", "rate"),
    [("linear16", 8_000), ("linear16", 16_000), ("linear16", 24_000), ("mulaw", 8_000)],
)
async def test_words_are_placed_where_they_were_said(deepgram, encoding: str, rate: int):
    said = np.concatenate((quiet(0.5, rate), spoken(ORDER, rate), quiet(0.5, rate)))
    query = {**ASKED, "encoding": encoding, "sample_rate": rate, "punctuate": "true"}
    async with connected(listen(deepgram), **query) as socket:
        if encoding == "mulaw":
            for chunk in chunks(mulaw(said), rate):
                await socket.websocket.send_bytes(chunk)
        else:
            await socket.say(said, rate)
        result = (await socket.told(final))[-1]
    words = result["channel"]["alternatives"][0]["words"]
    assert [word["punctuated_word"] for word in words] == ORDER.split()
    assert [word["word"] for word in words] == ["where", "is", "my", "order"]
    assert words[0]["start"] == pytest.approx(0.5, abs=0.1)
    assert words[-1]["end"] == pytest.approx(len(said) / rate - 0.5, abs=0.1)
    assert all(one["end"] <= other["start"] + 1e-6 for one, other in pairwise(words))


def mulaw(samples: np.ndarray) -> np.ndarray:
    """The nearest byte of mu-law for each sample."""
    meant = decoded(bytes(range(256)), "mulaw").astype(np.int32)
    order = np.argsort(meant)
    edges = (meant[order][1:] + meant[order][:-1]) / 2
    return order[np.searchsorted(edges, samples)].astype(np.uint8)


async def test_the_vocabulary_reaches_it_as_keyterms(deepgram, engines):
    async with line(echo_hears(deepgram, engines, vocabulary=("Acme", "Jet Lag 3000"))) as heard:
        await heard.hear(utterance())
        await heard.until(TranscriptionFrame)
    (asked,) = deepgram.noted("connect")
    assert asked["keyterm"] == ["Acme", "Jet Lag 3000"]
    assert asked["interim_results"] == asked["punctuate"] == asked["smart_format"] == ["true"]


async def test_an_older_model_gets_the_vocabulary_as_keywords(deepgram, engines):
    part = DeepgramSettings(api_key=SecretStr("a-key"), base_url=deepgram.url, model="nova-2")
    settings = ProviderSettings(deepgram=part, vocabulary=("Acme",))
    async with line(stt(CHOICE, settings, engines)) as heard:
        await heard.hear(utterance())
        await heard.until(TranscriptionFrame)
    assert deepgram.noted("connect")[0]["keywords"] == ["Acme"]


async def test_speech_and_its_end_are_told_when_asked_for(deepgram):
    query = {**ASKED, "vad_events": "true", "interim_results": "true", "utterance_end_ms": 1000}
    async with connected(listen(deepgram), **query) as socket:
        await socket.say(np.concatenate((utterance(), quiet(1))))
        told = await socket.told(lambda message: message["type"] == "UtteranceEnd")
    assert told[0]["type"] == "SpeechStarted"
    assert told[0]["timestamp"] == pytest.approx(0.2, abs=0.1)
    assert told[-1]["last_word_end"] == pytest.approx(len(utterance()) / RATE - 0.4, abs=0.1)


async def test_without_being_asked_it_tells_finals_alone(deepgram):
    async with connected(listen(deepgram), **ASKED) as socket:
        await socket.say(np.concatenate((utterance(), quiet(1))))
        (only,) = await socket.told(lambda message: True)
    assert (text(only), only["speech_final"]) == ("where is my order", True)


# -- when it is heard


async def test_the_final_comes_as_late_as_the_profile_says(engines):
    emulator = Deepgram(profile=BUDGET, ear=Scripted([ORDER]))
    async with serving(emulator), line(echo_hears(emulator, engines)) as heard:
        ended = await heard.hear(spoken(ORDER), live=True)
        await heard.hear(quiet(0.4), live=True)
        await heard.until(TranscriptionFrame)
    assert 0.13 <= heard.at(TranscriptionFrame) - ended <= 0.45


async def test_finalize_does_not_hasten_it(engines):
    emulator = Deepgram(profile=SLOW, ear=Scripted([ORDER]))
    async with (
        serving(emulator),
        line(echo_hears(emulator, engines)) as heard,
        held_up() as held,
    ):
        await heard.worker.queue_frame(VADUserStartedSpeakingFrame(start_secs=0.2))
        ended = await heard.hear(spoken(ORDER))
        await heard.hear(quiet(0.06))
        await heard.worker.queue_frame(VADUserStoppedSpeakingFrame(stop_secs=0.06))
        (said,) = await heard.until(TranscriptionFrame)
    told = heard.at(TranscriptionFrame)
    assert 0.45 <= told - ended <= 0.7 + held.secs(ended, told)
    assert said.finalized
    assert said.result.from_finalize


async def test_nothing_is_waited_for_once_all_is_heard_and_the_turn_is_over(engines):
    emulator = Deepgram(profile=BUDGET, ear=Scripted([ORDER]))
    async with serving(emulator):
        service = echo_hears(emulator, engines)
        settings = ProviderSettings()
        context = LLMContextAggregatorPair(
            LLMContext(),
            user_params=LLMUserAggregatorParams(
                user_turn_strategies=turn_strategies(CHOICE, settings, engines, TurnSettings())
            ),
        )
        vad = SilenceTeller(vad_analyzer=engines.ears.vad(TurnSettings()))
        async with line(vad, service, context.user()) as heard:
            await heard.hear(np.concatenate((quiet(0.3), spoken(ORDER))), live=True)
            await heard.hear(quiet(0.8), live=True)
            await heard.until(LLMContextFrame)
    verdict = [
        at
        for at, frame in heard.seen
        if isinstance(frame, MetricsFrame) and isinstance(frame.data[0], TurnMetricsData)
    ][-1]
    ready = max(verdict, heard.at(TranscriptionFrame))
    assert heard.at(LLMContextFrame) - ready <= 0.05
    assert heard.of(AllHeardFrame)
    assert heard.of(UserStoppedSpeakingFrame)


# -- what it refuses


async def test_a_bad_key_is_refused_and_not_tried_again(deepgram, engines):
    deepgram.key = "another"
    part = DeepgramSettings(api_key=SecretStr("wrong"), base_url=deepgram.url)
    async with line(stt(CHOICE, ProviderSettings(deepgram=part), engines)) as heard:
        await heard.hear(quiet(0.2))
        await asyncio.sleep(0.2)
    assert deepgram.noted("refused") == [401]
    assert "401" in heard.errors[0]
    assert "wrong" not in heard.errors[0]


async def test_a_refusal_names_the_reason_as_deepgram_does(deepgram):
    status, body = await refused(listen(deepgram), key="wrong", **ASKED)
    assert (status, body["err_code"]) == (401, "INVALID_AUTH")
    assert body.keys() == {"err_code", "err_msg", "request_id"}


async def test_a_token_may_come_as_a_bearer(deepgram):
    async with connected(listen(deepgram), scheme="Bearer", **ASKED) as socket:
        await socket.say(utterance())
        assert await socket.told(final)


@pytest.mark.parametrize(
    ("wrong", "because"),
    [
        ({"punctuation": "true"}, "unknown field `punctuation`"),
        ({"encoding": "mp3"}, "encoding: unknown variant `mp3`"),
        ({"sample_rate": 4000}, "sample_rate: 4000 is not between"),
        ({"model": "nova-9"}, "model: unknown variant `nova-9`"),
        ({"language": "tlh"}, "language: unknown variant `tlh`"),
        ({"interim_results": "yes"}, "interim_results: unknown variant `yes`"),
        ({"channels": 2}, "channels: 2 is not between"),
        ({"utterance_end_ms": 1000}, "utterance_end_ms: needs interim_results"),
        ({"keywords": "Acme"}, "keywords: nova-3 takes keyterm"),
        ({"model": "nova-2", "keyterm": "Acme"}, "keyterm: only nova-3"),
    ],
)
async def test_what_nova_3_does_not_take_is_refused(deepgram, wrong: dict, because: str):
    status, body = await refused(listen(deepgram), **{**ASKED, **wrong})
    assert (status, body["err_code"]) == (400, "INVALID_QUERY_PARAMETER")
    assert because in body["err_msg"]


async def test_a_message_it_does_not_know_is_answered_with_an_error(deepgram):
    async with connected(listen(deepgram), **ASKED) as socket:
        await socket.tell(type="Shout")
        (error,) = await socket.told(lambda message: True)
    assert (error["type"], error["variant"]) == ("Error", "SchemaError")
    assert deepgram.noted("unparsable") == ['{"type": "Shout"}']


# -- how it ends


async def test_a_closed_stream_ends_with_what_was_left_and_a_summary(deepgram):
    async with connected(listen(deepgram), **ASKED) as socket:
        await socket.say(spoken(ORDER))
        await socket.tell(type="CloseStream")
        last, metadata = await socket.told(lambda message: message["type"] == "Metadata")
        await socket.websocket.receive()
    assert text(last) == "where is my order"
    assert metadata["duration"] == pytest.approx(len(spoken(ORDER)) / RATE, abs=0.02)
    assert socket.websocket.close_code == 1000


async def test_who_says_nothing_is_gone_and_who_keeps_alive_stays(deepgram):
    deepgram.idle_secs = 0.3
    async with connected(listen(deepgram), **ASKED) as socket:
        for _ in range(4):
            await asyncio.sleep(0.15)
            await socket.tell(type="KeepAlive")
        assert not socket.websocket.closed
        closed = await socket.websocket.receive()
    assert (closed.data, "net0001" in closed.extra) == (1011, True)
    assert len(deepgram.noted("KeepAlive")) == 4


# -- what goes wrong


@pytest.mark.parametrize(
    "garbage", ["not JSON", "[]", "null", '{"type": "Results"}', '{"type": 7}', b"\x00\xff"]
)
async def test_garbage_is_dropped_and_the_call_goes_on(deepgram, engines, garbage: str | bytes):
    deepgram.will(Send(garbage, after=5))
    async with line(echo_hears(deepgram, engines)) as heard:
        await heard.hear(utterance())
        (said,) = await heard.until(TranscriptionFrame)
    assert said.text == ORDER
    assert deepgram.connections == 1
    assert not heard.errors


async def test_a_dropped_connection_is_opened_again(deepgram, engines):
    deepgram.will(Drop(after=10))
    async with line(echo_hears(deepgram, engines)) as heard:
        await heard.hear(quiet(0.4))
        await heard.until(ErrorFrame)
        await heard.hear(quiet(PIPECAT_RECONNECTS_SECS), live=True)
        await heard.hear(utterance())
        (said,) = await heard.until(TranscriptionFrame)
    assert said.text == ORDER
    assert deepgram.connections == 2


async def test_a_drop_has_no_goodbye(deepgram):
    deepgram.will(Drop(after=3))
    async with connected(listen(deepgram), **ASKED) as socket:
        for chunk in chunks(quiet(0.08)):
            await socket.websocket.send_bytes(chunk)
        await socket.websocket.receive()
    assert socket.websocket.close_code == 1006


async def test_a_stalled_one_stays_open_and_says_nothing(deepgram):
    deepgram.will(Stall(after=3))
    async with connected(listen(deepgram), **ASKED) as socket:
        await socket.say(utterance())
        with pytest.raises(TimeoutError):
            await socket.told(final, within_secs=0.5)
    assert deepgram.noted("audio")


async def test_a_stalled_one_does_not_hold_up_the_end_of_a_call(deepgram, engines):
    deepgram.will(Stall(after=3))
    loop = asyncio.get_running_loop()
    async with line(echo_hears(deepgram, engines)) as heard:
        await heard.hear(utterance())
        await deepgram.until_noted("audio")
        ends_secs = loop.time()
    assert loop.time() - ends_secs < ENDS_SECS


async def test_a_late_one_is_late_with_the_first_utterance_alone(deepgram):
    deepgram.will(Late(0.4))
    query = {**ASKED, "interim_results": "true"}
    loop = asyncio.get_running_loop()
    async with held_up() as held, connected(listen(deepgram), **query) as socket:
        for least, most, chatty in ((0.4, 0.7, False), (0, 0.3, True)):
            await socket.say(utterance())
            began = loop.time()
            told = await socket.told(final)
            ended = loop.time()
            await asyncio.sleep(0.02)
            assert least <= ended - began <= most + held.secs(began, ended)
            assert (len(told) > 1) is chatty


async def test_an_empty_one_is_well_and_hears_no_words(deepgram):
    deepgram.will(Empty())
    async with connected(listen(deepgram), **ASKED) as socket:
        await socket.say(utterance())
        assert text((await socket.told(final))[-1]) == ""


async def test_a_refusal_is_for_one_connection(deepgram):
    deepgram.will(Refuse(429, {"Retry-After": "1"}))
    with pytest.raises(WSServerHandshakeError) as refusal:
        async with connected(listen(deepgram), **ASKED):
            pass
    assert refusal.value.status == 429
    assert refusal.value.headers["Retry-After"] == "1"
    async with connected(listen(deepgram), **ASKED) as socket:
        async for chunk in in_real_time(chunks(quiet(0.1))):
            await socket.websocket.send_bytes(chunk)
    assert deepgram.connections == 2
