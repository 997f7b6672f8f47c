"""The panel's events through everybody who decides."""

from collections.abc import Callable, Sequence

from pipecat.audio.vad.vad_analyzer import VADParams

from bot.silero import SharedSilero
from bot.turns import Ears, TurnSettings
from tests.bench.turns.events import Event
from tests.bench.turns.hearing import heard
from tests.bench.turns.panel import Case
from tests.bench.turns.parts import told
from tests.bench.turns.systems import echos, min_words, pipecats
from tests.bench.turns.tracks import track

VADFactory = Callable[[], SharedSilero]
ECHO = "Echo"


def panel(made: Sequence[Event], vad: VADFactory | None = None) -> dict[str, list[Case]]:
    """Who -> a case for each event. vad: Echo's, for one call; what Echo runs if not given."""
    ears = Ears()
    cases: dict[str, list[Case]] = {"Pipecat's defaults": [], "Pipecat, 3 words": []}
    for event in told("by Pipecat", made):
        audio = track(event)
        stock = heard(audio, ears.vad_of(VADParams()))
        cases["Pipecat's defaults"].append(Case(event, audio, pipecats(audio, stock)))
        cases["Pipecat, 3 words"].append(Case(event, audio, min_words(audio, stock)))
    return {**cases, ECHO: judged_by_echo(made, vad or (lambda: ears.vad(TurnSettings())))}


def judged_by_echo(made: Sequence[Event], vad: VADFactory) -> list[Case]:
    """A case for each event, each a call of its own."""
    cases: list[Case] = []
    for event in told("by Echo", made):
        audio = track(event)
        cases.append(Case(event, audio, echos(event, audio, heard(audio, vad()))))
    return cases
