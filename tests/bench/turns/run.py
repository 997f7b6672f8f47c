"""The panel's events through everybody who decides."""

from collections.abc import Callable, Sequence

from pipecat.audio.vad.vad_analyzer import VADParams

from bot.turns import Ears, SharedSilero, TurnSettings
from tests.bench.turns.events import Event
from tests.bench.turns.hearing import heard
from tests.bench.turns.panel import Case
from tests.bench.turns.systems import echos, min_words, pipecats
from tests.bench.turns.tracks import track

VADFactory = Callable[[], SharedSilero]
ECHO = "Echo"


def panel(made: Sequence[Event], vad: VADFactory | None = None) -> dict[str, list[Case]]:
    """Who -> a case for each event. vad: Echo's, for one call; what Echo runs if not given."""
    ears = Ears()
    echo_vad = vad or (lambda: ears.vad(TurnSettings()))
    cases: dict[str, list[Case]] = {"Pipecat's defaults": [], "Pipecat, 3 words": [], ECHO: []}
    for event in made:
        audio = track(event)
        stock = heard(audio, ears.vad_of(VADParams()))
        cases["Pipecat's defaults"].append(Case(event, audio, pipecats(audio, stock)))
        cases["Pipecat, 3 words"].append(Case(event, audio, min_words(audio, stock)))
        ours = heard(audio, echo_vad())
        cases[ECHO].append(Case(event, audio, echos(event, audio, ours)))
    return cases
