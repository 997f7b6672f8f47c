"""Moments of a turn, as they happen, into its TurnLatency."""

from dataclasses import dataclass, field, replace
from typing import Literal

from bot.telemetry.latency import Incident, Inference, Kind, Origin, Outcome, ToolSpan, TurnLatency
from bot.telemetry.usage import UsageTally

Mark = Literal[
    "origin",  # 0 ms: for a spoken turn the last sample of speech; the last one marked counts
    "vad_stop",
    "transcript",
    "turn_over",
    "asked",  # the model was asked: opens an inference, which the next two belong to
    "token",
    "tool_calls",
    "barge_in",  # the first sound of a caller who interrupts
]
UtteranceMark = Literal[
    "text",  # given to the TTS
    "audio",  # came back from it
    "sound",  # audible to the caller
    "silence",  # over, or cut off
]
LONGEST_PAUSE_SECS = 2.0
"""A caller who says more after a longer silence asks anew ("hello?"), however little was heard."""

_LAST_COUNTS = {"origin", "vad_stop", "turn_over"}
_KIND: dict[Origin, Kind] = {
    "speech": "plain",
    "turn_over": "plain",
    "text": "text",
    "connected": "greeting",
    "request": "unprompted",
}


@dataclass(slots=True)
class _Inference:
    asked: float
    token: float | None = None
    called_tools: bool = False


@dataclass(slots=True)
class _Utterance:
    inference: _Inference | None
    filler: bool
    at: dict[UtteranceMark, float] = field(default_factory=dict[UtteranceMark, float])


@dataclass(slots=True)
class _Tool:
    name: str
    start: float
    end: float | None = None
    outcome: Outcome | None = None


@dataclass(slots=True)
class Guesses:
    """Questions to the model ahead of the end of a turn; one is out at a time."""

    asked: int = 0
    wasted: int = 0
    _is_out: bool = False

    def ask(self) -> None:
        self.asked += not self._is_out
        self._is_out = True

    def withdraw(self) -> None:
        self.wasted += self._is_out
        self._is_out = False

    def settle(self, others: "Guesses") -> None:
        """The turn that others were about is this one, and is over."""
        self.asked += others.asked
        self.wasted += others.wasted
        others.asked = others.wasted = 0
        others._is_out = False


class TurnMarks:
    """Collects the moments of one turn, in any order that a pipeline can produce.

    All times are seconds of one monotonic clock. Of a moment that repeats, the first counts
    unless `Mark` says otherwise. Utterances go by their TTS context, tools by their call id.
    """

    def __init__(self, number: int, origin: Origin) -> None:
        self.number = number
        self.origin: Origin = origin
        self.interrupted = False
        self.guesses = Guesses()
        self._resumed = 0
        self._at: dict[Mark, float] = {}
        self._transcripts: list[float] = []
        self._inferences: list[_Inference] = []
        self._utterances: dict[str, _Utterance] = {}
        self._tools: dict[str, _Tool] = {}
        self._incidents: list[tuple[Incident, float]] = []
        self.usage = UsageTally()

    def failed(self, incident: Incident, at_secs: float) -> None:
        """A provider did."""
        self._incidents.append((incident, at_secs))

    def mark(self, name: Mark, at_secs: float) -> None:
        match name:
            case "transcript":
                self._transcripts.append(at_secs)
            case "asked":
                self._inferences.append(_Inference(at_secs))
            case "token" | "tool_calls":
                self._mark_inference(name, at_secs)
            case _ if name in _LAST_COUNTS:
                self._at[name] = at_secs
            case _:
                self._at.setdefault(name, at_secs)

    def utter(
        self, name: UtteranceMark, at_secs: float, context_id: str, *, filler: bool = False
    ) -> None:
        """Mark a moment of an utterance; it belongs to the inference running when it is first seen.

        `filler` counts when the utterance is first seen.
        """
        if context_id not in self._utterances:
            inference = self._inferences[-1] if self._inferences else None
            self._utterances[context_id] = _Utterance(None if filler else inference, filler)
        self._utterances[context_id].at.setdefault(name, at_secs)

    def knows(self, context_id: str) -> bool:
        return context_id in self._utterances

    def tool_started(self, call_id: str, name: str, at_secs: float) -> None:
        self._tools.setdefault(call_id, _Tool(name, at_secs))

    def tool_ended(self, call_id: str, outcome: Outcome, at_secs: float) -> None:
        """Settle a call that started here; any other, and any second end, is ignored."""
        tool = self._tools.get(call_id)
        if tool and tool.end is None:
            tool.end, tool.outcome = at_secs, outcome

    def resume(self) -> None:
        """Forget the reply and the end of the turn: the caller had only paused."""
        self._resumed += 1
        self._inferences.clear()
        self._utterances.clear()
        self._at.pop("turn_over", None)

    @property
    def has_reply(self) -> bool:
        """Whether anything was begun in reply."""
        return bool(self._inferences or self._utterances or self._tools)

    def can_resume(self, at_secs: float) -> bool:
        """Whether a caller who speaks at `at_secs` had only paused: nothing was heard, or done."""
        unheard = not any("sound" in utterance.at for utterance in self._utterances.values())
        paused_secs = at_secs - self._at.get("origin", at_secs)
        brief = paused_secs <= LONGEST_PAUSE_SECS
        return self.origin in ("speech", "turn_over") and brief and unheard and not self._tools

    @property
    def tools_running(self) -> bool:
        return any(tool.end is None for tool in self._tools.values())

    @property
    def answered(self) -> bool:
        """Whether the answer has become audible."""
        return self._answer() is not None

    def latency(self) -> TurnLatency:
        """Return the record of the turn as it stands; without an origin it starts at its end."""
        answer = self._answer() or self._last_words()
        fillers = [utterance.at for utterance in self._utterances.values() if utterance.filler]
        spoken = self.origin in ("speech", "turn_over")
        return TurnLatency(
            turn=self.number,
            kind="tool" if spoken and self._tools else _KIND[self.origin],
            measured_from=self.origin,
            interrupted=self.interrupted,
            resumed=self._resumed,
            guesses=self.guesses.asked,
            guesses_wasted=self.guesses.wasted,
            vad_stop_ms=self._ms(self._at.get("vad_stop")),
            transcript_ms=self._ms(self._transcript()),
            turn_over_ms=self._ms(self._at.get("turn_over")),
            inferences=tuple(
                Inference(self._offset_ms(each.asked), self._ms(each.token), each.called_tools)
                for each in self._inferences
            ),
            tools=tuple(
                ToolSpan(each.name, self._offset_ms(each.start), self._ms(each.end), each.outcome)
                for each in sorted(self._tools.values(), key=lambda tool: tool.start)
            ),
            text_ms=self._ms(answer.at.get("text") if answer else None),
            tts_audio_ms=self._ms(answer.at.get("audio") if answer else None),
            filler_ms=self._ms(min((at["sound"] for at in fillers if "sound" in at), default=None)),
            filler_end_ms=self._ms(
                max((at["silence"] for at in fillers if "silence" in at), default=None)
            ),
            first_sound_ms=self._ms(
                min((each.at["sound"] for each in self._audible()), default=None)
            ),
            answer_ms=self._ms(answer.at["sound"] if answer else None),
            yield_ms=self._yield_ms(),
            usages=self.usage.usages,
            incidents=tuple(
                replace(each, at_ms=self._offset_ms(at))
                for each, at in sorted(self._incidents, key=lambda incident: incident[1])
            ),
        )

    def _mark_inference(self, name: Mark, at_secs: float) -> None:
        if not self._inferences:
            self._inferences.append(_Inference(at_secs))
        inference = self._inferences[-1]
        if inference.token is None:
            inference.token = at_secs
        inference.called_tools |= name == "tool_calls"

    def _audible(self) -> list[_Utterance]:
        heard = (each for each in self._utterances.values() if "sound" in each.at)
        return sorted(heard, key=lambda utterance: utterance.at["sound"])

    def _answer(self) -> _Utterance | None:
        for each in self._audible():
            preamble = each.inference and each.inference.called_tools
            if not each.filler and not preamble:
                return each
        return None

    def _last_words(self) -> _Utterance | None:
        """What was said before a tool, when the turn was left at that."""
        if self.interrupted or any(not each.called_tools for each in self._inferences):
            return None
        return next((each for each in self._audible() if not each.filler), None)

    def _transcript(self) -> float | None:
        """The last that the model can have read; the first of those that came too late for it."""
        asked = self._inferences[0].asked if self._inferences else float("inf")
        in_time = [at for at in self._transcripts if at <= asked]
        return max(in_time) if in_time else min(self._transcripts, default=None)

    def _yield_ms(self) -> float | None:
        since = self._at.get("barge_in")
        ends = (each.at["silence"] for each in self._utterances.values() if "silence" in each.at)
        stopped = max(ends, default=None)
        if since is None or stopped is None or stopped < since:
            return None
        return round((stopped - since) * 1000, 1)

    def _ms(self, at_secs: float | None) -> float | None:
        return None if at_secs is None else self._offset_ms(at_secs)

    def _offset_ms(self, at_secs: float) -> float:
        return round((at_secs - self._at.get("origin", at_secs)) * 1000, 1)
