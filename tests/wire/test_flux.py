"""Deepgram's Flux over its real wire: Pipecat's service with its turns, and a bare socket."""

import asyncio

import numpy as np
import pytest
from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    EagerTranscriptionFrame,
    ErrorFrame,
    Frame,
    InterimTranscriptionFrame,
    LLMContextFrame,
    TranscriptionFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.deepgram.flux.stt import DeepgramFluxSTTService
from pipecat.services.settings import STTSettings
from pydantic import SecretStr

from bot.providers.choice import Choice
from bot.providers.settings import DeepgramSettings, ProviderSettings
from bot.providers.stt import stt, turn_strategies
from bot.providers.warm import Engines
from bot.turns import Ears, TurnSettings
from tests.emulators.ear import Scripted, Whispering
from tests.emulators.flux import Flux
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
from tests.wire.dictation import RATE, connected, line, quiet, refused, spoken
from tests.wire.held_up import held_up

ORDER = "Where is my order?"
CHOICE = Choice("STT", "flux", "")
ASKED = {"model": "flux-general-en", "encoding": "linear16", "sample_rate": RATE}
SLOW = Profile(Delay(0.7, 0.7), Delay(0, 0), Delay(0, 0))


@pytest.fixture
async def flux():
    emulator = Flux(ear=Scripted([ORDER, "Yes, please."]))
    async with serving(emulator):
        yield emulator


@pytest.fixture(scope="module")
def engines() -> Engines:
    return Engines(Ears(), None, None, None)


def providers(emulator: Flux, eager: float = 0.4, **settings) -> ProviderSettings:
    key = SecretStr(emulator.key)
    part = DeepgramSettings(api_key=key, base_url=emulator.url, flux_eager_eot_threshold=eager)
    return ProviderSettings(deepgram=part, **settings)


def turns(settings: ProviderSettings, engines: Engines) -> list:
    """Echo's processors from the VAD to the caller's finished turn."""
    context = LLMContextAggregatorPair(
        LLMContext(),
        user_params=LLMUserAggregatorParams(
            user_turn_strategies=turn_strategies(CHOICE, settings, engines, TurnSettings())
        ),
    )
    vad = VADProcessor(vad_analyzer=engines.ears.vad(TurnSettings()))
    return [vad, stt(CHOICE, settings, engines), context.user()]


def listen(emulator: Flux) -> str:
    return f"{emulator.url}/v2/listen"


def event(name: str):
    return lambda message: message.get("event") == name


def told(messages: list[dict]) -> list[str]:
    """What happened, without the regular updates."""
    named = [message.get("event") or message["type"] for message in messages]
    return [name for name in named if name != "Update"]


def utterance() -> np.ndarray:
    return np.concatenate((quiet(0.2), spoken(ORDER), quiet(0.5)))


# -- a turn


@pytest.mark.parametrize("whose", ["pipecat's", "ours"])
async def test_a_turn_is_told_from_its_first_words_to_its_end(flux, engines, whose: str):
    ours = whose == "ours"
    service = (
        stt(CHOICE, providers(flux), engines)
        if ours
        else DeepgramFluxSTTService(api_key=flux.key, url=listen(flux).replace("http", "ws"))
    )
    async with line(service) as heard:
        await heard.hear(utterance())
        await heard.hear(utterance())
        finals = await heard.until(TranscriptionFrame, 2)
    assert [frame.text for frame in finals] == [ORDER, "Yes, please."]
    assert all(frame.finalized for frame in finals)
    assert heard.of(InterimTranscriptionFrame)
    assert not heard.errors


async def test_the_messages_come_in_the_order_of_the_state_machine(flux):
    async with connected(listen(flux), **ASKED, eager_eot_threshold=0.5) as socket:
        await socket.say(utterance())
        messages = await socket.told(event("EndOfTurn"))
    assert told(messages) == ["Connected", "StartOfTurn", "EagerEndOfTurn", "EndOfTurn"]
    assert [message["sequence_id"] for message in messages] == list(range(len(messages)))
    assert messages[-1]["transcript"] == messages[-2]["transcript"] == ORDER
    assert messages[-1]["trigger"] == "model"
    assert messages[-1]["end_of_turn_confidence"] >= 0.7
    assert [word["word"] for word in messages[-1]["words"]] == ORDER.split()


async def test_turns_are_numbered_and_silence_has_updates(flux):
    async with connected(listen(flux), **ASKED) as socket:
        await socket.say(np.concatenate((utterance(), quiet(1))))
        first = await socket.told(event("EndOfTurn"))
        silence = await socket.told(event("Update"))
    assert (first[-1]["turn_index"], silence[-1]["turn_index"]) == (0, 1)
    assert silence[-1]["transcript"] == ""


async def test_who_goes_on_after_an_early_guess_resumes_the_turn():
    emulator = Flux(profile=SLOW, ear=Scripted([ORDER]))
    said = np.concatenate((spoken(ORDER), quiet(0.6), spoken(ORDER), quiet(1)))
    async with (
        serving(emulator),
        connected(listen(emulator), **ASKED, eager_eot_threshold=0.3) as socket,
    ):
        for at in range(0, len(said), 1600):
            await socket.say(said[at : at + 1600])
            await asyncio.sleep(0.1)
        happened = told(await socket.told(event("EndOfTurn")))
    assert happened[2:] == ["EagerEndOfTurn", "TurnResumed", "EagerEndOfTurn", "EndOfTurn"]


async def test_a_turn_may_be_ended_by_the_client_and_by_the_clock(flux):
    query = {**ASKED, "eot_threshold": 1.0, "eot_timeout_ms": 500}
    async with connected(listen(flux), **query) as socket:
        await socket.say(spoken(ORDER))
        await socket.tell(type="ForceEndTurn")
        assert (await socket.told(event("EndOfTurn")))[-1]["trigger"] == "manual"
        await socket.say(np.concatenate((quiet(0.6), spoken(ORDER), quiet(0.6))))
        assert (await socket.told(event("EndOfTurn")))[-1]["trigger"] == "timeout"


async def test_it_hears_what_was_really_said(engines):
    emulator = Flux(ear=Whispering())
    async with serving(emulator), line(stt(CHOICE, providers(emulator), engines)) as heard:
        await heard.hear(np.concatenate((spoken("Where is my order one zero four two?"), quiet(1))))
        (said,) = await heard.until(TranscriptionFrame, within_secs=15)
    assert "order 1042" in said.text.lower()


# -- in Echo's pipeline


async def test_flux_decides_whose_turn_it_is_and_the_model_is_asked_at_once(engines):
    emulator = Flux(profile=BUDGET, ear=Scripted([ORDER]))
    async with serving(emulator), line(*turns(providers(emulator), engines)) as heard:
        ended = await heard.hear(spoken(ORDER), live=True)
        await heard.hear(quiet(0.6), live=True)
        (asked,) = await heard.until(LLMContextFrame)
    assert 0.13 <= heard.at(TranscriptionFrame) - ended <= 0.45
    assert heard.at(LLMContextFrame) - heard.at(TranscriptionFrame) <= 0.03
    assert heard.at(LLMContextFrame) < heard.at(VADUserStoppedSpeakingFrame)
    assert [m["content"] for m in asked.context.get_messages()] == [ORDER]
    assert heard.of(UserStartedSpeakingFrame)
    assert heard.of(UserStoppedSpeakingFrame)


async def test_asked_ahead_the_model_gets_the_words_before_the_turn_is_over(engines):
    emulator = Flux(profile=SLOW, ear=Scripted([ORDER]))
    async with serving(emulator), line(*turns(providers(emulator, 0.4), engines)) as heard:
        await heard.hear(spoken(ORDER), live=True)
        await heard.hear(quiet(0.9), live=True)
        await heard.until(TranscriptionFrame)
    (asked,) = heard.of(LLMContextFrame)
    assert asked.speculation
    assert heard.at(EagerTranscriptionFrame) <= heard.at(LLMContextFrame)
    assert heard.at(TranscriptionFrame) - heard.at(LLMContextFrame) >= 0.2


class Withdrawing(FrameProcessor):
    """A model that wants a tool, and says so just when the turn was declared over."""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, UserStoppedSpeakingFrame):
            await self.push_frame(EagerEndOfTurnCancelFrame(), FrameDirection.UPSTREAM)
        await self.push_frame(frame, direction)


async def test_a_withdrawal_that_crosses_the_end_of_the_turn_is_asked_again(engines):
    emulator = Flux(profile=SLOW, ear=Scripted([ORDER]))
    async with serving(emulator):
        processors = turns(providers(emulator, 0.4), engines)
        async with line(*processors, Withdrawing()) as heard:
            await heard.hear(spoken(ORDER), live=True)
            await heard.hear(quiet(0.9), live=True)
            ahead, again = await heard.until(LLMContextFrame, 2)
    assert ahead.speculation
    assert not again.speculation
    assert [m["content"] for m in again.context.get_messages()] == [ORDER]


async def test_the_settings_and_the_vocabulary_reach_it(flux, engines):
    settings = providers(flux, eager=0.5, vocabulary=("Acme", "Jet & Lag"))
    async with line(stt(CHOICE, settings, engines)) as heard:
        await heard.hear(utterance())
        await heard.until(TranscriptionFrame)
    (asked,) = flux.noted("connect")
    assert asked["keyterm"] == ["Acme", "Jet & Lag"]
    assert asked["eager_eot_threshold"] == ["0.5"]
    assert asked["eot_timeout_ms"] == ["1500"]


async def test_it_is_reconfigured_while_it_listens(flux, engines):
    service = stt(CHOICE, providers(flux), engines)
    async with line(service) as heard:
        await heard.hear(utterance())
        await heard.until(TranscriptionFrame)
        await heard.worker.queue_frame(update(service, eot_timeout_ms=700, keyterm=["Acme"]))
        await heard.hear(utterance())
        await heard.until(TranscriptionFrame, 2)
    (changed,) = flux.noted("Configure")
    assert changed["thresholds"] == {"eot_timeout_ms": 700}
    assert not heard.errors


def update(service, **changes):
    from pipecat.frames.frames import STTUpdateSettingsFrame

    delta: STTSettings = service.Settings(**changes)
    return STTUpdateSettingsFrame(delta=delta)


# -- what it refuses


@pytest.mark.parametrize(
    ("wrong", "because"),
    [
        ({"punctuate": "true"}, "unknown field `punctuate`"),
        ({"encoding": "mp3"}, "encoding: unknown variant `mp3`"),
        ({"sample_rate": 4000}, "sample_rate: 4000 is not between"),
        ({"model": "nova-3"}, "model: unknown variant `nova-3`"),
        ({"language": "en"}, "unknown field `language`"),
        ({"language_hint": "en"}, "language_hint: only flux-general-multi"),
        ({"eot_threshold": 0.3}, "eot_threshold: 0.3 is not between"),
        ({"eager_eot_threshold": 0.8}, "eager_eot_threshold: is above eot_threshold"),
        ({"eot_timeout_ms": 50}, "eot_timeout_ms: 50 is not between"),
    ],
)
async def test_what_flux_does_not_take_is_refused(flux, wrong: dict, because: str):
    status, body = await refused(listen(flux), **{**ASKED, **wrong})
    assert (status, body["err_code"]) == (400, "INVALID_QUERY_PARAMETER")
    assert because in body["err_msg"]


async def test_a_bad_key_is_refused(flux, engines):
    flux.key = "another"
    settings = ProviderSettings(
        deepgram=DeepgramSettings(api_key=SecretStr("wrong"), base_url=flux.url)
    )
    async with line(stt(CHOICE, settings, engines)) as heard:
        await heard.until(ErrorFrame)
    assert flux.noted("refused")[0] == 401
    assert "Invalid credentials" in heard.errors[0]
    assert "wrong" not in heard.errors[0]


async def test_a_change_it_cannot_make_fails_and_the_old_settings_stay(flux):
    async with connected(listen(flux), **ASKED) as socket:
        await socket.tell(type="Configure", thresholds={"eot_threshold": 0.1})
        await socket.tell(type="Configure", thresholds={"eot_timeout_ms": 900})
        _, failure, success = await socket.told(lambda m: m["type"] == "ConfigureSuccess")
    assert failure["type"] == "ConfigureFailure"
    assert success["thresholds"] == {"eot_threshold": 0.7, "eot_timeout_ms": 900}


@pytest.mark.parametrize(
    "unknown", [{"type": "KeepAlive"}, {"type": "Finalize"}, {"type": "Configure", "volume": 11}]
)
async def test_a_message_it_does_not_know_ends_the_connection(flux, unknown: dict):
    async with connected(listen(flux), **ASKED) as socket:
        await socket.tell(**unknown)
        error = (await socket.told(lambda message: message["type"] == "Error"))[-1]
        await socket.websocket.receive()
    assert error["code"] == "UNPARSABLE_CLIENT_MESSAGE"
    assert socket.websocket.close_code == 1011


async def test_a_client_that_sends_nothing_is_told_and_left(flux):
    flux.idle_secs = 0.2
    async with connected(listen(flux), **ASKED) as socket:
        error = (await socket.told(lambda message: message["type"] == "Error"))[-1]
    assert error["code"] == "INACTIVE_CLIENT"


async def test_a_closed_stream_ends_with_the_turn_that_was_open(flux):
    async with connected(listen(flux), **ASKED) as socket:
        await socket.say(spoken(ORDER))
        await socket.tell(type="CloseStream")
        assert (await socket.told(event("EndOfTurn")))[-1]["transcript"] == ORDER
        await socket.websocket.receive()
    assert socket.websocket.close_code == 1000


# -- what goes wrong


@pytest.mark.parametrize(
    "garbage",
    [
        "not JSON",
        "[]",
        '{"type": 7}',
        '{"type": "TurnInfo", "event": "EndOfTurn", "words": [1]}',
        '{"type": "TurnInfo", "event": "Update", "transcript": 7}',
        b"\x00\xff",
    ],
)
async def test_garbage_is_dropped_and_the_call_goes_on(flux, engines, garbage: str | bytes):
    flux.will(Send(garbage, after=5))
    async with line(stt(CHOICE, providers(flux), engines)) as heard:
        await heard.hear(utterance())
        (said,) = await heard.until(TranscriptionFrame)
    assert said.text == ORDER
    assert flux.connections == 1
    assert not heard.errors


async def test_a_turn_cut_short_is_told_as_far_as_it_was_heard(flux, engines):
    flux.will(Drop(after=40))
    async with line(*turns(providers(flux), engines)) as heard:
        await heard.hear(np.concatenate((spoken(ORDER), quiet(0.5))), live=True)
        said, *_ = await heard.until(TranscriptionFrame)
    assert ORDER.startswith(said.text)
    assert said.text != ORDER


async def test_faults_do_what_they_say(flux):
    flux.will(Refuse(503), Stall(after=3), Empty(), Late(0.4), None)
    loop = asyncio.get_running_loop()
    status, _ = await refused(listen(flux), **ASKED)
    assert status == 503
    async with connected(listen(flux), **ASKED) as stalled:
        await stalled.say(utterance())
        with pytest.raises(TimeoutError):
            await stalled.told(event("StartOfTurn"), within_secs=0.3)
    async with connected(listen(flux), **ASKED) as empty:
        await empty.say(np.concatenate((utterance(), quiet(0.5))))
        with pytest.raises(TimeoutError):
            await empty.told(event("EndOfTurn"), within_secs=0.3)
    for least, most in ((0.4, 0.7), (0, 0.3)):
        async with held_up() as held, connected(listen(flux), **ASKED) as socket:
            await socket.say(utterance())
            began = loop.time()
            await socket.told(event("EndOfTurn"))
            ended = loop.time()
        assert least <= ended - began <= most + held.secs(began, ended)
