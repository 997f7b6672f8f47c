"""Which engine serves each role, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args

from bot.providers.settings import ProviderSettings

Role = Literal["STT", "LLM", "TTS"]
Mode = Literal["cascade", "realtime"]


class ModeError(ValueError):
    """A mode that a client cannot have; the message says which it can."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One role's engine; `why` completes the line "STT: local (...)"."""

    role: Role
    provider: str
    why: str

    def __str__(self) -> str:
        return f"{self.role}: {self.provider} ({self.why})"


def choices(settings: ProviderSettings) -> Mapping[Role, Choice]:
    """`auto` takes the cloud provider whose key is set, else the local engine."""
    return {
        "STT": _choose("STT", settings.stt, "deepgram", settings.deepgram.api_key is not None),
        "LLM": _choose("LLM", settings.llm, "openai", settings.openai.api_key is not None),
        "TTS": _choose("TTS", settings.tts, "cartesia", settings.cartesia.api_key is not None),
    }


def _choose(role: Role, wanted: str, cloud: str, has_key: bool) -> Choice:
    key = f"{cloud.upper()}_API_KEY"
    if wanted != "auto":
        return Choice(role, wanted, f"{role}={wanted}")
    if has_key:
        return Choice(role, cloud, f"{key} is set")
    return Choice(role, "local", f"no {key}")


def mode_of(body: Mapping[str, object], settings: ProviderSettings) -> Mode:
    """How a call is answered: what the client asked for in its `body`, else `MODE`.

    Raises:
        ModeError: there is no such mode, or it needs a key that is not set.
    """
    asked = body.get("mode", settings.mode)
    if asked not in get_args(Mode):
        raise ModeError(f"Unknown mode {asked!r}; choose {' or '.join(get_args(Mode))}.")
    if asked == "realtime" and not can_speak_to_speech(settings):
        raise ModeError("Mode 'realtime' needs OPENAI_API_KEY, which is not set; choose cascade.")
    return cast("Mode", asked)


def wrong_mode(body: Mapping[str, object], settings: ProviderSettings) -> str | None:
    """Why a client cannot have the mode it asked for, in words for it; None if it can."""
    try:
        mode_of(body, settings)
    except ModeError as error:
        return str(error)
    return None


def can_speak_to_speech(settings: ProviderSettings) -> bool:
    """Whether `realtime` can be had at all: its provider's key is set."""
    key = settings.openai.api_key
    return key is not None and bool(key.get_secret_value())


def announced(settings: ProviderSettings) -> list[str]:
    """The lines of a start: who serves each role, and the mode where there is a choice."""
    lines = [str(choice) for choice in choices(settings).values()]
    match settings.mode:
        case "realtime":
            return [f"MODE: realtime (MODE=realtime): {settings.openai.realtime_model}", *lines]
        case "cascade" if can_speak_to_speech(settings):
            return ["MODE: cascade (MODE=cascade; a client may ask for realtime)", *lines]
        case _:
            return lines
