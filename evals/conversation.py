"""What the RTVI messages of a call say: who said what, which tools ran, whose turn it is."""

from dataclasses import dataclass, field, replace
from typing import Literal

from pydantic import BaseModel, JsonValue

from evals.wire import Json, Message

Speaker = Literal["caller", "echo"]
ToolState = Literal["running", "done", "cancelled"]


@dataclass(frozen=True, slots=True)
class Line:
    """Something said, as the server wrote it down; `typed` when it came from the text box."""

    speaker: Speaker
    text: str
    at_secs: float
    typed: bool = False


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that ran. `name` is empty when the server keeps it to itself."""

    id: str
    name: str
    state: ToolState
    started_secs: float
    ended_secs: float | None = None
    arguments: Json = field(default_factory=dict[str, JsonValue])
    result: JsonValue = None


@dataclass(frozen=True, slots=True)
class Latency:
    """The server's own record of a turn, with the fields of its `TurnLatency`."""

    turn: Json
    at_secs: float


class _Input(BaseModel):
    text: str
    final: bool
    input_type: str = "transcription"


class _Progress(BaseModel):
    accumulated_text: str = ""


class _Output(BaseModel):
    text: str
    segment_id: int | None = None
    will_be_spoken: bool | None = None
    spoken_progress: _Progress | None = None


class _Tool(BaseModel):
    tool_call_id: str = ""
    function_name: str | None = None
    arguments: Json | None = None
    result: JsonValue = None
    cancelled: bool = False


class Conversation:
    """Fed with every message in order; knows the state of the call and all that was said."""

    def __init__(self) -> None:
        self.ready = False
        self.partials: list[Line] = []
        self.latencies: list[Latency] = []
        self.errors: list[str] = []
        self._lines: dict[str, Line] = {}
        self._tools: dict[str, ToolCall] = {}
        self._thinking = False
        self._speaking = False
        self._listening = False

    @property
    def lines(self) -> tuple[Line, ...]:
        """Both sides in order; of Echo's words only those that it came to speak."""
        return tuple(line for line in self._lines.values() if line.text)

    @property
    def tools(self) -> tuple[ToolCall, ...]:
        return tuple(self._tools.values())

    @property
    def echo_busy(self) -> bool:
        """Echo is in the middle of a turn, or takes the caller to be in the middle of one."""
        running = any(tool.state == "running" for tool in self._tools.values())
        return self._thinking or self._speaking or self._listening or running

    def receive(self, message: Message, at_secs: float) -> None:
        match message.type:
            case "bot-ready":
                self.ready = True
            case "bot-llm-started" | "bot-llm-stopped":
                self._thinking = message.type == "bot-llm-started"
            case "bot-started-speaking" | "bot-stopped-speaking":
                self._speaking = message.type == "bot-started-speaking"
            case "bot-interrupted":
                self._thinking = False
            case "user-started-speaking" | "user-stopped-speaking":
                self._listening = message.type == "user-started-speaking"
            case "user-input":
                self._heard_caller(_Input.model_validate(message.data), at_secs)
            case "bot-output":
                self._heard_echo(_Output.model_validate(message.data), at_secs)
            case "llm-function-call-in-progress":
                self._tool_runs(_Tool.model_validate(message.data), at_secs)
            case "llm-function-call-stopped":
                self._tool_stops(_Tool.model_validate(message.data), at_secs)
            case "server-message":
                self._told(message.data, at_secs)
            case "error" | "error-response":
                self.errors.append(str(message.data.get("error", message.data)))
            case _:
                pass

    def _told(self, data: Json, at_secs: float) -> None:
        match data:
            case {"type": "turn-latency", "turn": dict(turn)}:
                self.latencies.append(Latency(turn, at_secs))
            case _:
                pass

    def _heard_caller(self, said: _Input, at_secs: float) -> None:
        line = Line("caller", said.text, at_secs, typed=said.input_type == "chat")
        if said.final:
            self._lines[f"caller {len(self._lines)}"] = line
        else:
            self.partials.append(line)

    def _heard_echo(self, said: _Output, at_secs: float) -> None:
        unnumbered = said.segment_id is None
        key = f"echo line {len(self._lines)}" if unnumbered else f"echo {said.segment_id}"
        spoken = (
            said.text if said.spoken_progress is None else said.spoken_progress.accumulated_text
        )
        first = self._lines.get(key)
        self._lines[key] = Line("echo", spoken.strip(), first.at_secs if first else at_secs)

    def _tool_runs(self, tool: _Tool, at_secs: float) -> None:
        self._tools[tool.tool_call_id] = ToolCall(
            id=tool.tool_call_id,
            name=tool.function_name or "",
            state="running",
            started_secs=at_secs,
            arguments=tool.arguments or {},
        )

    def _tool_stops(self, tool: _Tool, at_secs: float) -> None:
        started = self._tools.get(tool.tool_call_id) or ToolCall(
            tool.tool_call_id, tool.function_name or "", "running", at_secs
        )
        self._tools[tool.tool_call_id] = replace(
            started,
            state="cancelled" if tool.cancelled else "done",
            ended_secs=at_secs,
            result=tool.result,
        )
