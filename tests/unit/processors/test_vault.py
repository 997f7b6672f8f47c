"""The vault keeps what is secret, and says what may be known of it."""

from processors.vault import Vault

CARD = "4242424242424242"


def test_a_card_number_is_kept_and_known_by_its_end():
    vault = Vault()
    vault.expect("card")
    assert vault.take(CARD) == "[card ending 4242]"
    assert vault.held("card") == CARD
    assert vault.expected is None


def test_a_card_number_that_nobody_expected_is_a_secret_all_the_same():
    assert Vault().take(CARD) == "[card ending 4242]"


def test_any_other_number_is_what_the_caller_says():
    vault = Vault()
    assert vault.take("1042") == "1042"
    assert vault.held("card") == ""


def test_of_a_pin_nothing_is_known():
    vault = Vault()
    vault.expect("pin")
    assert vault.take("7391") == "[PIN entered]"
    assert vault.held("pin") == "7391"


def test_a_wrong_number_is_not_told_and_may_be_keyed_in_again():
    vault = Vault()
    vault.expect("card")
    assert vault.take("4242424242424241") == "[what was keyed in is no card number]"
    assert vault.take(CARD) == "[card ending 4242]"


def test_after_three_wrong_ones_keys_are_numbers_again():
    vault = Vault()
    vault.expect("pin")
    for _ in range(3):
        assert vault.take("1") == "[what was keyed in is no PIN]"
    assert vault.take("1042") == "1042"


def test_a_wiped_vault_holds_nothing():
    vault = Vault()
    vault.take(CARD)
    vault.wipe()
    assert vault.held("card") == ""


def test_a_vault_that_is_printed_shows_no_digit():
    vault = Vault()
    vault.take(CARD)
    assert f"{vault!r} {vault}" == "<Vault of card> <Vault of card>"
