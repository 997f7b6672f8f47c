import pytest

from transports.edge.crowd import Crowd


def test_so_many_of_one_address_may_wait_and_so_many_in_all():
    crowd = Crowd(most=5, most_each=2)
    assert [crowd.join("192.0.2.1") for _ in range(3)] == [True, True, False]
    assert [crowd.join(f"192.0.2.{i}") for i in range(2, 6)] == [True, True, True, False]
    assert crowd.waiting == 5


def test_who_leaves_makes_room():
    crowd = Crowd(most=5, most_each=1)
    assert crowd.join("192.0.2.1")
    crowd.leave("192.0.2.1")
    assert crowd.join("192.0.2.1")


def test_who_was_turned_away_is_not_counted():
    crowd = Crowd(most=1, most_each=1)
    crowd.join("192.0.2.1")
    for i in range(1000):
        assert not crowd.join(f"10.0.{i // 256}.{i % 256}")
    crowd.leave("192.0.2.1")
    assert (crowd.waiting, crowd.remembered) == (0, 0)


def test_all_addresses_of_one_ipv6_customer_are_one():
    crowd = Crowd(most=10, most_each=2)
    assert [crowd.join(f"2001:db8::{i}") for i in range(3)] == [True, True, False]


@pytest.mark.parametrize(("address", "waiting"), [("10.1.2.3", 5), ("192.0.2.1", 2), ("::1", 5)])
def test_a_proxy_of_ours_is_bounded_with_everybody_only(address: str, waiting: int):
    crowd = Crowd(most=5, most_each=2, proxies=("10.0.0.0/8", "::1"))
    for _ in range(10):
        crowd.join(address)
    assert crowd.waiting == waiting
