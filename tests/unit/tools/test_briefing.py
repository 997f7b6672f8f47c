"""What a colleague is told aloud before they take a caller over."""

from bot.tools.briefing import Briefing, Listener, brief
from bot.tools.briefing_es import SPANISH
from processors.vault import Vault

CARD = "4242 4242 4242 4242"
TALK = [
    {"role": "assistant", "content": "Hi, this is Echo."},
    {"role": "user", "content": "Where is my order 1042?"},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "1", "function": {"name": "look_up_order", "arguments": "{}"}}],
    },
    {"role": "tool", "content": "{}", "tool_call_id": "1"},
    {"role": "assistant", "content": "It is in Columbus, Ohio"},
    {"role": "user", "content": "I want to talk to a real person."},
]


def as_it_is(text: str) -> str:
    return text


def test_it_says_who_calls_what_they_want_and_what_was_done():
    assert brief("+15550001042", "", TALK, as_it_is) == (
        "This is Echo, with a caller from 1 5 5 5 0 0 0 1 0 4 2. "
        "They said: Where is my order 1042? So far I have looked up an order. "
        "The last I told them was: It is in Columbus, Ohio."
    )


def test_what_the_model_says_it_is_about_comes_first():
    words = brief("", "A late order", TALK, as_it_is)
    assert words.startswith("This is Echo, with a caller. It is about this: A late order. So far")


def test_a_caller_who_said_nothing_else_wants_a_person():
    talk = [TALK[0], TALK[-1]]
    assert brief("", "", talk, as_it_is) == (
        "This is Echo, with a caller. They want to talk to a person."
    )


def test_what_was_done_twice_is_told_once():
    assert brief("", "", TALK + TALK, as_it_is).count("looked up") == 1


def test_no_card_number_is_in_it_whoever_wrote_it_down():
    talk = [*TALK, {"role": "user", "content": f"My card is {CARD}, please."}]
    words = brief("+15550001042", f"Pay by {CARD}", talk, Vault().conceal)
    assert "4242 4242" not in words
    assert "card ending 4242" in words
    assert "[" not in words


def test_nothing_that_was_keyed_in_is_in_it():
    vault = Vault()
    vault.expect("pin")
    assert vault.take("90210") == "[PIN entered]"
    talk = [*TALK, {"role": "assistant", "content": "So your PIN is 9 02-10."}]
    words = brief("", "Their PIN is 90210", talk, vault.conceal)
    assert "90210" not in words
    assert "9 02-10" not in words


def test_a_callers_own_number_is_told_even_if_it_passes_for_a_cards():
    words = brief("+4242424242424242"[:16], "", [], Vault().conceal)
    assert "4 2 4 2" in words


def test_nobody_listens_to_a_long_story():
    long = [{"role": "user", "content": "and then it broke " * 100}]
    assert len(brief("", "so it is " * 100, long, as_it_is)) < 600


def test_a_card_number_is_known_before_a_long_sentence_is_cut_in_the_middle_of_it():
    reason = f"{'so it is ' * 20}and {CARD}"
    assert "4242 42" not in brief("", reason, TALK, Vault().conceal)


HABLA = [
    TALK[0],
    {"role": "user", "content": "¿Dónde está mi pedido 1042?"},
    *TALK[2:4],
    {"role": "assistant", "content": "Está en Columbus, Ohio"},
    {"role": "user", "content": "Quiero hablar con una persona."},
]


def test_who_takes_a_call_in_spanish_is_told_in_spanish():
    assert brief("+34600000042", "", HABLA, as_it_is, Listener(SPANISH, "es")) == (
        "Soy Echo, con alguien que llama desde el 3 4 6 0 0 0 0 0 0 4 2. "
        "Ha dicho: ¿Dónde está mi pedido 1042? Hasta ahora he buscado un pedido. "
        "Lo último que le he dicho es: Está en Columbus, Ohio."
    )


def test_who_does_not_speak_the_callers_language_is_told_which_it_is_and_no_word_of_it():
    assert brief("", "", HABLA, as_it_is, Listener(caller_speaks="es")) == (
        "This is Echo, with a caller. They speak Spanish. They want to talk to a person. "
        "So far I have looked up an order."
    )
    words = brief("", "Un pedido que llega tarde", TALK, as_it_is, Listener(SPANISH, "en"))
    assert words.startswith("Soy Echo, con alguien que llama. Habla inglés. Se trata de esto: Un")
    assert "Columbus" not in words


def test_what_a_model_says_it_is_about_is_told_in_any_language():
    words = brief("", "A late order", HABLA, as_it_is, Listener(caller_speaks="es"))
    assert "They speak Spanish. It is about this: A late order. So far" in words


def test_all_that_was_done_can_be_told_in_every_language():
    assert SPANISH.deeds.keys() == Briefing().deeds.keys()


def test_braces_in_what_a_caller_said_are_left_as_they_are():
    said = [{"role": "user", "content": "My order is {words} and {0}"}]
    assert "My order is {words} and {0}." in brief("", "", said, as_it_is)
