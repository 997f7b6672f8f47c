"""What clients and the record are shown of the caller's words while a number is not at its end.

A card number comes in pieces, and the first of them is an order's number, or a telephone's, as far
as anybody can know. What may become a card's is shown when it is settled: when something else is
said, by the caller or by Echo. The model is not kept waiting: it is asked when the turn is over.
"""

import re
from copy import copy

from pipecat.frames.frames import (
    Frame,
    InterimTranscriptionFrame,
    LLMContextFrame,
    TranscriptionFrame,
)
from pipecat.processors.frameworks.rtvi import RTVIObserver, RTVIObserverParams, RTVIProcessor

from processors.cards import NUMBER, OpenNumber, mended, open_number

SHOWN_DIGITS = 4
"""So many are shown of what may become a card's number: order numbers are no longer."""

_KNOWN = re.compile(r"[^\[\d]*(?:\[number\][\s,.]*)+\[card ending")
"""The end of a card's number that began before."""


class Shown:
    """Holds back the numbers at the end of what was said (pure)."""

    def __init__(self) -> None:
        self._before = ""
        """The digits that the last transcript ended with, shown or not."""
        self._held = ""

    @property
    def waits(self) -> bool:
        """Whether something is held back."""
        return bool(self._held)

    def interim(self, text: str) -> str:
        """What may be shown of a transcript that may grow."""
        number = open_number(text, self._before)
        return f"{text[: number.start]}…" if number and _is_secret(number) else text

    def final(self, text: str) -> str:
        """What may be shown with this transcript: of it, and of what was held back before."""
        text = text.strip()
        if _KNOWN.match(text):
            self.settle()
            text = mended(text)
        number, held = open_number(text, self._before), self._held
        goes_on = text.rstrip(" .,") == NUMBER  # as digits do
        if not goes_on:
            self._before = number.digits if number else ""
        if goes_on or (number and _is_secret(number) and number.goes_on):
            self._held = f"{held} {text}".strip()
            return ""
        start = number.start if number and _is_secret(number) else len(text)
        self._held = text[start:]
        return f"{held} {text[:start]}".strip()

    def settle(self) -> str:
        """Somebody else speaks: what was held back is no card's, as far as anybody knows."""
        held, self._held, self._before = self._held, "", ""
        return held


def _is_secret(number: OpenNumber) -> bool:
    return len(number.digits) > SHOWN_DIGITS and number.may_be_a_card


class ShownRTVI(RTVIProcessor):
    """Pipecat's, whose clients are shown what may be shown."""

    def create_rtvi_observer(
        self, *, params: RTVIObserverParams | None = None, **kwargs: object
    ) -> RTVIObserver:
        return _Observer(self, params=params)


class _Observer(RTVIObserver):
    def __init__(self, rtvi: RTVIProcessor, *, params: RTVIObserverParams | None) -> None:
        super().__init__(rtvi, params=params)
        self._shown = Shown()
        self._last: TranscriptionFrame | None = None

    async def _handle_user_transcriptions(
        self, frame: TranscriptionFrame | InterimTranscriptionFrame
    ) -> None:
        final = isinstance(frame, TranscriptionFrame)
        text = self._shown.final(frame.text) if final else self._shown.interim(frame.text)
        self._last = frame if final else self._last
        if text:
            await super()._handle_user_transcriptions(_saying(frame, text))

    async def _handle_bot_speaking(self, frame: Frame) -> None:
        if self._last and (text := self._shown.settle()):
            await super()._handle_user_transcriptions(_saying(self._last, text))
        await super()._handle_bot_speaking(frame)

    async def _handle_context(self, frame: LLMContextFrame) -> None:
        if not self._shown.waits:
            await super()._handle_context(frame)


def _saying(
    frame: TranscriptionFrame | InterimTranscriptionFrame, text: str
) -> TranscriptionFrame | InterimTranscriptionFrame:
    said = copy(frame)
    said.text = text
    return said
