"""The endpointing curve: who cuts off how many callers at which delay, on the turns held out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipecat.audio.vad.vad_analyzer import VADParams

from bot.turns import Ears, TurnSettings
from tests.bench.endpointing.__main__ import Judge, Score, score
from tests.bench.endpointing.judges import Echos, SmartTurn, pipecats
from tests.bench.endpointing.sound import Recording, recording
from tests.bench.endpointing.utterances import utterances

COUNT, SEED = 300, 7
MOST_CUT, MOST_MEAN_MS = 0.05, 400
_STRETCHES = (0.6, 0.8, 1.0, 1.3)
_PATIENCE_SECS = (0.5, 1.0, 1.5, 3.0)
_PIPECATS_SECS = 3.0
_WAITS = ("sure", "stop", "answer", "doubt", "loose", "growing", "incomplete", "longest")


@dataclass(frozen=True, slots=True)
class Point:
    """One setting of somebody who decides."""

    who: str
    setting: str
    turns: int
    cut_off: int
    mean_ms: float
    p50_ms: float
    p95_ms: float
    is_default: bool

    @property
    def cut(self) -> float:
        """The share that was cut off."""
        return self.cut_off / self.turns


def curve(ears: Ears, count: int = COUNT) -> list[Point]:
    """Echo, waiting shorter and longer than it does, and Pipecat, more and less patient."""
    held_out = [recording(each) for each in utterances(count, SEED) if each.held_out]
    voice = SmartTurn(ears.smart_turn(TurnSettings()))
    return [*_echos(ears, voice, held_out), *_pipecats(ears, voice, held_out)]


def missed(points: Sequence[Point]) -> list[str]:
    """The goals that Echo as it is does not meet, in words."""
    (echo,) = [each for each in points if each.who == "Echo" and each.is_default]
    bad = []
    if echo.cut > MOST_CUT:
        bad.append(f"{echo.cut_off} of {echo.turns} turns cut off, more than {MOST_CUT:.0%}")
    if echo.mean_ms > MOST_MEAN_MS:
        bad.append(f"a mean delay of {echo.mean_ms:.0f} ms, more than {MOST_MEAN_MS}")
    return bad


def _echos(ears: Ears, voice: SmartTurn, turns: Sequence[Recording]) -> Iterator[Point]:
    for stretch in _STRETCHES:
        setting = f"waits x {stretch:g}"
        judge = _echo(ears, voice, stretch)
        yield _point("Echo", setting, score(judge, turns), is_default=stretch == 1)


def _pipecats(ears: Ears, voice: SmartTurn, turns: Sequence[Recording]) -> Iterator[Point]:
    for secs in _PATIENCE_SECS:
        judge = _pipecat(ears, voice, secs)
        setting = f"at most {secs:g} s"
        yield _point("Pipecat", setting, score(judge, turns), is_default=secs == _PIPECATS_SECS)


def _echo(ears: Ears, voice: SmartTurn, stretch: float) -> Judge:
    usual = TurnSettings()
    waits = {f"{wait}_secs": stretch * getattr(usual, f"{wait}_secs") for wait in _WAITS}
    settings = usual.model_copy(update=waits)
    echos = Echos(settings)
    return lambda each: echos.over_at_secs(each, ears.vad(settings), voice)


def _pipecat(ears: Ears, voice: SmartTurn, secs: float) -> Judge:
    return lambda each: pipecats(each, ears.vad_of(VADParams()), voice, secs)


def _point(who: str, setting: str, got: Score, *, is_default: bool) -> Point:
    figures = (got.turns, got.cut_off, got.mean_ms, got.p50_ms, got.p95_ms)
    return Point(who, setting, *figures, is_default=is_default)
