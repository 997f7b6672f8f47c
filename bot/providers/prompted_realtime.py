"""OpenAI Realtime that says what it is told to in a call that others play, and leaves when that was
heard."""

from pipecat.frames.frames import Frame, TTSSpeakFrame
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.openai.realtime import events

from bot.providers.leaving import LeavesLast
from bot.providers.saying import to_say

SAID_AGAIN = 2
"""So often words are said again that no interruption drops, and that one did."""


class Prompted(LeavesLast):
    """A `TTSSpeakFrame` is said by the model, after what it is saying."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self._to_say: list[TTSSpeakFrame] = []
        self._saying: TTSSpeakFrame | None = None
        self._said_again = 0
        self._asked_by = ""  # the event that asked for a response last

    @property
    def _audible(self) -> bool:
        """Whether the caller still hears something."""
        raise NotImplementedError

    @property
    def _is_done(self) -> bool:
        return not (self._to_say or self._response_active or self._audible)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        if isinstance(frame, TTSSpeakFrame):
            await self._say(frame)
        else:
            await super().process_frame(frame, direction)

    async def push_frame(
        self, frame: Frame, direction: FrameDirection = FrameDirection.DOWNSTREAM
    ) -> None:
        if isinstance(frame, TTSSpeakFrame) and direction is FrameDirection.DOWNSTREAM:
            await self._say(frame)
        else:
            await super().push_frame(frame, direction)

    async def _handle_interruption(self) -> None:
        self._to_say = [frame for frame in self._to_say if not frame.interruptible]
        await super()._handle_interruption()

    # Speaking

    async def cut_in(self, text: str) -> None:
        """Say what the caller has to hear, whatever the model is doing or about to do."""
        words = TTSSpeakFrame(text)
        words.interruptible = False
        self._to_say, self._said_again = [words], 0
        if self._response_active:
            await self.send_client_event(events.ResponseCancelEvent())
        await self._ws_send({"type": "output_audio_buffer.clear"})
        await self._say_on()

    async def _say(self, frame: TTSSpeakFrame) -> None:
        """Have the model say it, now or when it is done with what it says; fillers now or never."""
        if frame.append_to_context is not False or not self._response_active:
            self._to_say.append(frame)
        await self._say_on()

    async def _say_on(self) -> None:
        if self._to_say and self._api_session_ready and not self._response_active:
            self._saying = self._to_say.pop(0)
            remember = self._saying.append_to_context is not False
            await self.send_client_event(to_say(self._saying.text, remember))

    def _say_again(self, frame: TTSSpeakFrame) -> None:
        if self._said_again < SAID_AGAIN:
            self._said_again += 1
            self._to_say.insert(0, frame)

    async def send_client_event(self, event: events.ClientEvent) -> None:
        if isinstance(event, events.ResponseCreateEvent):
            self._asked_by = event.event_id
            self._response_active = True
        await super().send_client_event(event)

    def _not_asked(self, *, already_answering: bool) -> None:
        """The response that was asked for last was refused: because of another, or for good."""
        saying, self._saying = self._saying, None
        self._response_active = already_answering
        if already_answering and saying:
            self._say_again(saying)
        elif already_answering:  # the other began without the results that this one was for
            self._results_awaiting_response = self._response_create_owed = True

    async def _handle_evt_session_updated(self, evt: events.SessionUpdatedEvent) -> None:
        await super()._handle_evt_session_updated(evt)
        await self._say_on()

    async def _handle_evt_response_done(self, evt: events.ResponseDone) -> None:
        await super()._handle_evt_response_done(evt)
        saying, self._saying = self._saying, None
        if saying and evt.response.status == "cancelled" and not saying.interruptible:
            self._say_again(saying)
        await self._say_on()
        await self._leave_if_done()
