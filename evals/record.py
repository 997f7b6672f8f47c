"""What came of a call, from the caller's side."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import JsonValue, TypeAdapter

from evals.beat import BEAT_SECS, stood_still_secs
from evals.conversation import Line, ToolCall
from evals.ear import Samples, stereo
from evals.turn import Turn
from evals.voice import write_wav
from evals.wire import Json

RATE = 24_000

Ending = Literal["caller", "echo", "lost"]


@dataclass(frozen=True, slots=True)
class Pace:
    """How well the caller's own microphone kept time; a late caller measures itself.

    `late_ms_p99` and `late_ms_max`: how long after its deadline a 20 ms frame was sent.
    """

    frames: int
    late_ms_p99: float
    late_ms_max: float


@dataclass(frozen=True, slots=True, eq=False)
class CallRecord:
    """A whole call. Times are seconds since the caller began to open the WebSocket.

    `caller_audio` and `echo_audio` are int16 at 24 kHz on that one time line, equally long. The
    first turn is the greeting, if there was one. `ended_by` is "lost" when the connection broke.
    """

    url: str
    session_id: str
    turns: tuple[Turn, ...]
    lines: tuple[Line, ...]
    partials: tuple[Line, ...]
    tools: tuple[ToolCall, ...]
    latencies: tuple[Json, ...]
    errors: tuple[str, ...]
    unanswered: int
    ended_by: Ending
    opened_secs: float
    pace: Pace
    caller_audio: Samples
    echo_audio: Samples
    late_secs: tuple[float, ...] = ()
    """How long after its deadline each 20 ms of the caller's were sent, from `opened_secs` on."""

    @property
    def greeting_ms(self) -> float | None:
        """Beginning of the WebSocket handshake to Echo's first audible sample."""
        greetings = [turn.first_sound_ms for turn in self.turns if turn.said.kind == "greeting"]
        return greetings[0] if greetings else None

    def held_up_ms(self, since_secs: float, until_secs: float) -> float:
        """How much of that time the caller's process stood still, and with it whoever shares it."""
        first_secs = self.opened_secs + BEAT_SECS
        since, until = since_secs - first_secs, until_secs - first_secs
        return 1000 * stood_still_secs(self.late_secs, since, until)

    def said_by_echo(self) -> str:
        """Echo's side of the transcript."""
        return " ".join(line.text for line in self.lines if line.speaker == "echo")

    def heard(self) -> str:
        """What speech recognition makes of the audio that came from Echo."""
        from evals.hearing import transcribe  # loads a model, which most calls can do without

        return transcribe(self.echo_audio, RATE)

    def save_wav(self, path: Path) -> None:
        """Both sides, aligned in time: the caller left, Echo right."""
        write_wav(path, stereo(self.caller_audio, self.echo_audio), RATE)

    def summary(self) -> Json:
        """All but the audio, as JSON."""
        return {
            "url": self.url,
            "session_id": self.session_id,
            "ended_by": self.ended_by,
            "opened_secs": self.opened_secs,
            "unanswered": self.unanswered,
            "errors": list(self.errors),
            "pace": _json(self.pace),
            "turns": _json(self.turns),
            "lines": _json(self.lines),
            "tools": _json(self.tools),
            "latencies": list(self.latencies),
        }


_anything: TypeAdapter[object] = TypeAdapter(object)


def _json(value: object) -> JsonValue:
    return _anything.dump_python(value, mode="json")
