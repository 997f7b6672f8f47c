"""What may be kept of a call: the caller is asked first, where anything is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pipecat.frames.frames import Frame

from bot.recording import Outcome, Recorder, RecordingSettings
from processors.consent import Consent
from transports.connection import Connection

Thank = Callable[[bool, bool], Awaitable[None]]
"""Told of a clear answer: whether it was a yes, and whether it was the answer to the question, not
a change of mind."""


@dataclass(frozen=True, slots=True)
class Permission:
    """Who asks for it and who records then; nobody, unless `asked_for` makes one."""

    consent: Consent | None = None
    recorder: Recorder | None = None
    is_due: bool = False
    """Nothing may be kept without it, and this caller is not asked."""

    def question(self, before: str = "") -> Frame | None:
        """What the caller is asked, behind what comes `before`, to be given to the voice."""
        return self.consent.ask(before) if self.consent else None

    def may_keep_words(self) -> bool:
        """Where callers are asked, nothing they say is kept without their yes."""
        return self.recorder.may_keep if self.recorder else not self.is_due

    @property
    def outcome(self) -> Outcome:
        return self.recorder.outcome if self.recorder else "off"

    async def close(self) -> None:
        if self.recorder:
            await self.recorder.close()


def asked_for(
    settings: RecordingSettings,
    connection: Connection,
    is_secret: Callable[[], bool],
    thank: Thank,
) -> Permission:
    """Has the caller asked, and recorded after a yes, for as long as they do not take it back.

    is_secret: whether what the caller says or keys in at the moment is to be left out.
    """
    audio, transport = connection.audio, connection.transport
    consent = Consent(settings.question)
    recorder = Recorder(settings.folder, connection.session_id, audio.in_hz, is_secret)
    recorder.watch(transport.input(), consent, transport.output())

    @consent.event_handler("on_answer")
    async def answered(_: object, answer: str) -> None:
        first = recorder.outcome == "not asked"
        if answer == "yes":
            await recorder.begin()
        else:
            recorder.refuse()
        if answer != "neither":
            await thank(answer == "yes", first)

    return Permission(consent, recorder)
