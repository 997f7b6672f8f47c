"""Twilio's inside: rings phones, does with each call what its TwiML says, lets rooms be talked in.

Every phone has an ear: what was heard there from its answering on, 20 ms each frame, silence too.
Every webhook is signed; one that is not answered well is kept among the `troubles`.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal
from xml.etree.ElementTree import Element

import numpy as np

from tests.emulators.receiver import CarrierError
from tests.emulators.stream_caller import FRAME, HZ, PATIENCE_SECS
from tests.emulators.twilio_caller import STATUS, VOICE, Account, Stream, Twilio
from tests.emulators.twiml_rules import verbs
from transports.phone import mulaw

Pcm = np.ndarray[tuple[int], np.dtype[np.int16]]
Who = Literal["human", "machine_start", "machine_end_beep", "unknown", "fax"]

SECOND = np.arange(HZ) / HZ
MUSIC: Pcm = (3_000 * np.sin(2 * np.pi * 440 * SECOND)).astype(np.int16)
"""What is heard in a room whose other has not come."""
SILENCE: Pcm = np.zeros(FRAME, np.int16)


def beep(text: str) -> Pcm:
    """A voice for tests in which nobody listens to the words: 20 ms for each."""
    return np.resize(MUSIC, FRAME * len(text.split()))


@dataclass
class Phone:
    """What happens when a number is called."""

    outcome: Literal["answered", "busy", "no-answer", "failed"] = "answered"
    who: Who = "human"
    rings_secs: float = 0.02
    judged_secs: float = 0.02
    """How long the detection of machines takes, from the answering on."""
    says: Pcm | None = None
    """Said by whoever answers, at once."""


class Leg:
    """One phone on the line."""

    def __init__(self, switch: "Switch", call: dict, form: dict[str, str]) -> None:
        self.switch, self.call, self._form = switch, call, form
        self.ear = bytearray()
        """What was heard, mu-law."""
        self.told: list[str] = []
        """What Twilio's own voice said, or began to."""
        self.told_in: list[str] = []
        """In which language each of it; "" for its usual one."""
        self.stream: Stream | None = None
        """The stream that the call is at."""
        self.streams: list[Stream] = []
        self.over = asyncio.Event()
        self.inbox = deque[Pcm]()
        self._mouth = deque[Pcm]()
        self._keys = asyncio.Queue[str]()
        self._doing: asyncio.Task[None] | None = None
        self._left = asyncio.Event()
        self._room: Room | None = None
        self._action = ""
        outbound = call["direction"] != "inbound"
        self.twilio = Twilio(
            switch.http,
            switch.url,
            switch.public_url,
            switch.account,
            call_sid=call["sid"],
            caller=call["from"],
            called=call["to"],
            direction="outbound-api" if outbound else "inbound",
        )

    @property
    def sid(self) -> str:
        return self.call["sid"]

    # Whoever holds the phone

    def say(self, pcm: Pcm) -> None:
        if self.stream:
            self.stream.say(pcm.tobytes())
            return
        self._mouth.extend(
            np.resize(pcm[at : at + FRAME], FRAME) for at in range(0, len(pcm), FRAME)
        )

    def press(self, key: str) -> None:
        self._keys.put_nowait(key)

    async def hang_up(self) -> None:
        await self.end("completed")

    @property
    def heard(self) -> Pcm:
        now = bytes(self.stream.heard) if self.stream else b""
        return np.frombuffer(mulaw.decode(bytes(self.ear) + now), dtype="<i2")

    @property
    def meets(self) -> bool:
        """Whether somebody else is in the room."""
        return self._room is not None and self._room.started.is_set()

    @property
    def holds(self) -> bool:
        """Whether there is music."""
        return self._room is not None and not self._room.started.is_set()

    # Twilio

    def begin(self, path: str, **more: str) -> None:
        self._do(self._ask(path, **more))

    def redirect(self, document: str) -> None:
        self._do(self._obey(document))

    def _do(self, work) -> None:
        before = self._doing
        if before:
            before.cancel()
        self._doing = asyncio.create_task(self._guarded(work, before))

    async def _guarded(self, work, before: "asyncio.Task[None] | None") -> None:
        if before:
            await asyncio.gather(before, return_exceptions=True)
        try:
            await work
        except CarrierError as error:
            self.switch.troubles.append(str(error))
            await self.end("completed")

    async def _ask(self, path: str, **more: str) -> None:
        path = path.removeprefix(self.switch.public_url)
        form = self.twilio.form(**({"CallStatus": self.call["status"]} | more))
        async with asyncio.timeout(PATIENCE_SECS):
            status, body = await self.twilio.post(path, form)
        if status != 200:
            raise CarrierError(f"11200 HTTP retrieval failure: {status} of {path}")
        await self._obey(body)

    async def _obey(self, document: str) -> None:
        for verb in verbs(document):
            match verb.tag:
                case "Say":
                    await self._say(verb)
                case "Gather":
                    if key := await self._gather(verb):
                        await self._ask(verb.get("action", ""), Digits=key)
                        return
                case "Dial":
                    await self._meet(verb)
                    if action := verb.get("action"):
                        await self._ask(action, DialCallStatus="answered")
                        return
                case "Connect":
                    await self._connect(verb)
                case "Redirect":
                    await self._ask(verb.text or "")
                    return
                case "Hangup":
                    break
                case "Reject":
                    await self.end("busy")
                    return
                case _:
                    raise CarrierError(f"12200 {verb.tag} is not emulated")
        await self.end("completed")

    async def _say(self, verb: Element) -> None:
        self.told.append(verb.text or "")
        self.told_in.append(verb.get("language", ""))
        words = await self.switch.voice(verb.text or "")
        for at in range(0, len(words), FRAME):
            await self._hear(words[at : at + FRAME])

    async def _hear(self, frame: Pcm) -> None:
        """For as long as it lasts; what is said outside of a room, Twilio does not listen to."""
        self.ear += mulaw.encode(np.pad(frame, (0, FRAME - len(frame))).astype("<i2").tobytes())
        if self._mouth and self._room is None:
            self._mouth.popleft()
        await asyncio.sleep(self.switch.frame_secs)

    async def _gather(self, verb: Element) -> str:
        """The key that was pressed, or nothing."""
        asked = asyncio.create_task(self._prompt(verb))
        key = asyncio.create_task(self._keys.get())
        try:
            await asyncio.wait((asked, key), return_when=asyncio.FIRST_COMPLETED)
            return key.result() if key.done() else ""
        finally:
            for task in (asked, key):
                task.cancel()
            await asyncio.gather(asked, key, return_exceptions=True)

    async def _prompt(self, verb: Element) -> None:
        for child in verb:
            await self._say(child)
        for _ in range(50 * int(verb.get("timeout", "5"))):
            await self._hear(SILENCE)

    async def _meet(self, verb: Element) -> None:
        conference = verb.find("Conference")
        if conference is None:
            raise CarrierError("12200 only conferences are dialled here")
        room = self.switch.room(conference.text or "")
        self._room, self._action = room, verb.get("action", "")
        self._left.clear()
        room.enter(self, conference)
        try:
            await self._talk(room)
        finally:
            self._room, self._action = None, ""
            room.leave(self)

    async def _talk(self, room: "Room") -> None:
        at = 0
        while not self._left.is_set():
            said = self._mouth.popleft() if self._mouth else None
            if room.started.is_set():
                room.pass_on(self, said)
                frame = self.inbox.popleft() if self.inbox else SILENCE
            else:
                frame, at = MUSIC[at : at + FRAME], (at + FRAME) % HZ
            await self._hear(frame)

    def let_out(self) -> None:
        """The room is closed."""
        self._left.set()

    async def _connect(self, verb: Element) -> None:
        stream = verb.find("Stream")
        assert stream is not None
        parameters = {p.get("name", ""): p.get("value", "") for p in stream.iter("Parameter")}
        socket = await self.twilio.open(stream.get("url", ""))
        self.stream = Stream(socket, self.twilio, parameters)
        self.streams.append(self.stream)
        while self._mouth:
            self.stream.say(self._mouth.popleft().tobytes())
        await self.stream.begin()
        try:
            await self.stream.run()
        finally:
            self.ear += self.stream.heard
            ended, self.stream = self.stream, None
            await ended.hang_up()
        if ended.refused:
            raise ended.refused

    async def end(self, status: str) -> None:
        """The call is over, whoever ended it: Twilio tells what there is to tell."""
        if self.over.is_set():
            return
        self.over.set()
        asks_next = self._action
        self.call["status"] = status
        if self._doing and self._doing is not asyncio.current_task():
            self._doing.cancel()
            await asyncio.gather(self._doing, return_exceptions=True)
        if asks_next:
            await self._tell(asks_next, CallStatus=status, DialCallStatus="answered")
        if callback := self._form.get("StatusCallback", ""):
            await self._tell(callback, CallStatus=status)

    async def _tell(self, address: str, **more: str) -> None:
        path = address.removeprefix(self.switch.public_url)
        status, _ = await self.twilio.post(path, self.twilio.form(**more))
        if status not in (200, 204):
            self.switch.troubles.append(f"15003 Call Progress: {status} of {path}")

    async def ring(self, phone: Phone) -> None:
        """A call that was asked for by the API, from its ringing on."""
        self.call["status"] = "ringing"
        await asyncio.sleep(phone.rings_secs)
        if self.over.is_set():
            return
        if phone.outcome != "answered":
            await self.end(phone.outcome)
            return
        self.call["status"] = "in-progress"
        if phone.says is not None:
            self.say(phone.says)
        if self._form.get("AsyncAmd") == "true":
            self.begin(self._form["Url"])
            await asyncio.sleep(phone.judged_secs)
            if not self.over.is_set():
                await self._tell(self._form["AsyncAmdStatusCallback"], AnsweredBy=phone.who)
            return
        detects = "MachineDetection" in self._form
        await asyncio.sleep(phone.judged_secs if detects else 0)
        more = {"AnsweredBy": phone.who} if detects else {}
        if not self.over.is_set():
            self.begin(self._form["Url"], **more)


class Room:
    """A conference."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.started = asyncio.Event()
        self._inside: dict[Leg, Element] = {}

    def enter(self, leg: Leg, conference: Element) -> None:
        self._inside[leg] = conference
        leg.inbox.clear()
        starts = any(c.get("startConferenceOnEnter", "true") == "true" for c in self._all())
        if starts and len(self._inside) > 1:
            self.started.set()

    def leave(self, leg: Leg) -> None:
        conference = self._inside.pop(leg)
        if conference.get("endConferenceOnExit") == "true":
            for other in self._inside:
                other.let_out()

    def pass_on(self, speaker: Leg, said: Pcm | None) -> None:
        for other in self._inside:
            if other is not speaker and said is not None:
                other.inbox.append(said)

    def _all(self) -> list[Element]:
        return list(self._inside.values())


@dataclass
class Switch:
    """Every call of one account, to the server at `url` which calls itself `public_url`."""

    http: object
    url: str
    public_url: str = "https://echo.example"
    account: Account = field(default_factory=Account)
    speak: Callable[[str], Pcm] = beep
    frame_secs: float = 0.02
    """How long 20 ms take outside of streams: tests that do not listen have no time to."""
    phones: dict[str, Phone] = field(default_factory=dict)
    legs: dict[str, Leg] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    _rooms: dict[str, Room] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def voice(self, text: str) -> Pcm:
        return await asyncio.to_thread(self.speak, text)

    def room(self, name: str) -> Room:
        return self._rooms.setdefault(name, Room(name))

    def dials_in(self, call: dict) -> Leg:
        """Somebody calls the number: its webhooks are asked."""
        leg = self.legs[call["sid"]] = Leg(self, call, {"StatusCallback": STATUS})
        leg.begin(VOICE)
        return leg

    def place(self, call: dict, form: dict[str, str]) -> None:
        """The API was asked to ring a phone."""
        leg = self.legs[call["sid"]] = Leg(self, call, form)
        self._soon(leg.ring(self.phones.get(call["to"], Phone())))

    def redirect(self, sid: str, document: str) -> None:
        self.legs[sid].redirect(document)

    def end(self, sid: str) -> None:
        leg = self.legs[sid]
        ringing = leg.call["status"] in ("queued", "ringing")
        self._soon(leg.end("canceled" if ringing else "completed"))

    def _soon(self, work) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Everybody hangs up."""
        for leg in [*self.legs.values()]:
            await leg.end("completed")
        await asyncio.gather(*self._tasks, return_exceptions=True)
