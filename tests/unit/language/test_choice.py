"""Which language a call begins in."""

import pytest

from bot.language.book import Language
from bot.language.choice import Beginning, Known, LanguageSettings, beginning, wrong_language

BOTH: tuple[Language, ...] = ("en", "es")
MADRID, MEXICO, BOSTON = "+34910000000", "+525550000000", "+16170000000"


def begins(known: Known, languages: tuple[Language, ...] = BOTH, **numbers: str) -> Beginning:
    return beginning(known, languages, LanguageSettings(**numbers))


def test_a_call_of_which_nothing_is_known_begins_in_the_first_language():
    assert begins(Known()) == Beginning("en", "first of LANGUAGES")
    assert begins(Known(), ("es", "en")) == Beginning("es", "first of LANGUAGES")


@pytest.mark.parametrize("caller", [MADRID, MEXICO, "34910000000", "+17875550000", "+593255500"])
def test_a_caller_from_where_spanish_is_spoken_is_spoken_to_in_spanish(caller: str):
    assert begins(Known(caller)) == Beginning("es", "country of the caller")


@pytest.mark.parametrize("caller", [BOSTON, "", "anonymous", "+44700", "127.0.0.1", "+5"])
def test_any_other_caller_is_not(caller: str):
    assert begins(Known(caller)) == Beginning("en", "first of LANGUAGES")


def test_the_number_called_counts_for_more_than_the_country():
    numbers = {MADRID: "es", BOSTON: "en"}
    assert begins(Known(BOSTON, MADRID), at_numbers=numbers) == Beginning("es", "number called")
    assert begins(Known(MADRID, BOSTON), at_numbers=numbers) == Beginning("en", "number called")


def test_a_number_is_the_same_without_its_plus():
    assert begins(Known(called="34910000000"), at_numbers={MADRID: "es"}).language == "es"


def test_what_was_asked_for_counts_for_more_than_any_number():
    known = Known(MADRID, MADRID, {"language": "en"})
    assert begins(known, at_numbers={MADRID: "es"}) == Beginning("en", "asked for")


@pytest.mark.parametrize(
    "tag",
    [
        "es", "ES", "es-MX", "ES_mx", "es_419", " es ", "es-", "spa", "spanish", "Spanish",
        "SPANISH", "español", "espan\u0303ol", "Castellano",
    ],
)  # fmt: skip
def test_a_language_may_be_asked_for_by_any_of_its_tags(tag: str):
    assert begins(Known(body={"language": tag})) == Beginning("es", "asked for")


JUNK: list[object] = [
    *(
        "fr",
        "",
        " ",
        "-",
        "_",
        "e",
        "ess",
        "en español",
        "es\x00",
        "\ud800",
        "'; DROP TABLE orders",
    ),
    *("es" * 5_000, "es-" + "x" * 10_000, " " * 10_000, "\N{PILE OF POO}" * 3_000),
    *(None, 1, True, 1.5, ["es"], {"es": "es"}),
]


@pytest.mark.parametrize("tag", JUNK, ids=range(len(JUNK)))
def test_a_tag_of_no_language_of_ours_is_passed_over(tag: object):
    assert begins(Known(MADRID, body={"language": tag})).why == "country of the caller"


def test_a_language_that_is_not_offered_is_spoken_to_nobody():
    known = Known(MADRID, MADRID, {"language": "es"})
    assert begins(known, ("en",), at_numbers={MADRID: "es"}) == Beginning(
        "en", "first of LANGUAGES"
    )


def test_the_longest_prefix_counts():
    prefixes = {"+1": "en", "+1787": "es"}
    assert begins(Known("+17875550000"), from_prefixes=prefixes).language == "es"
    assert begins(Known(BOSTON), ("es", "en"), from_prefixes=prefixes).language == "en"


def test_a_client_is_told_which_languages_it_can_have():
    assert wrong_language({}, BOTH) is None
    assert wrong_language({"language": "es-ES"}, BOTH) is None
    assert wrong_language({"language": "fr"}, BOTH) == "Unknown language 'fr'; choose en or es."
    assert wrong_language({"language": "es"}, ("en",)) == "Unknown language 'es'; choose en."


def test_english_may_be_asked_for_by_its_name_too():
    for tag in ("en", "EN_gb", "eng", "English", "inglés", "ingle\u0301s"):
        assert begins(Known(MADRID, body={"language": tag})) == Beginning("en", "asked for")


@pytest.mark.parametrize("tag", JUNK, ids=range(len(JUNK)))
def test_a_client_whose_tag_is_none_is_told_so_briefly(tag: object):
    wrong = wrong_language({"language": tag}, BOTH)
    if tag is None:
        assert wrong is None
    else:
        assert wrong
        assert wrong.endswith("; choose en or es.")
        assert len(wrong) < 120
