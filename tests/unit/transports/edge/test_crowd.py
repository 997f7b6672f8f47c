import pytest

from transports.edge.crowd import Crowd


def test_so_many_of_one_address_may_wait():
    crowd = Crowd[int](most=5, most_each=2)
    assert [crowd.join(number, "192.0.2.1") for number in range(3)] == [True, True, False]
    assert [*crowd] == [0, 1]


def test_with_one_more_than_may_wait_in_all_somebody_has_to_go_and_who_came_first_is_told():
    crowd = Crowd[int](most=2, most_each=2)
    for number in (3, 1, 2):
        assert not crowd.is_too_large
        assert crowd.join(number, f"192.0.2.{number}")
    assert crowd.is_too_large
    assert next(iter(crowd)) == 3
    crowd.leave(3)
    assert not crowd.is_too_large
    assert [*crowd] == [1, 2]


def test_who_leaves_makes_room():
    crowd = Crowd[int](most=5, most_each=1)
    assert crowd.join(1, "192.0.2.1")
    crowd.leave(1)
    crowd.leave(1)
    assert crowd.join(2, "192.0.2.1")


def test_who_was_turned_away_is_not_counted():
    crowd = Crowd[int](most=10, most_each=1)
    crowd.join(0, "192.0.2.1")
    for number in range(1, 1000):
        assert not crowd.join(number, "192.0.2.1")
        crowd.leave(number)
    crowd.leave(0)
    assert ([*crowd], crowd.remembered) == ([], 0)


def test_all_addresses_of_one_ipv6_customer_are_one():
    crowd = Crowd[int](most=10, most_each=2)
    joined = [crowd.join(number, f"2001:db8::{number}") for number in range(3)]
    assert joined == [True, True, False]


@pytest.mark.parametrize(("address", "waiting"), [("10.1.2.3", 5), ("192.0.2.1", 2), ("::1", 5)])
def test_a_proxy_of_ours_is_bounded_with_everybody_only(address: str, waiting: int):
    crowd = Crowd[int](most=5, most_each=2, proxies=("10.0.0.0/8", "::1"))
    for number in range(5):
        crowd.join(number, address)
    assert len([*crowd]) == waiting
