"""Whether the caller lets the call be recorded: only a clear yes to the question is one.

The question counts as asked once it has been heard to its end, and open until the caller says
something or Echo says anything else: a "yes" to another question is no consent.
"""

import re
from typing import Literal

from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    Frame,
    TranscriptionFrame,
    TTSSpeakFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from processors.said_over import plain

Answer = Literal["yes", "no", "neither"]

_LEAD = r"(?:(?:hi|hello|hey|oh|um+|uh+|well|echo|there|good (?:morning|afternoon)) )*"
_YES = re.compile(
    rf"{_LEAD}(?:yes|yeah|yep|yup|ye|sure|of course|okay|ok|certainly|absolutely|definitely"
    r"|go ahead|please do|you may|you can|(?:that's|that is|that'll be|it's) (?:fine|okay|ok"
    r"|alright|all right)|fine|alright|all right|no (?:problem|worries|objections?)"
    r"|i (?:don't|do not) mind|i agree|i consent|by all means)\b"
    r"|(?:(?:hola|buenas|buenos días|buenas tardes|buenas noches|ah|eh|pues|bueno) )*"
    r"(?:sí|si|claro|vale|de acuerdo|por supuesto|desde luego|adelante|cómo no|como no|perfecto"
    r"|puede|está bien|me parece bien|no hay problema|sin problemas?|ningún problema"
    r"|no me (?:importa|molesta)|acepto|conforme|dale|grabe)\b"
)
_FINE = re.compile(
    r"\bno (?:problem|worries|objections?)\b|\b(?:don't|do not) mind\b"
    r"|\bno (?:hay problema|me importa|me molesta)\b|\bsin problemas?\b|\bc[oó]mo no\b"
)
_NO = re.compile(
    r"\b(?:no|nope|nah|not|never|don't|cannot|can't|won't|refuse|rather|without|stop|but|why|what"
    r"|nunca|jamás|tampoco|sin|pero|mejor|prefiero|prefería|preferiría|por qué|para qué|qué)\b"
)
_ONLY = 6
"""With more words than this, an answer is not only one: the model hears it too."""


def answer_in(text: str) -> Answer:
    """What somebody says who was asked for consent; in doubt it is none."""
    said = plain(text)
    doubts = _NO.search(_FINE.sub("", said))
    if _YES.match(said) and not doubts:
        return "yes"
    return "no" if doubts else "neither"


class Consent(FrameProcessor):
    """Behind the ears: asks, and takes the answer.

    Events: `on_answer(consent, answer)`, once; anything but "yes" is a refusal.
    """

    def __init__(self, question: str) -> None:
        super().__init__(enable_direct_mode=True)
        self._question = question
        self._asking: Literal["not yet", "said", "heard", "over"] = "not yet"
        self._register_event_handler("on_answer", sync=True)

    def follow(self, question: str) -> None:
        """Ask this from here on, such as the same in another language."""
        self._question = question

    def ask(self) -> TTSSpeakFrame:
        """The question, which is heard in full, to be given to the voice."""
        self._asking = "said"
        words = TTSSpeakFrame(self._question)
        words.interruptible = False
        return words

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case BotStoppedSpeakingFrame() if self._asking == "said":
                self._asking = "heard"
            case BotStartedSpeakingFrame() if self._asking == "heard":
                await self._end("neither")
            case TranscriptionFrame() if self._asking == "heard" and frame.text.strip():
                answer = answer_in(frame.text)
                await self._end(answer)
                if answer != "neither" and len(frame.text.split()) <= _ONLY:
                    return  # there is nothing in it for the model
            case _:
                pass
        await self.push_frame(frame, direction)

    async def _end(self, answer: Answer) -> None:
        self._asking = "over"
        await self._call_event_handler("on_answer", answer)
