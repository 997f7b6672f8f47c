"""Going on in another language."""

# pyright: reportUntypedFunctionDecorator=false

from typing import Literal

from pipecat.services.llm_service import FunctionCallParams

from bot.tools import spoken
from bot.tools.desk import desk_of


async def switch_language(params: FunctionCallParams, language: Literal["en", "es"]) -> None:
    """Go on in another language: what hears the caller, your instructions and your voice change.

    Call it when the caller asks for another language, or speaks it. Say nothing before it.

    Examples: "do you speak Spanish", "can we go on in English", "¿habla español?", "in Spanish".

    Args:
        language: "en" for English or "es" for Spanish.
    """
    desk = desk_of(params)
    if desk.speak is None or not await desk.speak(language):
        await params.result_callback(spoken.error("I am sorry, I cannot speak that language here."))
    else:
        await params.result_callback(spoken.say(desk.parting.switched))
