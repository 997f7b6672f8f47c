"""What usage costs, by a table of prices."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bot.telemetry.usage import Usage

TABLE = Path(__file__).with_name("prices.toml")
_MILLION = 1_000_000


class PricesError(Exception):
    """The table cannot be read; the message says what is wrong with it."""


class Price(BaseModel):
    """USD per million tokens or characters, and per minute of audio."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    models: tuple[str, ...] = Field(min_length=1)
    as_of: date
    prompt: float = Field(default=0, ge=0)
    cached: float = Field(default=0, ge=0)
    cache_written: float | None = Field(default=None, ge=0)
    """None: as any other token that is read."""
    completion: float = Field(default=0, ge=0)
    audio_in: float = Field(default=0, ge=0)
    audio_cached: float | None = Field(default=None, ge=0)
    """None: as text from the cache."""
    audio_out: float = Field(default=0, ge=0)
    characters: float = Field(default=0, ge=0)
    minute: float = Field(default=0, ge=0)

    def of(self, usage: Usage) -> float:
        """USD."""
        audio = usage.audio_in_tokens - usage.cached_audio_tokens
        cached_text = usage.cached_tokens - usage.cached_audio_tokens
        written = usage.cache_written_tokens
        text = usage.prompt_tokens - usage.cached_tokens - written - audio
        tokens = (
            text * self.prompt
            + cached_text * self.cached
            + written * (self.prompt if self.cache_written is None else self.cache_written)
            + audio * self.audio_in
            + usage.cached_audio_tokens
            * (self.cached if self.audio_cached is None else self.audio_cached)
            + (usage.completion_tokens - usage.audio_out_tokens) * self.completion
            + usage.audio_out_tokens * self.audio_out
        )
        said = usage.characters * self.characters
        return (tokens + said) / _MILLION + usage.audio_secs / 60 * self.minute


class Prices:
    """By the model's name."""

    def __init__(self, by_model: Mapping[str, Price]) -> None:
        self._by_model = by_model

    def cost_usd(self, usages: Iterable[Usage]) -> float | None:
        """Of all of them; None where none is known, or a model that was used has no price."""
        usages = [*usages]
        if not usages:
            return None
        total = 0.0
        for usage in usages:
            if usage.provider == "local":
                continue
            price = self._by_model.get(usage.model)
            if price is None:
                return None
            total += price.of(usage)
        return round(total, 6)


def prices(table: Path = TABLE) -> Prices:
    """The table of a file.

    Raises:
        PricesError: it is missing, or not of the form of `prices.toml`.
    """
    try:
        told = tomllib.loads(table.read_text(encoding="utf-8"))
        found = TypeAdapter(dict[str, Price]).validate_python(told)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PricesError(f"PRICES={table} cannot be read: {error}.") from None
    except ValidationError as error:
        (first, *_) = error.errors()
        place = ".".join(str(part) for part in first["loc"])
        raise PricesError(f"PRICES={table} is wrong at {place}: {first['msg']}.") from None
    return Prices({model: price for price in found.values() for model in price.models})
