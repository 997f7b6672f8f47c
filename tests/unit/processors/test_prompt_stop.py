"""Pipecat's aggregator ends a turn when the strategy says so; on a virtual clock."""

from pipecat.audio.turn.base_turn_analyzer import BaseTurnAnalyzer, BaseTurnParams, EndOfTurnState
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    TranscriptionFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.metrics.metrics import MetricsData, TurnMetricsData
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.tests.utils import SleepFrame, run_test
from pipecat.turns.user_start import VADUserTurnStartStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies

from processors.all_heard import AllHeardFrame, WholeGuessFrame
from processors.endpointing import EndpointingSettings
from processors.prompt_stop import PromptStopStrategy
from processors.silence import CallSilenceFrame, SilenceFrame, VoiceFrame

STARTED = VADUserStartedSpeakingFrame(start_secs=0.1)
AUDIO = InputAudioRawFrame(bytes(640), 16_000, 1)
SOON = SleepFrame(sleep=0.05)


class Voice(BaseTurnAnalyzer):
    """A voice that sounds so sure, and how often it was listened to."""

    def __init__(self, probability: float) -> None:
        super().__init__()
        self._probability = probability
        self.looks = 0

    @property
    def speech_triggered(self) -> bool:
        return True

    @property
    def params(self) -> BaseTurnParams:
        return BaseTurnParams()

    def append_audio(self, buffer: bytes, is_speech: bool) -> EndOfTurnState:
        return EndOfTurnState.INCOMPLETE

    async def analyze_end_of_turn(self) -> tuple[EndOfTurnState, MetricsData | None]:
        self.looks += 1
        return EndOfTurnState.INCOMPLETE, TurnMetricsData(
            processor="voice",
            is_complete=False,
            probability=self._probability,
            e2e_processing_time_ms=1,
        )

    def clear(self) -> None:
        pass


def said(text: str, *, finalized: bool = True) -> TranscriptionFrame:
    return TranscriptionFrame(text, "", "", finalized=finalized)


async def heard(
    *frames: Frame, voice: Voice | None = None, said: LLMContext | None = None
) -> tuple[list[Frame], list[Frame]]:
    """The ends of turns, and what goes back to the VAD; what was `said` gets into the context."""
    strategy = PromptStopStrategy(turn_analyzer=voice or Voice(0.9), settings=EndpointingSettings())
    strategies = UserTurnStrategies(start=[VADUserTurnStartStrategy()], stop=[strategy])
    context = LLMContextAggregatorPair(
        said or LLMContext(), user_params=LLMUserAggregatorParams(user_turn_strategies=strategies)
    )
    down, up = await run_test(context.user(), frames_to_send=[*frames])
    ends = [frame for frame in down if isinstance(frame, UserStoppedSpeakingFrame)]
    return ends, [frame for frame in up if isinstance(frame, CallSilenceFrame)]


def silence(*secs: float) -> list[Frame]:
    return [frame for each in secs for frame in (SilenceFrame(each), SOON)]


async def test_the_silence_is_called_once_when_everything_says_so():
    ends, calls = await heard(
        STARTED, *silence(0.03), said("Where is my order?"), SOON, *silence(0.1, 0.13)
    )
    assert len(calls) == 1
    assert not ends, "the VAD has not said stop"


async def test_the_model_is_ends_when_the_vad_agrees():
    stopped = VADUserStoppedSpeakingFrame(stop_secs=0.1)
    ends, _ = await heard(
        STARTED, *silence(0.03), said("Where is my order?"), SOON, *silence(0.1), stopped, SOON
    )
    assert len(ends) == 1


async def test_a_guess_of_the_whole_is_enough_to_call_the_silence():
    guess = WholeGuessFrame("Where is my order?", "", "")
    ends, calls = await heard(STARTED, *silence(0.03), guess, SOON, *silence(0.1))
    assert (len(ends), len(calls)) == (0, 1)


async def test_a_guess_that_comes_after_the_voice_is_back_is_not_used():
    guess = WholeGuessFrame("Where is my order?", "", "")
    _, calls = await heard(
        STARTED, *silence(0.03), VoiceFrame(0.03), SOON, guess, SOON, *silence(0.03, 0.1)
    )
    assert not calls


async def test_a_final_of_an_earlier_silence_does_not_cover_this_one():
    _, calls = await heard(
        *(STARTED, *silence(0.03), VoiceFrame(0.03), SOON),
        *(said("Where is my order?"), SOON, *silence(0.03, 0.1)),
    )
    assert not calls


async def test_words_on_their_way_are_waited_for():
    more = InterimTranscriptionFrame("and", "", "")
    _, calls = await heard(
        STARTED, *silence(0.03), said("Where is my order?"), SOON, more, SOON, *silence(0.1)
    )
    assert not calls


async def test_half_a_number_is_not_answered_and_the_whole_is():
    stopped = VADUserStoppedSpeakingFrame(stop_secs=0.2)
    first = (STARTED, *silence(0.03), said("My order number is"), SOON, stopped, SOON)
    wait = [AUDIO] * 30  # 0.6 s
    second = (STARTED, SOON, *silence(0.03), said("1042"), SOON, *silence(0.1), stopped, SOON)
    context = LLMContext()
    ends, _ = await heard(*first, *wait, SOON, *second, said=context)
    assert len(ends) == 1
    assert context.messages == [{"role": "user", "content": "My order number is 1042"}]


async def test_silence_in_the_audio_ends_even_half_a_number():
    stopped = VADUserStoppedSpeakingFrame(stop_secs=0.2)
    ends, _ = await heard(
        STARTED, *silence(0.03), said("My order number is"), SOON, stopped, *[AUDIO] * 70, SOON
    )
    assert len(ends) == 1


async def test_a_sure_voice_is_listened_to_once_and_an_unsure_one_twice():
    stopped = VADUserStoppedSpeakingFrame(stop_secs=0.2)
    for probability, looks in ((0.9, 1), (0.1, 2)):
        voice = Voice(probability)
        await heard(STARTED, *silence(0.03), stopped, SOON, *[AUDIO] * 5, voice=voice)
        assert voice.looks == looks


async def test_it_does_without_a_vad_that_tells_of_silences():
    stopped = VADUserStoppedSpeakingFrame(stop_secs=0.2)
    ends, calls = await heard(STARTED, SOON, stopped, said("Where is my order?"), SOON)
    assert (len(ends), len(calls)) == (1, 0)


async def test_an_all_heard_without_a_finalized_text_ends_the_turn():
    stopped = VADUserStoppedSpeakingFrame(stop_secs=0.2)
    words = said("Where is my order?", finalized=False)
    ends, _ = await heard(STARTED, SOON, words, SOON, stopped, SOON, AllHeardFrame(), SOON)
    assert len(ends) == 1
