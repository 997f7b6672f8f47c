import pytest

from processors.interruption import Interruption
from processors.verdict import InterruptionSettings, Verdict

STEP = 0.032
SETTINGS = InterruptionSettings()


class Caller:
    """Speaks over Echo in steps of audio; asks for a verdict after each, as the strategy does."""

    def __init__(self, bot_said: str = "Your order has been shipped and", speaking: bool = True):
        self.interruption = Interruption(SETTINGS)
        self.now = 10.0
        self.verdicts: list[tuple[float, Verdict]] = []
        self.interruption.bot(bot_said, speaking)

    def speaks(self, secs: float, level_db: float = -25.0) -> "Caller":
        return self._passes(secs, lambda: self.interruption.voice(self.now, level_db))

    def pauses(self, secs: float) -> "Caller":
        return self._passes(secs, lambda: self.interruption.silence(self.now))

    def is_understood(self, text: str, *, final: bool = False, sure: float = 1.0) -> "Caller":
        """All that was said before this silence."""
        self.interruption.words(text, final, self.now, sure, whole=True)
        self._ask()
        return self

    def seems_to_say(self, text: str) -> "Caller":
        self.interruption.words(text, False, self.now)
        self._ask()
        return self

    def _passes(self, secs: float, hears) -> "Caller":
        for _ in range(round(secs / STEP)):
            self.now += STEP
            hears()
            self._ask()
        return self

    def _ask(self) -> None:
        if verdict := self.interruption.decide(self.now):
            self.verdicts.append((round(self.now - 10.0, 2), verdict))

    @property
    def acts(self) -> list[str]:
        return [verdict.act for _, verdict in self.verdicts]

    @property
    def kinds(self) -> list[str]:
        return [verdict.kind for _, verdict in self.verdicts]


def test_a_backchannel_is_over_soon_after_its_sound():
    caller = Caller().speaks(0.4).pauses(0.15).is_understood("Uh-huh.").pauses(0.5)
    assert caller.kinds == ["backchannel"]
    assert caller.acts == ["resume"]
    assert caller.verdicts[0][0] == pytest.approx(0.4 + SETTINGS.settle_secs, abs=2 * STEP)


def test_a_listeners_words_that_may_change_are_waited_for_a_little():
    caller = Caller().speaks(0.4).pauses(0.15).seems_to_say("Uh-huh.").pauses(0.5)
    assert caller.acts == ["resume"]
    assert caller.verdicts[0][0] == pytest.approx(0.4 + SETTINGS.settle_secs, abs=2 * STEP)


def test_a_turns_words_that_may_change_are_waited_for_longer():
    caller = Caller().speaks(0.6).seems_to_say("That makes").pauses(0.5)
    assert not caller.verdicts
    assert caller.is_understood("That makes sense.").pauses(0.1).kinds == ["backchannel"]
    assert Caller().speaks(0.6).seems_to_say("That makes").pauses(0.8).acts == ["yield"]


def test_stop_needs_no_text_that_is_whole():
    caller = Caller().speaks(0.5).seems_to_say("No, wait").pauses(0.5)
    assert caller.verdicts[0][0] == pytest.approx(0.5, abs=3 * STEP)
    assert caller.acts == ["yield"]


def test_a_gap_within_a_sentence_begins_no_turn():
    caller = Caller().speaks(0.8).pauses(0.15).is_understood("Turn the").speaks(0.5)
    assert not caller.verdicts
    caller.pauses(0.5).is_understood("Turn the radio down")
    assert caller.kinds == ["aside"]


def test_words_for_somebody_else_are_heard_out():
    caller = Caller().speaks(0.6).seems_to_say("Can you get").speaks(0.7)
    assert not caller.verdicts
    caller.pauses(0.4).is_understood("Can you get the door, honey?")
    assert caller.kinds == ["aside"]
    assert caller.acts == ["resume"]


def test_a_sentence_over_echo_is_a_turn_before_its_end():
    caller = Caller().speaks(0.9).seems_to_say("I would like to know").speaks(3)
    assert caller.acts == ["yield"]
    assert caller.verdicts[0][0] <= SETTINGS.heard_out_secs + 2 * STEP


def test_a_cough_has_no_words():
    caller = Caller().speaks(0.3).pauses(1.0)
    assert caller.kinds == ["tic"]
    assert caller.acts == ["resume"]


def test_a_voice_that_goes_on_without_words_is_a_turn():
    caller = Caller().speaks(2.5)
    assert caller.kinds == ["turn"]
    assert caller.acts == ["yield"]


def test_yes_to_a_question_is_an_answer_and_not_a_backchannel():
    caller = Caller("Shall I book it for Tuesday?").speaks(0.3).pauses(0.1)
    caller.is_understood("Yes.", final=True)
    assert caller.kinds == ["answer"]
    assert caller.acts == ["yield"]


def test_words_that_come_too_late_take_a_resume_back():
    caller = Caller().speaks(0.4).pauses(1.0).is_understood("Stop.", final=True)
    assert caller.acts == ["resume", "yield"]


def test_late_words_of_a_listener_change_nothing():
    caller = Caller().speaks(0.4).pauses(1.0).is_understood("Okay.", final=True).pauses(1)
    assert caller.acts == ["resume"]


def test_a_short_gap_after_okay_is_no_end():
    caller = Caller().speaks(0.4).seems_to_say("Okay").pauses(0.15).speaks(0.6)
    caller.pauses(0.3).is_understood("Okay, but what does it cost?")
    assert caller.kinds == ["question"]


def test_a_soft_voice_speaks_to_somebody_else():
    caller = Caller(speaking=False).speaks(2.0, level_db=-20)
    caller.interruption.bot("Your order has", True)
    caller.speaks(1.0, level_db=-33).pauses(0.4).is_understood("Did he call you back")
    assert caller.kinds == ["aside"]


def test_a_soft_stop_is_still_a_stop():
    caller = Caller(speaking=False).speaks(2.0, level_db=-20)
    caller.interruption.bot("Your order has", True)
    caller.speaks(0.4, level_db=-33).pauses(0.3).is_understood("Stop")
    assert caller.acts == ["yield"]


def test_nothing_is_an_interruption_while_echo_is_silent():
    caller = Caller(speaking=False).speaks(1.0).is_understood("Hello there", final=True).pauses(3)
    assert not caller.verdicts


def test_after_it_is_over_the_next_sound_is_judged_anew():
    caller = Caller().speaks(0.4).pauses(0.4).is_understood("Uh-huh")
    caller.interruption.over()
    caller.speaks(0.5).pauses(0.3).is_understood("Wait")
    assert caller.acts == ["resume", "yield"]


def test_every_verdict_gives_a_reason():
    caller = Caller().speaks(0.4).pauses(0.4).is_understood("Uh-huh")
    assert caller.verdicts[0][1].reason == "only what listeners say"


@pytest.mark.parametrize(("heard", "sure"), [("Mama", 0.25), ("No.", 0.26), ("It hurts.", 0.33)])
def test_a_hum_that_is_taken_for_words_is_no_turn(heard, sure):
    caller = Caller().speaks(0.3).pauses(0.4).is_understood(heard, sure=sure)
    assert caller.kinds == ["backchannel"]


def test_a_sentence_is_heard_however_unsure_its_words_are():
    caller = Caller().speaks(1.2).pauses(0.3).is_understood("I want to go", sure=0.2)
    assert caller.acts == ["yield"]


def test_a_stop_is_believed_however_unsure():
    caller = Caller().speaks(0.3).pauses(0.3).is_understood("Stop", sure=0.2)
    assert caller.acts == ["yield"]


def test_echos_own_words_do_not_interrupt_it():
    caller = Caller("Your order has been shipped on Monday").speaks(1.0)
    caller.pauses(0.4).is_understood("order has been shipped")
    assert caller.acts == ["resume"]
    asking = Caller("Your order has been shipped on Monday").speaks(0.6)
    assert asking.pauses(0.3).is_understood("On Monday?").acts == ["yield"]


def test_nobody_is_gone_on_with_while_they_speak_to_somebody_else():
    caller = Caller().speaks(1.0).is_understood("Honey, I am").speaks(2.0)
    assert not caller.verdicts
    assert caller.pauses(0.4).is_understood("Honey, I am on the phone").kinds == ["aside"]


def test_a_click_is_over_when_no_voice_follows():
    caller = Caller()
    caller.interruption.click(caller.now)
    caller.pauses(0.5)
    assert caller.acts == ["resume"]
    assert caller.verdicts[0][0] == pytest.approx(SETTINGS.click_secs, abs=2 * STEP)


def test_a_word_that_begins_with_a_click_is_one_word():
    caller = Caller()
    caller.interruption.click(caller.now)
    caller.pauses(0.1)
    caller.interruption.sounding()
    caller.speaks(0.4).pauses(0.3).is_understood("Stop.")
    assert caller.acts == ["yield"]


def test_noise_does_not_hide_that_a_voice_is_far():
    caller = Caller(speaking=False)
    for _ in range(40):
        caller.interruption.room(-30)
    caller.speaks(2.0, level_db=-20)
    caller.interruption.bot("Your order has", True)
    caller.speaks(1.0, level_db=-25).pauses(0.4).is_understood("Did he call you back")
    assert caller.kinds == ["aside"]


def test_a_caller_whose_turns_differ_in_level_may_speak_softly():
    caller = Caller(speaking=False)
    for level_db in (-14, -26, -14, -26):
        caller.speaks(1.0, level_db=level_db)
        caller.interruption.bot("Your order has", True)
        caller.interruption.bot("", False)
    caller.interruption.bot("Your order has", True)
    caller.speaks(1.0, level_db=-26).pauses(0.3).is_understood("Did he call you back")
    assert caller.acts == ["yield"]
