"""Which engine serves each role, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast, get_args

from pydantic import SecretStr

from bot.providers.role import Role
from bot.providers.settings import ProviderSettings, given

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


_Clouds = Mapping[str, Mapping[str, bool]]
"""The cloud providers of a role in their order: which variables bring each, and whether they are
set; the first of them is the one to set."""


def choices(settings: ProviderSettings) -> Mapping[Role, Choice]:
    """`auto` takes the first cloud provider of the role whose key is set, else the local engine."""
    clouds, wanted = _clouds(settings), _wanted(settings)
    return {role: _choose(role, wanted[role], clouds[role]) for role in clouds}


def orders(settings: ProviderSettings) -> Mapping[Role, Sequence[Choice]]:
    """Who serves each role, and who follows in that order when it fails."""
    clouds, serving = _clouds(settings), choices(settings)
    backups: Mapping[Role, Sequence[str] | None] = {
        "STT": settings.stt_backups,
        "LLM": settings.llm_backups,
        "TTS": settings.tts_backups,
    }

    def following(role: Role) -> Sequence[str]:
        named = backups[role]
        if named is not None:
            return named
        if serving[role].provider == "local":
            return ()
        keyed = (name for name, variables in clouds[role].items() if any(variables.values()))
        return (*keyed, "local")

    return {
        role: [
            first,
            *(
                Choice(role, name, f"follows {first.provider}")
                for name in dict.fromkeys(following(role))
                if name != first.provider
            ),
        ]
        for role, first in serving.items()
    }


def _wanted(settings: ProviderSettings) -> Mapping[Role, str]:
    return {"STT": settings.stt, "LLM": settings.llm, "TTS": settings.tts}


def _clouds(settings: ProviderSettings) -> Mapping[Role, _Clouds]:

    def key(of: str, api_key: SecretStr | None) -> dict[str, bool]:
        return {f"{of}_API_KEY": bool(given(api_key))}

    openai = settings.openai
    return {
        "STT": {"deepgram": key("DEEPGRAM", settings.deepgram.api_key)},
        "LLM": {
            "openai": {**key("OPENAI", openai.api_key), "OPENAI_BASE_URL": bool(openai.base_url)},
            "anthropic": key("ANTHROPIC", settings.anthropic.api_key),
        },
        "TTS": {
            "cartesia": key("CARTESIA", settings.cartesia.api_key),
            "elevenlabs": key("ELEVENLABS", settings.elevenlabs.api_key),
        },
    }


def _choose(role: Role, wanted: str, clouds: _Clouds) -> Choice:
    if wanted != "auto":
        return Choice(role, wanted, f"{role}={wanted}")
    for provider, variables in clouds.items():
        for variable, is_set in variables.items():
            if is_set:
                return Choice(role, provider, f"{variable} is set")
    missing = " or ".join(next(iter(variables)) for variables in clouds.values())
    return Choice(role, "local", f"no {missing}")


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
    return bool(given(settings.openai.api_key))


def _in_order(order: Sequence[Choice]) -> str:
    first, *following = order
    then = "".join(f", then {choice.provider}" for choice in following)
    return f"{first}{then}"


def announced(settings: ProviderSettings) -> list[str]:
    """The lines of a start: who serves each role, and the mode where there is a choice."""
    lines = [_in_order(order) for order in orders(settings).values()]
    match settings.mode:
        case "realtime":
            return [f"MODE: realtime (MODE=realtime): {settings.openai.realtime_model}", *lines]
        case "cascade" if can_speak_to_speech(settings):
            return ["MODE: cascade (MODE=cascade; a client may ask for realtime)", *lines]
        case _:
            return lines
