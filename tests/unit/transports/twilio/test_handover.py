"""How far it is with passing a caller on to a colleague who is told first."""

import pytest

from transports.twilio.handover import Handover


def calling() -> Handover:
    return Handover(room="a-room", number="+15550002000", brief="A caller.")


def asked() -> Handover:
    handover = calling()
    assert handover.answered("human")
    return handover


def joined() -> Handover:
    handover = asked()
    assert handover.pressed("1")
    return handover


@pytest.mark.parametrize("by", ["human", "unknown", ""])
def test_whoever_may_be_human_is_told_what_it_is_about(by: str):
    handover = calling()
    assert handover.answered(by)
    assert handover.answered(by), "asked again, it is the same"


@pytest.mark.parametrize("by", ["machine_start", "machine_end_beep", "fax"])
def test_a_machine_is_told_nothing(by: str):
    handover = calling()
    assert not handover.answered(by)
    assert handover.fell_through()


def test_who_presses_one_is_put_through_however_often_it_is_told():
    handover = asked()
    assert handover.pressed("1")
    assert handover.pressed("1")
    assert not handover.is_open


@pytest.mark.parametrize("key", ["2", "0", "*", "#", ""])
def test_no_other_key_takes_the_call(key: str):
    handover = asked()
    assert not handover.pressed(key)
    assert handover.is_open


def test_nobody_takes_a_call_they_were_not_told_of():
    assert not calling().pressed("1")


@pytest.mark.parametrize("handover", [calling(), asked()], ids=["calling", "asked"])
def test_a_caller_is_fetched_once_when_the_colleague_does_not_come(handover: Handover):
    assert handover.fell_through()
    assert not handover.fell_through()
    assert not handover.pressed("1")
    assert handover.caller_left() == "nothing"


def test_a_caller_who_talks_to_a_colleague_is_not_fetched():
    assert not joined().fell_through()


@pytest.mark.parametrize(
    ("handover", "ending"),
    [(calling(), "cancel"), (asked(), "tell"), (joined(), "nothing")],
    ids=["calling", "asked", "joined"],
)
def test_a_caller_who_leaves_is_told_of_once(handover: Handover, ending: str):
    assert handover.caller_left() == ending
    assert handover.caller_left() == "nothing"
    assert not handover.fell_through()


def test_a_colleague_who_answers_after_the_caller_has_left_is_not_asked():
    handover = calling()
    handover.caller_left()
    assert not handover.answered("human")


def test_only_the_colleagues_own_call_counts_once_it_is_known():
    handover = calling()
    assert handover.is_of("CA" + 32 * "1")
    handover.colleague_sid = "CA" + 32 * "2"
    assert handover.is_of(handover.colleague_sid)
    assert not handover.is_of("CA" + 32 * "1")


def test_no_number_and_no_word_is_in_what_is_logged_of_it():
    assert "555" not in repr(calling())
    assert "caller" not in repr(calling())


def test_what_it_was_about_is_forgotten_once_nobody_is_told_any_more():
    for handover in (joined(), asked(), calling()):
        handover.fell_through()
        assert handover.brief == handover.number == ""


def test_who_was_put_through_is_alone_until_both_have_hung_up():
    for first, second in (("caller", "colleague"), ("colleague", "caller")):
        handover = joined()
        assert handover.left_alone is None
        assert handover.is_out(first)
        assert handover.left_alone == second
        assert not handover.is_out(first), "told twice"
        assert not handover.is_out(second)
        assert handover.left_alone is None


@pytest.mark.parametrize("handover", [calling(), asked()], ids=["calling", "asked"])
def test_nobody_is_alone_in_a_room_to_which_nobody_was_let(handover: Handover):
    assert not handover.is_out("colleague")
    assert handover.left_alone is None
