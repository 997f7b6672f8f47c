"""Which turn a moment belongs to, and when a turn is over."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from pipecat.metrics.metrics import MetricsData

from bot.telemetry.latency import Incident, Origin, Outcome, TurnLatency
from bot.telemetry.marks import Guesses, Mark, TurnMarks
from bot.telemetry.usage import serves


@dataclass(slots=True)
class _Hush:
    """Echo is silent for now, and may go on."""

    caller_since: float | None
    silent_at: float | None = None


class TurnFollower:
    """Follows a call from turn to turn; finished ones are taken with `take_finished`.

    A caller's turn forms while they speak and is Echo's to answer once it is declared over. It is
    finished when its answer has been spoken, when it was interrupted and all is quiet, or when the
    next one is to be answered. A caller who speaks on before anything was heard or done has only
    paused: that is the same turn, with a later end of speech. A sound that never becomes a turn
    (a cough, an "uh-huh" that was let pass) leaves no trace.
    """

    def __init__(self) -> None:
        self._turn: TurnMarks | None = None  # to be answered, or being answered
        self._forming: TurnMarks | None = None  # the caller's, not declared over
        self._finished: list[TurnLatency] = []
        self._number = 0
        self._voice = ""  # the context of the utterance that plays
        self._caller_since: float | None = None
        self._early: list[float] = []  # transcripts that came before the VAD's silence
        self._ahead: TurnMarks | None = None  # declared over before the VAD's silence
        self._callers_turn = False
        self._speaking = False
        self._generating = False
        self._unspoken = False
        self._unclaimed: list[Callable[[TurnMarks], None]] = []
        self._hush: _Hush | None = None
        self._guesses = Guesses()  # about the turn that is not over yet

    def take_finished(self) -> list[TurnLatency]:
        finished, self._finished = self._finished, []
        return finished

    def hang_up(self) -> None:
        """The call is over: what is open is finished as it stands."""
        self._finish()

    def connected(self, at_secs: float) -> None:
        """The caller can hear: the greeting is due from the last of these calls."""
        waiting = self._turn and self._turn.origin == "connected" and not self._turn.has_reply
        if waiting or (self._turn is None and self._number == 0):
            self._open("connected", at_secs)

    def caller_started(self, at_secs: float) -> None:
        """A voice began at `at_secs`."""
        self._caller_since = at_secs
        self._early, self._ahead = [], None
        if self._forming and self._callers_turn:
            self._forming.resume()
        else:
            self._forming = None

    def caller_stopped(self, at_secs: float, noticed_at_secs: float) -> None:
        """A voice ended at `at_secs`; the silence was long enough at `noticed_at_secs`."""
        self._caller_since = None
        ahead, self._ahead = self._ahead, None
        if ahead:
            ahead.origin = "speech"
        else:
            self._forming = self._forming or TurnMarks(0, "speech")
        turn = ahead or self._forming
        if turn:
            self._end_of_speech(turn, at_secs, noticed_at_secs)

    def caller_took_turn(self) -> None:
        self._callers_turn = True

    def caller_yielded_turn(self, at_secs: float) -> None:
        """The caller's turn was declared over: it is Echo's to answer."""
        self._callers_turn = False
        turn = self._forming
        if turn is None:
            turn = TurnMarks(0, "turn_over")
            turn.mark("origin", at_secs)
            self._ahead = turn if self._caller_since is not None else None
        turn.mark("turn_over", at_secs)
        turn.guesses.settle(self._guesses)
        self._forming = None
        self._answer(turn)

    def guessed(self) -> None:
        """The model was asked what the caller's turn may be, before it was over."""
        self._guesses.ask()

    def guess_withdrawn(self) -> None:
        self._guesses.withdraw()

    def typed(self, at_secs: float) -> None:
        self._forming = None
        self._open("text", at_secs)

    def hushed(self) -> None:
        """Echo falls silent until it is clear what the caller's sound means."""
        self._hush = _Hush(self._caller_since)

    def interrupted(self) -> None:
        """Echo was told to be silent."""
        turn, hush = self._turn, self._hush
        self._hush, self._generating = None, False
        if turn is None:
            return
        if hush and hush.silent_at is not None:
            turn.interrupted = True
            if hush.caller_since is not None:
                turn.mark("barge_in", hush.caller_since)
            self.stopped_speaking(hush.silent_at)
            return
        since = self._caller_since
        if self._callers_turn and since is not None and turn.can_resume(since):
            turn.resume()
            self._turn, self._forming = None, turn
            return
        turn.interrupted = True
        if self._speaking and since is not None:
            turn.mark("barge_in", since)
        self._settle()

    def transcript(self, at_secs: float) -> None:
        if self._caller_since is not None:
            self._early.append(at_secs)
            return
        turn = self._forming or self._turn
        if turn:
            turn.mark("transcript", at_secs)

    def asked(self, at_secs: float) -> None:
        """The model was asked; without a turn to answer, Echo speaks of its own accord."""
        turn = self._replying() or self._open("request", at_secs)
        turn.mark("asked", at_secs)
        self._generating = True
        self._unspoken = False

    def token(self, name: Mark, at_secs: float, *, spoken: bool = True) -> None:
        """The model gave a token or a tool call; the first of an inference counts."""
        self._unspoken = not spoken
        turn = self._replying()
        if turn:
            turn.mark(name, at_secs)

    def generated(self) -> None:
        """The model is done."""
        self._generating = False
        self._settle()

    def tool_started(self, call_id: str, name: str, at_secs: float) -> None:
        turn = self._replying()
        if turn:
            turn.tool_started(call_id, name, at_secs)

    def tool_ended(self, call_id: str, outcome: Outcome, at_secs: float) -> None:
        for turn in (self._turn, self._forming):
            if turn:
                turn.tool_ended(call_id, outcome, at_secs)
        self._settle()

    def speaks_unasked(self, at_secs: float) -> None:
        """A sentence that no model wrote is to be said: part of the turn, or one of its own."""
        if self._replying() is None:
            self._open("request", at_secs)

    def synthesis(self, context_id: str, at_secs: float, *, text: bool, filler: bool) -> None:
        """An utterance's text was given to the TTS, or (not `text`) its audio came back."""
        known = self._turn and self._turn.knows(context_id)
        turn = self._turn if known else self._replying()
        if turn:
            turn.utter("text" if text else "audio", at_secs, context_id, filler=filler)

    def metered(self, data: Sequence[MetricsData]) -> None:
        """Providers were used."""
        for each in data:
            self._claim(serves(each), partial(_meter, each))

    def failed(self, incident: Incident, at_secs: float) -> None:
        """A provider failed."""
        self._claim(incident.role, lambda turn: turn.failed(incident, at_secs))

    def started_speaking(self) -> None:
        self._speaking, self._hush = True, None

    def utterance_plays(self, context_id: str) -> None:
        self._voice = context_id

    def audible(self, at_secs: float) -> None:
        """The utterance that plays was first heard at `at_secs`."""
        for turn in (self._turn, self._forming):
            if turn and turn.knows(self._voice):
                turn.utter("sound", at_secs, self._voice)
        self._settle()

    def stopped_speaking(self, at_secs: float) -> None:
        if self._hush:
            self._hush.silent_at = at_secs
            return
        self._speaking = False
        if self._turn and self._turn.knows(self._voice):
            self._turn.utter("silence", at_secs, self._voice)
        self._settle()

    def _end_of_speech(self, turn: TurnMarks, at_secs: float, noticed_at_secs: float) -> None:
        turn.mark("origin", at_secs)
        turn.mark("vad_stop", noticed_at_secs)
        early, self._early = self._early, []
        for told_secs in early:
            turn.mark("transcript", told_secs)

    def _claim(self, role: str | None, note: Callable[[TurnMarks], None]) -> None:
        """What is between turns belongs to the next."""
        turn = self._served_in(role)
        if turn:
            note(turn)
        else:
            self._unclaimed.append(note)

    def _replying(self) -> TurnMarks | None:
        """The turn that a reply is for: a caller's who may not be done, if it runs ahead."""
        return self._forming if self._callers_turn and self._forming else self._turn

    def _served_in(self, role: str | None) -> TurnMarks | None:
        """Whose turn a provider works for: an ear for who speaks, all others for the reply."""
        if role == "STT":
            return self._forming or (self._turn if self._caller_since is None else None)
        return self._replying()

    def _open(self, origin: Origin, at_secs: float) -> TurnMarks:
        turn = TurnMarks(0, origin)
        turn.mark("origin", at_secs)
        self._answer(turn)
        return turn

    def _answer(self, turn: TurnMarks) -> None:
        self._finish()
        self._generating &= turn.has_reply
        if turn.origin != "connected" and not turn.number:
            self._number += 1
            turn.number = self._number
        self._turn = turn
        while self._unclaimed:
            self._unclaimed.pop(0)(turn)

    def _settle(self) -> None:
        """Finish the turn if nothing more of it is to come."""
        turn = self._turn
        if turn is None or self._speaking or turn.tools_running:
            return
        done = turn.answered or (self._unspoken and turn.has_reply)
        if turn.interrupted or (done and not self._generating):
            self._finish()

    def _finish(self) -> None:
        turn, self._turn = self._turn, None
        if turn and (turn.has_reply or turn.origin in ("speech", "turn_over", "text")):
            self._finished.append(turn.latency())


def _meter(used: MetricsData, turn: TurnMarks) -> None:
    turn.usage.add([used])
