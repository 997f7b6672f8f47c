"""Card numbers that are spoken go no further than the ears: behind them is `[card ending 1111]`."""

from collections.abc import Callable

from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    EagerTranscriptionFrame,
    Frame,
    InterimTranscriptionFrame,
    LLMContextFrame,
    TranscriptionFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext, LLMContextMessage
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from processors.cards import InPieces, hide, mended, withhold
from processors.emergency import is_emergency
from processors.vault import Vault

Transcript = TranscriptionFrame | InterimTranscriptionFrame | EagerTranscriptionFrame


class Discreet:
    """Changes the text of transcripts in the moment they leave who wrote them down: before any
    observer, log or processor meets them, and without a hop.

    While a secret is being keyed in, no number that is said goes on: callers read aloud what they
    key in. "Call 911" does, which somebody else has to hear.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._pieces = InPieces()
        self._hidden = 0
        """The id of the frame that was changed last: one may be pushed both ways."""

    def watch(self, ear: FrameProcessor) -> None:
        """Hide what this one writes down."""
        ear.add_event_handler("on_before_push_frame", self._before_push)
        ear.add_event_handler("on_before_process_frame", self._before_process)

    async def _before_push(self, _: FrameProcessor, frame: Frame) -> None:
        if isinstance(frame, Transcript):
            self.hide(frame)

    async def _before_process(self, _: FrameProcessor, frame: Frame) -> None:
        if isinstance(frame, BotStartedSpeakingFrame):
            self._pieces.clear()

    def hide(self, frame: Transcript) -> None:
        """Leaves in the frame what may be known."""
        if frame.id == self._hidden:
            return
        self._hidden = frame.id
        text = self._vault.withhold(self._known(frame))
        if self._vault.expected:  # digit by digit, as they are keyed in
            text = withhold(text, from_digits=4 if is_emergency(text) else 1)
        if text != frame.text:
            frame.text, frame.result = text, None  # the provider's own message has the same words

    def _known(self, frame: Transcript) -> str:
        match frame:
            case TranscriptionFrame():
                return self._pieces.final(frame.text)
            case InterimTranscriptionFrame():
                return self._pieces.interim(frame.text)
            case EagerTranscriptionFrame():
                return hide(frame.text)


class Mended(FrameProcessor):
    """Before the model: removes what was passed on of a card number before it was known as one."""

    def __init__(self) -> None:
        super().__init__(enable_direct_mode=True)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMContextFrame):
            mend(frame.context)
        await self.push_frame(frame, direction)


def mend(context: LLMContext) -> None:
    """Mends the caller's last message."""
    messages = [*context.messages]
    if not messages:
        return
    last = _changed(messages[-1], mended)
    if last is not messages[-1]:
        context.set_messages([*messages[:-1], last])


def typed(message: LLMContextMessage, vault: Vault) -> LLMContextMessage:
    """What may be known of a message that was typed."""
    return _changed(message, vault.read)


def _changed(message: LLMContextMessage, change: Callable[[str], str]) -> LLMContextMessage:
    """The message, if it is the caller's with its text changed."""
    if not isinstance(message, dict) or message.get("role") != "user":
        return message
    content = message.get("content")
    if not isinstance(content, str) or (text := change(content)) == content:
        return message
    return {"role": "user", "content": text}
