"""Card numbers and PINs, keyed in: the model is told when it was done, and never the digits."""

# pyright: reportUntypedFunctionDecorator=false

from pipecat.adapters.llm.schemas.direct_function import tool_options
from pipecat.services.llm_service import FunctionCallParams

from bot.tools import spoken
from bot.tools.desk import READ_SECS, Desk, answer, desk_of
from bot.tools.spoken import Answer


@tool_options(timeout_secs=READ_SECS)
async def enter_securely(params: FunctionCallParams, pin: bool = False) -> None:
    """Let the caller key in a card number or a PIN, so that nobody hears or reads it. Never ask
    for one to be spoken. What follows is `[card ending 4242]` or `[PIN entered]`.

    Examples: "I want to pay by Visa", "can I type in my payment details", \
        "let me use the keypad", "I'd rather key it in than say it", "I'd like to enter my PIN".

    Args:
        pin: True for a PIN, false for a card number.
    """
    await answer(params, _expect(desk_of(params), pin=pin is True))


async def _expect(desk: Desk, *, pin: bool) -> Answer:
    if desk.expect_keys is None:
        return spoken.error("I can't take that here; please don't say it aloud.")
    desk.expect_keys("pin" if pin else "card")
    what = "PIN" if pin else "card number"
    return spoken.ask(f"Please key in your {what}, and press the hash key at its end.")
