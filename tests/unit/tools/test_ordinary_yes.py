"""However careful Echo is with what it takes for a yes: an ordinary one, said once, is enough."""

from datetime import datetime

import pytest

from bot.tools.consent import (
    BOOKING,
    CANCELLATION,
    RETURN,
    Exchange,
    Readback,
    agreed,
)
from bot.tools.names import person
from bot.tools.values import moment, number

NOW = datetime(2026, 11, 22, 12)
TUESDAY = datetime(2026, 11, 24, 10, 30)
BOOK = Readback(BOOKING, (*moment(TUESDAY, NOW), *person("Maria Lopez")))
BOOK_IT = "Tuesday, November 24th at 10:30 AM, for Maria Lopez. Shall I book it?"
RESERVE = "El martes 24 de noviembre a las 10:30, a nombre de Maria Lopez. ¿La reservo?"

ENGLISH = [
    "Yep, that's right, go ahead.", "Yes, please.", "Yeah.", "Yeah, go ahead.", "Sure thing.",
    "Yes, that's correct.", "Sure.", "Okay.", "Okay, yes.", "Uh, yes.", "Um, yeah.", "Yes, yes.",
    "Yup.", "Absolutely.", "Definitely.", "Sounds good.", "That sounds good.", "Perfect.",
    "Sounds great, thanks.", "Great, thank you.", "That's fine.", "Yes, that's fine.", "Correct.",
    "That's right.", "Exactly.", "Right.", "Yes, that is right.", "Please do.", "Do it.",
    "Go ahead, please.", "Go for it.", "Yes, do that.", "Yes, book it.", "Please book it.",
    "Yeah, book that please.", "Yes, that works.", "Works for me.", "That'll be fine.",
    "All right.", "Alright then.", "Of course.", "Yes ma'am.", "Mm-hmm.", "Uh-huh.", "I do.",
    "Yes, I would.", "Yes, I'd like that.", "Yes, I want to book it.", "I confirm.", "Confirmed.",
    "No problem.", "Why not.", "Yes, for Maria Lopez.", "Yes, Tuesday works.", "Let's do it.",
    "Tuesday at 10:30 is good.", "Yes, thank you so much.", "That would be great.", "Yes, it is.",
    "That would be perfect, thanks.", "Yeah, that's me.", "Yeah, sure, why not.", "I said yes.",
    "Oh yes, please.", "Yes, go right ahead.", "Yes, everything is correct.", "Yes, all correct.",
    "yes that's right", "yep yep go ahead", "yeah that's good", "Yes, Maria Lopez.", "Yes, do.",
]  # fmt: skip
SPANISH = [
    "Sí.", "Sí, por favor.", "Sí, claro.", "Claro que sí.", "Sí, está bien.", "Vale.", "Dale.",
    "Sí, adelante.", "De acuerdo.", "Perfecto, gracias.", "Sí, correcto.", "Así es.", "Exacto.",
    "Por supuesto.", "Sí, resérvela.", "Sí, hágalo, por favor.", "Sí, a nombre de Maria Lopez.",
    "Sí, el martes.", "Muy bien.", "Me parece bien.", "Sí, todo correcto.", "Eh, sí.", "Sí, sí.",
    "Sí, muchas gracias.", "Adelante, por favor.", "Sí, eso es.", "Sí, esa misma.", "si claro",
]  # fmt: skip


def test_there_are_enough_of_them():
    assert len(ENGLISH) + len(SPANISH) >= 60


@pytest.mark.parametrize("words", ENGLISH)
def test_an_ordinary_yes_is_enough(words: str):
    assert agreed(BOOK, Exchange(2, BOOK_IT, words, ("For Maria Lopez, please.", words)))


@pytest.mark.parametrize("words", SPANISH)
def test_an_ordinary_yes_is_enough_in_spanish(words: str):
    assert agreed(BOOK, Exchange(2, RESERVE, words, ("Para Maria Lopez.", words)))


BACK = Readback(RETURN, number(1036))
AWAY = Readback(CANCELLATION, BOOK.values)


@pytest.mark.parametrize(
    ("readback", "question"),
    [
        (BOOK, "Great. So Tuesday at 10:30 for Maria Lopez, would you like me to book that?"),
        (BOOK, "Perfect, Maria Lopez on the 24th at half past ten. Shall I go ahead and book?"),
        (BOOK, "I'll book you in, Maria Lopez, for Tuesday at ten thirty. Is that right?"),
        (BOOK, "Booking Maria Lopez for tomorrow's colleague on Tuesday at 10:30, okay?"),
        (BOOK, "Wednesday is full. Tuesday at 10:30, for Maria Lopez. Shall I book it?"),
        (BOOK, "Do you want me to book Tuesday, November 24, 10:30 AM for Maria Lopez?"),
        (BOOK, "May I reserve Tuesday at 10:30 for Maria Lopez?"),
        (BOOK, "Tuesday at 10:30 AM for Maria Lopez, ready for me to book it?"),
        (AWAY, "Maria Lopez, Tuesday at 10:30. Shall I cancel it?"),
        (AWAY, "Do you want me to cancel the appointment of Maria Lopez on Tuesday at 10:30?"),
        (AWAY, "So I'm cancelling Tuesday, November 24th at 10:30 AM for Maria Lopez. Correct?"),
        (BACK, "Order 1036, your 1984 poster, for $1,049. Shall I start the return?"),
        (BACK, "Return order 1036?"),
        (BACK, "Order one zero three six, your tea set. Do you want me to send it back for you?"),
        (BACK, "I can refund order 1036 for $74. Shall I go ahead?"),
        (BACK, "Pedido 1036. ¿Quiere que inicie la devolución?"),
        (BACK, "Va a devolver el pedido 1036. ¿Es correcto?"),
        (AWAY, "El martes a las diez y media, Maria Lopez. ¿Le cancelo la cita?"),
    ],
)  # fmt: skip
def test_a_question_for_leave_is_known_however_a_model_puts_it(readback: Readback, question: str):
    assert agreed(readback, Exchange(2, question, "Yes.", ("Yes.",)))
