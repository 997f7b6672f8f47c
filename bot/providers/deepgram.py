"""Deepgram's nova-3 as Pipecat's service, which also says when it has heard everything.

A turn may be answered once the last of its words is there. Pipecat takes that only from a
transcript that answers its own `Finalize`, sent when the VAD says stop. But Deepgram ends a
sentence by itself after `endpointing` ms, before the VAD does, so that answer is empty and changes
nothing: the turn waits until `ttfs_p99_latency` has passed. `Coverage` knows better, from where the
final transcripts end in the audio.
"""

from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import cast

import httpx
from deepgram import AsyncDeepgramClient
from deepgram.listen.v1.types import ListenV1Results
from pipecat.frames.frames import (
    Frame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.deepgram import stt as service
from pipecat.services.deepgram.stt import DeepgramSTTService
from pipecat.transcriptions.language import Language

from bot.providers.legible import Connect, LegibleClient
from processors.all_heard import AllHeardFrame
from processors.silence import SilenceFrame, VoiceFrame

TTFS_P99_SECS = 0.6
"""From the last word to the final text. Turn strategies wait so long only for a text that Deepgram
never says is all there: a safety net, wide enough for a slow moment of the network."""


_SDK_CLIENT = "AsyncDeepgramClient"


@cache
def _http() -> httpx.AsyncClient:
    return httpx.AsyncClient()


@contextmanager
def _one_http_client() -> Generator[None]:
    """Has the SDK's client, which Pipecat's service makes, share what it would ask by HTTP.

    A call asks nothing by HTTP, but each such client reads all the certificates of this machine:
    50 ms, for which no other caller is heard.
    """
    setattr(service, _SDK_CLIENT, partial(AsyncDeepgramClient, httpx_client=_http()))
    try:
        yield
    finally:
        setattr(service, _SDK_CLIENT, AsyncDeepgramClient)


class Coverage:
    """Whether the final transcripts reach to where the caller fell silent, in seconds of audio."""

    _VAD_LAG_SECS = 0.1
    """The VAD may find the end of a voice this much late; no word is so short."""

    def __init__(self) -> None:
        self._final_until_secs = 0.0
        self._silent_from_secs: float | None = None

    @property
    def is_complete(self) -> bool:
        """The caller is silent, and a final transcript holds whatever was said until then."""
        silent = self._silent_from_secs
        return silent is not None and self._final_until_secs >= silent - self._VAD_LAG_SECS

    def spoke(self) -> None:
        """The caller has begun to speak."""
        self._silent_from_secs = None

    def fell_silent(self, at_secs: float) -> None:
        """The caller has said nothing since."""
        self._silent_from_secs = at_secs

    def final(self, until_secs: float) -> None:
        """What was said until there will not change."""
        self._final_until_secs = max(self._final_until_secs, until_secs)

    def start_over(self) -> None:
        """The audio is counted from zero again."""
        self._final_until_secs = 0.0
        self._silent_from_secs = None


@dataclass(frozen=True, slots=True)
class Result:
    """What matters of a message from Deepgram."""

    is_final: bool
    from_finalize: bool
    has_text: bool
    until_secs: float


def result(message: object) -> Result | None:
    """None for a message that is no transcript, or cannot be used as one."""
    if not isinstance(message, ListenV1Results):
        return None
    try:
        (first, *_) = message.channel.alternatives
        if first.languages:
            Language(first.languages[0])  # as Pipecat will read it
        return Result(
            is_final=bool(message.is_final),
            from_finalize=bool(message.from_finalize),
            has_text=len(first.transcript.strip()) > 0,
            until_secs=float(message.start) + float(message.duration),
        )
    except (AttributeError, TypeError, ValueError):
        return None  # the SDK builds its types without checking them


class PromptDeepgram(DeepgramSTTService):
    """Pushes an `AllHeardFrame` when no more words are to come; drops messages it cannot read."""

    def __init__(
        self, *, api_key: str, base_url: str, settings: DeepgramSTTService.Settings
    ) -> None:
        with _one_http_client():
            super().__init__(
                api_key=api_key,
                base_url=base_url,
                settings=settings,
                ttfs_p99_latency=TTFS_P99_SECS,
            )
        self._coverage = Coverage()
        self._sent_samples = 0
        client = LegibleClient(cast(Connect, self._client.listen.v1.connect), self._opened)
        self._client = client  # pyright: ignore[reportAttributeAccessIssue]

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        """Send audio; the words come when they are ready, not from here."""
        if self._connection:
            self._sent_samples += len(audio) // 2
        async for frame in super().run_stt(audio):
            yield frame

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case VADUserStartedSpeakingFrame() | VoiceFrame():
                self._coverage.spoke()
            case SilenceFrame() if not self._coverage.is_complete:
                await self._silent(frame.secs)
            case VADUserStoppedSpeakingFrame():
                await self._silent(frame.stop_secs)
            case _:
                pass

    async def _silent(self, secs: float) -> None:
        self._coverage.fell_silent(self._sent_samples / self.sample_rate - secs)
        if self._coverage.is_complete:
            await self.push_frame(AllHeardFrame())

    def _opened(self) -> None:
        self._sent_samples = 0
        self._coverage.start_over()

    async def _on_message(self, message: object) -> None:
        heard = result(message)
        if heard is None:
            return
        if heard.is_final:
            self._coverage.final(heard.until_secs)
        complete = heard.is_final and (heard.from_finalize or self._coverage.is_complete)
        if complete and heard.has_text:
            self._finalize_pending = True  # the transcript's frame will say that it is the last
        await super()._on_message(message)
        silent = self._coverage.is_complete or not self._user_speaking
        if complete and silent and not heard.has_text:
            await self.push_frame(AllHeardFrame())
