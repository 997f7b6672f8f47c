"""What was heard, by the marks that came back."""

from transports.phone.marks import BELIEVED, Marks


def test_a_mark_that_comes_back_means_heard():
    marks = Marks[str](1.0)
    first, _ = marks.say("one", 0.5), marks.say("two", 1.0)
    assert list(marks.echoed(first)) == ["one"]
    assert marks


def test_a_later_mark_answers_for_those_before_it():
    marks = Marks[str](1.0)
    marks.say("one", 0.5)
    assert list(marks.echoed(marks.say("two", 1.0))) == ["one", "two"]


def test_what_follows_waits_for_what_is_before_it():
    marks = Marks[str](1.0)
    first = marks.say("one", 0.5)
    marks.follow("end")
    assert list(marks.echoed(first)) == ["one", "end"]
    assert not marks


def test_a_mark_that_comes_back_after_a_clear_means_nothing():
    marks = Marks[str](1.0)
    first = marks.say("one", 0.5)
    assert marks.clear() == ["one"]
    assert list(marks.echoed(first)) == []


def test_where_marks_never_return_the_clock_is_believed():
    marks = Marks[str](1.0)
    marks.say("one", 0.5)
    marks.say("two", 2.0)
    assert list(marks.overdue(1.4)) == []
    assert list(marks.overdue(1.5)) == ["one"]
    assert marks.next_due() == 3.0
    assert marks.unanswered == 1


def unanswered(marks: Marks[str], times: int) -> None:
    for _ in range(times):
        marks.say("lost", 0.0)
        assert list(marks.overdue(1.0)) == ["lost"]


def test_after_some_marks_that_never_returned_no_more_are_waited_for():
    marks = Marks[str](1.0)
    unanswered(marks, BELIEVED)
    marks.say("next", 2.0)
    assert marks.next_due() == 2.0


def test_a_mark_that_comes_back_late_is_a_reason_to_wait_again():
    marks = Marks[str](1.0)
    first = marks.say("late", 0.0)
    assert list(marks.overdue(1.0)) == ["late"]
    unanswered(marks, BELIEVED)
    assert list(marks.echoed(first)) == []
    marks.say("next", 2.0)
    assert marks.next_due() == 3.0


def test_what_is_said_while_heard_words_are_passed_on_is_not_taken_for_heard():
    marks = Marks[str](1.0)
    marks.say("one", 0.5)
    heard = marks.echoed(marks.say("two", 1.0))
    assert next(heard) == "one"
    marks.clear()
    marks.say("three", 2.0)
    assert list(heard) == []
    assert marks
