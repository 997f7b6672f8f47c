"""What Deepgram's two ways of listening have in common: a socket, its audio, when to say what.

A chunk, for the faults, is one audio message that the client sent. `Stall` reads no more after
so many; `Late` delays all words of the first utterance; `Empty` finds no words in any.
"""

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, get_args

import pydantic
from aiohttp import WSMsgType, web

from tests.emulators.ear import Deaf, Ear, Heard, Scripted
from tests.emulators.provider import Empty, Fault, Late, Provider, Refuse, Stall, befall
from tests.emulators.speech import Speech, Utterance

Query = Mapping[str, Sequence[str]]
Milestone = tuple[float, Callable[[Utterance, Heard], Awaitable[None]]]

RATES = range(8_000, 48_001)
INTERIM_SECS = 0.25
"""Of audio, between two interim results."""
PAUSE_SECS = 0.1
"""The shortest silence that ends an utterance: the gap inside a "t" or a "k" is shorter."""
GUESS_SECS = 0.06
"""Silence after which it is worth understanding the whole, in case nothing follows."""
_JITTER_SECS = 0.05
"""How much later than the time it covers audio may arrive."""


@dataclass
class Closing:
    """An utterance that seems to be over; `settled`: nothing that follows belongs to it."""

    utterance: Utterance
    last_heard_secs: float
    delay_secs: float
    settled: bool = False
    task: "asyncio.Task[None] | None" = None


@dataclass
class Listener(Provider):
    """A provider that hears: `ear` is what it makes of a voice."""

    ear: Ear = field(default_factory=lambda: Scripted(["Where is my order?"]))
    idle_secs: float = 10.0
    """A client that sends nothing for so long is thought to be gone."""
    sockets: set[web.WebSocketResponse] = field(default_factory=set)
    """Those that are open."""

    async def hang_up(self) -> None:
        """Closes what is open, as a provider that restarts does."""
        for socket in list(self.sockets):
            await socket.close(code=1011, message=b"restarting")

    def admit(self, request: web.Request, number: int, fault: Fault | None) -> None:
        """Raises HTTPException for a scripted refusal and for a bad key."""
        if isinstance(fault, Refuse):
            raise refusal(fault.status, "SCRIPTED", "scripted", fault.headers)
        if not self._knows(request):
            self.note(number, "refused", 401)
            raise refusal(401, "INVALID_AUTH", "Invalid credentials.")

    async def tell_key(self, request: web.Request) -> web.Response:
        """What a key may do; https://developers.deepgram.com/docs/authenticating."""
        if not self._knows(request):
            raise refusal(401, "INVALID_AUTH", "Invalid credentials.")
        return web.json_response({"api_key_id": "echo", "scopes": ["usage:write"]})

    def _knows(self, request: web.Request) -> bool:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        return scheme.lower() in ("token", "bearer") and key == self.key


class Listening:
    """One connection: takes audio, and tells what it hears when it is due."""

    def __init__(
        self,
        provider: Listener,
        number: int,
        fault: Fault | None,
        speech: Speech,
        pause_secs: float = PAUSE_SECS,
    ) -> None:
        self.provider = provider
        self.number = number
        self.fault = fault
        self.speech = speech
        self.request_id = str(uuid.uuid4())
        self.ending = False
        """The client wants what is left, without further silence."""
        self.hearing = Deaf() if isinstance(fault, Empty) else provider.ear.listen()
        self._pause_secs = max(PAUSE_SECS, pause_secs)
        self._chunks = 0
        self._utterances = 0
        self._interim_due_secs = 0.0
        self._last_heard_secs = 0.0
        self._delay_secs = 0.0
        self._began = False
        self._stalled = False
        self._more = asyncio.Event()
        self._order = asyncio.Lock()
        self._closing: Closing | None = None
        self._looking: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    # What a protocol adds

    async def opened(self) -> None:
        """The socket is open."""

    async def message(self, body: Mapping[str, Any]) -> None:
        """A text message of the client; ValueError if it makes no sense."""

    async def unparsable(self, text: str, error: Exception) -> None:
        """A text message that made no sense."""

    async def began(self, utterance: Utterance) -> None:
        """A voice has begun."""

    async def resumed(self) -> None:
        """A voice is heard, maybe after a pause that was too short to end the utterance."""

    async def progress(self, utterance: Utterance, heard: Heard) -> None:
        """The words so far."""

    async def ended(self, utterance: Utterance, heard: Heard) -> None:
        """The utterance is over."""

    async def tick(self) -> None:
        """More audio was taken."""

    async def idle(self) -> None:
        """The client has sent nothing for too long."""

    async def closed(self) -> None:
        """The client has sent CloseStream, and everything was told."""

    def milestones(self, delay_secs: float) -> list[Milestone]:
        """What is told how many seconds after the last audible sample; the last one ends it."""
        return [(delay_secs, self.ended)]

    # The connection

    async def run(self, request: web.Request) -> web.WebSocketResponse:
        """Serve the connection to its end."""
        self._request = request
        self._socket = web.WebSocketResponse(compress=False)
        self._socket.headers["dg-request-id"] = self.request_id
        await self._socket.prepare(request)
        self.provider.sockets.add(self._socket)
        try:
            await self.opened()
            await self._receive()
        except ConnectionResetError:
            pass  # the client is gone, or was dropped as scripted
        finally:
            self.provider.sockets.discard(self._socket)
            self.provider.note(self.number, "heard_secs", self.speech.position_secs)
            self.provider.note(self.number, "closed", self._socket.close_code)
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        return self._socket

    async def send(self, message: pydantic.BaseModel) -> None:
        """A message of the SDK's type, checked against it."""
        await self._send(message.model_dump_json(exclude_none=True))

    async def close(self, code: int, reason: str = "") -> None:
        await self._socket.close(code=code, message=reason.encode())

    async def finish(self) -> None:
        """Tell what is left of the utterance that is open, without waiting for silence."""
        self.ending = True
        self._more.set()
        if self.speech.is_open:
            self._seems_over()
        while pending := [task for task in self._tasks if task is not self._looking]:
            await asyncio.wait(pending)
        self.ending = False

    def end_when_due(self, *, anew: bool = False) -> None:
        """As `finish`, without waiting for it; `anew`: the milestones have changed."""
        self.ending = True
        if anew and self._closing and self._closing.task:
            self._closing.task.cancel()
            self._closing = None
        self._more.set()
        self._seems_over()

    async def _receive(self) -> None:
        while True:
            try:
                received = await self._socket.receive(timeout=self.provider.idle_secs)
            except TimeoutError:
                return await self.idle()
            match received.type:
                case WSMsgType.BINARY if received.data:
                    await self._hear(received.data)
                case WSMsgType.TEXT:
                    if await self._read(received.data):
                        return await self.closed()
                case WSMsgType.BINARY:  # no bytes: an old way to say CloseStream
                    await self.finish()
                    return await self.closed()
                case _:
                    return None

    async def _read(self, text: str) -> bool:
        """Whether the client has had enough."""
        try:
            body = json.loads(text)
            if not isinstance(body, dict):
                raise ValueError("not an object")
            self.provider.note(self.number, str(body.get("type")), body)
            if body == {"type": "CloseStream"}:
                await self.finish()
                return True
            await self.message(body)
        except ValueError as error:
            self.provider.note(self.number, "unparsable", text)
            await self.unparsable(text, error)
        return False

    async def _send(self, message: str | bytes) -> None:
        if self._stalled or self._socket.closed:
            return
        if isinstance(message, bytes):
            await self._socket.send_bytes(message)
        else:
            await self._socket.send_str(message)

    async def _hear(self, audio: bytes) -> None:
        if isinstance(self.fault, Stall) and self._chunks >= self.fault.after:
            self._stalled = True
        await befall(self.fault, self._chunks, self._request, self._send)
        self._chunks += 1
        if self._chunks == 1:
            self.provider.note(self.number, "audio", len(audio))
        if self._closing and self.speech.silence_secs >= self._quiet_secs(self._closing):
            self._settle(self._closing)
        if self.speech.hear(audio):
            self._last_heard_secs = asyncio.get_running_loop().time()
            await self._goes_on()
        if self.speech.is_open:
            await self._follow()
        await self.tick()
        self._more.set()
        await asyncio.sleep(0)  # audio that comes in a rush must not outrun what is due

    async def _goes_on(self) -> None:
        if self._closing and self._closing.task and not self.ending:
            self._closing.task.cancel()
            self._closing = None
        await self.resumed()

    async def _follow(self) -> None:
        if not self._began:
            self._began = True
            self._delay_secs = self.provider.profile.stt_final.drawn(self.provider.rng) + self._late
            self._interim_due_secs = self.speech.position_secs + INTERIM_SECS
            await self.began(self.speech.utterance())
        if self.speech.silence_secs >= GUESS_SECS:
            self._seems_over()
        elif self._closing is None and self.speech.position_secs >= self._interim_due_secs:
            self._interim_due_secs = self.speech.position_secs + INTERIM_SECS
            if self._looking is None or self._looking.done():
                self._looking = self._begin(self._look())

    @property
    def _late(self) -> float:
        """Only the first thing of use is late, and with it what led to it."""
        first = isinstance(self.fault, Late) and self._utterances == 0
        return self.fault.secs if first and isinstance(self.fault, Late) else 0.0

    async def _look(self) -> None:
        utterance, number = self.speech.utterance(), self._utterances
        heard = await self.hearing.so_far(utterance)
        if heard and heard.text and number == self._utterances and not self._late:
            await self.progress(utterance, heard)

    def _seems_over(self) -> None:
        if self._closing is None:
            self._closing = Closing(
                self.speech.utterance(), self._last_heard_secs, self._delay_secs
            )
            self._closing.task = self._begin(self._close(self._closing))

    async def _close(self, closing: Closing) -> None:
        """Tell that the utterance is over; cancelled when it is not."""
        async with self._order:
            heard = await self.hearing.whole(closing.utterance)
            *before, (after_secs, last) = self.milestones(closing.delay_secs)
            for secs, tell in before:
                await self._due(closing, secs, GUESS_SECS)
                await tell(closing.utterance, heard)
            await self._due(closing, after_secs, self._pause_secs)
            self._settle(closing)
            self.hearing.done(closing.utterance)
            await last(closing.utterance, heard)

    def _settle(self, closing: Closing) -> None:
        if closing.settled:
            return
        closing.settled = True
        self._closing = None
        self._began = False
        self._utterances += 1
        self.speech.close()

    async def _due(self, closing: Closing, after_secs: float, least_secs: float) -> None:
        """Return `after_secs` after the last audible sample came, and silence followed it."""
        quiet_secs = max(least_secs, after_secs - _JITTER_SECS)
        while not (closing.settled or self.ending or self.speech.silence_secs >= quiet_secs):
            self._more.clear()
            await self._more.wait()
        due_secs = closing.last_heard_secs + after_secs
        await asyncio.sleep(due_secs - asyncio.get_running_loop().time())

    def _quiet_secs(self, closing: Closing) -> float:
        """Silence after which no more of it can come, by the audio's own clock."""
        return max(self._pause_secs, self.milestones(closing.delay_secs)[-1][0])

    def _begin(self, work: Any) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def checked(model: type[pydantic.BaseModel], **fields: Any) -> pydantic.BaseModel:
    """A message as the SDK publishes it; raises for a field it does not know."""
    message = model.model_validate(fields)
    for name, part in _parts(model.__name__, message):
        if part.model_extra:
            raise TypeError(f"{name} has no {sorted(part.model_extra)}")
    return message


def _parts(name: str, value: object) -> Iterator[tuple[str, pydantic.BaseModel]]:
    if isinstance(value, pydantic.BaseModel):
        yield name, value
        for field_name in type(value).model_fields:
            yield from _parts(f"{name}.{field_name}", getattr(value, field_name))
    elif isinstance(value, list):
        for item in value:
            yield from _parts(name, item)


# What the query may say


def refusal(
    status: int, code: str, message: str, headers: Mapping[str, str] | None = None
) -> web.HTTPException:
    """A handshake that is answered with Deepgram's error."""
    request_id = str(uuid.uuid4())
    body = {"err_code": code, "err_msg": message, "request_id": request_id}
    response = web.HTTPException(
        headers={"dg-error": message, "dg-request-id": request_id, **(headers or {})},
        text=json.dumps(body),
        content_type="application/json",
    )
    response.set_status(status)
    return response


@asynccontextmanager
async def asked(provider: Listener, number: int):
    """What is wrong with the query is answered with 400."""
    try:
        yield
    except ValueError as error:
        provider.note(number, "refused", str(error))
        message = f"Failed to deserialize query parameters: {error}"
        raise refusal(400, "INVALID_QUERY_PARAMETER", message) from None


def query(request: web.Request, known: set[str], repeated: set[str]) -> Query:
    """The parameters; ValueError for one that is unknown or given twice."""
    given = {name: request.query.getall(name) for name in request.query}
    for name, values in given.items():
        if name not in known:
            raise ValueError(f"unknown field `{name}`")
        if len(values) > 1 and name not in repeated:
            raise ValueError(f"duplicate field `{name}`")
    return given


def choice(given: Query, name: str, choices: Sequence[str], default: str = "") -> str:
    """One of the choices; ValueError for another."""
    value = given.get(name, [default])[0]
    if value not in choices:
        expected = ", ".join(f"`{each}`" for each in choices)
        raise ValueError(f"{name}: unknown variant `{value}`, expected one of {expected}")
    return value


def flag(given: Query, name: str, default: bool = False) -> bool:
    return choice(given, name, ("true", "false"), str(default).lower()) == "true"


def number_in(given: Query, name: str, low: float, high: float, default: float) -> float:
    """A number from `low` to `high`; ValueError for another and for none."""
    value = float(given.get(name, [str(default)])[0])
    if not low <= value <= high:
        raise ValueError(f"{name}: {value:g} is not between {low:g} and {high:g}")
    return value


def rate(given: Query) -> int:
    """The sample rate, which raw audio must have."""
    if "sample_rate" not in given:
        raise ValueError("missing field `sample_rate`")
    return int(number_in(given, "sample_rate", RATES[0], RATES[-1], 0))


def literals(union: object) -> list[str]:
    """The values an SDK type names; it allows any besides, the provider does not."""
    return [value for part in get_args(union) for value in get_args(part)]
