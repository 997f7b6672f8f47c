"""Texting a caller what they have booked, to the phone they call from and to no other."""

# pyright: reportUntypedFunctionDecorator=false

from collections.abc import Sequence

from pipecat.adapters.llm.schemas.direct_function import tool_options
from pipecat.services.llm_service import FunctionCallParams

from bot.tools import spoken
from bot.tools.desk import WRITE_SECS, Desk, answer_write, desk_of
from bot.tools.parting import Confirmation
from bot.tools.spoken import Answer
from bot.tools.tables import Appointment

_MOST_TEXTS = 3
"""In one call: each costs money."""


@tool_options(timeout_secs=WRITE_SECS)
async def text_confirmation(params: FunctionCallParams) -> None:
    """Text the caller a confirmation of what they booked in this call, if they ask for it.

    It goes to the phone they are calling from; it can go nowhere else.

    Examples: "can you text me a confirmation", "send me a text with the appointment", \
        "could I get that by SMS", "text me the details", \
        "please send the confirmation to my phone".
    """
    await answer_write(params, _text(desk_of(params)))


async def _text(desk: Desk) -> Answer:
    if desk.text is None:
        return spoken.error("I can't send texts on this line.")
    booked = await desk.store.booked_in(desk.call_id)
    if not booked:
        return spoken.error("There is nothing to confirm: you have booked nothing in this call.")
    words = _words(booked, desk.parting.confirmation)
    if words in desk.texted:  # asked for twice: a barge-in hid the first answer
        return spoken.say("I have texted you the confirmation.")
    if len(desk.texted) >= _MOST_TEXTS:
        return spoken.error("I have texted you several times already, so I won't send another.")
    if not await desk.text(desk.conceal(words)):
        return spoken.error("I could not send the text, but what you booked stands.")
    desk.texted.append(words)
    return spoken.say("I have texted you the confirmation.")


def _words(booked: Sequence[Appointment], says: Confirmation) -> str:
    """Filled in by name and once: what a caller is called may hold braces."""
    bookings = "; ".join(
        says.each.format(moment=says.moment(each.starts_at), name=each.name) for each in booked
    )
    return says.all.format(bookings=bookings)
