"""Plays a script against what Echo does: when does the caller speak, and when is it Echo's turn?"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from evals.script import HangUp, Interrupt, Pause, Play, Say, Step, Type, Wait


@dataclass(frozen=True, slots=True)
class Manners:
    """How long this caller waits for what."""

    greeting_within_secs: float = 5.0
    answer_within_secs: float = 12.0
    finish_within_secs: float = 60.0
    settle_secs: float = 0.6


@dataclass(frozen=True, slots=True)
class Scene:
    """The call at one moment, as this caller perceives it.

    `echo_busy`: Echo can be heard, has more to say, thinks or uses a tool. `echo_onset_secs`: when
    the speech of Echo that was heard last began.
    """

    now_secs: float
    caller_talking: bool = False
    echo_busy: bool = False
    echo_onset_secs: float | None = None


Act = Say | Play | Type | HangUp


class Performance:
    """Asked at every tick of the caller's microphone; answers with what the caller does then.

    `unanswered` counts the times that the caller gave up waiting for Echo.
    """

    def __init__(self, steps: Sequence[Step], manners: Manners) -> None:
        self.unanswered = 0
        self._manners = manners
        self._steps = deque(steps)
        if not self._steps or not isinstance(self._steps[-1], HangUp):
            self._steps.append(HangUp())
        self._spoke_at_secs: float | None = None
        self._yielded_at_secs: float | None = None
        self._quiet_since_secs: float | None = None
        self._paused_until_secs: float | None = None
        self._gave_up = False

    def next(self, scene: Scene) -> Act | None:
        self._watch(scene)
        if not self._steps or scene.caller_talking:
            return None
        match self._steps[0]:
            case Say() | Play() | Type() as step:
                return self._take(step, scene) if self._may(step.at_once, scene) else None
            case HangUp() as step:
                return self._take(step, scene) if self._may(step.at_once, scene) else None
            case Interrupt(words, after_secs):
                return self._take(words, scene) if self._can_cut_in(after_secs, scene) else None
            case Pause(secs, at_once):
                self._pause(secs, at_once, scene)
            case Wait(within_secs):
                if self._has_floor(scene, within_secs):
                    self._steps.popleft()
        return None

    def _watch(self, scene: Scene) -> None:
        if scene.caller_talking or self._yielded_at_secs is None:
            self._yielded_at_secs = scene.now_secs
        if scene.echo_busy or scene.caller_talking:
            self._quiet_since_secs = None
        elif self._quiet_since_secs is None:
            self._quiet_since_secs = scene.now_secs

    def _take(self, act: Act, scene: Scene) -> Act:
        self._steps.popleft()
        self._spoke_at_secs = self._yielded_at_secs = scene.now_secs
        self._quiet_since_secs = None
        self._gave_up = False
        return act

    def _pause(self, secs: float, at_once: bool, scene: Scene) -> None:
        if self._paused_until_secs is None and self._may(at_once, scene):
            self._paused_until_secs = scene.now_secs + secs
        if self._paused_until_secs is not None and scene.now_secs >= self._paused_until_secs:
            self._paused_until_secs = None
            self._steps.popleft()

    def _may(self, at_once: bool, scene: Scene) -> bool:
        return at_once or self._has_floor(scene, self._patience_secs())

    def _patience_secs(self) -> float:
        greeting = self._spoke_at_secs is None
        return self._manners.greeting_within_secs if greeting else self._manners.answer_within_secs

    def _has_floor(self, scene: Scene, within_secs: float) -> bool:
        """Echo has spoken and is done, or has kept the caller waiting for too long."""
        if self._gave_up:
            return True
        waited_secs = scene.now_secs - (self._yielded_at_secs or 0.0)
        if self._has_answered(scene):
            settled = self._quiet_secs(scene) >= self._manners.settle_secs
            return settled or waited_secs >= self._manners.finish_within_secs
        if waited_secs < within_secs or (
            scene.echo_busy and waited_secs < self._manners.finish_within_secs
        ):
            return False
        self._gave_up = True
        self.unanswered += 1
        return True

    def _has_answered(self, scene: Scene) -> bool:
        onset = scene.echo_onset_secs
        return onset is not None and onset > (self._spoke_at_secs or 0.0)

    def _quiet_secs(self, scene: Scene) -> float:
        since = self._quiet_since_secs
        return 0.0 if since is None else scene.now_secs - since

    def _can_cut_in(self, after_secs: float, scene: Scene) -> bool:
        if not self._has_answered(scene) or scene.echo_onset_secs is None:
            return self._has_floor(scene, self._patience_secs())
        return scene.now_secs - scene.echo_onset_secs >= after_secs
