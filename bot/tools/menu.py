"""Pressing keys at a phone menu, on calls that we have placed."""

# pyright: reportUntypedFunctionDecorator=false

import re
from dataclasses import replace

from pipecat.adapters.llm.schemas.direct_function import tool_options
from pipecat.frames.frames import FunctionCallResultProperties
from pipecat.services.llm_service import FunctionCallParams, FunctionCallResultCallback

from bot.tools import spoken
from bot.tools.desk import WRITE_SECS, answer_write, desk_of
from bot.tools.spoken import Answer

KEYS = re.compile(r"[0-9*#w]{1,32}", re.ASCII)
"""A card number has 19 digits; what is longer than this is no choice and no number."""
MOST_PRESSES = 20
"""In one call: a menu that leads nowhere is not gone through for ever."""
_SILENT = FunctionCallResultProperties(run_llm=False)


@tool_options(timeout_secs=WRITE_SECS)
async def press_keys(params: FunctionCallParams, digits: str) -> None:
    """Press keys of the phone, to get through the menu of whoever was called. Say nothing with it:
    what the menu says next is the answer.

    Examples: "For sales, press one", "press the pound key when you are done", \
        "to speak to an operator, press zero", "enter your extension followed by the hash key", \
        "for English, press two".

    Args:
        digits: The keys in their order: 0 to 9, * and #; w waits for half a second. Only w, to say
            and press nothing while the menu goes on.
    """
    # A menu talks into everything: what it interrupts is done all the same, and not once more.
    await answer_write(replace(params, result_callback=_in_silence(params)), _press(params, digits))


def _in_silence(params: FunctionCallParams) -> FunctionCallResultCallback:
    """Keys that were pressed are no reason to say anything."""

    async def report(
        result: Answer, *, properties: FunctionCallResultProperties | None = None
    ) -> None:
        properties = _SILENT if "say" in result else properties
        await params.result_callback(result, properties=properties)

    return report


async def _press(params: FunctionCallParams, digits: str) -> Answer:
    desk = desk_of(params)
    if desk.press is None:
        return spoken.error("I can't press keys on this line.")
    if not KEYS.fullmatch(digits):
        return spoken.error("Keys are 0 to 9, * and #, and w to wait.")
    if desk.presses >= MOST_PRESSES:
        return spoken.error("I have pressed keys too often in this call.")
    desk.presses += 1
    await desk.press(digits)
    return spoken.say("The keys were pressed.")
