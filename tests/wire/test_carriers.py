"""Telnyx's and Plivo's ways in, over real sockets, with calls as each would place them."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import numpy as np
import pytest
from loguru import logger
from pipecat.frames.frames import (
    InterruptionFrame,
    TextType,
    TTSAudioRawFrame,
    TTSStoppedFrame,
    TTSTextFrame,
)
from pipecat.pipeline.worker import PipelineWorker
from pydantic import ValidationError

from bot.config import Settings
from bot.language.carriers import spoken_by_carriers
from tests.emulators import plivo_caller, telnyx_caller
from tests.emulators.stream_caller import MediaStream, StreamCaller, encoded
from tests.wire.phone import PUBLIC_URL, PhoneServer, closed, tone
from tests.wire.ways_in import serving, until
from transports.phone import carrier
from transports.phone.phrases import Speaks, as_set
from transports.plivo.carrier import Plivo
from transports.plivo.settings import PlivoSettings
from transports.telnyx.carrier import Telnyx
from transports.telnyx.settings import TelnyxSettings

TONE = tone(8_000)
SECOND_NS = 10**9
TELNYX, PLIVO = telnyx_caller.Account(), plivo_caller.Account()
GARBAGE = '{"event": "media", "media": null}'
SPAIN = "+34600000042"
HOUSE = Settings(_env_file=None, languages=("en", "es"))
SPEAKS = spoken_by_carriers(HOUSE)


@dataclass(frozen=True, slots=True)
class Case:
    """A carrier, ours and emulated."""

    name: str
    ours: Callable[..., carrier.Carrier]
    theirs: Callable[..., StreamCaller]
    connects: tuple[str, ...]
    says: str
    busy: str

    def path(self, name: str) -> str:
        return f"/{self.name}/{name}"


def telnyx(**settings: object) -> Telnyx:
    return Telnyx(TelnyxSettings(**({"public_key": TELNYX.public_key} | settings)))


def plivo(**settings: object) -> Plivo:
    keys = {"auth_id": PLIVO.id, "auth_token": PLIVO.auth_token}
    return Plivo(PlivoSettings(**(keys | settings)))


CASES = [
    Case("telnyx", telnyx, telnyx_caller.Telnyx, ("Connect", "Redirect"), "Say", "Reject"),
    Case("plivo", plivo, plivo_caller.Plivo, ("Stream", "Redirect"), "Speak", "Hangup"),
]


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    return request.param


class Server(PhoneServer):
    """The carrier's."""

    def __init__(
        self, case: Case, places: int = 100, speaks: Speaks = as_set, **settings: object
    ) -> None:
        super().__init__(places)
        self.case = case
        ours = case.ours(**settings)
        behind = self.tickets, self.door, self.calls.launch
        self.mount(carrier.routes(ours, PUBLIC_URL, *behind, speaks))


@asynccontextmanager
async def phone(server: Server) -> AsyncIterator[StreamCaller]:
    async with serving(server.app) as port, aiohttp.ClientSession() as http:
        yield server.case.theirs(http, f"http://127.0.0.1:{port}", PUBLIC_URL)


def another(caller: StreamCaller) -> StreamCaller:
    """Somebody else, who calls by the same carrier."""
    return type(caller)(caller.http, caller.url, caller.public_url)


async def test_a_signed_call_is_heard_and_answered_and_its_marks_come_back(case: Case):
    server = Server(case)
    async with phone(server) as caller, caller.call() as call:
        call.say(TONE)
        await until(lambda: server.heard_secs() > 0.9)
        await call.until_silent(0.3)
        assert np.abs(call.ear.astype(int)).max() > 7_000
        await server.calls.workers[0].stop_when_done()
        await asyncio.wait_for(call.closed.wait(), 15)
        assert call.echoed == call.marks != []
        assert (await caller.ask(case.path("next"))).verbs == ("Hangup",)
    (connection,) = server.calls.connections
    assert connection.kind == case.name
    assert connection.caller.who == caller.caller
    assert connection.body == {"from": caller.caller, "to": caller.called}


async def test_a_call_streams_to_the_configured_address_and_asks_what_is_next(case: Case):
    async with phone(Server(case)) as caller:
        answer = await caller.ask()
    assert answer.verbs == case.connects
    assert answer.stream_url.startswith(f"wss://echo.example/{case.name}/stream/")
    assert answer.then_url == f"https://echo.example/{case.name}/next"


async def test_only_what_was_heard_before_a_barge_in_is_told_and_the_rest_is_cleared(case: Case):
    server = Server(case)
    async with phone(server) as caller, caller.call() as call:
        await until(lambda: bool(server.calls.workers))
        worker, told = server.calls.workers[0], Told(server.calls.workers[0])
        one = sound(1.0), TTSStoppedFrame(), word("one")  # no end of it waits for a whole piece
        await worker.queue_frames([*one, sound(5.0), word("two")])
        await until(lambda: told.words == ["one"])
        assert loud_secs(call) >= 0.99
        await worker.queue_frame(InterruptionFrame())
        await until(lambda: call.clears == 1)
        await worker.stop_when_done()
        await asyncio.wait_for(call.closed.wait(), 15)
        assert loud_secs(call) < 3
    assert told.words == ["one"]


async def test_words_dropped_behind_others_that_must_be_heard_are_never_told(case: Case):
    server = Server(case)
    async with phone(server) as caller, caller.call() as call:
        await until(lambda: bool(server.parrots) and bool(server.parrots[0].heard))
        worker, told = server.calls.workers[0], Told(server.calls.workers[0])
        clock = server.calls.connections[0].transport.output().get_clock()
        notice, began_ns = sound(2.0), clock.get_time()
        notice.interruptible = False
        await worker.queue_frames([notice, sound(1.0), word("dropped", began_ns + 2 * SECOND_NS)])
        await until(lambda: loud_secs(call) > 0.3)
        await worker.queue_frame(InterruptionFrame())
        await worker.queue_frames([sound(1.0), word("said", began_ns + 3 * SECOND_NS)])
        await until(lambda: "said" in told.words)
        assert call.clears == 0
    assert told.words == ["said"]


class Told:
    """What comes out behind the phone: the words that were heard."""

    def __init__(self, worker: PipelineWorker) -> None:
        self.words: list[str] = []
        worker.set_reached_downstream_filter((TTSTextFrame,))

        @worker.event_handler("on_frame_reached_downstream")
        async def reached(_: object, frame: TTSTextFrame) -> None:
            self.words.append(frame.text)


def sound(secs: float) -> TTSAudioRawFrame:
    return TTSAudioRawFrame(tone(8_000, secs), 8_000, 1)


def word(text: str, at_ns: int | None = None) -> TTSTextFrame:
    frame = TTSTextFrame(text, text_type=TextType.WORD)
    frame.pts = at_ns
    return frame


def loud_secs(call: MediaStream) -> float:
    """From the first sound that the caller has heard to the last."""
    loud = np.flatnonzero(np.abs(call.ear.astype(int)) > 200)
    return (loud[-1] - loud[0]) / call.hz if loud.size else 0.0


async def test_keys_are_heard(case: Case):
    server = Server(case)
    async with phone(server) as caller, caller.call() as call:
        await until(lambda: bool(server.parrots))
        await call.press("4#")
        await until(lambda: server.parrots[0].keys == "4#")


async def test_a_webhook_delivered_twice_is_one_call(case: Case):
    server = Server(case)
    async with phone(server) as caller:
        assert await caller.ask() == await caller.ask()
        assert server.taken == 1


async def test_a_replayed_webhook_of_a_call_that_was_taken_up_gets_403(case: Case):
    server = Server(case)
    async with phone(server) as caller, caller.call():
        await until(lambda: bool(server.calls.connections))
        assert (await caller.post(case.path("voice")))[0] == 403
        assert server.taken == 1


def wrongly(caller: StreamCaller, why: str, path: str) -> dict[str, str]:
    """Headers of a webhook that is not this carrier's, not ours, or not this one."""
    form, address = caller.form(), PUBLIC_URL + path
    if why == "unsigned":
        return {}
    if why == "garbled":
        signed = caller.signature(address, form, encoded(form))
        return {name: "%" + value[1:] for name, value in signed.items()}
    if isinstance(caller, telnyx_caller.Telnyx):
        match why:
            case "mis-signed":
                return telnyx_caller.Account(seed=bytes(32)).headers(encoded(form))
            case "tampered":
                return TELNYX.headers(encoded(form | {"From": "+15550000000"}))
            case _:
                return TELNYX.headers(encoded(form), sent_at=int(time.time()) - 3_600)
    match why:
        case "mis-signed":
            return plivo_caller.Account(auth_token="guessed").headers("POST", address, form)
        case "tampered":
            return PLIVO.headers("POST", address, form | {"From": "15550000000"})
        case _:
            return PLIVO.headers("POST", PUBLIC_URL + "/plivo/elsewhere", form)


@pytest.mark.parametrize("name", ["voice", "next", "status"])
@pytest.mark.parametrize("why", ["unsigned", "mis-signed", "garbled", "tampered", "stale"])
async def test_what_the_carrier_did_not_sign_for_us_gets_403_and_nothing_is_allocated(
    case: Case, name: str, why: str
):
    server = Server(case)
    async with phone(server) as caller:
        path = case.path(name)
        assert (await caller.post(path, caller.form(), wrongly(caller, why, path)))[0] == 403
    assert server.taken == 0


@pytest.mark.parametrize("call_id", ["", "../../etc/passwd", "v3:" + "x" * 300])
async def test_a_signed_webhook_that_names_no_call_gets_403(case: Case, call_id: str):
    server = Server(case)
    async with phone(server) as caller:
        form = caller.form(CallSid=call_id, CallUUID=call_id)
        assert (await caller.post(case.path("voice"), form))[0] == 403
    assert server.taken == 0


async def test_a_forged_or_a_spent_ticket_gets_403(case: Case):
    server = Server(case)
    async with phone(server) as caller, caller.call():
        await until(lambda: bool(server.calls.connections))
        spent = caller.opened[-1]
        for url in (spent, (await another(caller).ask()).stream_url[:-3] + "abc"):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await caller.open(url)
            assert refused.value.status == 403
        assert len(server.calls.connections) == 1


async def test_a_socket_that_plivo_did_not_sign_gets_403_and_its_ticket_is_not_spent():
    server = Server(CASES[1])
    async with phone(server) as caller:
        url = (await caller.ask()).stream_url
        wrong = (
            {},
            plivo_caller.Account(auth_token="guessed").headers("GET", url, {}),
            PLIVO.headers("GET", url + "x", {}),
        )
        for headers in wrong:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await caller.open(url, headers)
            assert refused.value.status == 403
        await (await caller.open(url)).close()


async def test_every_line_busy_is_a_busy_tone(case: Case):
    async with phone(Server(case, places=0)) as caller:
        assert (await caller.ask()).verbs == (case.busy,)


async def test_a_call_given_up_while_it_rang_gives_its_place_back(case: Case):
    server = Server(case)
    async with phone(server) as caller:
        await caller.ask()
        form = caller.form(CallStatus="completed")
        assert (await caller.post(case.path("status"), form))[0] == 204
        assert server.taken == 0


@pytest.mark.parametrize(
    ("start", "code"),
    [
        ({"media_format": {"encoding": "PCMA", "sample_rate": 8000, "channels": 1}}, 1003),
        ({"media_format": {"encoding": "PCMU", "sample_rate": 16000, "channels": 1}}, 1003),
        ({"call_control_id": "v3:another-call-of-somebody-else"}, 1008),
        ({"mediaFormat": {"encoding": "audio/x-l16", "sampleRate": 8000}}, 1003),
        ({"mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 16000}}, 1003),
        ({"callId": "00000000-0000-0000-0000-000000000000"}, 1008),
        ({"accountId": "MASOMEBODYELSE000000"}, 1008),
    ],
)
async def test_a_start_that_is_not_what_was_expected_is_refused(start: dict, code: int):
    is_plivos = not {"media_format", "call_control_id"} & set(start)
    server = Server(CASES[is_plivos])
    async with phone(server) as caller:
        stream = await caller.streaming(**start)
        assert await closed(stream.socket) == code
        await until(lambda: server.taken == 0)
    assert server.calls.connections == []


async def test_a_socket_that_says_nothing_is_closed_in_time(case: Case):
    server = Server(case, start_secs=0.2)
    async with phone(server) as caller:
        socket = await caller.open((await caller.ask()).stream_url)
        assert await closed(socket, 2.0) == 1008
        await until(lambda: server.taken == 0)
    assert server.calls.connections == []


async def test_garbage_ends_its_own_call_with_a_policy_code_and_no_other(case: Case):
    server = Server(case)
    async with phone(server) as caller, another(caller).call() as beside:
        stream = await caller.streaming()
        for _ in range(25):
            await stream.socket.send_str(GARBAGE)
        assert await closed(stream.socket) == 1008
        beside.say(TONE)
        await beside.until_silent(0.3)
        assert not beside.closed.is_set()


async def test_a_flood_of_audio_is_bounded_and_then_ends_the_call(case: Case):
    server = Server(case)
    async with phone(server) as caller:
        stream = await caller.streaming()
        await flood(stream)
        assert await closed(stream.socket) == 1008
        assert server.heard_secs() < 4


async def flood(stream: MediaStream) -> None:
    try:
        for _ in range(2_500):
            await stream.send_audio(b"\xff" * 160)
    except ConnectionError:
        pass


async def test_a_call_that_was_cut_is_streamed_anew_and_at_last_apologised_for(case: Case):
    server = Server(case, reconnects=1)
    async with phone(server) as caller:
        stream = await caller.streaming()
        await until(lambda: bool(server.calls.connections))
        await stream.socket.close()
        again = await caller.ask(case.path("next"))
        assert again.verbs == case.connects
        await (await caller.open(again.stream_url)).close()
        last = await caller.ask(case.path("next"))
        assert last.verbs == (case.says, "Hangup")
        assert "call again later" in last.said


async def test_a_call_that_was_cut_is_apologised_for_in_the_language_of_its_caller(case: Case):
    server = Server(case, speaks=SPEAKS, reconnects=0)
    async with phone(server) as caller:
        caller.caller = SPAIN
        stream = await caller.streaming()
        await until(lambda: bool(server.calls.connections))
        await stream.socket.close()
        last = await caller.ask(case.path("next"))
    assert (last.said, last.said_in) == (HOUSE.spanish.phone_apology, "es-ES")


async def test_a_call_that_has_gone_on_in_spanish_is_taken_up_in_it(case: Case):
    server = Server(case, speaks=SPEAKS)
    async with phone(server) as caller:
        stream = await caller.streaming()
        await until(lambda: bool(server.calls.connections))
        (first,) = server.calls.connections
        assert "language" not in first.body
        assert first.goes_on_in is not None
        first.goes_on_in("es")
        await stream.socket.close()
        again = await caller.ask(case.path("next"))
        await caller.stream(await caller.open(again.stream_url), again).begin()
        await until(lambda: len(server.calls.connections) == 2)
    assert server.calls.connections[1].body["language"] == "es"


async def test_verification_switched_off_lets_anybody_in_and_says_so(case: Case):
    said: list[str] = []
    sink = logger.add(said.append, level="WARNING")
    try:
        server = Server(case, verify=False)
    finally:
        logger.remove(sink)
    assert f"{case.name.upper()}_VERIFY IS OFF" in said[0]
    async with phone(server) as caller:
        assert (await caller.post(case.path("voice"), headers={}))[0] == 200


def test_a_key_that_is_none_is_told_at_the_start():
    with pytest.raises(ValidationError, match="32 bytes in base64"):
        TelnyxSettings(public_key="KEY0123456789")
