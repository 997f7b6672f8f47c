"""What may be kept of a call: the caller is asked first, where anything is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pipecat.frames.frames import Frame

from bot.recording import Outcome, Recorder, RecordingSettings
from processors.consent import Consent
from transports.connection import Connection


@dataclass(frozen=True, slots=True)
class Permission:
    """Who asks for it and who records then; nobody, unless `asked_for` makes one."""

    consent: Consent | None = None
    recorder: Recorder | None = None

    @property
    def question(self) -> Frame | None:
        """What the caller is asked, to be given to the voice."""
        return self.consent.ask() if self.consent else None

    def may_keep_words(self) -> bool:
        """Where callers are asked, nothing they say is kept without their yes."""
        return self.recorder is None or self.recorder.may_keep

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
    thank: Callable[[bool], Awaitable[None]],
) -> Permission:
    """Has the caller asked, and recorded after a yes.

    is_secret: whether what the caller says or keys in at the moment is to be left out.
    thank: told of a clear answer, a yes or a no.
    """
    audio, transport = connection.audio, connection.transport
    consent = Consent(settings.question)
    recorder = Recorder(settings.folder, connection.session_id, audio.in_hz, is_secret)
    recorder.watch(transport.input(), consent, transport.output())

    @consent.event_handler("on_answer")
    async def answered(_: object, answer: str) -> None:
        if answer == "yes":
            await recorder.begin()
        else:
            recorder.refuse()
        if answer != "neither":
            await thank(answer == "yes")

    return Permission(consent, recorder)
