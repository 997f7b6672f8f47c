import asyncio

from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    Frame,
    LLMContextFrame,
    TranscriptionFrame,
    TTSSpeakFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.tests.utils import SleepFrame, run_test
from pipecat.turns.user_start import VADUserTurnStartStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies

from processors.endpointing import EndpointingSettings
from processors.long_talk import LongTalk, LongTalkSettings, LongTalkStopStrategy
from processors.prompt_stop import PromptStopStrategy
from processors.silence import SoundFrame
from processors.word_limit import WordLimit
from tests.unit.processors.test_prompt_stop import Voice, said

SETTINGS = LongTalkSettings()
OPEN_ENDED = EndpointingSettings(incomplete_secs=5, longest_secs=10)
"""Nobody else ends the turn."""


def talking(until_secs: float, settings: LongTalkSettings = SETTINGS) -> LongTalk:
    """A caller whose turn it is, and who has been talking since 0 s without a pause."""
    talk = LongTalk(settings)
    talk.turn(is_open=True)
    talk.speaks(0.0)
    talk.silent(until_secs)
    return talk


class TestWhen:
    def test_a_caller_is_met_in_the_first_pause_after_a_minute(self):
        talk = talking(61)
        talk.all_heard()
        assert talk.due_secs == 61.4
        assert not talk.meets(61.3)
        assert talk.meets(61.4)

    def test_the_words_are_waited_for_a_little(self):
        assert talking(61).due_secs == 62.2

    def test_a_caller_is_not_met_earlier(self):
        assert talking(59).due_secs is None

    def test_a_breath_changes_nothing(self):
        talk = talking(30)
        talk.speaks(30.3)
        assert talk.due_secs is None
        talk.silent(61)
        assert talk.due_secs == 62.2

    def test_nothing_is_said_over_speech(self):
        talk = talking(61)
        talk.speaks(61.2)
        assert talk.due_secs is None
        assert not talk.meets(70)

    def test_a_silence_begins_the_count_anew(self):
        talk = talking(50)
        talk.speaks(54)
        talk.silent(65)
        assert talk.due_secs is None

    def test_so_does_what_echo_says(self):
        talk = talking(50)
        talk.answered()
        talk.speaks(52)
        talk.silent(70)
        assert talk.due_secs is None

    def test_a_caller_is_met_once_a_minute(self):
        talk = talking(61)
        assert talk.meets(62.2)
        talk.speaks(63)
        talk.silent(100)
        assert talk.due_secs is None
        talk.speaks(100.5)
        talk.silent(124)
        assert talk.due_secs == 125.2

    def test_nobody_is_met_whose_turn_is_over(self):
        talk = talking(61)
        talk.turn(is_open=False)
        assert talk.due_secs is None

    def test_nobody_is_met_when_it_is_switched_off(self):
        assert talking(600, LongTalkSettings(after_secs=0)).due_secs is None


STARTED = VADUserStartedSpeakingFrame(start_secs=0.1)
STOPPED = VADUserStoppedSpeakingFrame(stop_secs=0.2)
BRIEF = LongTalkSettings(after_secs=2.0, line="I'm with you.")
WORDS = "And then my order was, um,"


def lasting(secs: float) -> SleepFrame:
    return SleepFrame(sleep=secs)


async def heard(
    *frames: Frame, memory: LLMContext | None = None, talk: LongTalk | None = None
) -> list[Frame]:
    """What comes of them: lines of Echo's, questions to the model and ends of turns, in order."""
    stop = [
        LongTalkStopStrategy(talk or LongTalk(BRIEF)),
        PromptStopStrategy(turn_analyzer=Voice(0.0), settings=OPEN_ENDED),
    ]
    strategies = UserTurnStrategies(start=[VADUserTurnStartStrategy()], stop=stop)
    context = LLMContextAggregatorPair(
        memory or LLMContext(),
        user_params=LLMUserAggregatorParams(
            user_turn_strategies=strategies, user_turn_stop_timeout=60
        ),
    )
    down, _ = await run_test(context.user(), frames_to_send=[*frames])
    kinds = (TTSSpeakFrame, LLMContextFrame, UserStoppedSpeakingFrame)
    return [frame for frame in down if isinstance(frame, kinds)]


async def test_a_pause_ends_the_turn_with_the_line_and_no_model_is_asked():
    memory = LLMContext()
    frames = await heard(
        *(STARTED, lasting(2.5), STOPPED, lasting(0.1), said(WORDS), lasting(2)), memory=memory
    )
    assert [type(frame) for frame in frames] == [UserStoppedSpeakingFrame, TTSSpeakFrame]
    assert isinstance(frames[1], TTSSpeakFrame)
    assert frames[1].text == "I'm with you."
    assert [message["content"] for message in memory.get_messages()] == [WORDS]


async def test_nothing_is_said_to_a_caller_who_goes_on():
    frames = await heard(
        *(STARTED, lasting(2.5), STOPPED, lasting(0.1), SoundFrame(sounding=True), STARTED),
        *(lasting(3), STOPPED, SoundFrame(sounding=True), lasting(1)),
    )
    assert not any(isinstance(frame, TTSSpeakFrame) for frame in frames)


async def test_nothing_is_said_to_a_caller_who_is_brief():
    frames = await heard(STARTED, lasting(1.5), STOPPED, said(WORDS), lasting(2))
    assert not any(isinstance(frame, TTSSpeakFrame) for frame in frames)


class TestBounds:
    @staticmethod
    async def left(*frames: Frame, most_words: int = 50) -> list[int]:
        ear, bounded = FrameProcessor(), WordLimit(most_words)
        for frame in frames:
            await bounded.notice(ear, frame)
            await bounded.shorten(ear, frame)
        return [len(each.text.split()) for each in frames if isinstance(each, TranscriptionFrame)]

    async def test_so_many_words_are_kept_and_no_more(self):
        assert await self.left(*(said("word " * 20) for _ in range(4))) == [20, 20, 10, 0]

    async def test_once_echo_has_said_something_there_is_room_again(self):
        many = said("word " * 60)
        assert await self.left(many, BotStartedSpeakingFrame(), said("word " * 20)) == [50, 20]

    async def test_what_tells_of_an_emergency_is_let_through(self):
        radio, need = said("word " * 60), said("My husband is not breathing")
        assert await self.left(radio, need) == [50, 5]


async def test_a_caller_is_met_in_the_language_that_the_call_has_gone_on_in():
    talk = LongTalk(BRIEF)
    spanish = BRIEF.model_copy(update={"line": "Le sigo."})
    asyncio.get_running_loop().call_later(1.0, talk.follow, spanish)
    frames = await heard(
        *(STARTED, lasting(2.5), STOPPED, lasting(0.1), said(WORDS), lasting(2)), talk=talk
    )
    assert [frame.text for frame in frames if isinstance(frame, TTSSpeakFrame)] == ["Le sigo."]
