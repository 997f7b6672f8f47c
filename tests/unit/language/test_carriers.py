"""What a carrier's own voice says, by what is known of a call outside of it."""

from bot.config import Settings
from bot.language.carriers import spoken_by_carriers
from transports.phone.phrases import Colleague, Phrases

US, SPAIN = "+15550001042", "+34600000042"
OURS, OURS_IN_SPAIN = "+15550009999", "+34910000000"


def settings(**more: object) -> Settings:
    at = {"at_numbers": {OURS_IN_SPAIN: "es"}}
    return Settings(_env_file=None, languages=("en", "es"), spoken=at, **more)


def test_who_calls_from_spain_is_spoken_to_in_spanish_and_the_guess_is_nobodys_word():
    said = spoken_by_carriers(settings())(SPAIN, OURS, "")
    assert (said.say_in, said.language) == ("es-ES", "")
    assert said.apology == settings().spanish.phone_apology
    assert all((said.busy, said.nobody, said.hold, said.back, said.voicemail))


def test_a_number_of_a_language_tells_it():
    assert spoken_by_carriers(settings())(US, OURS_IN_SPAIN, "").language == "es"


def test_a_call_that_has_gone_on_in_a_language_is_spoken_to_in_it():
    speaks = spoken_by_carriers(settings())
    assert speaks(US, OURS, "es").say_in == "es-ES"
    assert speaks(US, OURS, "es").language == "es"
    assert speaks(SPAIN, OURS, "en") == Phrases(language="en")


def test_in_english_all_is_said_as_it_is_set():
    assert spoken_by_carriers(settings())(US, OURS, "") == Phrases()


def test_a_house_that_speaks_one_language_speaks_it_to_everybody():
    alone = Settings(_env_file=None)
    assert spoken_by_carriers(alone)(SPAIN, OURS, "") == Phrases()


def test_a_colleague_is_told_in_the_language_of_the_call_while_nobody_knows_theirs():
    speaks = spoken_by_carriers(settings())
    assert speaks(SPAIN, OURS, "").colleague.say_in == "es-ES"
    assert speaks(US, OURS, "es").colleague.how.startswith("Pulse 1")
    assert speaks(SPAIN, OURS, "en").colleague == Colleague()


def test_a_colleague_whose_language_is_known_is_told_in_it():
    for language in ("", "en", "es"):
        english = spoken_by_carriers(settings(handoff={"language": "en"}))(SPAIN, OURS, language)
        spanish = spoken_by_carriers(settings(handoff={"language": "es"}))(US, OURS, language)
        assert english.colleague == Colleague()
        assert spanish.colleague.say_in == "es-ES"
        assert all((spanish.colleague.gone, spanish.colleague.left, spanish.colleague.not_taken))
