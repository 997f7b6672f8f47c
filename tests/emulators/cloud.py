"""The whole cloud on this machine: every provider emulated, and the settings that lead there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.providers.local import brain, voice, whisper
from tests.emulators import ear, mouth, realtime_ear, realtime_mind, realtime_mouth
from tests.emulators.anthropic import Anthropic
from tests.emulators.brainy import Brainy
from tests.emulators.cartesia import Cartesia
from tests.emulators.deepgram import Deepgram
from tests.emulators.elevenlabs import ElevenLabs
from tests.emulators.flux import Flux
from tests.emulators.mind import Line, Message, Mind, Reply, Tool
from tests.emulators.openai_chat import OpenAIChat
from tests.emulators.openai_realtime import OpenAIRealtime
from tests.emulators.provider import Profile, Provider


@dataclass(frozen=True, slots=True)
class Cloud:
    """One of each."""

    deepgram: Deepgram
    flux: Flux
    openai: OpenAIChat
    anthropic: Anthropic
    cartesia: Cartesia
    elevenlabs: ElevenLabs
    realtime: OpenAIRealtime

    @property
    def providers(self) -> tuple[Provider, ...]:
        return (
            *(self.deepgram, self.flux, self.openai, self.anthropic),
            *(self.cartesia, self.elevenlabs, self.realtime),
        )

    def environment(self, stt: str = "auto") -> Mapping[str, str]:
        """What makes a server use them; Deepgram's two protocols share one address setting."""
        return {
            "DEEPGRAM_API_KEY": self.deepgram.key,
            "DEEPGRAM_BASE_URL": (self.flux if stt == "flux" else self.deepgram).url,
            "OPENAI_API_KEY": self.openai.key,
            "OPENAI_BASE_URL": f"{self.openai.url}/v1",
            "OPENAI_REALTIME_URL": self.realtime.realtime_url,
            "ANTHROPIC_API_KEY": self.anthropic.key,
            "ANTHROPIC_BASE_URL": self.anthropic.url,
            "ELEVENLABS_API_KEY": self.elevenlabs.key,
            "ELEVENLABS_BASE_URL": self.elevenlabs.url.replace("http", "ws", 1),
            "CARTESIA_API_KEY": self.cartesia.key,
            "CARTESIA_BASE_URL": f"{self.cartesia.url.replace('http', 'ws', 1)}/tts/websocket",
        }


def understanding(profile: Profile) -> Cloud:
    """Hears with Whisper, thinks with the keyless brain, speaks with the local voice."""
    engine = whisper.load(whisper.WhisperSettings())
    hears = ear.Whispering(engine)
    thinks = Brainy(brain.load())
    speaks = mouth.Hibari(voice.load(voice.VoiceSettings()))
    return Cloud(
        Deepgram(profile=profile, ear=hears),
        Flux(profile=profile, ear=hears),
        OpenAIChat(profile=profile, mind=thinks),
        Anthropic(profile=profile, mind=thinks),
        Cartesia(profile=profile, mouth=speaks),
        ElevenLabs(profile=profile, mouth=speaks),
        OpenAIRealtime(
            profile=profile,
            ear=realtime_ear.whisper(),
            mind=realtime_mind.keyless(),
            mouth=realtime_mouth.local(),
        ),
    )


class Chatty:
    """Says the same to everybody, at no cost: for measuring what is around a model.

    It opens as Echo's persona asks of a model.
    """

    ANSWER = (
        "Sure, it left our warehouse this morning and should be with you by tomorrow evening. "
        "You will get a message when it is close."
    )

    async def reply(self, messages: Sequence[Message], tools: Sequence[Tool]) -> Reply:
        asked = any(isinstance(message, Line) and message.role == "user" for message in messages)
        return Reply(self.ANSWER if asked else "Hello.")


async def _says_the_same(*_: object) -> realtime_mind.Reply:
    return realtime_mind.Reply(Chatty.ANSWER)


def scripted(profile: Profile, said: Sequence[str]) -> Cloud:
    """Costs next to nothing, for many calls at once: each of them says these sentences in turn."""
    hears = ear.Scripted(said, every_call=True)
    thinks: Mind = Chatty()
    speaks = mouth.Tone()
    return Cloud(
        Deepgram(profile=profile, ear=hears),
        Flux(profile=profile, ear=hears),
        OpenAIChat(profile=profile, mind=thinks),
        Anthropic(profile=profile, mind=thinks),
        Cartesia(profile=profile, mouth=speaks),
        ElevenLabs(profile=profile, mouth=speaks),
        OpenAIRealtime(profile=profile, ear=realtime_ear.scripted(*said * 20), mind=_says_the_same),
    )
