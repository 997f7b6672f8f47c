"""What was heard, by the marks that came back."""

from transports.phone.marks import Marks


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
