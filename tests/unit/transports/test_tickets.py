import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from transports.tickets import Tickets, TicketSettings, key_id

KEY, OTHER_KEY = SecretStr("k" * 32), SecretStr("o" * 32)


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def tickets(clock: Clock, *keys: SecretStr) -> Tickets:
    return Tickets(TicketSettings(keys=keys or (KEY,)), clock)


def test_a_ticket_names_its_session(clock: Clock):
    office = tickets(clock)
    assert office.redeem(office.issue("s-1")) == "s-1"


def test_a_ticket_is_good_once(clock: Clock):
    office = tickets(clock)
    ticket = office.issue("s-1")
    assert office.redeem(ticket)
    assert office.redeem(ticket) is None


def test_a_ticket_is_good_for_its_lifetime_and_no_longer(clock: Clock):
    office = tickets(clock)
    first, second = office.issue("s-1"), office.issue("s-2")
    clock.now += 60
    assert office.redeem(first) == "s-1"
    clock.now += 1
    assert office.redeem(second) is None


def test_a_spent_ticket_stays_spent_to_its_last_second(clock: Clock):
    office = tickets(clock)
    clock.now += 0.9
    ticket = office.issue("s-1")
    office.redeem(ticket)
    clock.now += 60
    assert office.redeem(ticket) is None


def test_a_ticket_for_another_session_is_refused_and_not_spent(clock: Clock):
    office = tickets(clock)
    ticket = office.issue("s-1")
    assert office.redeem(ticket, for_session="s-2") is None
    assert office.redeem(ticket, for_session="s-1") == "s-1"


def test_a_ticket_signed_by_somebody_else_is_refused(clock: Clock):
    assert tickets(clock).redeem(tickets(clock, OTHER_KEY).issue("s-1")) is None


def test_an_old_key_still_verifies_while_the_new_one_signs(clock: Clock):
    issued_before = tickets(clock, OTHER_KEY).issue("s-1")
    rotated = tickets(clock, KEY, OTHER_KEY)
    assert rotated.redeem(issued_before) == "s-1"
    assert tickets(clock, KEY).redeem(rotated.issue("s-2")) == "s-2"
    assert tickets(clock, OTHER_KEY).redeem(rotated.issue("s-3")) is None


def test_a_ticket_tells_which_key_signed_it_and_nothing_else_of_the_key(clock: Clock):
    kid = tickets(clock, OTHER_KEY).issue("s-1").partition(".")[0]
    assert kid == key_id(OTHER_KEY.get_secret_value())
    assert kid not in OTHER_KEY.get_secret_value()


def test_a_ticket_is_checked_by_the_key_it_names_and_no_other(clock: Clock):
    rotated = tickets(clock, KEY, OTHER_KEY)
    kid, _, signed = rotated.issue("s-1").partition(".")
    other_kid = key_id(OTHER_KEY.get_secret_value())
    for named in (f"{other_kid}.{signed}", f"00000000.{signed}", f".{signed}", signed):
        assert rotated.redeem(named) is None
    assert rotated.redeem(f"{kid}.{signed}") == "s-1"


def test_a_spent_ticket_stays_spent_when_the_keys_are_the_same_twice(clock: Clock):
    office = tickets(clock, KEY, KEY)
    ticket = office.issue("s-1")
    assert office.redeem(ticket) == "s-1"
    assert office.redeem(ticket) is None


def test_without_keys_every_process_has_its_own(clock: Clock):
    one, other = (Tickets(TicketSettings(), clock) for _ in range(2))
    assert one.redeem(one.issue("s-1")) == "s-1"
    assert other.redeem(one.issue("s-1")) is None


def test_spent_tickets_are_forgotten_when_they_have_expired(clock: Clock):
    office = tickets(clock)
    for i in range(1000):
        office.redeem(office.issue(f"s-{i}"))
        clock.now += 1
    assert office.remembered <= 62


@given(st.integers(0, 200), st.characters(codec="utf-8"))
def test_a_ticket_with_any_one_character_changed_is_refused(at: int, other: str):
    office = tickets(Clock())
    ticket = office.issue("s-1")
    at %= len(ticket)
    changed = ticket[:at] + other + ticket[at + 1 :]
    # The last character of base64 has bits that mean nothing; only they may differ.
    assert office.redeem(changed) is None or changed == ticket or at == len(ticket) - 1


def test_a_ticket_in_the_other_alphabet_of_base64_is_refused():
    office = tickets(Clock())
    for _ in range(50):  # nearly every signature has a letter that has another
        ticket = office.issue("s-1")
        changed = ticket.replace("-", "+").replace("_", "/")
        assert office.redeem(changed) is None or changed == ticket


@pytest.mark.parametrize("junk", ["", ".", "a.b.c", "é", "\0", "x" * 100_000, "..", "W10.W10.W10"])
def test_junk_is_refused(clock: Clock, junk: str):
    assert tickets(clock).redeem(junk) is None


def test_a_short_key_is_a_mistake():
    with pytest.raises(ValidationError, match="at least 16 characters"):
        TicketSettings(keys=(SecretStr("secret"),))


def test_a_ticket_for_one_way_in_is_none_at_another_and_is_not_spent_there(clock: Clock):
    settings = TicketSettings(keys=(KEY,))
    phone, page = Tickets(settings, clock, way="phone"), Tickets(settings, clock)
    told_to_a_carrier = phone.issue("s-1")
    assert page.redeem(told_to_a_carrier) is None
    assert phone.redeem(told_to_a_carrier) == "s-1"
    assert phone.redeem(page.issue("s-2")) is None
