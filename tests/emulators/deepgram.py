"""Deepgram's `/v1/listen` (nova-3), as far as a voice agent uses it.

Messages are the deepgram SDK's own types; the shapes of errors and closings are those of
https://developers.deepgram.com/docs/stt-troubleshooting-websocket-data-and-net-errors. How it
differs: it knows `linear16` and `mulaw`, one channel, and models by name only; an unknown
parameter is refused, which the real one lets pass.
"""

import hashlib
import inspect
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from deepgram.listen.v1.client import AsyncV1Client
from deepgram.listen.v1.types import (
    ListenV1Error,
    ListenV1Metadata,
    ListenV1Results,
    ListenV1SpeechStarted,
    ListenV1UtteranceEnd,
)
from deepgram.types.list_models_v1response import ListModelsV1Response
from deepgram.types.listen_v1model import ListenV1Model

from tests.emulators.ear import Heard, words
from tests.emulators.listening import (
    Listener,
    Listening,
    Query,
    asked,
    checked,
    choice,
    flag,
    literals,
    number_in,
    query,
    rate,
    refusal,
)
from tests.emulators.provider import Fault, only
from tests.emulators.speech import Speech, Utterance

PARAMETERS = set(inspect.signature(AsyncV1Client.connect).parameters) - {
    *("self", "authorization", "request_options")
} | {"filler_words", "no_delay"}
"""Those of the SDK, and two that it does not name and Deepgram's documentation does."""
REPEATED = {"keyterm", "keywords", "tag", "search", "redact", "replace", "extra", "language_hint"}
FLAGS = (
    *("detect_entities", "diarize", "dictation", "interim_results", "mip_opt_out"),
    *("multichannel", "numerals", "profanity_filter", "punctuate", "smart_format", "vad_events"),
    *("filler_words", "no_delay"),
)
LANGUAGES = (
    *("multi", "en", "en-US", "en-AU", "en-GB", "en-IN", "en-NZ", "de", "nl", "sv", "sv-SE"),
    *("da", "da-DK", "es", "es-419", "fr", "fr-CA", "pt", "pt-BR", "pt-PT", "it", "ja", "hi"),
)
ENDPOINTING_MS = 10
KEYTERM_TOKENS = 500
GONE = (
    "Deepgram did not receive audio data or a text message within the timeout window. "
    "See https://dpgr.am/net0001"
)


@dataclass(frozen=True, slots=True)
class Options:
    """What a client asked for."""

    model: str
    language: str
    encoding: str
    rate: int
    interims: bool
    formatted: bool
    vad_events: bool
    endpointing_secs: float | None
    """None: an utterance ends only by Finalize or CloseStream."""
    utterance_end_secs: float | None


def options(given: Query) -> Options:
    """Raises ValueError for what nova-3 does not take."""
    for name in FLAGS:
        flag(given, name)
    model = choice(given, "model", literals(ListenV1Model))
    language = choice(given, "language", LANGUAGES, "en")
    if "language_hint" in given and language != "multi":
        raise ValueError("language_hint: only language=multi takes hints")
    if "keyterm" in given and not model.startswith("nova-3"):
        raise ValueError("keyterm: only nova-3 models take keyterms")
    if sum(len(term.split()) for term in given.get("keyterm", ())) > KEYTERM_TOKENS:
        raise ValueError(f"keyterm: more than {KEYTERM_TOKENS} tokens")
    if "keywords" in given and model.startswith("nova-3"):
        raise ValueError("keywords: nova-3 takes keyterm instead")
    number_in(given, "channels", 1, 1, 1)
    interims = flag(given, "interim_results")
    utterance_end_secs = None
    if "utterance_end_ms" in given:
        utterance_end_secs = number_in(given, "utterance_end_ms", 1000, 5000, 1000) / 1000
        if not interims:
            raise ValueError("utterance_end_ms: needs interim_results=true")
    endless = given.get("endpointing") == ["false"]
    return Options(
        model,
        language=language,
        encoding=choice(given, "encoding", ("linear16", "mulaw")),
        rate=rate(given),
        interims=interims,
        formatted=flag(given, "punctuate") or flag(given, "smart_format"),
        vad_events=flag(given, "vad_events"),
        endpointing_secs=None
        if endless
        else number_in(given, "endpointing", 0, 60_000, ENDPOINTING_MS) / 1000,
        utterance_end_secs=utterance_end_secs,
    )


@dataclass
class Deepgram(Listener):
    """The emulator: the base URL is its `url`, and `noted("connect")` has every query."""

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/v1/listen", self._listen)
        app.router.add_get("/v1/auth/token", self.tell_key)
        app.router.add_get("/v1/models", self._tell_models)
        return app

    async def _tell_models(self, request: web.Request) -> web.Response:
        """All public models; https://developers.deepgram.com/reference/manage/models/list."""
        if not self._knows(request):
            raise refusal(401, "INVALID_AUTH", "Invalid credentials.")
        models = [
            {
                "name": name.split("-", 2)[2],
                "canonical_name": name,
                "architecture": "-".join(name.split("-")[:2]),
                "languages": ["en", "en-US", "es"],
                "version": "2025-07-31.0",
                "uuid": str(uuid.uuid4()),
                "batch": True,
                "streaming": True,
                "formatted_output": True,
            }
            for name in literals(ListenV1Model)
            if name.count("-") > 1
        ]
        listed = checked(ListModelsV1Response, stt=models, tts=[])
        return web.json_response(text=listed.model_dump_json(by_alias=True))

    async def _listen(self, request: web.Request) -> web.StreamResponse:
        number, fault = self.connect()
        self.admit(request, number, fault)
        async with asked(self, number):
            given = query(request, PARAMETERS, REPEATED)
            wanted = options(given)
        self.note(number, "connect", given)
        return await Transcribing(self, number, fault, wanted).run(request)


class Transcribing(Listening):
    """One connection to `/v1/listen`."""

    def __init__(
        self, provider: Deepgram, number: int, fault: Fault | None, wanted: Options
    ) -> None:
        endpointing_secs = wanted.endpointing_secs
        pause_secs = float("inf") if endpointing_secs is None else endpointing_secs
        speech = Speech(wanted.rate, wanted.encoding)
        super().__init__(provider, number, fault, speech, pause_secs)
        self._wanted = wanted
        self._told_until_secs = 0.0
        self._finalize = False
        self._word_ended_secs: float | None = None

    async def message(self, body: Mapping[str, Any]) -> None:
        only(body, {"type"})
        match body.get("type"):
            case "KeepAlive":
                pass
            case "Finalize":
                await self._flush()
            case other:
                raise ValueError(f"unknown variant `{other}`")

    async def unparsable(self, text: str, error: Exception) -> None:
        await self.send(
            checked(
                ListenV1Error,
                variant="SchemaError",
                description=f"Could not deserialize last text message: {error}",
                message=text,
            )
        )

    async def began(self, utterance: Utterance) -> None:
        self._word_ended_secs = None
        if self._wanted.vad_events:
            at_secs = utterance.start_secs
            await self.send(checked(ListenV1SpeechStarted, channel=[0, 1], timestamp=at_secs))

    async def progress(self, utterance: Utterance, heard: Heard) -> None:
        if self._wanted.interims:
            await self._tell(utterance, heard, final=False, until_secs=utterance.end_secs)

    async def ended(self, utterance: Utterance, heard: Heard) -> None:
        self._word_ended_secs = utterance.end_secs
        await self._tell(utterance, heard, final=True, until_secs=self.speech.position_secs)

    async def tick(self) -> None:
        ended, after = self._word_ended_secs, self._wanted.utterance_end_secs
        if ended is None or after is None or self.speech.position_secs < ended + after:
            return
        self._word_ended_secs = None
        await self.send(checked(ListenV1UtteranceEnd, channel=[0, 1], last_word_end=ended))

    async def idle(self) -> None:
        await self.close(1011, GONE)

    async def closed(self) -> None:
        key = hashlib.sha256(self.request_id.encode()).hexdigest()
        await self.send(
            checked(
                ListenV1Metadata,
                transaction_key="deprecated",
                request_id=self.request_id,
                sha256=key,
                created=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                duration=self.speech.position_secs,
                channels=1,
            )
        )
        await self.close(1000)

    async def _flush(self) -> None:
        self._finalize = True
        if self.speech.is_open:
            self.end_when_due()
        else:
            at_secs = self.speech.position
            nothing = Utterance(at_secs, at_secs, self.speech.rate, b"")
            await self._tell(nothing, Heard("", 0.0), final=True, until_secs=nothing.end_secs)

    async def _tell(
        self, utterance: Utterance, heard: Heard, *, final: bool, until_secs: float
    ) -> None:
        finalized = final and self._finalize
        start_secs = self._told_until_secs
        if final:
            self._told_until_secs = until_secs
            self._finalize = self.ending = False
        await self.send(
            checked(
                ListenV1Results,
                channel_index=[0, 1],
                start=start_secs,
                duration=max(0.0, until_secs - start_secs),
                is_final=final,
                speech_final=final and not finalized,
                from_finalize=finalized,
                channel={"alternatives": [self._alternative(utterance, heard)]},
                metadata={
                    "request_id": self.request_id,
                    "model_uuid": str(uuid.uuid5(uuid.NAMESPACE_DNS, self._wanted.model)),
                    "model_info": {
                        "name": self._wanted.model,
                        "version": "2025-07-31.0",
                        "arch": "nova-3",
                    },
                },
            )
        )

    def _alternative(self, utterance: Utterance, heard: Heard) -> dict[str, Any]:
        """One that hears every language says which it was; one that hears another makes it up."""
        hears_all = self._wanted.language == "multi"
        if not hears_all and self._wanted.language.partition("-")[0] != heard.language:
            heard = replace(heard, text="mumble" if heard.text else "", confidence=0.3)
        placed = []
        for word in words(heard, utterance):
            written = {
                "word": _plain(word.text),
                "start": word.start_secs,
                "end": word.end_secs,
                "confidence": heard.sure(word.text),
            }
            if hears_all:
                written["language"] = heard.language
            if self._wanted.formatted:
                written["punctuated_word"] = word.text
            placed.append(written)
        text = heard.text if self._wanted.formatted else " ".join(w["word"] for w in placed)
        told = {"transcript": text, "confidence": heard.confidence, "words": placed}
        return told | ({"languages": [heard.language]} if hears_all and text else {})


def _plain(word: str) -> str:
    return word.lower().strip('.,!?;:"')
