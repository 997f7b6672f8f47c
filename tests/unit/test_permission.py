"""What may be kept of callers who are asked, who cannot be asked, and who need not be."""

from bot.permission import Permission


def test_where_nothing_is_recorded_nobody_is_asked_and_a_colleague_is_told_what_was_said():
    nobody_asks = Permission()
    assert nobody_asks.question("You are talking to an AI.") is None
    assert nobody_asks.may_keep_words()
    assert nobody_asks.outcome == "off"


def test_of_callers_who_should_be_asked_and_cannot_be_nothing_is_kept():
    assert not Permission(is_due=True).may_keep_words()
