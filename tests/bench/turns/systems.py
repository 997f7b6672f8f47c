"""Who decides whether Echo goes on: Echo, and stock Pipecat, told the same in audio time."""

from collections.abc import Sequence
from dataclasses import dataclass

from processors.interruption import Interruption
from processors.verdict import InterruptionSettings
from tests.bench.turns.events import Event
from tests.bench.turns.hearing import Mark, Words
from tests.bench.turns.tracks import Track

_TICK_SECS = 0.02
_MIN_WORDS = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the caller hears of Echo, in seconds of the track; None where it did not happen."""

    silent_secs: float | None = None
    """Echo falls silent."""
    yielded_secs: float | None = None
    """Echo gives the turn up."""
    resumed_secs: float | None = None
    """Echo goes on, for the first time."""
    kind: str = ""


Heard = Sequence[Mark | Words]


def pipecats(track: Track, heard: Heard) -> Outcome:
    """`default_user_turn_start_strategies`: a voice or a word ends what is said."""
    for each in heard:
        voice = isinstance(each, Words) or each.kind == "started"
        if voice and each.at_secs >= track.echo_secs:
            return Outcome(each.at_secs, each.at_secs, kind="voice")
    return Outcome()


def min_words(track: Track, heard: Heard) -> Outcome:
    """`MinWordsUserTurnStartStrategy(min_words=3)`: no single text with three words, no turn."""
    for each in heard:
        enough = isinstance(each, Words) and len(each.text.split()) >= _MIN_WORDS
        if enough and each.at_secs >= track.echo_secs:
            return Outcome(each.at_secs, each.at_secs, kind="words")
    return Outcome()


def echos(event: Event, track: Track, heard: Heard) -> Outcome:
    """`Interruption` as `BargeInStrategy` asks it: held at the first sound, then judged."""
    caller = _Call(event)
    coming = list(heard)
    for tick in range(round(len(track.samples) / track.rate / _TICK_SECS)):
        now_secs = tick * _TICK_SECS
        while coming and coming[0].at_secs <= now_secs:
            caller.hear(coming.pop(0), speaking=now_secs >= track.echo_secs)
        caller.decide(now_secs)
    return caller.outcome


class _Call:
    def __init__(self, event: Event) -> None:
        self._settings = InterruptionSettings()
        self._interruption = Interruption(self._settings)
        self._echo = event.echo
        self._holding = self._dismissed = False
        self.outcome = Outcome()

    def hear(self, each: Mark | Words, *, speaking: bool) -> None:
        if not speaking:
            self._hear_before(each)
            return
        if self.outcome.yielded_secs is not None:
            return
        match each:
            case Words():
                if not self._dismissed:
                    self._hold(each.at_secs)
                self._interruption.words(
                    *(each.text, each.final, each.at_secs, each.confidence),
                    whole=each.whole,
                    readings=each.readings,
                )
            case Mark(kind="quiet"):
                self._interruption.room(each.level_db)
            case Mark(kind="sounding") if self._settings.at_once:
                self._hold(each.at_secs)
                self._interruption.sounding()
            case Mark(kind="started"):
                self._hold(each.at_secs)
            case Mark(kind="nothing"):
                self._interruption.click(each.at_secs)
            case Mark(kind="voice"):
                self._interruption.voice(each.at_secs, each.level_db)
            case Mark(kind="silence" | "stopped"):
                self._interruption.silence(each.at_secs - each.silent_secs)
            case _:
                pass
        self.decide(each.at_secs)

    def _hear_before(self, each: Mark | Words) -> None:
        """This caller's own voice, and the room."""
        match each:
            case Mark(kind="voice"):
                self._interruption.bot("", False)
                self._interruption.voice(each.at_secs, each.level_db)
            case Mark(kind="quiet"):
                self._interruption.room(each.level_db)
            case _:
                pass

    def decide(self, now_secs: float) -> None:
        verdict = self._interruption.decide(now_secs) if self._holding or self._dismissed else None
        if verdict is None:
            return
        if verdict.act == "resume":
            self._resume(now_secs, verdict.kind)
            return
        seen = self.outcome
        self.outcome = Outcome(seen.silent_secs, now_secs, seen.resumed_secs, verdict.kind)

    def _hold(self, now_secs: float) -> None:
        if self._holding:
            return
        self._holding, self._dismissed = True, False
        self._interruption.over()
        self._interruption.bot(self._echo, True)
        seen = self.outcome
        self.outcome = Outcome(seen.silent_secs or now_secs, None, seen.resumed_secs, seen.kind)

    def _resume(self, now_secs: float, kind: str) -> None:
        self._holding, self._dismissed = False, True
        seen = self.outcome
        self.outcome = Outcome(seen.silent_secs, None, seen.resumed_secs or now_secs, kind)
