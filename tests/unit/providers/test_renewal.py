from bot.providers.renewal import Renewal
from bot.providers.settings import RealtimeSettings

SETTINGS = RealtimeSettings(renew_after_secs=3000, renew_by_secs=3480, quiet_secs=0.5)


def opened() -> Renewal:
    renewal = Renewal(SETTINGS)
    renewal.opened(0.0)
    return renewal


def test_nothing_is_due_before_a_session_is_open():
    assert Renewal(SETTINGS).due_secs is None


def test_a_session_nobody_uses_is_renewed_as_soon_as_it_is_old_enough():
    assert opened().due_secs == 3000


def test_a_quiet_moment_has_to_last():
    renewal = opened()
    renewal.begins("caller")
    renewal.ends("caller", 2999.8)
    assert renewal.due_secs == 3000.3


def test_it_waits_while_anybody_speaks_but_not_for_ever():
    renewal = opened()
    renewal.begins("bot")
    renewal.begins("caller")
    renewal.ends("bot", 3100)
    assert renewal.due_secs == 3480
    renewal.ends("caller", 3200)
    assert renewal.due_secs == 3200.5


def test_it_waits_for_every_tool_and_for_a_response_in_the_making():
    renewal = opened()
    renewal.tool_begins("a")
    renewal.tool_begins("b")
    renewal.begins("response")
    renewal.tool_ends("a", 3001)
    renewal.ends("response", 3002)
    assert renewal.due_secs == 3480
    renewal.tool_ends("b", 3003)
    assert renewal.due_secs == 3003.5


def test_quiet_just_before_the_last_moment_does_not_put_it_off():
    renewal = opened()
    renewal.begins("caller")
    renewal.ends("caller", 3479.8)
    assert renewal.due_secs == 3480


def test_the_next_session_has_its_own_age_and_no_response():
    renewal = opened()
    renewal.begins("response")
    renewal.opened(3480)
    assert renewal.quiet
    assert renewal.due_secs == 6480


def test_a_lost_connection_is_renewed_at_once_whoever_speaks():
    renewal = opened()
    renewal.begins("caller")
    renewal.drops(10.0)
    renewal.drops(11.0)
    assert renewal.lost
    assert renewal.due_secs == 10.0
    renewal.opened(12.0)
    assert not renewal.lost
