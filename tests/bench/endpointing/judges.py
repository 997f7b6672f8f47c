"""Who decides that a turn is over, each told the same in audio time."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from pipecat.audio.vad.vad_analyzer import VADState

from bot.silero import SharedSilero
from bot.smart_turn import SharedSmartTurn
from processors.endpointing import Endpointing, EndpointingSettings
from tests.bench.endpointing.sound import LEAD_SECS, Recording
from tests.bench.endpointing.utterances import written

FINAL_SECS = 0.15
"""From the end of a stretch of speech to its final transcript."""
VERDICT_SECS = 0.06
"""What Smart Turn takes on a busy core."""
_PRE_SPEECH_SECS = 0.5
_COVERED_SECS = 0.1


@dataclass(frozen=True, slots=True)
class Final:
    """A final transcript: when it comes, what it adds, how far it reaches."""

    at_secs: float
    words: str
    until_secs: float


def finals(recording: Recording) -> Iterator[Final]:
    """A recogniser ends a sentence at every gap of 0.1 s, wherever a word is thought to end."""
    for part, span, gaps in zip(
        recording.utterance.parts, recording.spoken, recording.gaps, strict=True
    ):
        words, told = part.split(), 0
        for gap in gaps:
            share = (gap.start_secs - span.start_secs) / span.secs
            count = _words_within(words, share)
            if gap.secs >= 0.1 and count > told:
                yield Final(gap.start_secs + FINAL_SECS, written(words[told:count]), gap.start_secs)
                told = count
        yield Final(span.end_secs + FINAL_SECS, written(words[told:]), span.end_secs)


def _words_within(words: list[str], share: float) -> int:
    """How many words have been said when so much of the part's letters has."""
    ends = np.cumsum([len(word) + 1 for word in words]) / sum(len(word) + 1 for word in words)
    return int(np.argmin(np.abs(np.concatenate(([0.0], ends)) - share)))


class SmartTurn:
    """Smart Turn's probability for a recording until some moment; asked once for each."""

    def __init__(self, analyzer: SharedSmartTurn) -> None:
        self._analyzer = analyzer
        self._known: dict[tuple[int, int], float] = {}

    def probability(self, recording: Recording, until_secs: float) -> float:
        until = round(until_secs * recording.rate)
        asked = (recording.utterance.number, until)
        if asked not in self._known:
            self._analyzer.set_sample_rate(recording.rate)
            first = round((LEAD_SECS - _PRE_SPEECH_SECS) * recording.rate)
            self._known[asked] = self._analyzer.probability(recording.samples[first:until])
        return self._known[asked]


def windows(recording: Recording, vad: SharedSilero) -> Iterator[tuple[float, VADState]]:
    """When each window of the VAD has been heard, and what the VAD makes of it."""
    vad.set_sample_rate(recording.rate)
    size = vad.num_frames_required()
    for end in range(size, len(recording.samples) + 1, size):
        window = recording.samples[end - size : end]
        yield end / recording.rate, vad.hear(window.tobytes())


def pipecats(recording: Recording, vad: SharedSilero, voice: SmartTurn, stop_secs: float) -> float:
    """Smart Turn's verdict when the VAD says stop, the final transcript, or long silence."""
    told, complete_secs, stopped_secs = list(finals(recording)), None, None
    was = VADState.QUIET
    for at_secs, state in windows(recording, vad):
        if state is VADState.SPEAKING:
            complete_secs = stopped_secs = None
        if state is VADState.QUIET and was is VADState.STOPPING:
            stopped_secs = at_secs
            if voice.probability(recording, at_secs) > 0.5:
                complete_secs = at_secs + VERDICT_SECS
        if stopped_secs is not None and at_secs - stopped_secs >= stop_secs:
            complete_secs = complete_secs or at_secs
        was = state
        if complete_secs is not None and stopped_secs is not None:
            before = [each for each in told if each.until_secs <= stopped_secs]
            if before:
                return max(complete_secs, before[-1].at_secs)
    return len(recording.samples) / recording.rate


class Echos:
    """`Endpointing` as a call runs it, in windows of the VAD."""

    def __init__(self, settings: EndpointingSettings) -> None:
        self._settings = settings

    def over_at_secs(self, recording: Recording, vad: SharedSilero, voice: SmartTurn) -> float:
        """When the turn is called over, in seconds of the recording."""
        endpointing = Endpointing(self._settings)
        endpointing.turn_began()
        told = list(finals(recording))
        began = False
        silent_from_secs: float | None = None
        verdicts: list[tuple[float, float]] = []
        window_secs = 0.032
        covered_secs = 0.0
        was = VADState.QUIET
        for at_secs, state in windows(recording, vad):
            if state is VADState.SPEAKING:
                if was is not VADState.SPEAKING:
                    endpointing.spoke(went_on=began)
                began, silent_from_secs, verdicts = True, None, []
            elif state is VADState.STOPPING and was is VADState.SPEAKING:
                silent_from_secs = at_secs - window_secs
                verdicts = [(at_secs + VERDICT_SECS, voice.probability(recording, at_secs))]
            elif state is VADState.QUIET and was is VADState.STOPPING:
                verdicts.append((at_secs + VERDICT_SECS, voice.probability(recording, at_secs)))
            was = state
            while told and told[0].at_secs <= at_secs:
                final = told.pop(0)
                endpointing.told(final.words)
                covered_secs = final.until_secs
            if silent_from_secs is None:
                continue
            if covered_secs >= silent_from_secs - _COVERED_SECS:
                endpointing.all_heard()
            for due_secs, probability in verdicts:
                if due_secs <= at_secs:
                    endpointing.judged(probability)
            endpointing.silent(at_secs - silent_from_secs)
            if endpointing.is_over and covered_secs > 0:
                return at_secs
        return len(recording.samples) / recording.rate
