"""Many callers in one process, at next to no cost: what is left of the machine is the system's.

Each has a WebSocket of its own, speaks in real time and is measured at its own ear, as those of
`evals/` are. What makes it cheap: whatever it sends was encoded before the call, a timer a frame
is all that runs while it speaks, and the waveform is looked at when the call is over.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import aiohttp
import numpy as np

from evals import mouth, wire
from evals.conversation import Conversation
from evals.ear import Span, speech_spans
from evals.line import CallError, Line, start
from evals.performance import Manners, Performance, Scene
from evals.playout import Playout
from evals.record import RATE, Pace
from evals.script import HangUp, Interrupt, Play
from evals.turn import Said, Turn, turns
from evals.voice import read_wav
from evals.wire import Json

_STAGGER_SECS = 0.41
"""Between two callers, who thus do not all speak in the same millisecond."""
_LOOK_EVERY = 5
"""Frames between two looks at whether it is the caller's turn."""


Spoken = Play | Interrupt


@dataclass(frozen=True, slots=True)
class Words:
    """A WAV file as it goes over the wire, and where it can be heard."""

    name: str
    frames: tuple[bytes, ...]
    audible: Span


@cache
def words(wav: Path) -> Words:
    samples = read_wav(wav, mouth.RATE)
    pieces = np.pad(samples, (0, -len(samples) % mouth.FRAME)).reshape(-1, mouth.FRAME)
    spans = speech_spans(samples, mouth.RATE)
    audible = Span(spans[0].start_secs, spans[-1].end_secs) if spans else Span(0.0, 0.0)
    frames = tuple(wire.audio_frame(piece, mouth.RATE) for piece in pieces)
    return Words(wav.stem, frames, audible)


SILENCE = wire.audio_frame(np.zeros(mouth.FRAME, np.int16), mouth.RATE)


class Caller:
    """One call: what it said and when, and all that came back with the time it came."""

    def __init__(self, script: Sequence[Spoken]) -> None:
        self._performance = Performance(script, Manners())
        self._conversation = Conversation()
        self._playout = Playout(RATE)
        self._said = [Said("greeting", "", Span(0.0, 0.0))]
        self._late_secs: list[float] = []

    async def run(self, http: aiohttp.ClientSession, url: str) -> None:
        """Raises `CallError` for a call that does not come about."""
        async with Line(http, await start(http, url)) as line:
            await line.send(wire.client_ready("caller-1"))
            listening = asyncio.create_task(self._listen(line))
            try:
                await self._speak(line, listening)
            except (ConnectionError, aiohttp.ClientError):
                pass  # it hung up on us: what is missing is missing in the figures
            finally:
                await line.close()
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)

    async def _speak(self, line: Line, listening: asyncio.Task[None]) -> None:
        """A frame every 20 ms, each at its own deadline."""
        opened_secs, sent = line.now_secs, 0
        while not listening.done():
            now_secs = opened_secs + sent * mouth.FRAME_SECS
            act = self._performance.next(self._scene(now_secs))
            frames: Sequence[bytes] = (SILENCE,) * _LOOK_EVERY
            if isinstance(act, HangUp):
                return
            if isinstance(act, Play):
                spoken = words(act.wav)
                start_secs, end_secs = (
                    now_secs + at for at in (spoken.audible.start_secs, spoken.audible.end_secs)
                )
                kind = "interrupt" if self._playout.ends_secs > now_secs else "say"
                self._said.append(Said(kind, spoken.name, Span(start_secs, end_secs)))
                frames = spoken.frames
            for frame in frames:
                due_secs = opened_secs + sent * mouth.FRAME_SECS
                await line.until(due_secs)
                self._late_secs.append(line.now_secs - due_secs)
                await line.send(frame)
                sent += 1

    def _scene(self, now_secs: float) -> Scene:
        playing = self._playout.ends_secs > now_secs
        return Scene(
            now_secs,
            echo_busy=playing or self._conversation.echo_busy,
            echo_onset_secs=self._playout.onset_secs,
        )

    async def _listen(self, line: Line) -> None:
        while received := await line.receive():
            payload, at_secs = received
            match wire.decode(payload):
                case wire.Sound(samples, rate):
                    if rate != RATE:
                        raise ValueError(f"expected {RATE} Hz, got {rate}")
                    self._playout.hear(samples, at_secs)
                case wire.Cleared():
                    self._playout.clear(at_secs)
                case wire.Message(type="bot-stopped-speaking") as message:
                    self._conversation.receive(message, at_secs)
                    self._playout.end_utterance()
                case wire.Message() as message:
                    self._conversation.receive(message, at_secs)
                case None:
                    pass

    def summary(self) -> Json:
        """As much as the bench reads of what `evals.record.CallRecord.summary` has."""
        echo = speech_spans(self._playout.audio(0.0), RATE)
        spoken = turns(self._said, echo, self._playout.gaps, self._conversation)
        pace = _pace(self._late_secs)
        return {"turns": [_turn(each) for each in spoken], "pace": pace}


def step(text: str) -> Spoken:
    """`hello.wav`, or `stop.wav@1.2`: so many seconds into an answer."""
    wav, at, secs = text.rpartition("@")
    return Interrupt(Play(Path(wav)), float(secs)) if at else Play(Path(text))


def _turn(turn: Turn) -> Json:
    return {
        "said": {"kind": turn.said.kind, "text": turn.said.text},
        "first_sound_ms": turn.first_sound_ms,
        "barge_in_ms": turn.barge_in_ms,
        "gaps": [{"at_secs": gap.at_secs, "ms": gap.ms} for gap in turn.gaps],
    }


def _pace(late_secs: Sequence[float]) -> Json:
    late_ms = 1000 * np.maximum(0, np.array(late_secs or [0.0]))
    pace = Pace(len(late_secs), float(np.percentile(late_ms, 99)), float(late_ms.max()))
    return {"late_ms_p99": round(pace.late_ms_p99, 1), "frames": pace.frames}


async def call_all(url: str, script: Sequence[Spoken], count: int) -> list[Json]:
    """Every caller plays the script; they begin one after the other, and overlap.

    Raises `CallError` for a call that did not come about.
    """
    for step in script:
        words((step.words if isinstance(step, Interrupt) else step).wav)
    callers = [Caller(script) for _ in range(count)]

    async def place(number: int, run: Callable[[], Awaitable[None]]) -> None:
        await asyncio.sleep(number * _STAGGER_SECS)
        await run()

    async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as group:
        for number, caller in enumerate(callers):
            group.create_task(place(number, lambda caller=caller: caller.run(http, url)))
    return [caller.summary() for caller in callers]


def main() -> int:
    """0 when all calls were made; 2, after one line on stderr, when one could not be."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.crowd", description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--calls", type=int, required=True)
    parser.add_argument("--json", type=Path, required=True)
    parser.add_argument("steps", type=step, nargs="+", help="a WAV file; WAV@SECS interrupts")
    given = parser.parse_args()
    complaint: object = None
    try:
        summaries = asyncio.run(call_all(given.url, given.steps, given.calls))
        given.json.write_text(json.dumps(summaries), encoding="utf-8")
    except* (CallError, OSError) as errors:
        complaint = errors.exceptions[0]
    if complaint:
        print(complaint, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
