"""Asks the model before the turn is over, and lets the answer out only with the turn's end.

As Pipecat's `EagerUserTurnStopStrategy`, for any speech to text: what is asked are the words so far
in a silence that may yet be a pause. The question goes to the model in a context of its own, and
the model's gate holds the answer; nothing of it reaches memory, log or database.
"""

from pipecat.audio.turn.base_turn_analyzer import BaseTurnAnalyzer
from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    Frame,
    InterimTranscriptionFrame,
    LLMRunFrame,
    VADUserStartedSpeakingFrame,
)
from pipecat.turns.types import ProcessFrameResult, UserTurnSpeculation

from processors.asking import Asking, AskingSettings, bare
from processors.endpointing import EndpointingSettings
from processors.prompt_stop import PromptStopStrategy
from processors.silence import VoiceFrame


class AskEarlyStopStrategy(PromptStopStrategy):
    """Ends turns as its parent does, and asks ahead of the end what the turn seems to be.

    More speech, other words and a turn that ends without words withdraw the question. A model that
    withdraws by itself (`EagerEndOfTurnCancelFrame`) is asked again when the turn is over.
    """

    def __init__(
        self,
        *,
        turn_analyzer: BaseTurnAnalyzer,
        settings: EndpointingSettings,
        asking: AskingSettings,
    ) -> None:
        super().__init__(turn_analyzer=turn_analyzer, settings=settings)
        self._asking = Asking(asking)
        self._asked = ""
        """The words of a question that is out, and not yet confirmed."""
        self._tried = ""
        """What was asked last in this turn: it is not asked a second time."""
        self._interim = ""
        """Words of this silence that may still change."""
        self._is_open = self._relied_on = False

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        match frame:
            case VoiceFrame() | VADUserStartedSpeakingFrame():
                self._interim = ""
                await self._withdraw()
            case EagerEndOfTurnCancelFrame():
                await self._withdrawn()
            case InterimTranscriptionFrame():
                self._interim = frame.text if self._silent_secs is not None else ""
            case _:
                pass
        return await super().process_frame(frame)

    async def handle_user_turn_started(self) -> None:
        self._is_open, self._relied_on = True, False
        self._tried = ""
        await super().handle_user_turn_started()

    async def handle_user_turn_stopped(self) -> None:
        self._is_open, self._interim = False, ""
        await self._withdraw()
        self._asking.turn_over()
        await super().handle_user_turn_stopped()

    async def trigger_user_turn_stopped(
        self, *, enable_user_speaking_frames: bool | None = None
    ) -> None:
        """End the turn; what was asked answers it if those are its words."""
        asked, heard = self._asked, self._endpointing.words
        if not asked or bare(asked) != bare(heard):
            await self._withdraw()
            await super().trigger_user_turn_stopped(
                enable_user_speaking_frames=enable_user_speaking_frames
            )
            return
        self._asked, self._relied_on = "", True
        await self.trigger_user_turn_finalized(
            enable_user_speaking_frames=enable_user_speaking_frames, confirms_speculation=True
        )

    async def _consider(self) -> None:
        await super()._consider()
        await self._ask()

    async def _ask(self) -> None:
        if not self._is_open or self._silent_secs is None or not self._transcribing:
            return
        final = self._endpointing.has_all
        words = self._endpointing.words if final else self._endpointing.words_with(self._interim)
        if bare(words) in (bare(self._asked), bare(self._tried)):
            return
        if not final and self._endpointing.doubts_voice:
            return
        if self._asking.worth(words, unsure_secs=None if final else self._silent_secs):
            await self._withdraw()
            self._asked = self._tried = words
            await self.trigger_user_turn_inference_triggered(speculation=UserTurnSpeculation(words))

    @property
    def _transcribing(self) -> bool:
        """Whether there is something to go by."""
        return self._endpointing.has_all or bool(self._interim)

    async def _withdraw(self) -> None:
        if self._asked:
            self._asked = ""
            self._asking.wasted()
            await self.trigger_user_turn_speculation_cancelled()

    async def _withdrawn(self) -> None:
        """The model took its question back; if the turn is over, nobody else will ask again."""
        self._asked = ""
        if self._relied_on:
            self._relied_on = False
            await self.push_frame(LLMRunFrame())
