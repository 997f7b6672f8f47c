"""Whether the caller lets the call be recorded: only a clear yes to the question is one.

The question counts as asked once it has been heard to its end, and open until the caller says
something or Echo says anything else: a "yes" to another question is no consent. Whoever changes
their mind later says so in words that name the recording.
"""

import re
from typing import Literal

from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    Frame,
    LLMMessagesAppendFrame,
    TranscriptionFrame,
    TTSSpeakFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from processors.emergency import is_emergency
from processors.said_over import plain

Answer = Literal["yes", "no", "neither"]

_HESITATION = r"u+[hm]+|er+m?|well|oh|eh|ah|pues|bueno"
_GREETING = (
    r"hi|hello|hey|echo|there|good (?:morning|afternoon|evening)"
    r"|hola|buenas|buenos días|buenas (?:tardes|noches)"
)
_SURELY = (
    r"ye?s(?: (?:sir|ma'am|indeed))?|yeah|yep|yup|ye|sure(?: thing)?|of course|certainly"
    r"|absolutely|definitely|by all means|please do|go ahead|(?:that's|that is|it's|it is) fine"
    r"|(?:you|yes you) (?:may|can)(?: record(?: (?:it|me|us|(?:the|this|my) call))?)?"
    r"|sí|si|claro(?: que sí)?|por supuesto|desde luego|adelante|de acuerdo"
    r"|(?:sí )?puede(?: grabar(?:la|lo|me)?(?: (?:la|esta) llamada)?)?"
)
_ALSO = (
    r"okay|ok|fine|alright|all right|(?:i'm|i am|that's|that is|that'll be|that would be|it's"
    r"|it is) (?:fine|okay|ok|alright|all right|good)|(?:with|by|for) me|with (?:it|that)"
    r"|sounds good"
    r"|works for me|no (?:problem|worries|objections?)|at all|i (?:don't|do not|wouldn't) mind"
    r"|(?:i )?(?:agree|consent)|record (?:it|me|this|away)"
    r"|vale|cómo no|como no|perfecto|está bien|me parece bien|no hay problema"
    r"|sin problemas?|ningún problema|no me (?:importa|molesta)|acepto|conforme|dale|grabe(?:la)?"
)
_POLITE = (
    r"please|thanks|thank you|then|if you (?:like|want|wish|must|need to|have to)"
    r"|por favor|gracias|si quiere"
)


def _clear(yes: str) -> re.Pattern[str]:
    """A yes and nothing but that: "yes, hello?" is said by who has not listened."""
    lead = rf"(?:(?:{_HESITATION}|{_GREETING}) )*"
    return re.compile(rf"{lead}(?:{yes})(?: (?:{_SURELY}|{_ALSO}|{_POLITE}|{_HESITATION}))*")


_YES, _YES_FOR_SURE = _clear(f"{_SURELY}|{_ALSO}"), _clear(_SURELY)
_ATTENTIVE = re.compile(rf"(?:(?:{_GREETING}|{_HESITATION}|{_SURELY}|{_ALSO}|{_POLITE})(?: |$))+")
"""What people say who have yet to hear what they are asked."""
_GREETS = re.compile(rf"(?:{_GREETING})\b")
_FINE = re.compile(
    r"\bno (?:problem|worries|objections?)\b|\b(?:don't|do not|wouldn't) mind\b"
    r"|\bno (?:hay problema|me importa|me molesta)\b|\bsin problemas?\b|\bc[oó]mo no\b"
    r"|\bningún problema\b"
)
_NO = re.compile(
    r"\b(?:no|nope|nah|not|never|don't|cannot|can't|won't|refuse|rather|without|stop|but|why|what"
    r"|mind|object|disagree|unless|nothing|nobody"
    r"|nunca|jamás|tampoco|sin|pero|mejor|prefiero|prefería|preferiría|por qué|para qué|qué"
    r"|me (?:importa|molesta)|ningun[oa]?|nada)\b"
)
_STOP_IT = re.compile(
    r"\b(?:stop|don't|do not|didn't|not|never|no|quit|cease|without|pause|turn off|switch off|end"
    r"|rather)\b(?: [\w']+){0,4}? (?:recording|recorded|taping|taped)\b"
    r"|\b(?:stop|don't|didn't|do not|not|never)\b(?: [\w']+){0,2}? (?:record|tape)\b"
    r"(?! (?:of|players?|shops?|stores?))"
    r"|\b(?:withdraw|revoke|take back)(?: [\w']+){0,2} consent\b"
    r"|\b(?:no|nunca|deje|dejen|pare|paren|para|detenga|sin|pause)\b(?: \w+){0,4}? grab\w+"
    r"|\bretir(?:o|ar) (?:\w+ )?consentimiento\b"
)
_THE_CALL = r"(?:(?:this|the|our|my) (?:call|conversation))"
_RECORD_IT = re.compile(
    r"\b(?:(?:you|echo) (?:can|may)|go ahead and|please|start|resume|continue|keep|turn on"
    r"|switch on)\b(?: (?:now|again|also|start|the|resume|continue)){0,3}"
    rf" record(?:ing)?(?: (?:me|us|it|again|now|please|then|{_THE_CALL}))*$"
    r"|\b(?:puede|pueden|siga|sigan|vuelva a|reanude|continúe|empiece a)\b(?: \w+){0,2}?"
    r" graba(?:r|ndo|ción)\w*(?: (?:la|esta) llamada| otra vez| de nuevo| ahora)*$"
)
_ONLY = 6
"""With more words than this, an answer is not only one: the model hears it too."""
_LONGEST = 16
"""No yes is longer; to match more words could take for ever."""


def answer_in(text: str) -> Answer:
    """What somebody says who was asked for consent; in doubt it is none."""
    said = plain(text)
    if _NO.search(_FINE.sub("", said)):
        return "no"
    if "?" not in text and _is_all(_YES, said):
        return "yes"
    first, *others = re.split(r"(?<=[.!?])\s+", text.strip())
    goes_on = bool(others) and not _GREETS.match(plain(others[0]))
    sure = goes_on and not first.endswith("?") and _is_all(_YES_FOR_SURE, plain(first))
    return "yes" if sure else "neither"


def _is_all(pattern: re.Pattern[str], said: str) -> bool:
    return len(said.split()) <= _LONGEST and bool(pattern.fullmatch(said))


def change_in(text: str) -> Answer:
    """Whether somebody says of the recording itself that it may be made, or may not."""
    said = plain(text)
    if _STOP_IT.search(said):
        return "no"
    may = _RECORD_IT.search(said) and "?" not in text and not _NO.search(_FINE.sub("", said))
    return "yes" if may else "neither"


class Consent(FrameProcessor):
    """Behind the ears: asks, takes the answer, and heeds who thinks better of it.

    Event: `on_answer(consent, answer)`, when the question is answered, where anything but "yes" is
    a refusal, and when the caller takes the answer back.
    """

    def __init__(self, question: str) -> None:
        super().__init__(enable_direct_mode=True)
        self._question = question
        self._asking: Literal["not yet", "said", "heard", "over"] = "not yet"
        self._may_record = False
        self._register_event_handler("on_answer", sync=True)

    def follow(self, question: str) -> None:
        """Ask this from here on, such as the same in another language."""
        self._question = question

    def ask(self, before: str = "") -> TTSSpeakFrame:
        """The question, and what is said `before` it in the same breath, to be given to the voice.

        Both are heard in full. In two breaths the end of the first would be that of the question.
        """
        self._asking = "said"
        words = TTSSpeakFrame(f"{before} {self._question}".strip())
        words.interruptible = False
        return words

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case BotStoppedSpeakingFrame() if self._asking == "said":
                self._asking = "heard"
            case BotStartedSpeakingFrame() if self._asking == "heard":
                await self._end("neither")
            case LLMMessagesAppendFrame() if self._is_open and frame.run_llm:
                await self._end("neither")  # typed, or keyed in: the model answers that
            case TranscriptionFrame() if plain(frame.text):
                if await self._hear(frame.text):
                    return
            case _:
                pass
        await self.push_frame(frame, direction)

    @property
    def _is_open(self) -> bool:
        return self._asking in ("said", "heard")

    async def _hear(self, text: str) -> bool:
        """Whether there is nothing in these words for anybody else."""
        if is_emergency(text):  # "I can't breathe" is no answer
            if self._is_open:
                await self._end("neither")
            return False
        short = len(text.split()) <= _ONLY
        if self._asking == "said" and short and _ATTENTIVE.fullmatch(plain(text)):
            return True
        answer = self._answer(text)
        if answer is None:
            return False
        await self._end(answer)
        return short and answer != "neither"

    def _answer(self, text: str) -> Answer | None:
        """None: it is neither an answer nor a change of mind."""
        match self._asking:
            case "not yet":
                return None
            case "said":
                return "no" if answer_in(text) == "no" else "neither"
            case "heard":
                return answer_in(text)
            case "over":
                change = change_in(text)
                is_news = change != "neither" and (change == "yes") != self._may_record
                return change if is_news else None

    async def _end(self, answer: Answer) -> None:
        self._asking, self._may_record = "over", answer == "yes"
        await self._call_event_handler("on_answer", answer)
