from datetime import date

import pytest

from bot.tools.climate import climate_of
from bot.tools.desk import Desk
from bot.tools.outlook import Outlook, WeatherSettings, weather_source
from bot.tools.weather import get_weather
from tests.unit.tools.conftest import use

JANUARY, JULY = date(2026, 1, 15), date(2026, 7, 15)


@pytest.mark.parametrize("said", ["Boston", "boston, MA", "the city of Boston", " BOSTON "])
def test_a_city_is_found_however_it_is_said(said):
    climate = climate_of(said)
    assert climate is not None
    assert climate.city == "Boston"


def test_cities_have_their_other_names():
    assert climate_of("NYC") is climate_of("New York City") is climate_of("New York")


def test_the_usual_high_is_that_of_the_season():
    boston = climate_of("Boston")
    assert boston is not None
    assert (boston.high_f(JANUARY), boston.high_f(JULY)) == (37, 82)
    assert boston.sky(JANUARY) == "cold with some snow"


def test_the_south_has_its_summer_in_january():
    sydney = climate_of("Sydney")
    assert sydney is not None
    assert sydney.high_f(JANUARY) > sydney.high_f(JULY)
    assert sydney.sky(JANUARY).startswith("warm")


async def test_degrees_come_in_the_units_of_the_settings():
    source = weather_source(WeatherSettings(units="celsius"))
    outlook = await source.outlook("Boston", JULY)
    assert outlook is not None
    assert outlook.high == 28


@pytest.mark.real_clock
async def test_what_is_usual_is_said_to_be_usual(desk: Desk):
    answer = await use(get_weather, desk, city="Boston", day="tomorrow")
    assert answer["say"] == (
        "Boston is usually cold with some snow at this time of year, with highs around 46 degrees."
    )
    assert answer["day"] == "2026-11-23"


@pytest.mark.real_clock
async def test_a_forecast_is_said_as_one(desk: Desk):
    class Forecast:
        async def outlook(self, city: str, day: date) -> Outlook:
            return Outlook(city, "light rain", 48, 40)

    desk.weather = Forecast()
    answer = await use(get_weather, desk, city="Boston", day="Tuesday")
    assert answer["say"] == (
        "In Boston on Tuesday, November 24th: light rain, "
        "with a high of 48 and a low of 40 degrees."
    )


@pytest.mark.real_clock
@pytest.mark.parametrize(
    ("arguments", "way"),
    [
        ({"city": ""}, "ask"),
        ({"city": None}, "ask"),
        ({"city": "Boston", "day": "purple"}, "ask"),
        ({"city": "Boston", "day": "2025-01-01"}, "error"),
        ({"city": "Atlantis"}, "error"),
    ],
)
async def test_what_it_cannot_tell_is_asked_for_or_refused(desk: Desk, arguments, way):
    assert way in await use(get_weather, desk, **arguments)
