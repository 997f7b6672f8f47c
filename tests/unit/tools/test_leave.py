"""Which questions ask for leave to do a deed, and which only have its words in them."""

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
)
from bot.tools.names import person
from bot.tools.values import moment, number

NOW = datetime(2026, 11, 22, 12)
BOOK = Readback(BOOKING, (*moment(datetime(2026, 11, 24, 10, 30), NOW), *person("Maria Lopez")))
CANCEL = Readback(CANCELLATION, BOOK.values)
BACK = Readback(RETURN, number(1036))
COLLEAGUE = Readback(HANDOVER)
SAID = "It's order 1036, and Tuesday at 10:30 for Maria Lopez."


def yes_to(readback: Readback, question: str) -> bool:
    return agreed(readback, Exchange(2, question, "Yes.", (SAID, "Yes.")))


@pytest.mark.parametrize(
    ("readback", "question"),
    [
        (BACK, "Order 1036: does the refund go to the same card?"),
        (BACK, "Is a refund what you have in mind for order 1036?"),
        (BACK, "Order 1036. Would you consider a return if it were free?"),
        (BACK, "Let me see: order 1036, that's refundable, okay?"),
        (BACK, "I can see a return of order 1036 in our system, right?"),
        (BOOK, "Tuesday at 10:30 for Maria Lopez: you booked online, correct?"),
        (BOOK, "Tuesday at 10:30, Maria Lopez. Do you like booking by phone?"),
        (BOOK, "Tuesday at 10:30, Maria Lopez. Shall I look at our bookings?"),
        (CANCEL, "Tuesday at 10:30, Maria Lopez. Can I stop you from cancelling?"),
        (CANCEL, "Tuesday at 10:30, Maria Lopez. Is cancelling really necessary?"),
        (CANCEL, "Sorry that you want to cancel Tuesday at 10:30, Maria Lopez. Are you well?"),
        (CANCEL, "Tuesday at 10:30, Maria Lopez. Were you told we cancel for free?"),
        (COLLEAGUE, "Do you like people?"),
        (COLLEAGUE, "Shall I ask someone about your order?"),
        (COLLEAGUE, "Will a person be at home?"),
    ],
)
def test_a_question_about_something_else_asks_for_none(readback: Readback, question: str):
    assert not yes_to(readback, question)


@pytest.mark.parametrize(
    ("readback", "question"),
    [
        (BACK, "So you'd like to return order 1036, is that right?"),
        (BACK, "Okay, starting a return for order 1036, your tea set. Is that alright?"),
        (BACK, "Can I go ahead and process the refund for order 1036?"),
        (BACK, "Do you want to proceed with the return of order 1036?"),
        (BOOK, "Shall I confirm the booking for Maria Lopez on Tuesday the 24th at 10:30?"),
        (BOOK, "Should I put Maria Lopez down and book Tuesday at 10:30?"),
        (BOOK, "I have Tuesday at 10:30 for Maria Lopez. Would you like to book it?"),
        (BOOK, "I'm booking Maria Lopez for Tuesday, November 24th at 10:30 AM. Is that correct?"),
        (CANCEL, "I'll go ahead and cancel Maria Lopez's appointment on Tuesday at 10:30. Okay?"),
        (CANCEL, "Are you sure you want to cancel Maria Lopez's appointment, Tuesday at 10:30?"),
        (COLLEAGUE, "Shall I put you through to a colleague?"),
        (COLLEAGUE, "Would you like me to transfer you to a human agent?"),
        (COLLEAGUE, "Do you want to speak with a real person?"),
        (COLLEAGUE, "¿Quiere hablar con una persona?"),
    ],
)
def test_a_question_for_leave_does(readback: Readback, question: str):
    assert yes_to(readback, question)
