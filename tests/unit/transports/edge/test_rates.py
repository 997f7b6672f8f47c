import pytest

from transports.edge.rates import Rates, household


def test_one_address_may_ask_so_often_and_is_told_when_it_may_again():
    rates = Rates(per_sec=0.5, burst=3)
    assert [rates.wait_secs("192.0.2.1", 0.0) for _ in range(4)] == [0, 0, 0, 2]
    assert rates.wait_secs("192.0.2.1", 1.0) == 1
    assert rates.wait_secs("192.0.2.1", 2.0) == 0


def test_whoever_asks_too_early_does_not_wait_longer_for_it():
    rates = Rates(per_sec=1, burst=1)
    rates.wait_secs("192.0.2.1", 0.0)
    assert {rates.wait_secs("192.0.2.1", 0.5) for _ in range(100)} == {1}
    assert rates.wait_secs("192.0.2.1", 1.0) == 0


def test_a_wait_that_was_waited_for_is_enough():
    rates = Rates(per_sec=1 / 7, burst=1)
    now = 1e6 + 0.1
    rates.wait_secs("192.0.2.1", now)
    assert rates.wait_secs("192.0.2.1", now + rates.wait_secs("192.0.2.1", now)) == 0


def test_addresses_do_not_pay_for_each_other():
    rates = Rates(per_sec=1, burst=1)
    assert [rates.wait_secs(f"192.0.2.{i}", 0.0) for i in range(200)] == [0] * 200


def test_a_flood_of_addresses_is_not_remembered_for_ever():
    rates = Rates(per_sec=1, burst=1, most=100)
    for i in range(5_000):
        rates.wait_secs(f"10.0.{i // 256}.{i % 256}", 0.0)
    assert rates.remembered == 100


def test_who_keeps_asking_is_not_forgotten_for_those_who_asked_once():
    rates = Rates(per_sec=0.01, burst=1, most=10)
    rates.wait_secs("192.0.2.1", 0.0)
    for i in range(100):
        rates.wait_secs(f"10.0.0.{i}", 0.0)
        assert rates.wait_secs("192.0.2.1", 0.0) > 0


@pytest.mark.parametrize(
    ("address", "who"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("", ""),
        ("a socket's path", "a socket's path"),
    ],
)
def test_a_household_is_an_address_or_what_one_customer_is_given(address: str, who: str):
    assert household(address) == who
