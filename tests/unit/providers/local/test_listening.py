"""What is decoded, and when, in audio time: no engine, no VAD, no clock."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.providers.local.listening import Kind, Listening, Take, Timing
from bot.providers.local.loudness import FRAME_SECS, Loudness
from tests.unit.providers.local.sounds import chunks, mixed, noise, voice

RATE = 16_000


class Line:
    """Feeds sound to a `Listening` and notes, in seconds, what it asks for."""

    def __init__(self, timing: Timing | None = None, rate: int = RATE, hiss: float = 0.0003):
        self.listening = Listening(rate, timing or Timing())
        self.rate, self.hiss = rate, hiss
        self.asked: list[tuple[float, Take]] = []

    @property
    def now(self) -> float:
        return self.listening.position / self.rate

    def hear(self, secs: float, *, speech: bool) -> "Line":
        sound = noise(secs, self.rate, self.hiss, seed=int(self.now * 100))
        if speech:
            sound = mixed(sound, voice(secs, self.rate))
        for chunk in chunks(sound, self.rate):
            if take := self.listening.hear(chunk):
                self.asked.append((self.now, take))
        return self

    def says(self, secs: float, *, vad: bool = True) -> "Line":
        """Speech, which the VAD confirms after 0.2 s."""
        if not vad:
            return self.hear(secs, speech=True)
        self.hear(0.2, speech=True).listening.started(0.2)
        return self.hear(secs - 0.2, speech=True)

    def pauses(self, secs: float) -> "Line":
        return self.hear(secs, speech=False)

    def takes(self, kind: Kind) -> list[Take]:
        return [take for _, take in self.asked if take.kind is kind]

    def secs(self, take: Take) -> tuple[float, float]:
        return take.start / self.rate, take.end / self.rate


@pytest.fixture
def line() -> Line:
    return Line().pauses(1)


@pytest.mark.parametrize("rate", [8_000, 16_000])
def test_silence_is_noticed_long_before_the_vad_says_so(rate: int):
    line = Line(rate=rate).pauses(1).says(1.5).pauses(0.2)
    [guess] = line.takes(Kind.GUESS)
    assert line.secs(guess)[1] - 2.5 == pytest.approx(0.09, abs=0.03)


def test_the_guess_stands_when_the_vad_agrees(line: Line):
    line.says(1.5).pauses(0.26)
    final = line.listening.stopped(0.2)
    assert final is not None
    assert final.kind is Kind.FINAL
    assert final.covers(line.takes(Kind.GUESS)[0])


def test_a_gap_inside_a_word_is_no_silence(line: Line):
    line.says(1).pauses(0.05).says(0.5, vad=False)
    assert line.takes(Kind.GUESS) == []


def test_speech_after_the_guess_makes_another_one(line: Line):
    line.says(1).pauses(0.15).says(0.6, vad=False).pauses(0.26)
    first, second = line.takes(Kind.GUESS)
    assert first.start == second.start
    final = line.listening.stopped(0.2)
    assert final is not None
    assert final.covers(second)


def test_speech_the_guess_missed_is_decoded(line: Line):
    line.says(1).pauses(0.15).says(0.2, vad=False).pauses(0.02)
    final = line.listening.stopped(0.2)
    assert final is not None
    assert line.secs(final)[1] == pytest.approx(line.now)


def test_the_vads_word_counts_when_it_heard_speech_after_the_guess(line: Line):
    line.says(1).pauses(0.5)
    final = line.listening.stopped(0.2)  # it heard a voice, too soft for us, 0.2 s longer
    assert final is not None
    assert line.secs(final)[1] == pytest.approx(line.now)


def test_a_soft_beginning_is_not_cut_off(line: Line):
    line.says(1).pauses(0.26)
    final = line.listening.stopped(0.2)
    assert final is not None
    assert line.secs(final)[0] == pytest.approx(1 - 0.3, abs=0.001)


def test_no_word_is_decoded_twice(line: Line):
    line.says(1).pauses(0.26)
    first = line.listening.stopped(0.2)
    line.says(1).pauses(0.26)
    second = line.listening.stopped(0.2)
    assert first is not None
    assert second is not None
    assert second.start >= first.end


def test_nothing_is_decoded_that_the_vad_did_not_hear(line: Line):
    line.says(2, vad=False).pauses(1)
    assert line.asked == []
    assert line.listening.stopped(0.2) is None


def test_words_so_far_are_asked_for_while_the_caller_speaks(line: Line):
    line.says(3)
    times = [at - 1 for at, take in line.asked if take.kind is Kind.PARTIAL]
    assert times == pytest.approx([0.5, 1.1, 1.7, 2.3, 2.9], abs=0.03)


def test_partials_can_be_put_off(line: Line):
    line.says(0.6)
    line.listening.postpone_partial(2)
    line.hear(1.9, speech=True)
    assert len(line.takes(Kind.PARTIAL)) == 1


def test_a_partial_that_was_left_out_is_asked_for_again_soon(line: Line):
    line.says(0.55)
    line.listening.retry_partial(0.1)
    line.hear(0.15, speech=True)
    assert len(line.takes(Kind.PARTIAL)) == 2


def test_over_noise_the_guess_waits_longer():
    line = Line(hiss=0.03).pauses(1).says(1.5).pauses(0.3)
    [guess] = line.takes(Kind.GUESS)
    assert line.secs(guess)[1] - 2.5 == pytest.approx(0.17, abs=0.03)


def test_where_voice_and_noise_are_alike_nothing_is_guessed():
    line = Line(hiss=0.15).pauses(1).says(1.5).pauses(0.3)
    assert line.takes(Kind.GUESS) == []
    assert line.listening.stopped(0.2) is not None


def test_a_monologue_is_cut_at_a_pause_and_nothing_is_lost(line: Line):
    line.says(11).pauses(0.18).says(2, vad=False).pauses(0.26)
    [cut] = line.takes(Kind.CUT)
    final = line.listening.stopped(0.2)
    assert final is not None
    assert cut.covers(line.takes(Kind.GUESS)[0])
    assert final.start == cut.end
    assert 12 < line.secs(cut)[1] < 12.2


def test_a_pause_at_the_end_is_no_cut(line: Line):
    line.says(11).pauses(0.26)
    assert line.takes(Kind.CUT) == []
    assert line.listening.stopped(0.2) is not None


def test_a_monologue_without_a_pause_is_cut_at_its_quietest_moment(line: Line):
    line.says(21).hear(0.06, speech=False).says(9, vad=False)
    [cut] = line.takes(Kind.CUT)
    assert line.secs(cut)[1] == pytest.approx(22.03, abs=0.06)
    assert cut.end - cut.start < 26 * RATE


def test_abandoned_speech_is_forgotten(line: Line):
    line.says(1)
    line.listening.abandon()
    line.asked.clear()
    line.says(1, vad=False).pauses(0.3)
    assert line.asked == []
    assert line.listening.stopped(0.2) is None


def test_a_second_start_changes_nothing(line: Line):
    line.says(1)
    line.listening.started(0.2)
    line.pauses(0.26)
    final = line.listening.stopped(0.2)
    assert final is not None
    assert line.secs(final)[0] < 1


def test_a_quiet_hour_keeps_seconds_of_audio():
    line = Line()
    for _ in range(20):
        line.pauses(1)
    oldest = Take(Kind.FINAL, 0, line.listening.position)
    assert len(line.listening.pcm(oldest)) <= 2 * 4 * RATE


def test_the_audio_of_a_take_is_what_was_heard():
    listening, sound = Listening(RATE, Timing()), voice(2)
    listening.hear(sound[:32_000])
    listening.started(0.2)
    listening.hear(sound[32_000:])
    take = listening.stopped(0)
    assert take is not None
    assert listening.pcm(take) == sound[2 * take.start : 2 * take.end]
    assert take.end == 2 * RATE


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.sampled_from(["voice", "quiet", "start", "stop"]), st.floats(0.01, 3)),
        max_size=25,
    )
)
def test_whatever_happens_finals_never_overlap_and_fit_the_window(events):
    line, finals = Line().pauses(0.5), []
    for what, secs in events:
        match what:
            case "voice" | "quiet":
                line.hear(secs, speech=what == "voice")
            case "start":
                line.listening.started(min(secs, 0.4))
            case _:
                finals += [take] if (take := line.listening.stopped(min(secs, 0.4))) else []
        finals += line.takes(Kind.CUT)
        line.asked.clear()
    assert all(one.end <= other.start for one, other in pairwise(finals))
    assert all(0 <= take.start < take.end <= line.listening.position for take in finals)
    assert all(take.end - take.start <= 26 * RATE for take in finals)


def test_a_click_in_silence_is_not_yet_a_voice():
    loudness = Loudness()
    for chunk in chunks(noise(1) + voice(0.5) + noise(0.2) + voice(0.02), secs=FRAME_SECS):
        loudness.hear(np.frombuffer(chunk, np.int16))
    assert 0 < loudness.voiced_secs <= 0.03
    assert loudness.pause_secs == pytest.approx(0.18, abs=0.03)
