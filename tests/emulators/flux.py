"""Deepgram's `/v2/listen` (Flux), as far as a voice agent uses it.

Messages are the deepgram SDK's own types; their order is that of
https://developers.deepgram.com/docs/flux/state. How it differs: it understands no sentences, so
its confidence that a turn is over grows with silence alone: it reaches the default threshold of
0.7 when the profile's `stt_final` has passed, others in proportion. It takes `linear16` and
`mulaw`.

How early `EagerEndOfTurn` is, in words of others: that page's example has 0.3 and 0.5 at 200 and
100 ms before the 0.7 of `EndOfTurn`; Telnyx saves 150 ms at the median and 350 at most, and counts
50 to 70 % more requests at 0.3 to 0.5 (release note of 2026-01-14, "end-of-turn" parameters).
Here, of a "budget" end of turn at 150 ms, 0.3 is 86 and 0.5 is 43 ms ahead: less than published,
since no word is published to be in a transcript sooner than `TRANSCRIPT_SECS` after it was said.
"""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web
from deepgram.listen.v2.client import AsyncV2Client
from deepgram.listen.v2.types import (
    ListenV2ConfigureFailure,
    ListenV2ConfigureSuccess,
    ListenV2Connected,
    ListenV2FatalError,
    ListenV2TurnInfo,
)
from deepgram.types.listen_v2model import ListenV2Model

from tests.emulators.ear import Heard, words
from tests.emulators.listening import (
    INTERIM_SECS,
    Listener,
    Listening,
    Milestone,
    Query,
    asked,
    checked,
    choice,
    flag,
    literals,
    number_in,
    query,
    rate,
)
from tests.emulators.provider import Fault, only
from tests.emulators.speech import Speech, Utterance

PARAMETERS = set(inspect.signature(AsyncV2Client.connect).parameters) - {
    *("self", "authorization", "request_options")
}
REPEATED = {"keyterm", "tag", "language_hint"}
MULTILINGUAL = "flux-general-multi"
DEFAULT_EOT = 0.7
TRANSCRIPT_SECS = 0.18
"""From a sound to a transcript that has it: 140 and 180 ms behind the audio were two updates of
Flux that Deepgram's support-toolkit shows (pull request 6)."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a client asked for; the last three may change while it listens."""

    model: str
    encoding: str
    rate: int
    eager_eot: float | None
    eot: float
    timeout_secs: float


def options(given: Query) -> Options:
    """Raises ValueError for what Flux does not take."""
    for name in ("numerals", "profanity_filter", "mip_opt_out"):
        flag(given, name)
    model = choice(given, "model", literals(ListenV2Model))
    if "language_hint" in given and model != MULTILINGUAL:
        raise ValueError(f"language_hint: only {MULTILINGUAL} takes it")
    eager = "eager_eot_threshold" in given
    return _consistent(
        Options(
            model,
            encoding=choice(given, "encoding", ("linear16", "mulaw")),
            rate=rate(given),
            eager_eot=number_in(given, "eager_eot_threshold", 0.3, 0.9, 0) if eager else None,
            eot=number_in(given, "eot_threshold", 0.5, 1.0, DEFAULT_EOT),
            timeout_secs=number_in(given, "eot_timeout_ms", 500, 60_000, 5000) / 1000,
        )
    )


def _consistent(wanted: Options) -> Options:
    if wanted.eager_eot is not None and wanted.eager_eot > wanted.eot:
        raise ValueError("eager_eot_threshold: is above eot_threshold")
    return wanted


@dataclass
class Flux(Listener):
    """The emulator: `url + "/v2/listen"` is where a client connects."""

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/v2/listen", self._listen)
        app.router.add_get("/v1/auth/token", self.tell_key)
        return app

    async def _listen(self, request: web.Request) -> web.StreamResponse:
        number, fault = self.connect()
        self.admit(request, number, fault)
        async with asked(self, number):
            given = query(request, PARAMETERS, REPEATED)
            wanted = options(given)
        self.note(number, "connect", given)
        keyterms = given.get("keyterm", [])
        return await TakingTurns(self, number, fault, wanted, list(keyterms)).run(request)


class TakingTurns(Listening):
    """One connection to `/v2/listen`."""

    def __init__(
        self,
        provider: Flux,
        number: int,
        fault: Fault | None,
        wanted: Options,
        keyterms: list[str],
    ) -> None:
        super().__init__(provider, number, fault, Speech(wanted.rate, wanted.encoding))
        self._wanted = wanted
        self._keyterms = keyterms
        self._sequence = -1
        self._turn = 0
        self._turn_began_secs = 0.0
        self._update_due_secs = INTERIM_SECS
        self._turn_is_open = self._eager = self._forced = False
        self._so_far = (Utterance(0, 0, wanted.rate, b""), Heard("", 0.0))

    async def opened(self) -> None:
        await self.send(
            checked(ListenV2Connected, request_id=self.request_id, sequence_id=self._next())
        )

    async def message(self, body: Mapping[str, Any]) -> None:
        match body.get("type"):
            case "Configure":
                await self._configure(body)
            case "ForceEndTurn":
                only(body, {"type"})
                if self.speech.is_open:
                    self._forced = True
                    self.end_when_due(anew=True)
            case other:
                raise ValueError(f"unknown variant `{other}`")

    async def unparsable(self, text: str, error: Exception) -> None:
        await self._fail(
            "UNPARSABLE_CLIENT_MESSAGE",
            "Text message received from client did not match any of the formats we expect.",
        )

    async def idle(self) -> None:
        await self._fail("INACTIVE_CLIENT", "No audio was received within the timeout window.")

    async def closed(self) -> None:
        await self.close(1000)

    def milestones(self, delay_secs: float) -> list[Milestone]:
        wanted = self._wanted
        eot_secs = wanted.timeout_secs
        if self._forced:
            return [(min(delay_secs, eot_secs, TRANSCRIPT_SECS), self.ended)]
        if wanted.eot < 1.0:
            eot_secs = min(eot_secs, delay_secs * wanted.eot / DEFAULT_EOT)
        eager = wanted.eager_eot
        early: list[Milestone] = []
        if eager is not None:
            early = [(min(eot_secs, delay_secs * eager / DEFAULT_EOT), self._eagerly)]
        return [*early, (eot_secs, self.ended)]

    async def resumed(self) -> None:
        if self._eager:
            self._eager = False
            await self._tell("TurnResumed", *self._so_far)

    async def progress(self, utterance: Utterance, heard: Heard) -> None:
        self._so_far = (utterance, heard)
        if not self._turn_is_open:
            self._turn_is_open = True
            self._turn_began_secs = utterance.start_secs
            await self._tell("StartOfTurn", utterance, heard)

    async def ended(self, utterance: Utterance, heard: Heard) -> None:
        if not heard.text:
            return
        await self.progress(utterance, heard)  # "Yes." is over before its turn was told to begin
        trigger = "manual" if self._forced else "model" if self._wanted.eot < 1.0 else "timeout"
        await self._tell("EndOfTurn", utterance, heard, trigger=trigger)
        self._turn += 1
        self._turn_is_open = self._eager = self._forced = self.ending = False
        self._so_far = (Utterance(0, 0, self.speech.rate, b""), Heard("", 0.0))

    async def tick(self) -> None:
        """An update for each quarter of a second of audio, whether or not anything was said."""
        if self.speech.position_secs < self._update_due_secs:
            return
        self._update_due_secs = self.speech.position_secs + INTERIM_SECS
        if not self._eager:
            await self._tell("Update", *self._so_far)

    async def _eagerly(self, utterance: Utterance, heard: Heard) -> None:
        if heard.text:
            await self.progress(utterance, heard)
            self._eager = True
            await self._tell("EagerEndOfTurn", utterance, heard)

    async def _tell(
        self, event: str, utterance: Utterance, heard: Heard, *, trigger: str | None = None
    ) -> None:
        spoken = [
            {
                "word": word.text,
                "confidence": heard.sure(word.text),
                "start": word.start_secs,
                "end": word.end_secs,
            }
            for word in words(heard, utterance)
        ]
        told = {"trigger": trigger} if trigger else {}
        await self.send(
            checked(
                ListenV2TurnInfo,
                request_id=self.request_id,
                sequence_id=self._next(),
                event=event,
                turn_index=self._turn,
                audio_window_start=self._turn_began_secs,
                audio_window_end=self.speech.position_secs,
                transcript=heard.text,
                words=spoken,
                end_of_turn_confidence=self._confidence(event),
                **told,
            )
        )

    def _confidence(self, event: str) -> float:
        match event:
            case "EndOfTurn":
                return max(self._wanted.eot, 0.5)
            case "EagerEndOfTurn":
                return self._wanted.eager_eot or 0.5
            case _:
                return 0.01

    async def _configure(self, body: Mapping[str, Any]) -> None:
        only(body, {"type", "thresholds", "keyterms", "language_hints", "numerals"})
        thresholds = body.get("thresholds") or {}
        try:
            only(thresholds, {"eager_eot_threshold", "eot_threshold", "eot_timeout_ms"})
            self._wanted = self._reconfigured(thresholds)
            if body.get("language_hints") and self._wanted.model != MULTILINGUAL:
                raise ValueError(f"language_hints: only {MULTILINGUAL} takes them")
        except ValueError as error:
            await self.send(
                checked(
                    ListenV2ConfigureFailure,
                    request_id=self.request_id,
                    sequence_id=self._next(),
                    code="INVALID_CONFIGURATION",
                    description=str(error),
                )
            )
            return
        self._keyterms = list(body.get("keyterms", self._keyterms))
        await self.send(
            checked(
                ListenV2ConfigureSuccess,
                request_id=self.request_id,
                sequence_id=self._next(),
                keyterms=self._keyterms,
                thresholds=self._thresholds(),
            )
        )

    def _thresholds(self) -> dict[str, float]:
        wanted = self._wanted
        told = {"eot_threshold": wanted.eot, "eot_timeout_ms": round(wanted.timeout_secs * 1000)}
        return (
            told if wanted.eager_eot is None else {**told, "eager_eot_threshold": wanted.eager_eot}
        )

    def _reconfigured(self, thresholds: Mapping[str, Any]) -> Options:
        given = {name: [str(value)] for name, value in thresholds.items() if value is not None}
        old = self._wanted
        eager: float | None = old.eager_eot
        if "eager_eot_threshold" in given:
            eager = number_in(given, "eager_eot_threshold", 0.3, 0.9, 0)
        elif "eager_eot_threshold" in thresholds:
            eager = None
        return _consistent(
            replace(
                old,
                eager_eot=eager,
                eot=number_in(given, "eot_threshold", 0.5, 1.0, old.eot),
                timeout_secs=number_in(
                    given, "eot_timeout_ms", 500, 60_000, old.timeout_secs * 1000
                )
                / 1000,
            )
        )

    async def _fail(self, code: str, description: str) -> None:
        await self.send(
            checked(
                ListenV2FatalError, sequence_id=self._next(), code=code, description=description
            )
        )
        await self.close(1011, code)

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence
