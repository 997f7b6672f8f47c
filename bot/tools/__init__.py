"""The functions offered to the model.

A tool is an async function that takes `params` and what the model fills in, and gives a result to
`params.result_callback`; its docstring is what the model reads. Write one, name it here: done.
"""

from pipecat.adapters.llm.schemas.direct_function import DirectFunction

from bot.tools.appointments import book_appointment, cancel_appointment, find_appointments
from bot.tools.handoff import end_call, talk_to_human
from bot.tools.language import switch_language
from bot.tools.menu import press_keys
from bot.tools.orders import look_up_order, start_return, track_shipment
from bot.tools.secure_entry import enter_securely
from bot.tools.texting import text_confirmation
from bot.tools.weather import get_weather

TOOLS: tuple[DirectFunction, ...] = (
    look_up_order,
    track_shipment,
    start_return,
    find_appointments,
    book_appointment,
    cancel_appointment,
    get_weather,
    enter_securely,
    talk_to_human,
    end_call,
)

LANGUAGES: tuple[DirectFunction, ...] = (switch_language,)
"""Offered besides, where there is more than one language."""

TEXTING: tuple[DirectFunction, ...] = (text_confirmation,)
"""Offered besides, where the way in can text the caller."""

CALLING_OUT: tuple[DirectFunction, ...] = (press_keys,)
"""Offered besides, on calls that we have placed."""
