"""What each provider is asked before anybody calls.

To ask another, write one function that returns its `Inquiry`, and name it in `INQUIRIES`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from yarl import URL

from bot.providers.llm import openai_key
from bot.providers.settings import (
    CartesiaSettings,
    ElevenLabsSettings,
    ProviderSettings,
    given,
    required,
)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A GET that costs nothing, answered only to those who may use the provider."""

    base: str
    """The provider's address, to which the paths are added."""
    headers: Mapping[str, str]
    key: str
    """The key's variable."""
    otherwise: str
    """The choice that needs no key, such as "LLM=local"."""
    has_key: bool = True
    """Whether there is one; else the address alone says who may use it."""
    path: str = ""
    named: str = ""
    """The variable of what the path names, if `missing` means that there is no such thing."""
    value: str = ""
    missing: int = 404
    listed: str = ""
    """The path of the list of all there are."""
    names: Callable[[object], Sequence[str]] = lambda _: ()
    """Those in that list's JSON."""
    only_listed: bool = False
    """Whether the list alone tells that there is such a thing: no path names it."""
    complete: bool = False
    """Whether what is not in the list cannot be used: servers in between may know more."""

    @property
    def place(self) -> str:
        """The address without a password that may be in it."""
        return str(URL(self.base).with_user(None))


def _ids(found: object) -> Sequence[str]:
    match found:
        case {"data": list(data)}:
            return [str(each["id"]) for each in data]
        case {"voices": list(voices)}:
            return [str(voice["voice_id"]) for voice in voices]
        case _:
            return ()


def _streaming(found: object) -> Sequence[str]:
    """The models a socket may name: each by its own name, and the newest of its kind by that."""
    match found:
        case {"stt": list(models)}:
            those = [model for model in models if model.get("streaming")]
            named = [
                name for each in those for name in (each["canonical_name"], each["architecture"])
            ]
            return list(dict.fromkeys(map(str, named)))
        case _:
            return ()


def _nova(settings: ProviderSettings) -> Inquiry:
    return replace(
        _deepgram(settings),
        named="DEEPGRAM_MODEL",
        value=settings.deepgram.model,
        listed="/v1/models",
        names=_streaming,
        only_listed=True,  # and not complete: a model trained for one customer is in no list
    )


def _deepgram(settings: ProviderSettings) -> Inquiry:
    from bot.providers.flux import address

    key = required(settings.deepgram.api_key, "DEEPGRAM_API_KEY", "STT=local")
    return Inquiry(
        base=_over_http(address(settings.deepgram.base_url)),
        headers={"Authorization": f"Token {key}"},
        key="DEEPGRAM_API_KEY",
        otherwise="STT=local",
        path="/v1/auth/token",
    )


def _openai(settings: ProviderSettings) -> Inquiry:
    openai = settings.openai
    asked = Inquiry(
        base=openai.base_url or "https://api.openai.com/v1",
        headers={"Authorization": f"Bearer {openai_key(openai)}"},
        key="OPENAI_API_KEY",
        has_key=bool(given(openai.api_key)),
        otherwise="LLM=local",
        complete=openai.base_url is None,
    )
    return _about(asked, "OPENAI_MODEL", openai.model, "/models")


def _anthropic(settings: ProviderSettings) -> Inquiry:
    anthropic = settings.anthropic
    key = required(anthropic.api_key, "ANTHROPIC_API_KEY", "LLM=local")
    asked = Inquiry(
        base=anthropic.base_url or "https://api.anthropic.com",
        headers={"x-api-key": key, "anthropic-version": "2023-06-01"},
        key="ANTHROPIC_API_KEY",
        otherwise="LLM=local",
        complete=anthropic.base_url is None,
    )
    return _about(asked, "ANTHROPIC_MODEL", anthropic.model, "/v1/models", "?limit=1000")


def _cartesia(settings: ProviderSettings) -> Inquiry:
    cartesia = settings.cartesia
    key = required(cartesia.api_key, "CARTESIA_API_KEY", "TTS=local")
    asked = Inquiry(
        base=_over_http(cartesia.base_url),
        headers={"X-API-Key": key, "Cartesia-Version": "2026-03-01"},
        key="CARTESIA_API_KEY",
        otherwise="TTS=local",
        complete=cartesia.base_url == CartesiaSettings().base_url,
    )
    return _about(asked, "CARTESIA_VOICE", cartesia.voice, "/voices", "?limit=100")


def _elevenlabs(settings: ProviderSettings) -> Inquiry:
    elevenlabs = settings.elevenlabs
    key = required(elevenlabs.api_key, "ELEVENLABS_API_KEY", "TTS=local")
    asked = Inquiry(
        base=_over_http(elevenlabs.base_url),
        headers={"xi-api-key": key},
        key="ELEVENLABS_API_KEY",
        otherwise="TTS=local",
        missing=400,
        complete=elevenlabs.base_url == ElevenLabsSettings().base_url,
    )
    return _about(asked, "ELEVENLABS_VOICE", elevenlabs.voice, "/v1/voices")


def _about(asked: Inquiry, named: str, value: str, listed: str, query: str = "") -> Inquiry:
    """The same about the one model or voice that the variable `named` names.

    listed: the path of all there are, to which its name is added; query: all of them at once.
    """
    return replace(
        asked,
        path=f"{listed}/{quote(value, safe='')}",
        named=named,
        value=value,
        listed=f"{listed}{query}",
        names=_ids,
    )


def _over_http(socket: str) -> str:
    """Where the server of a WebSocket answers to HTTP."""
    url = URL(socket)
    return str(url.with_scheme("https" if url.scheme == "wss" else "http").with_path("")).rstrip(
        "/"
    )


INQUIRIES: Mapping[str, Callable[[ProviderSettings], Inquiry]] = {
    "deepgram": _nova,
    "flux": _deepgram,
    "openai": _openai,
    "anthropic": _anthropic,
    "cartesia": _cartesia,
    "elevenlabs": _elevenlabs,
}
"""By the provider's name; who is not here cannot be asked cheaply."""
