"""A weather service that takes a request and says nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class SlowWeather:
    """`asked` for the weather so often; so many `given_up` on before there was an answer."""

    def __init__(self) -> None:
        self.url = ""
        self.asked = self.given_up = 0

    async def was_asked(self) -> bool:
        return self.asked > 0

    async def was_given_up(self) -> bool:
        return self.given_up == self.asked

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked += 1
        await reader.readuntil(b"\r\n\r\n")
        await reader.read()  # until whoever asked is gone
        self.given_up += 1
        writer.close()


@asynccontextmanager
async def slow_weather() -> AsyncIterator[SlowWeather]:
    weather = SlowWeather()
    server = await asyncio.start_server(weather.take, "127.0.0.1", 0)
    weather.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield weather
    server.close()
