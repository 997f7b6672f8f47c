"""A call in Spanish: every line is there, and every provider speaks it."""

import re
from string import Formatter

import pytest
from pydantic import SecretStr

from bot.config import Settings, SettingsError
from bot.language.book import Book, Language
from bot.language.localized import book_of, check_languages, parting_in, spoken_in
from bot.providers.choice import orders
from bot.tongues import repertoire, tongue
from processors.patience import OPENINGS

KEY = {"api_key": SecretStr("a-key")}
CLOUD = {"deepgram": KEY, "openai": KEY, "cartesia": KEY, "elevenlabs": KEY}
LANGUAGES: tuple[Language, ...] = ("en", "es")


def settings(**changed: object) -> Settings:
    return Settings(_env_file=None, **{"languages": LANGUAGES, **CLOUD, **changed})


def texts(value: object) -> list[str]:
    match value:
        case str():
            return [value]
        case dict():
            return [text for each in value.values() for text in texts(each)]
        case tuple():
            return [text for each in value for text in texts(each)]
        case _:
            return []


SAID = [name for name in Book.model_fields if not name.endswith("_voice") and name != "persona"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("line", [name for name in SAID if name != "disclosure"])
def test_every_line_is_there_in_every_language(language: Language, line: str):
    lines = texts(getattr(book_of(settings(), language), line))
    assert lines
    assert all(each.strip() == each and each for each in lines)


@pytest.mark.parametrize("line", [name for name in SAID if name != "digits"])
def test_no_line_is_left_in_english(line: str):
    english, spanish = (texts(getattr(book_of(settings(), each), line)) for each in LANGUAGES)
    assert not {*english} & {*spanish}


@pytest.mark.parametrize("line", SAID)
def test_what_is_filled_in_is_filled_in_everywhere(line: str):
    def blanks(language: Language) -> set[str]:
        lines = texts(getattr(book_of(settings(), language), line))
        return {name for each in lines for _, name, _, _ in Formatter().parse(each) if name}

    assert blanks("en") == blanks("es")


def test_every_tool_that_has_fillers_has_spanish_ones():
    fillers = book_of(settings(), "es").fillers
    assert {name for name, said in fillers.items() if said} == {
        name for name, said in OPENINGS.items() if said
    }


def test_spanish_questions_begin_as_they_end():
    for line in SAID:
        for text in texts(getattr(book_of(settings(), "es"), line)):
            assert text.count("?") == text.count("¿")
            assert text.count("!") == text.count("¡")


def test_a_call_in_english_has_the_settings_as_they_are():
    assert spoken_in(ours := settings(), "en") is ours


def test_a_call_in_spanish_says_nothing_in_english():
    ours = settings(disclosure="You are talking to an AI.")
    english, spanish = (tongue(ours, each) for each in LANGUAGES)
    assert not {*english.phrases} & {*spanish.phrases}
    assert len(spanish.settings.filler.phrases) == len(english.settings.filler.phrases)
    assert spanish.brief.greeting == "Hola, soy Echo, de Acme. ¿En qué puedo ayudarle?"
    assert "español" in spanish.brief.persona


def test_a_filler_that_was_not_translated_is_a_general_one_and_no_english_one():
    ours = settings(spanish={"fillers": {"get_weather": ("A ver el tiempo.",)}})
    filler = spoken_in(ours, "es").filler
    assert filler.opening("get_weather") == ("A ver el tiempo.",)
    assert filler.opening("look_up_order") == ours.spanish.fillers_otherwise


def test_a_disclosure_is_made_in_spanish_where_it_is_made_in_english():
    assert spoken_in(settings(), "es").disclosure == ""
    ours = settings(disclosure="You are talking to an AI.")
    assert spoken_in(ours, "es").disclosure == ours.spanish.disclosure


def test_the_emergency_number_is_read_out_in_spanish():
    said = spoken_in(settings(emergency={"country": "ES"}), "es").emergency.spoken
    assert said.endswith("marque el uno uno dos.")


def test_every_provider_hears_and_speaks_spanish():
    spoken = spoken_in(settings(), "es")
    assert (spoken.deepgram.language, spoken.deepgram.flux_model) == ("es", "flux-general-multi")
    assert (spoken.cartesia.language, spoken.elevenlabs.language) == ("es", "es")
    assert spoken.cartesia.voice != settings().cartesia.voice
    assert spoken.realtime.language == "es"


def test_no_local_engine_follows_in_spanish():
    assert all("local" in [each.provider for each in of] for of in orders(settings()).values())
    spanish = orders(spoken_in(settings(), "es"))
    assert {role: [each.provider for each in of] for role, of in spanish.items()} == {
        "STT": ["deepgram"],
        "LLM": ["openai"],
        "TTS": ["cartesia", "elevenlabs"],
    }


def test_who_leaves_is_told_so_in_their_language():
    assert parting_in(settings(), "en").goodbye == "Thank you for calling. Goodbye!"
    assert parting_in(settings(), "es").goodbye == "Gracias por llamar. ¡Adiós!"


@pytest.mark.parametrize("role", ["stt", "llm", "tts"])
def test_a_language_the_local_engines_do_not_know_ends_the_start(role: str):
    with pytest.raises(SettingsError) as refused:
        check_languages(settings(**{role: "local"}))
    assert re.search(
        rf"Spanish.* English only: choose cloud providers for {role.upper()} \(\w+_API_KEY.*\), or "
        r'LANGUAGES=\["en"\]\.',
        str(refused.value),
    )


def test_english_alone_needs_no_cloud():
    check_languages(settings(languages=("en",), stt="local", llm="local", tts="local"))


def test_a_voice_knows_the_last_words_by_heart_that_the_local_voice_cannot_say():
    ours = settings()
    known = repertoire({each: tongue(ours, each) for each in LANGUAGES})
    assert ours.spanish.breakdown in known
    assert ours.breakdown not in known


def test_an_english_house_knows_the_phrases_it_has_always_known():
    english = tongue(settings(languages=("en",)), "en")
    assert repertoire({"en": english}) == english.phrases
    assert english.phrases[:2] == (settings().greeting, settings().apology)


def test_a_colleague_is_told_in_the_language_of_the_call_while_nobody_knows_theirs():
    for language in LANGUAGES:
        listener = parting_in(settings(), language).colleague
        assert (listener.caller_speaks, listener.foreign) == (language, "")
    english, spanish = (parting_in(settings(), each).colleague.words for each in LANGUAGES)
    assert english.caller != spanish.caller


@pytest.mark.parametrize(("theirs", "foreign"), [("en", "They speak Spanish."), ("es", "")])
def test_a_colleague_whose_language_is_known_is_told_in_it(theirs: Language, foreign: str):
    ours = settings(handoff={"language": theirs})
    assert parting_in(ours, "es").colleague.foreign == foreign
    assert {parting_in(ours, each).colleague.words.caller for each in LANGUAGES} == {
        parting_in(settings(), theirs).colleague.words.caller
    }


def test_a_model_is_asked_to_write_for_a_colleague_in_the_colleagues_language():
    asks = {each: tongue(settings(handoff={"language": "en"}), each) for each in LANGUAGES}
    assert "write it in English" in asks["es"].brief.persona
    assert "write it in" not in asks["en"].brief.persona
    assert "write it in" not in tongue(settings(), "es").brief.persona


def test_what_may_not_be_told_is_refused_in_spanish():
    assert spoken_in(settings(), "es").reticence.refusal == settings().spanish.refusal


def test_a_colleague_speaks_a_language_there_is():
    with pytest.raises(ValueError, match="language"):
        settings(handoff={"language": "fr"})
