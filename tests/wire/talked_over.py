"""A call in which Echo answers aloud and a caller speaks over it; the rest is real but Deepgram."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import numpy as np
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    Frame,
    InterruptionFrame,
    LLMContextFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.tts_service import TTSService
from pydantic import SecretStr

from bot.providers.choice import Choice
from bot.providers.local.tts import HibariTTS
from bot.providers.local.voice import Voice
from bot.providers.settings import DeepgramSettings, ProviderSettings
from bot.providers.stt import stt, turn_strategies
from bot.providers.warm import Engines
from bot.turns import TurnSettings
from evals.ear import Samples
from processors.filler import Filler
from processors.resume import Heard, Playback, ResumeSettings
from processors.silence import SilenceTeller
from processors.unheard import Unheard
from processors.whole_chunks import WholeChunks
from tests.emulators.deepgram import Deepgram
from tests.emulators.ear import Scripted
from tests.emulators.flux import Flux
from tests.emulators.provider import BUDGET, serving
from tests.small_call import Ear, Pace, Reply, Script, ScriptedLLM
from tests.wire.dictation import Line, line, quiet, spoken
from tests.wire.held_up import HeldUp, held_up

DEEPGRAM = Choice("STT", "deepgram", "")
FLUX = Choice("STT", "flux", "")
RATE = 24_000


class CutEar(Ear):
    """Knows how many pieces had come each time it was silenced."""

    def __init__(self, script: Script, rate_hz: int) -> None:
        super().__init__(script, rate_hz)
        self.cuts: list[int] = []

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, InterruptionFrame):
            for _ in range(3):  # what is being written is still heard
                await asyncio.sleep(0)
            self.cuts.append(len(self.chunks))


class ByTurn(ScriptedLLM):
    """Gives one reply a turn, however often it is asked: a guess at a turn may be withdrawn."""

    def __init__(self, script: Script) -> None:
        super().__init__(script)
        self._turns: list[object] = []

    def _which(self, run: int, context: LLMContext) -> int:
        asked = context.get_messages()[-1]
        if asked not in self._turns:
            self._turns.append(asked)
        return self._turns.index(asked)


@dataclass
class TalkedOver:
    """The call, and what became of it."""

    line: Line
    ear: CutEar
    context: LLMContext
    script: Script
    held_up: HeldUp
    replies: int
    """So many are scripted, one a turn."""
    ended_secs: list[float] = field(default_factory=list)

    async def ask(self, text: str = "Where is my order?") -> None:
        """The caller asks, and Echo begins to answer."""
        runs = len(self.script.runs_secs)
        await self.says(text, then_quiet_secs=0.0)
        while len(self.script.runs_secs) == runs or not self.ear.chunks:
            await self.line.hear(quiet(0.1), live=True)

    async def says(self, text: str, then_quiet_secs: float = 0.8) -> None:
        await self.line.hear(spoken(text), live=True)
        self.ended_secs.append(asyncio.get_running_loop().time())
        await self.listens(then_quiet_secs)

    async def listens(self, secs: float) -> None:
        if secs:
            await self.line.hear(quiet(secs), live=True)

    async def hears_the_end(self, within_secs: float = 15.0) -> None:
        """Until Echo has said everything, each reply of the model's among it."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within_secs
        while self.speaking or self.expects_more or loop.time() - self._last_sound_secs < 1.0:
            assert loop.time() < deadline, "Echo does not come to an end"
            await self.listens(0.2)

    @property
    def expects_more(self) -> bool:
        """Whether the last reply is still to come: the model was not asked for it yet, or nothing
        was heard since."""
        for_last = self.script.runs_secs[self.replies - 1 :]
        return not for_last or self._last_sound_secs < for_last[0]

    @property
    def speaking(self) -> bool:
        kinds = (BotStartedSpeakingFrame, BotStoppedSpeakingFrame)
        told = self.line.of(*kinds)
        return bool(told) and isinstance(told[-1], BotStartedSpeakingFrame)

    @property
    def _last_sound_secs(self) -> float:
        return self.ear.chunks[-1][0] if self.ear.chunks else 0.0

    @property
    def memory(self) -> list[tuple[str, str]]:
        return [(str(m["role"]), str(m["content"])) for m in self.context.messages]

    @property
    def asked(self) -> list[LLMContextFrame]:
        return self.line.of(LLMContextFrame)

    def pieces(self) -> list[Samples]:
        """What was heard, cut where Echo was silenced."""
        ends = [*self.ear.cuts, len(self.ear.chunks)]
        spans = zip([0, *ends], ends, strict=False)
        chunks = [self.ear.chunks[begin:end] for begin, end in spans if begin < end]
        found = [np.frombuffer(b"".join(audio for _, audio in each), np.int16) for each in chunks]
        return [*found[:-1], np.trim_zeros(found[-1], "b")]  # its last chunk was filled up


@asynccontextmanager
async def talked_over(
    engines: Engines,
    voice: Voice | TTSService,
    *replies: str,
    heard: Sequence[str],
    bridge: Callable[[int], bytes] = lambda _: b"",
    choice: Choice = DEEPGRAM,
) -> AsyncIterator[TalkedOver]:
    """A Deepgram, or a Flux, that hears these texts, and a model that says these replies."""
    kind = Deepgram if choice is DEEPGRAM else Flux
    emulator = kind(profile=BUDGET, ear=Scripted([*heard], breath_secs=0.2))
    async with serving(emulator):
        part = DeepgramSettings(api_key=SecretStr(emulator.key), base_url=emulator.url)
        settings = ProviderSettings(deepgram=part)
        script = Script([Reply((text,)) for text in replies], Pace(thinks_secs=0.05))
        context = LLMContext()
        pair = LLMContextAggregatorPair(
            context,
            user_params=LLMUserAggregatorParams(
                user_turn_strategies=turn_strategies(choice, settings, engines, TurnSettings()),
                user_turn_stop_timeout=TurnSettings().wordless_secs,
            ),
        )
        unheard, ear = Unheard(), CutEar(script, RATE)
        stages = [
            SilenceTeller(vad_analyzer=engines.ears.vad(TurnSettings())),
            stt(choice, settings, engines),
            pair.user(),
            ByTurn(script),
            Filler(),
            voice if isinstance(voice, TTSService) else HibariTTS(voice, sample_rate=RATE),
            WholeChunks(),
            Playback(unheard, ResumeSettings(), bridge),
            ear,
            Heard(unheard),
            pair.assistant(),
        ]
        async with held_up() as held, line(*stages) as running:
            call = TalkedOver(running, ear, context, script, held, len(replies))
            await call.listens(0.4)
            yield call
