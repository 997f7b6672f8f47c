"""Pressing keys at a phone menu, on calls that we have placed."""

# pyright: reportUntypedFunctionDecorator=false

import re

from pipecat.adapters.llm.schemas.direct_function import tool_options
from pipecat.frames.frames import FunctionCallResultProperties
from pipecat.services.llm_service import FunctionCallParams

from bot.tools import spoken
from bot.tools.desk import READ_SECS, desk_of

KEYS = re.compile(r"[0-9*#w]{1,32}", re.ASCII)
"""A card number has 19 digits; what is longer than this is no choice and no number."""
MOST_PRESSES = 20
"""In one call: a menu that leads nowhere is not gone through for ever."""
_SILENT = FunctionCallResultProperties(run_llm=False)


@tool_options(timeout_secs=READ_SECS)
async def press_keys(params: FunctionCallParams, digits: str) -> None:
    """Press keys of the phone, to get through the menu of whoever was called. Say nothing with it:
    what the menu says next is the answer.

    Examples: "For sales, press one", "press the pound key when you are done", \
        "to speak to an operator, press zero", "enter your extension followed by the hash key", \
        "for English, press two".

    Args:
        digits: The keys in their order: 0 to 9, * and #; w waits for half a second.
    """
    desk = desk_of(params)
    if desk.press is None:
        await params.result_callback(spoken.error("I can't press keys on this line."))
    elif not KEYS.fullmatch(digits):
        await params.result_callback(spoken.error("Keys are 0 to 9, * and #, and w to wait."))
    elif desk.presses >= MOST_PRESSES:
        await params.result_callback(spoken.error("I have pressed keys too often in this call."))
    else:
        desk.presses += 1
        await desk.press(digits)
        await params.result_callback(spoken.say("The keys were pressed."), properties=_SILENT)
