from collections.abc import Sequence
from dataclasses import dataclass, field

from evals.performance import Act, Manners, Performance, Scene
from evals.script import HangUp, Interrupt, Pause, Say, Step, Type, Wait

TICK_SECS = 0.02
HELLO, QUESTION, STOP = Say("Hello"), Say("Where is it?"), Say("Stop")


@dataclass(slots=True)
class Stage:
    """Echo speaks and works at the given spans of time; the caller takes 1 s to say anything."""

    echo: Sequence[tuple[float, float]]
    working: Sequence[tuple[float, float]] = ()
    done: list[tuple[float, Act]] = field(default_factory=list)

    def play(self, steps: Sequence[Step], until_secs: float = 100.0) -> Performance:
        performance = Performance(steps, Manners())
        talking_until, ticks = 0.0, 0
        while ticks * TICK_SECS < until_secs:
            now = round(ticks * TICK_SECS, 2)
            act = performance.next(self._scene(now, talking_until))
            if act:
                self.done.append((now, act))
            if isinstance(act, HangUp):
                break
            if isinstance(act, Say):
                talking_until = now + 1.0
            ticks += 1
        return performance

    def _scene(self, now: float, talking_until: float) -> Scene:
        onsets = [start for start, _ in self.echo if start <= now]
        return Scene(
            now_secs=now,
            caller_talking=now < talking_until,
            echo_busy=any(start <= now < end for start, end in [*self.echo, *self.working]),
            echo_onset_secs=onsets[-1] if onsets else None,
        )

    @property
    def times(self) -> list[float]:
        return [round(at, 1) for at, _ in self.done]


def test_the_caller_lets_the_greeting_finish():
    stage = Stage(echo=[(0.3, 2.0)])
    stage.play([HELLO], until_secs=4)
    assert stage.done[0][1] == HELLO
    assert stage.times[0] == 2.6


def test_a_caller_who_is_not_greeted_speaks_after_a_while():
    stage = Stage(echo=[])
    performance = stage.play([HELLO], until_secs=8)
    assert stage.times == [5.0]
    assert performance.unanswered == 1


def test_the_caller_waits_for_the_answer_and_then_hangs_up():
    stage = Stage(echo=[(0.3, 2.0), (4.0, 6.0)])
    performance = stage.play([HELLO])
    assert stage.times == [2.6, 6.6]
    assert isinstance(stage.done[-1][1], HangUp)
    assert performance.unanswered == 0


def test_a_filler_is_not_the_end_of_the_answer_while_a_tool_runs():
    stage = Stage(echo=[(0.3, 2.0), (4.0, 5.0), (9.0, 10.0)], working=[(4.0, 9.0)])
    stage.play([HELLO])
    assert stage.times == [2.6, 10.6]


def test_a_caller_without_an_answer_gives_up_once():
    stage = Stage(echo=[(0.3, 2.0)])
    performance = stage.play([HELLO, Pause(1.0), QUESTION], until_secs=20)
    assert stage.times == [2.6, 16.6]
    assert performance.unanswered == 1


def test_an_endless_answer_does_not_hold_the_caller_for_ever():
    stage = Stage(echo=[(0.3, 500.0)])
    stage.play([HELLO], until_secs=70)
    assert stage.times == [60.0]


def test_an_interruption_comes_so_long_after_echo_set_in():
    stage = Stage(echo=[(0.3, 2.0), (4.0, 12.0)])
    stage.play([HELLO, Interrupt(STOP, after_secs=1.5)], until_secs=8)
    assert stage.done[1] == (5.5, STOP)


def test_an_interruption_waits_for_someone_to_interrupt():
    stage = Stage(echo=[(0.3, 2.0)])
    stage.play([HELLO, Interrupt(STOP, after_secs=1.5)], until_secs=10)
    assert stage.times == [2.6]


def test_who_speaks_at_once_waits_for_nobody_but_his_own_tongue():
    stage = Stage(echo=[(0.3, 9.0)])
    stage.play([Say("My number is", at_once=True), Say("1042", at_once=True)], until_secs=3)
    assert stage.times == [0.0, 1.0]


def test_a_pause_begins_when_echo_is_done():
    stage = Stage(echo=[(0.3, 2.0)])
    stage.play([Pause(3.0), HELLO], until_secs=8)
    assert stage.times == [5.6]


def test_a_pause_at_once_begins_when_the_caller_stops():
    stage = Stage(echo=[(0.3, 20.0)])
    stage.play(
        [Say("My number is", at_once=True), Pause(0.5, at_once=True), Say("1042", at_once=True)],
        until_secs=5,
    )
    assert stage.times == [0.0, 1.5]


def test_a_wait_has_a_deadline_of_its_own():
    stage = Stage(echo=[(0.3, 2.0)])
    stage.play([HELLO, Wait(30.0), QUESTION], until_secs=40)
    assert stage.times == [2.6, 33.6]


def test_typing_takes_turns_like_speaking():
    stage = Stage(echo=[(0.3, 2.0), (3.0, 4.0)])
    stage.play([Type("1042"), Type("thanks")], until_secs=5)
    assert stage.times == [2.6, 4.6]
