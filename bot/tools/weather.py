"""The weather tool."""

# pyright: reportUntypedFunctionDecorator=false

from pipecat.adapters.llm.schemas.direct_function import tool_options
from pipecat.services.llm_service import FunctionCallParams

from bot.tools import heard, spoken
from bot.tools.desk import READ_SECS, Desk, answer, desk_of
from bot.tools.outlook import Outlook, WeatherSettings
from bot.tools.spoken import Answer

__all__ = ["WeatherSettings", "get_weather"]


@tool_options(timeout_secs=READ_SECS)
async def get_weather(params: FunctionCallParams, city: str, day: str = "") -> None:
    """Tell the weather in a city, today or on a coming day.

    Examples: "what's the weather in Boston", "will it rain in Seattle tomorrow", \
        "how warm is it in Paris on Friday", "do I need an umbrella in London", \
        "weather forecast for Chicago this weekend", "is it cold in Denver".

    Args:
        city: The city, such as Boston.
        day: The day as the caller says it, such as tomorrow or Friday; empty for today.
    """
    await answer(params, _weather(desk_of(params), city, day))


async def _weather(desk: Desk, city: str, day: str) -> Answer:
    place = f"{city or ''}".strip()
    if not any(letter.isalpha() for letter in place):
        return spoken.ask("For which city?")
    wanted = heard.days(day, desk.today)
    if wanted is None:
        return spoken.ask("For which day?")
    if wanted.first < desk.today:
        return spoken.error("That day has passed.", today=desk.today.isoformat())
    found = await desk.weather.outlook(place, wanted.first)
    if found is None:
        return spoken.error(f"I don't have the weather for {place} on that day.")
    return spoken.say(
        _sentence(found, spoken.day(wanted.first, desk.today)),
        city=found.city,
        day=wanted.first.isoformat(),
        high=found.high,
        sky=found.sky,
    )


def _sentence(found: Outlook, day: str) -> str:
    if found.low is None:
        return (
            f"{found.city} is usually {found.sky} at this time of year, "
            f"with highs around {found.high} degrees."
        )
    return (
        f"In {found.city} {day if day.startswith('to') else 'on ' + day}: {found.sky}, "
        f"with a high of {found.high} and a low of {found.low} degrees."
    )
