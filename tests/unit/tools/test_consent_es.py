"""What counts as a Spanish-speaking caller's yes, and what does not."""

from datetime import datetime

import pytest

from bot.tools.consent import (
    BOOKING,
    CANCELLATION,
    HANDOVER,
    RETURN,
    Exchange,
    Readback,
    agreed,
    is_yes,
    wants_person,
)
from bot.tools.names import person
from bot.tools.values import moment, number

NOW = datetime(2026, 11, 22, 12)
TUESDAY = datetime(2026, 11, 24, 10, 30)
BOOK = Readback(BOOKING, (*moment(TUESDAY, NOW), *person("María López")))
BOOK_IT = "El martes 24 de noviembre a las 10:30, a nombre de María López. ¿La reservo?"


@pytest.mark.parametrize(
    "words",
    [
        "Sí.", "Sí", "sí por favor", "Si.", "Claro que sí.", "Por supuesto.", "De acuerdo.",
        "Vale.", "Vale, sí.", "Sí, sí, adelante.", "Correcto.", "Eso es.", "Perfecto, gracias.",
        "Está bien.", "Sin problema.", "No hay problema.", "Cómo no.", "Sí, resérvela.",
        "Sí, por favor, resérvela.", "Confirmado.",
        "Sí, el martes a nombre de María López.", "Así es, señorita.", "Desde luego que sí.",
        "Okay.", "Ok, adelante.", "Muy bien, gracias.",
    ],
)  # fmt: skip
def test_a_yes_is_a_yes(words: str):
    assert is_yes(words, BOOK_IT)


@pytest.mark.parametrize(
    "words",
    [
        "No.", "No, gracias.", "Sí, pero a las once.", "¿Sí?", "Sí, a las tres.", "Creo que sí.",
        "Supongo.", "Tal vez.", "Todavía no.", "Vale, si está libre.", "Sí, si puede ser.",
        "¿Está bien?", "Espere.", "Mejor otro día.", "Sí, cancele todas las demás.", "Hmm.",
        "¿Qué?", "María López", "Sí, para Tomás Becker", "Sí, páseme con una persona.",
        "No lo sé", "Vale, ¿qué tiempo hace?", "Sí, no, espere.", "Que sí, pero otro día.",
        "Okay, not yet.", "Sí, but not that.", "okay no",
    ],
)  # fmt: skip
def test_anything_else_is_not(words: str):
    assert not is_yes(words, BOOK_IT)


def heard(question: str, reply: str = "Sí.", *before: str) -> Exchange:
    return Exchange(len(before) + 1, question, reply, (*before, reply))


@pytest.mark.parametrize(
    "question",
    [
        BOOK_IT,
        "Entonces, el martes a las diez y media, para María López. ¿Se la reservo?",
        "María López, martes, diez y treinta. ¿Hago la reserva?",
    ],
)
def test_a_readback_may_be_in_spanish(question: str):
    assert agreed(BOOK, heard(question))


@pytest.mark.parametrize(
    "question",
    [
        "¿La reservo?",
        "El martes a las diez, a nombre de María López. ¿La reservo?",
        "El lunes a las diez y media, a nombre de María López. ¿La reservo?",
        "El martes a las diez y media, a nombre de Ana López. ¿La reservo?",
        "El martes a las diez y media, a nombre de María López. ¿La cancelo?",
    ],
)
def test_a_readback_of_something_else_is_none(question: str):
    assert not agreed(BOOK, heard(question))


def test_tomorrow_is_a_day_and_the_morning_is_none():
    monday = Readback(BOOKING, moment(datetime(2026, 11, 23, 9), NOW))
    assert agreed(monday, heard("Mañana a las nueve. ¿La reservo?"))
    assert not agreed(monday, heard("A las nueve de la mañana. ¿La reservo?"))


@pytest.mark.parametrize(
    ("deed", "question"),
    [
        (RETURN, "El pedido 1042, una lámpara, 149 dólares. ¿Inicio la devolución?"),
        (RETURN, "¿Quiere devolver el pedido 1042?"),
        (RETURN, "Pedido uno cero cuatro dos. ¿Le reembolso el importe?"),
        (CANCELLATION, "Pedido 1042. ¿Lo anulo?"),
        (CANCELLATION, "Pedido 1042. ¿Quiere que lo cancele?"),
    ],
)
def test_what_is_done_is_named_in_spanish(deed, question: str):
    assert agreed(Readback(deed, number(1042)), heard(question))


def test_a_yes_to_a_colleague_is_one():
    offer = Readback(HANDOVER)
    assert agreed(offer, heard("¿Quiere que le pase con un compañero?"))
    assert not agreed(offer, heard("¿Quiere saber algo más?"))


@pytest.mark.parametrize(
    "words",
    [
        "Quiero hablar con una persona.", "¿Puedo hablar con alguien?", "Páseme con un agente.",
        "Póngame con el encargado, por favor.", "Necesito hablar con un ser humano",
        "una persona por favor", "Comuníqueme con un representante", "Un operador.",
        "Prefiero hablar con un compañero suyo",
    ],
)  # fmt: skip
def test_who_asks_for_a_person_does(words: str):
    assert wants_person([words])


@pytest.mark.parametrize(
    "words",
    [
        "No quiero hablar con una persona.", "¿Es usted una persona?", "¿Dónde está mi pedido?",
        "Sin hablar con ningún agente", "Soy una persona ocupada", "Hola",
    ],
)  # fmt: skip
def test_who_does_not_does_not(words: str):
    assert not wants_person([words])
