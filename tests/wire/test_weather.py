"""The forecast, from a server that answers as Open-Meteo documents."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date

import pytest
from aiohttp import web

from bot.tools.outlook import OpenMeteo, Outlook, WeatherError, WeatherSettings

DAY = date(2026, 11, 24)


class FakeOpenMeteo:
    """Knows Boston; `fault` is what it does instead of answering well."""

    def __init__(self) -> None:
        self.fault = ""
        self.queries: list[dict[str, str]] = []

    async def search(self, request: web.Request) -> web.Response:
        self.queries.append(dict(request.query))
        await self._maybe_fail()
        if request.query["name"] != "Boston":
            return web.json_response({"generationtime_ms": 0.5})
        place = {"id": 4930956, "name": "Boston", "latitude": 42.35843, "longitude": -71.05977}
        return web.json_response({"results": [place], "generationtime_ms": 0.5})

    async def forecast(self, request: web.Request) -> web.Response:
        self.queries.append(dict(request.query))
        if request.query["start_date"] > "2026-12-08":
            return web.json_response({"error": True, "reason": "out of range"}, status=400)
        daily = {
            "time": [request.query["start_date"]],
            "weather_code": [61],
            "temperature_2m_max": [48.4],
            "temperature_2m_min": [39.6],
        }
        return web.json_response({"latitude": 42.36, "daily": daily})

    async def _maybe_fail(self) -> None:
        match self.fault:
            case "slow":
                await asyncio.sleep(30)
            case "broken":
                raise web.HTTPServiceUnavailable
            case "odd":
                raise web.HTTPOk(text="<html>")


@pytest.fixture
def fake() -> FakeOpenMeteo:
    return FakeOpenMeteo()


@pytest.fixture
async def source(fake: FakeOpenMeteo) -> AsyncIterator[OpenMeteo]:
    app = web.Application()
    app.add_routes([web.get("/v1/search", fake.search), web.get("/v1/forecast", fake.forecast)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0]
    url = f"http://{host}:{port}"
    yield OpenMeteo(
        WeatherSettings(source="open-meteo", url=url, geocoding_url=url, timeout_secs=0.5)
    )
    await runner.cleanup()


async def test_a_forecast_is_rounded_to_what_is_said(source: OpenMeteo):
    assert await source.outlook("Boston, MA", DAY) == Outlook("Boston", "light rain", 48, 40)


async def test_it_asks_for_the_day_in_the_callers_units(source: OpenMeteo, fake: FakeOpenMeteo):
    await source.outlook("Boston", DAY)
    search, forecast = fake.queries
    assert search["name"] == "Boston"
    assert forecast["start_date"] == forecast["end_date"] == "2026-11-24"
    assert forecast["temperature_unit"] == "fahrenheit"
    assert (forecast["latitude"], forecast["longitude"]) == ("42.3584", "-71.0598")


async def test_a_city_it_does_not_know_is_no_outlook(source: OpenMeteo):
    assert await source.outlook("Atlantis", DAY) is None


async def test_a_day_beyond_the_forecast_is_no_outlook(source: OpenMeteo):
    assert await source.outlook("Boston", date(2027, 6, 1)) is None


@pytest.mark.parametrize("fault", ["slow", "broken", "odd"])
async def test_a_service_that_fails_is_an_error_within_the_deadline(
    source: OpenMeteo, fake: FakeOpenMeteo, fault: str
):
    fake.fault = fault
    async with asyncio.timeout(2):
        with pytest.raises(WeatherError):
            await source.outlook("Boston", DAY)


async def test_a_service_that_is_not_there_is_an_error():
    nowhere = "http://127.0.0.1:1"
    source = OpenMeteo(WeatherSettings(source="open-meteo", url=nowhere, geocoding_url=nowhere))
    with pytest.raises(WeatherError):
        await source.outlook("Boston", DAY)
