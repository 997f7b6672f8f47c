"""When a call goes on in another language."""

import pytest

from processors.spoken_language import Following, asked_for

BOTH = ("en", "es")


@pytest.mark.parametrize(
    "text",
    [
        "Do you speak Spanish?", "¿Habla español?", "¿Hablas castellano?", "In Spanish, please.",
        "En español, por favor.", "Spanish.", "Español", "Can we talk in Spanish?",
        "Is there someone who speaks Spanish?", "¿Podemos hablar en español?",
        "I don't speak English.", "No hablo inglés.", "Prefiero hablar en español",
        "Could you switch to Spanish please",
    ],
)  # fmt: skip
def test_who_asks_for_spanish_gets_it(text: str):
    assert Following("en", BOTH).hears(text) == "es"


@pytest.mark.parametrize(
    "text",
    [
        "English, please.", "Can we continue in English?", "¿Habla inglés?", "No hablo español.",
        "In English", "I don't speak Spanish.", "Hablemos en inglés, por favor.",
    ],
)  # fmt: skip
def test_who_asks_for_english_gets_it(text: str):
    assert Following("es", BOTH).hears(text) == "en"


@pytest.mark.parametrize(
    "text",
    [
        "I ordered a book in Spanish and it has not come.", "Where is my order?",
        "I have a Spanish omelette", "Do you have it in Spanish?", "I speak English",
        "I don't speak Spanish", "English, please",
        "My order is the Spanish dictionary", "",
    ],
)  # fmt: skip
def test_who_asks_for_nothing_of_the_kind_is_spoken_to_as_before(text: str):
    assert Following("en", BOTH).hears(text, "en") is None


def test_no_language_is_spoken_that_is_not_offered():
    assert asked_for("Do you speak Spanish?", ("en",)) is None
    assert Following("en", ("en",)).hears("Quiero devolver una lámpara", "es") is None


def test_who_speaks_it_gets_it():
    assert Following("en", BOTH).hears("Quiero devolver una lámpara", "es") == "es"
    assert Following("en", BOTH).hears("Quiero devolver una lámpara", "es-419") == "es"


def test_a_word_or_a_name_is_not_enough_but_a_few_in_a_row_are():
    following = Following("en", BOTH)
    assert following.hears("Hola.", "es") is None
    assert following.hears("Quiero devolver.", "es") == "es"


def test_words_that_are_not_in_a_row_do_not_add_up():
    following = Following("en", BOTH)
    assert following.hears("María López.", "es") is None
    assert following.hears("That is my name.", "en") is None
    assert following.hears("María López.", "es") is None


def test_a_third_language_is_no_reason_to_change():
    assert Following("en", BOTH).hears("Bonjour, où est ma commande?", "fr") is None


def test_it_is_told_once_and_may_go_back():
    following = Following("en", BOTH)
    assert following.hears("Quiero devolver una lámpara", "es") == "es"
    assert following.hears("El pedido mil cuarenta y dos", "es") is None
    assert following.hears("English, please.") == "en"


def test_what_was_decided_elsewhere_is_known():
    following = Following("en", BOTH)
    following.goes_on_in("es")
    assert following.hears("Quiero devolver una lámpara", "es") is None
