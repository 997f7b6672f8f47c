"""The service in a pipeline, on the virtual clock, with a VAD played by the test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import pytest
from pipecat.frames.frames import (
    ErrorFrame,
    Frame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    MetricsFrame,
    STTMetadataFrame,
    STTMuteFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.metrics.metrics import TTFBMetricsData
from pipecat.observers.base_observer import BaseObserver, FramePushed
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.workers.runner import WorkerRunner

from bot.providers.local.stt import WhisperSTT
from bot.providers.local.transcript import Clip, Transcript
from bot.providers.local.whisper import WhisperSettings
from processors.all_heard import WholeGuessFrame
from tests.unit.providers.local.sounds import chunks, noise, voice

F = TypeVar("F", bound=Frame)
NOTHING = Transcript("")


@dataclass
class ScriptedEngine:
    """Writes how long each clip was, after the time it is told to take."""

    takes_secs: float = 0.1
    busy: bool = False
    says: list[Transcript | Exception] = field(default_factory=list)
    slow: list[float] = field(default_factory=list)
    """Times the next full decodes take instead."""
    clips: list[Clip] = field(default_factory=list)
    partials: list[Clip] = field(default_factory=list)
    given_up: int = 0

    async def transcribe(self, clip: Clip, *, partial: bool = False) -> Transcript:
        (self.partials if partial else self.clips).append(clip)
        try:
            await asyncio.sleep(self.slow.pop(0) if self.slow and not partial else self.takes_secs)
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        said = self.says.pop(0) if self.says and not partial else Transcript(f"{clip.secs:.2f} s")
        if isinstance(said, Exception):
            raise said
        return said


class Ear(BaseObserver):
    """What the service emits, and when."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[float, Frame]] = []

    async def on_push_frame(self, data: FramePushed) -> None:
        if isinstance(data.source, WhisperSTT):
            self.heard.append((asyncio.get_running_loop().time(), data.frame))

    def of(self, kind: type[F]) -> list[tuple[float, F]]:
        seen = {frame.id: (at, frame) for at, frame in self.heard if isinstance(frame, kind)}
        return list(seen.values())


@dataclass
class Caller:
    """Talks into the pipeline in (virtual) real time, and says what the VAD would."""

    worker: PipelineWorker
    engine: ScriptedEngine
    ear: Ear
    rate: int

    async def hear(self, pcm: bytes) -> None:
        for chunk in chunks(pcm, self.rate):
            await self.worker.queue_frame(InputAudioRawFrame(chunk, self.rate, 1))
            await asyncio.sleep(0.02)

    async def says(self, secs: float) -> None:
        """Speech, found by the VAD after 0.2 s."""
        await self.hear(voice(0.2, self.rate))
        await self.worker.queue_frame(VADUserStartedSpeakingFrame(start_secs=0.2))
        await self.hear(voice(secs - 0.2, self.rate))

    async def goes_on(self, secs: float) -> None:
        await self.hear(voice(secs, self.rate))

    async def pauses(self, secs: float) -> None:
        await self.hear(noise(secs, self.rate))

    async def stops(self) -> float:
        """Silence until the VAD calls it the end of speech; when that was."""
        await self.pauses(0.26)
        await self.worker.queue_frame(VADUserStoppedSpeakingFrame(stop_secs=0.2))
        return asyncio.get_running_loop().time()

    @property
    def finals(self) -> list[TranscriptionFrame]:
        return [frame for _, frame in self.ear.of(TranscriptionFrame)]

    @property
    def interims(self) -> list[InterimTranscriptionFrame]:
        return [frame for _, frame in self.ear.of(InterimTranscriptionFrame)]


@asynccontextmanager
async def calling(
    engine: ScriptedEngine, *, rate: int = 16_000, settings: WhisperSettings | None = None
) -> AsyncIterator[Caller]:
    ear = Ear()
    worker = PipelineWorker(
        Pipeline([WhisperSTT(engine, settings or WhisperSettings())]),
        params=PipelineParams(audio_in_sample_rate=rate, enable_metrics=True),
        idle_timeout_secs=None,
        enable_rtvi=False,
        observers=[ear],
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    caller = Caller(worker, engine, ear, rate)
    await caller.pauses(0.5)
    try:
        yield caller
        await worker.stop_when_done()
    except BaseException:
        await worker.cancel()
        raise
    finally:
        await running


async def settle() -> None:
    await asyncio.sleep(1)


@pytest.mark.parametrize("rate", [8_000, 16_000])
async def test_the_text_is_ready_when_the_vad_says_stop(rate: int):
    async with calling(ScriptedEngine(), rate=rate) as caller:
        await caller.says(1.5)
        stopped_at = await caller.stops()
        await settle()
        [(at, final)] = caller.ear.of(TranscriptionFrame)
    assert at - stopped_at < 0.001
    assert final.finalized
    assert len(caller.engine.clips) == 1
    assert caller.engine.clips[0].rate == rate


async def test_the_whole_sentence_is_guessed_before_the_vad_says_stop():
    async with calling(ScriptedEngine(takes_secs=0.05)) as caller:
        await caller.says(1.5)
        await caller.pauses(0.2)
        [(_, guess)] = caller.ear.of(WholeGuessFrame)
        await caller.pauses(0.06)
        await caller.worker.queue_frame(VADUserStoppedSpeakingFrame(stop_secs=0.2))
        await settle()
    assert guess.text == caller.finals[0].text


async def test_a_guess_that_the_caller_outruns_is_only_the_words_so_far():
    async with calling(ScriptedEngine(takes_secs=0.3)) as caller:
        await caller.says(1.5)
        await caller.pauses(0.12)
        await caller.goes_on(0.6)
        await settle()
        assert not caller.ear.of(WholeGuessFrame)
        await caller.stops()
        await settle()


async def test_the_text_follows_the_vads_stop():
    async with calling(ScriptedEngine()) as caller:
        await caller.says(1.5)
        await caller.stops()
        await settle()
    kinds = [type(frame) for _, frame in caller.ear.heard]
    assert kinds.index(VADUserStoppedSpeakingFrame) < kinds.index(TranscriptionFrame)


async def test_a_slow_decode_is_waited_for():
    async with calling(ScriptedEngine(takes_secs=0.5)) as caller:
        await caller.says(1)
        stopped_at = await caller.stops()
        await settle()
        [(at, _)] = caller.ear.of(TranscriptionFrame)
    assert 0.2 < at - stopped_at < 0.4  # it began before the VAD's stop


async def test_words_appear_while_the_caller_speaks():
    async with calling(ScriptedEngine()) as caller:
        await caller.says(3)
        assert len(caller.interims) >= 4
        assert caller.finals == []
        await caller.stops()


async def test_no_words_so_far_come_after_the_final_ones():
    async with calling(ScriptedEngine(takes_secs=0.4)) as caller:
        await caller.says(1.2)
        await caller.stops()
        await settle()
    kinds = [type(frame) for _, frame in caller.ear.heard]
    assert InterimTranscriptionFrame not in kinds[kinds.index(TranscriptionFrame) :]


async def test_a_guess_is_a_partial_when_the_caller_goes_on():
    async with calling(ScriptedEngine()) as caller:
        await caller.says(0.9)
        await caller.pauses(0.18)
        await caller.goes_on(0.5)
        guess, *_ = caller.engine.clips
        assert f"{guess.secs:.2f} s" in [frame.text for frame in caller.interims]
        await caller.stops()
        await settle()
    [final] = caller.finals
    assert caller.engine.clips[-1].secs > guess.secs + 0.5
    assert final.text == f"{caller.engine.clips[-1].secs:.2f} s"


async def test_a_guess_nobody_needs_is_given_up():
    async with calling(ScriptedEngine(slow=[5])) as caller:
        await caller.says(0.9)
        await caller.pauses(0.18)
        await caller.goes_on(0.3)
        await caller.stops()
        await settle()
    assert caller.engine.given_up == 1
    assert len(caller.finals) == 1


async def test_speech_the_guess_missed_is_decoded():
    async with calling(ScriptedEngine()) as caller:
        await caller.says(0.9)
        await caller.pauses(0.14)
        await caller.goes_on(0.1)
        await caller.pauses(0.04)
        await caller.worker.queue_frame(VADUserStoppedSpeakingFrame(stop_secs=0.2))
        await settle()
    guess, whole = caller.engine.clips
    assert whole.secs > guess.secs
    assert [frame.text for frame in caller.finals] == [f"{whole.secs:.2f} s"]


async def test_texts_come_in_the_order_they_were_spoken():
    async with calling(ScriptedEngine(slow=[3, 0.05])) as caller:
        for secs in (0.9, 0.5):
            await caller.says(secs)
            await caller.stops()
        await asyncio.sleep(4)
    first, second = caller.engine.clips
    assert [frame.text for frame in caller.finals] == [
        f"{first.secs:.2f} s",
        f"{second.secs:.2f} s",
    ]


async def test_speech_without_words_is_nothing():
    async with calling(ScriptedEngine(says=[NOTHING])) as caller:
        await caller.says(0.4)
        await caller.stops()
        await settle()
    assert caller.finals == []


async def test_sound_that_is_no_speech_is_never_decoded():
    async with calling(ScriptedEngine()) as caller:
        await caller.hear(noise(3, loudness=0.2) + voice(1))
    assert caller.engine.clips == caller.engine.partials == []


async def test_a_long_monologue_loses_nothing_and_ends_once():
    async with calling(ScriptedEngine()) as caller:
        await caller.says(12)
        await caller.pauses(0.18)
        await caller.goes_on(3)
        await caller.stops()
        await settle()
    assert [frame.finalized for frame in caller.finals] == [False, True]
    decoded_secs = sum(float(frame.text.split()[0]) for frame in caller.finals)
    assert decoded_secs == pytest.approx(0.3 + 15.18 + 0.09, abs=0.05)


async def test_partials_give_way_to_other_callers_finals():
    async with calling(ScriptedEngine(busy=True)) as caller:
        await caller.says(2)
        assert caller.engine.partials == []
        caller.engine.busy = False
        await caller.goes_on(0.2)
        assert len(caller.engine.partials) == 1


async def test_a_slow_machine_gets_fewer_partials():
    async with calling(ScriptedEngine(takes_secs=0.3)) as caller:
        await caller.says(6)
        assert 3 <= len(caller.engine.partials) <= 5


async def test_the_result_says_how_sure_the_words_are():
    heard = Transcript("Order 1042.", confidence=0.8)
    async with calling(ScriptedEngine(says=[heard])) as caller:
        await caller.says(0.4)
        await caller.stops()
        await settle()
    [final] = caller.finals
    assert (final.text, final.result) == ("Order 1042.", heard)


async def test_a_muted_caller_is_not_understood():
    async with calling(ScriptedEngine()) as caller:
        await caller.says(1)
        await caller.worker.queue_frame(STTMuteFrame(mute=True))
        await caller.goes_on(1)
        await caller.stops()
        await caller.says(1)
        await caller.stops()
        await settle()
    assert caller.finals == []


async def test_a_caller_unmuted_in_mid_sentence_is_understood_from_there():
    async with calling(ScriptedEngine()) as caller:
        await caller.worker.queue_frame(STTMuteFrame(mute=True))
        await caller.says(1)
        await caller.worker.queue_frame(STTMuteFrame(mute=False))
        await caller.goes_on(1)
        await caller.stops()
        await settle()
    [final] = caller.finals
    assert 1 <= caller.engine.clips[-1].secs < 1.6
    assert final.text


async def test_an_interruption_costs_no_words():
    async with calling(ScriptedEngine()) as caller:
        await caller.says(1)
        await caller.worker.queue_frame(InterruptionFrame())
        await caller.goes_on(0.5)
        await caller.stops()
        await settle()
    [_] = caller.finals
    assert caller.engine.clips[-1].secs > 1.5


async def test_what_was_said_before_the_end_is_delivered():
    async with calling(ScriptedEngine(takes_secs=0.5)) as caller:
        await caller.says(1)
        await caller.stops()
    assert len(caller.finals) == 1


async def test_a_cancelled_call_leaves_nothing_running():
    before = asyncio.all_tasks()
    async with calling(ScriptedEngine(takes_secs=60)) as caller:
        await caller.says(1)
        await caller.stops()
        await caller.worker.cancel()
    assert caller.finals == []
    assert caller.engine.given_up == len(caller.engine.clips) + len(caller.engine.partials)
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize("ends", ["in speech", "after speech"])
async def test_an_ended_call_leaves_nothing_running(ends: str):
    before = asyncio.all_tasks()
    async with calling(ScriptedEngine(takes_secs=0.3)) as caller:
        await caller.says(1)
        if ends == "after speech":
            await caller.stops()
    assert asyncio.all_tasks() == before


async def test_a_clip_that_fails_is_an_error_and_the_next_is_understood():
    async with calling(ScriptedEngine(says=[RuntimeError("out of memory")])) as caller:
        for _ in range(2):
            await caller.says(0.4)
            await caller.stops()
        await settle()
    [(_, error)] = caller.ear.of(ErrorFrame)
    assert error.error == "Whisper could not decode a clip"
    assert len(caller.finals) == 1


async def test_a_decode_that_hangs_is_given_up():
    settings = WhisperSettings(deadline_secs=2)
    async with calling(ScriptedEngine(slow=[3600]), settings=settings) as caller:
        await caller.says(0.4)
        await caller.stops()
        await caller.says(0.4)
        await caller.stops()
        await asyncio.sleep(3)
    assert len(caller.ear.of(ErrorFrame)) == 1
    assert len(caller.finals) == 1


async def test_a_partial_that_comes_to_nothing_is_no_error():
    settings = WhisperSettings(deadline_secs=0.05)
    async with calling(ScriptedEngine(takes_secs=0.3, slow=[0.01]), settings=settings) as caller:
        await caller.says(2)
        await caller.stops()
        await settle()
    assert caller.engine.partials
    assert caller.ear.of(ErrorFrame) == []
    assert len(caller.finals) == 1


async def test_turn_strategies_learn_how_long_to_wait_for_the_text():
    async with calling(ScriptedEngine()) as caller:
        pass
    assert caller.ear.of(STTMetadataFrame)[0][1].ttfs_p99_latency == 0.5


async def test_the_time_to_the_text_is_measured():
    async with calling(ScriptedEngine()) as caller:
        await caller.says(1)
        await caller.stops()
        await settle()
    data = [item for _, frame in caller.ear.of(MetricsFrame) for item in frame.data]
    assert any(isinstance(item, TTFBMetricsData) and item.value > 0 for item in data)
