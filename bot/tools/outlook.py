"""Where weather comes from: the table of usual weather, or an API that speaks Open-Meteo's."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

import aiohttp
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.tools.climate import climate_of

_SKIES = {
    0: "clear", 1: "mostly clear", 2: "partly cloudy", 3: "cloudy", 45: "foggy", 48: "foggy",
    51: "drizzle", 53: "drizzle", 55: "drizzle", 56: "freezing drizzle", 57: "freezing drizzle",
    61: "light rain", 63: "rain", 65: "heavy rain", 66: "freezing rain", 67: "freezing rain",
    71: "light snow", 73: "snow", 75: "heavy snow", 77: "snow grains", 80: "showers",
    81: "showers", 82: "heavy showers", 85: "snow showers", 86: "snow showers",
    95: "thunderstorms", 96: "thunderstorms with hail", 99: "thunderstorms with hail",
}  # fmt: skip
"""WMO's weather interpretation codes, as Open-Meteo documents them."""


class WeatherError(Exception):
    """The weather service does not answer, or not in its own format."""


class WeatherSettings(BaseModel):
    """Where weather comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Literal["table", "open-meteo"] = "table"
    """The table needs no network and tells what is usual; Open-Meteo gives a forecast, no key."""
    url: str = "https://api.open-meteo.com"
    """Where /v1/forecast is."""
    geocoding_url: str = "https://geocoding-api.open-meteo.com"
    """Where /v1/search is."""
    units: Literal["fahrenheit", "celsius"] = "fahrenheit"
    """As the callers think of degrees."""
    timeout_secs: float = Field(default=4, gt=0)
    """For both requests together: nobody waits longer to hear of rain."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """A day's weather in the units of the settings; `low` is None where only the usual is known."""

    city: str
    sky: str
    high: int
    low: int | None = None


class WeatherSource(Protocol):
    async def outlook(self, city: str, day: date) -> Outlook | None:
        """The day's weather; None for a city or a day it does not know.

        Raises:
            WeatherError: it cannot be reached.
        """
        ...


def weather_source(settings: WeatherSettings) -> WeatherSource:
    """The source the settings name."""
    if settings.source == "open-meteo":
        return OpenMeteo(settings)
    return UsualWeather(settings)


@dataclass(frozen=True, slots=True)
class UsualWeather:
    """What is usual in a city at a time of year; it never fails."""

    settings: WeatherSettings

    async def outlook(self, city: str, day: date) -> Outlook | None:
        climate = climate_of(city)
        if climate is None:
            return None
        high_f = climate.high_f(day)
        celsius = self.settings.units == "celsius"
        high = round((high_f - 32) / 1.8) if celsius else high_f
        return Outlook(climate.city, climate.sky(day), high)


class _Place(BaseModel):
    name: str
    latitude: float
    longitude: float


class _Places(BaseModel):
    results: list[_Place] = []


class _Daily(BaseModel):
    weather_code: list[int | None]
    temperature_2m_max: list[float | None]
    temperature_2m_min: list[float | None]


class _Forecast(BaseModel):
    daily: _Daily


@dataclass(frozen=True, slots=True)
class OpenMeteo:
    """A forecast by https://open-meteo.com/en/docs, with its geocoding API."""

    settings: WeatherSettings

    async def outlook(self, city: str, day: date) -> Outlook | None:
        deadline = aiohttp.ClientTimeout(total=self.settings.timeout_secs / 2)
        try:
            async with aiohttp.ClientSession(timeout=deadline, raise_for_status=True) as http:
                return await self._outlook(http, city, day)
        except aiohttp.ClientResponseError as error:
            if error.status == 400:
                return None  # a day beyond the forecast's horizon
            raise WeatherError(f"the weather service answered {error.status}") from error
        except (aiohttp.ClientError, TimeoutError, ValidationError, ValueError) as error:
            raise WeatherError("the weather service did not answer") from error

    async def _outlook(self, http: aiohttp.ClientSession, city: str, day: date) -> Outlook | None:
        # The geocoder knows names alone: "Boston, MA" finds nothing.
        query = {"name": city.split(",")[0].strip(), "count": "1", "language": "en"}
        found = await _get(http, f"{self.settings.geocoding_url}/v1/search", query)
        places = _Places.model_validate_json(found).results
        if not places:
            return None
        query = {
            "latitude": f"{places[0].latitude:.4f}",
            "longitude": f"{places[0].longitude:.4f}",
            "daily": "weather_code,temperature_2m_max,temperature_2m_min",
            "temperature_unit": self.settings.units,
            "timezone": "auto",
            "start_date": day.isoformat(),
            "end_date": day.isoformat(),
        }
        forecast = await _get(http, f"{self.settings.url}/v1/forecast", query)
        return _read(places[0].name, _Forecast.model_validate_json(forecast).daily)


async def _get(http: aiohttp.ClientSession, url: str, query: dict[str, str]) -> bytes:
    async with http.get(url, params=query) as response:
        return await response.read()


def _read(city: str, daily: _Daily) -> Outlook | None:
    rows = zip(daily.weather_code, daily.temperature_2m_max, daily.temperature_2m_min, strict=False)
    for code, high, low in rows:
        if high is not None and low is not None:
            return Outlook(city, _SKIES.get(code or 0, "mixed"), round(high), round(low))
    return None
