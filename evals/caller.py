"""A caller without a microphone: places a whole call over the WebSocket, in real time.

record = await place_call("http://localhost:7860", [Say("Where is my order 1042?")])
record.turns[1].first_sound_ms, record.tools[0].name, record.heard()
"""

import asyncio
from collections.abc import Sequence

import aiohttp
import numpy as np

from evals import mouth, wire
from evals.conversation import Conversation
from evals.ear import Samples, Span, speech_spans
from evals.line import Line, Ticket, start
from evals.mouth import Mouth
from evals.performance import Manners, Performance, Scene
from evals.playout import Playout
from evals.record import RATE, CallRecord, Ending, Pace
from evals.script import HangUp, Interrupt, Play, Say, Step, Type
from evals.turn import Said, TurnKind, turns
from evals.voice import Voice, local_voice, render, resample

_POLITE = Manners()
_Sounds = dict[Say | Play, Samples]


async def place_call(
    url: str,
    steps: Sequence[Step],
    *,
    voice: Voice = local_voice,
    manners: Manners = _POLITE,
    mode: str | None = None,
) -> CallRecord:
    """Plays the steps to the server at `url`, hangs up, and returns what came of it.

    All that is to be said is synthesised before the call, in a thread, so that nothing but the call
    itself runs while it is measured. `mode` is how the server is asked to answer, by default as it
    is set. Raises `CallError`, or `ScriptError` for a WAV file that cannot be played.
    """
    sounds = await asyncio.to_thread(_render_all, steps, voice)
    async with aiohttp.ClientSession() as http:
        ticket = await start(http, url, mode)
        call = _Call(url, ticket, Performance(steps, manners), sounds)
        async with Line(http, ticket) as line:
            await call.run(line)
    return call.record()


class _Call:
    """One call as it goes on: speaks every 20 ms, listens all the time."""

    def __init__(self, url: str, ticket: Ticket, performance: Performance, sounds: _Sounds) -> None:
        self._url = url
        self._session_id = ticket.sessionId
        self._performance = performance
        self._sounds = sounds
        self._conversation = Conversation()
        self._playout = Playout(RATE)
        self._mouth = Mouth(0.0)
        self._said = [Said("greeting", "", Span(0.0, 0.0))]
        self._late_secs: list[float] = []
        self._messages_sent = 0
        self._ended_by: Ending = "caller"
        self._length_secs = 0.0

    async def run(self, line: Line) -> None:
        self._mouth = Mouth(line.now_secs)
        await line.send(wire.client_ready(self._message_id()))
        listening = asyncio.create_task(self._listen(line))
        try:
            await self._speak(line, listening)
        finally:
            self._length_secs = line.now_secs
            await line.close()
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _speak(self, line: Line, listening: asyncio.Task[None]) -> None:
        """A frame every 20 ms, each at its own deadline: a late one does not delay the next."""
        while not listening.done():
            act = self._performance.next(self._scene())
            if isinstance(act, HangUp):
                return
            if act:
                await self._perform(act, line)
            frame = self._mouth.frame()
            await line.until(self._mouth.now_secs)
            self._late_secs.append(line.now_secs - self._mouth.now_secs)
            try:
                await line.send(wire.audio_frame(frame, mouth.RATE))
            except (ConnectionError, aiohttp.ClientError):
                await listening
        self._ended_by = "echo" if line.closed_properly else "lost"
        listening.result()

    def _scene(self) -> Scene:
        now = self._mouth.now_secs
        playing = self._playout.ends_secs > now
        return Scene(
            now_secs=now,
            caller_talking=self._mouth.talking,
            echo_busy=playing or self._conversation.echo_busy,
            echo_onset_secs=self._playout.onset_secs,
        )

    async def _perform(self, act: Say | Play | Type, line: Line) -> None:
        match act:
            case Type(text):
                now = line.now_secs
                self._said.append(Said("type", text, Span(now, now)))
                await line.send(wire.send_text(text, self._message_id()))
            case Say() | Play():
                over_echo = self._playout.ends_secs > self._mouth.now_secs
                kind: TurnKind = "interrupt" if over_echo else "say"
                text = act.text if isinstance(act, Say) else act.wav.stem
                span = self._mouth.say(self._sounds[act])
                self._said.append(Said(kind, text, span))

    async def _listen(self, line: Line) -> None:
        while received := await line.receive():
            payload, at_secs = received
            match wire.decode(payload):
                case wire.Sound(samples, rate):
                    self._playout.hear(resample(samples, rate, RATE), at_secs)
                case wire.Cleared():
                    self._playout.clear(at_secs)
                case wire.Message() as message:
                    self._conversation.receive(message, at_secs)
                    if message.type == "bot-stopped-speaking":
                        self._playout.end_utterance()
                case None:
                    pass

    def _message_id(self) -> str:
        self._messages_sent += 1
        return f"caller-{self._messages_sent}"

    def record(self) -> CallRecord:
        caller = resample(self._mouth.audio(), mouth.RATE, RATE)
        echo = self._playout.audio(max(self._length_secs, len(caller) / RATE))
        caller = np.pad(caller, (0, len(echo) - len(caller)))
        talk = self._conversation
        return CallRecord(
            url=self._url,
            session_id=self._session_id,
            turns=turns(self._said, speech_spans(echo, RATE), self._playout.gaps, talk),
            lines=talk.lines,
            partials=tuple(talk.partials),
            tools=talk.tools,
            latencies=tuple(latency.turn for latency in talk.latencies),
            errors=tuple(talk.errors),
            unanswered=self._performance.unanswered,
            ended_by=self._ended_by,
            opened_secs=self._mouth.opened_secs,
            pace=_pace(self._late_secs),
            caller_audio=caller,
            echo_audio=echo,
            late_secs=tuple(self._late_secs),
        )


def _pace(late_secs: Sequence[float]) -> Pace:
    late_ms = 1000 * np.maximum(0, np.array(late_secs or [0.0]))
    return Pace(
        frames=len(late_secs),
        late_ms_p99=round(float(np.percentile(late_ms, 99)), 1),
        late_ms_max=round(float(late_ms.max()), 1),
    )


def _render_all(steps: Sequence[Step], voice: Voice) -> _Sounds:
    spoken = [step.words if isinstance(step, Interrupt) else step for step in steps]
    words = {step for step in spoken if isinstance(step, Say | Play)}
    return {each: render(each, voice) for each in words}
