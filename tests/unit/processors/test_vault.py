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


def test_what_is_as_long_as_a_card_number_is_told_to_nobody_with_a_digit_wrong_either():
    vault = Vault()
    assert vault.take("4242424242424241") == "[number withheld]"
    assert vault.held("card") == ""
    assert vault.take("442079460958") == "442079460958"


def test_digits_that_are_typed_are_as_if_keyed_in():
    vault = Vault()
    vault.expect("pin")
    assert vault.read("7391 05") == "[PIN entered]"
    assert vault.held("pin") == "739105"
    assert vault.read("4242-4242-4242-4242") == "[card ending 4242]"
    assert vault.read("555-0100") == "555-0100"


def test_numbers_that_are_typed_among_words_are_withheld_while_a_secret_is_expected():
    vault = Vault()
    assert vault.read("order 1042") == "order 1042"
    vault.expect("pin")
    assert vault.read("it is 7391") == "it is [number withheld]"
    assert vault.expected == "pin"


def test_it_is_open_while_something_is_expected_or_being_keyed_in():
    vault = Vault()
    assert not vault.is_open
    vault.keying = True
    assert vault.is_open
    vault.wipe()
    assert not vault.is_open
    vault.expect("card")
    assert vault.is_open
