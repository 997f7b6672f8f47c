"""The usual weather of larger cities, so that Echo can talk about it without a network."""

import math
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Climate:
    """Usual highs of a city in degrees Fahrenheit, and its sky in the cold and the warm half."""

    city: str
    january_f: int
    july_f: int
    cold_sky: str
    warm_sky: str

    def high_f(self, day: date) -> int:
        """The usual high of the day: a cosine between the middles of January and July."""
        middle, swing = (self.january_f + self.july_f) / 2, (self.july_f - self.january_f) / 2
        return round(middle - swing * math.cos(self._season(day)))

    def sky(self, day: date) -> str:
        january_half = math.cos(self._season(day)) > 0
        return self.cold_sky if january_half == (self.january_f < self.july_f) else self.warm_sky

    @staticmethod
    def _season(day: date) -> float:
        return 2 * math.pi * (day.timetuple().tm_yday - 15) / 365


_CLIMATES = (
    Climate("New York", 39, 85, "cold and often cloudy", "warm with some thunderstorms"),
    Climate("Boston", 37, 82, "cold with some snow", "warm and mostly sunny"),
    Climate("Chicago", 32, 85, "cold and windy", "warm with some thunderstorms"),
    Climate("Los Angeles", 68, 84, "mild with some rain", "sunny and dry"),
    Climate("San Francisco", 57, 67, "mild with some rain", "cool with morning fog"),
    Climate("Seattle", 48, 77, "gray and rainy", "sunny and dry"),
    Climate("Denver", 45, 90, "cold and mostly sunny", "sunny with afternoon storms"),
    Climate("Austin", 62, 96, "mild and partly cloudy", "hot and sunny"),
    Climate("Dallas", 57, 96, "cool and partly cloudy", "hot and sunny"),
    Climate("Houston", 63, 94, "mild and cloudy", "hot and humid"),
    Climate("Miami", 76, 90, "warm and mostly sunny", "hot with afternoon storms"),
    Climate("Atlanta", 54, 89, "cool with some rain", "hot with some thunderstorms"),
    Climate("Phoenix", 68, 107, "mild and sunny", "very hot and dry"),
    Climate("Philadelphia", 41, 87, "cold and often cloudy", "warm and humid"),
    Climate("Washington", 45, 89, "cold and partly cloudy", "hot and humid"),
    Climate("Portland", 47, 81, "gray and rainy", "sunny and dry"),
    Climate("Minneapolis", 23, 83, "very cold with some snow", "warm and partly cloudy"),
    Climate("Toronto", 31, 80, "cold with some snow", "warm and mostly sunny"),
    Climate("Mexico City", 71, 74, "mild and dry", "mild with afternoon rain"),
    Climate("London", 47, 74, "gray with some rain", "mild and partly cloudy"),
    Climate("Paris", 45, 78, "gray with some rain", "warm and mostly sunny"),
    Climate("Berlin", 38, 77, "cold and gray", "warm and partly cloudy"),
    Climate("Zurich", 38, 77, "cold and foggy", "warm with some thunderstorms"),
    Climate("Vienna", 39, 80, "cold and gray", "warm and mostly sunny"),
    Climate("Madrid", 50, 91, "cool and mostly sunny", "hot and dry"),
    Climate("Lisbon", 58, 83, "mild with some rain", "warm and sunny"),
    Climate("Rome", 54, 88, "cool with some rain", "hot and sunny"),
    Climate("Amsterdam", 43, 72, "gray and windy", "mild and partly cloudy"),
    Climate("Stockholm", 32, 74, "cold and dark", "mild and mostly sunny"),
    Climate("Dublin", 47, 67, "gray with some rain", "cool with some rain"),
    Climate("Istanbul", 47, 83, "cool with some rain", "warm and sunny"),
    Climate("Dubai", 75, 106, "warm and sunny", "very hot and humid"),
    Climate("Mumbai", 87, 88, "warm and dry", "warm with monsoon rain"),
    Climate("Delhi", 68, 96, "cool and foggy", "hot with monsoon rain"),
    Climate("Singapore", 86, 88, "hot with heavy showers", "hot with some showers"),
    Climate("Tokyo", 50, 86, "cool and sunny", "hot and humid"),
    Climate("Seoul", 36, 84, "cold and dry", "hot with heavy rain"),
    Climate("Sydney", 79, 62, "mild and mostly sunny", "warm with some showers"),
    Climate("Cape Town", 80, 64, "cool with some rain", "warm and windy"),
    Climate("Sao Paulo", 82, 72, "mild and dry", "warm with afternoon storms"),
)

_ALIASES = {"new york city": "new york", "nyc": "new york", "la": "los angeles"} | {
    "washington dc": "washington",
    "são paulo": "sao paulo",
    "zürich": "zurich",
}


def _fold(city: str) -> str:
    """`Boston, MA` and `the city of Boston` are `boston`."""
    folded = " ".join(city.casefold().replace(".", "").split(",")[0].split())
    folded = folded.removeprefix("the city of ")
    return _ALIASES.get(folded, folded)


_BY_CITY = {_fold(climate.city): climate for climate in _CLIMATES}


def climate_of(city: str) -> Climate | None:
    return _BY_CITY.get(_fold(city))
