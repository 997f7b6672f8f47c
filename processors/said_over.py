"""What a caller means who speaks while Echo does, by the words alone.

Whole phrases are looked for, not signs of a subject: what an agent can do changes, how people
listen does not. English, and Spanish as far as it goes; words of another language are a turn like
any other. The classes are those of tau-voice's panel: backchannels, vocal tics, speech that is not
for the agent, and real turns.
"""

import re
from typing import Literal

from processors.asides import told_somebody_else
from processors.phrases import phrases

Kind = Literal[
    "backchannel",  # "uh-huh": go on
    "tic",  # a cough, "um"
    "aside",  # said to somebody else
    "stop",  # "wait"
    "correction",  # "no, the blue one"
    "question",
    "answer",  # to what Echo has just asked
    "turn",  # anything else that is said to Echo
]
Asked = Literal["", "yes or no", "something"]
"""What the caller may be answering."""


def asked_in(bot_said: str) -> Asked:
    """What Echo's last words ask for; they may have been cut off in the middle of the question.

    A question is still open while Echo explains it in one sentence more.
    """
    sentences = [each.strip() for each in re.findall(r"[^.!?]+[.!?]*", bot_said) if each.strip()]
    for sentence in reversed(sentences[-2:]):
        said = plain(sentence)
        last = sentence is sentences[-1]
        if _CHOICE.search(said) and sentence.endswith("?"):
            return "something"
        if _WH.search(said) and (sentence.endswith("?") or (last and sentence[-1].isalnum())):
            return "something"
        if sentence.endswith("?") or (last and (_YES_OR_NO.match(said) or _TAG.search(said))):
            return "yes or no"
    return ""


def meant(text: str, asked: Asked = "") -> tuple[Kind, str]:
    """What words mean that were said over Echo, and why; "" and mere noise are a tic.

    The reason is for logs: it holds none of the words.
    """
    said = plain(text)
    if asked == "yes or no" and _HESITATION.fullmatch(said):
        return "answer", "a yes or no was asked for"
    if not said or _TIC.fullmatch(said):
        return "tic", "no words but a sound"
    if told := told_somebody_else(said):
        return "aside", told
    if asked == "yes or no" and _YES_NO_ANSWER.match(said):
        return "answer", "a yes or no was asked for"
    if _REPAIR.fullmatch(said):
        return "question", "did not understand"
    if _is_backchannel(said):
        return "backchannel", "only what listeners say"
    rest = _LISTENERS_LEAD.sub("", said)
    if _STOP.match(rest) or _STOP_ALONE.fullmatch(rest):
        return "stop", "asks for silence"
    if _CORRECTION.match(rest):
        return "correction", "sets something right"
    if _QUESTION.match(rest) or text.rstrip().endswith("?"):
        return "question", "asks something"
    if asked:
        return "answer", "something was asked for"
    return "turn", "words for Echo"


def is_certain(text: str) -> bool:
    """Whether nothing that may follow a "stop" makes it anything else: not so "hang on, honey"."""
    return bool(_CERTAIN_STOP.match(_LISTENERS_LEAD.sub("", plain(text))))


def is_repair(text: str) -> bool:
    """Whether the caller did not understand Echo: "sorry?"."""
    return bool(_REPAIR.fullmatch(plain(text)))


def invites(text: str) -> bool:
    """Whether Echo is told to go on, which sounds like "hold on"."""
    return bool(_INVITATION.fullmatch(plain(text)))


def plain(text: str) -> str:
    """Lower case words with single spaces; what a recogniser describes in brackets is no word."""
    spoken = re.sub(r"\[[^\]]*\]|\([^)]*\)|\*[^*]*\*|♪", " ", text.lower().replace("’", "'"))
    return " ".join(re.sub(r"[^\w\s']", " ", spoken).split())


_TIC = re.compile(
    r"(?:(?:u+[hm]+|e+r+m?|a+h+|ahem|achoo|ugh|phew|well|(?!m[mh]*\b)[^\W\daeiouyáéíóúü]+)(?: |$))+"
)
"""What is not a word: one without a vowel is a recogniser's spelling of a sound."""
_HESITATION = re.compile(r"(?:(?:u+[hm]+|e+r+m?)(?: |$))+")
"""Who was asked and says "um" is about to answer; "uh-huh" is often heard as an "uh"."""
_HUM = re.compile(r"(?!(?:he|me|ma|am|ham|hum|hem|mama) )(?:(?=[aeu]*[hm])[aeuhm]+ )+")
"""What recognisers make of an "uh-huh" that is in none of their books: "eha", "a huh"."""
_LISTENING = phrases(
    r"""
    u+h* hu+h+
    u+huh
    a+h? ?ha+h?
    m+ ?h+u*m+
    m+hm+
    m+
    hm+
    huh
    a+h+
    o+h+
    wow
    whoa
    right
    okay
    ok
    kay
    k
    mkay
    yeah
    yea
    yep
    yup
    ye?s
    sure
    sure thing
    alright
    all right
    i see
    oic
    i got it
    got it
    gotcha
    got you
    i know
    i understand
    understood
    i hear you
    makes sense
    that makes sense
    good
    great
    sounds? (?:good|great|fine|right)
    good god
    (?:that|that's|it's|how|so|very|who's|i'm|quite) (?:EVALUATION)
    EVALUATION
    exactly
    indeed
    absolutely
    definitely
    totally
    certainly
    of course
    naturally
    fair enough
    fair
    no way
    no kidding
    really
    is that so
    good to know
    i bet
    you bet
    please
    thanks
    thank you
    go on
    go ahead
    keep going
    and
    so
    aj[aá]
    sí
    claro
    claro que sí
    vale
    ya
    ya veo
    entiendo
    entendido
    de acuerdo
    muy bien
    bueno
    perfecto
    """
)
"""What a listener says to keep the speaker going, alone or one after another. After "who's" and
"i'm" too: a recogniser's "hmm" and "mhm"."""
_EVALUATION = (
    "good|great|fine|nice|right|true|fair|perfect|cool|lovely|excellent|awesome|amazing|wonderful"
    "|brilliant|interesting|sure|funny|crazy|helpful|fantastic|neat|sweet|impressive|alright|okay"
)
_BACKCHANNEL = re.compile(rf"(?:(?:{_LISTENING.replace('EVALUATION', _EVALUATION)})(?: |$))+")
_LONGEST_BACKCHANNEL = 6
_LISTENERS_LEAD = re.compile(r"^(?:(?:okay|ok|yeah|yes|right|oh|um+|uh+|well|so|sorry|hey|but) )+")
"""Before a turn, these say nothing of what it is."""
_AFTER_ALL = re.compile(r"\b(?:but|and|or|so|because|if|um+|uh+)$")

_INVITATION = re.compile(r"(?:so |and )?(?:go|keep|going) (?:on|going|ahead)")
_REPAIR = re.compile(
    r"(?:what|pardon(?: me)?|sorry|i'm sorry|excuse me|say (?:that|it) again|come again"
    r"|what was that|what did you say|huh what|repeat (?:that|it)(?: please)?)"
)
_STOP = re.compile(
    r"(?:please )?(?:"
    r"stop|wait|hold (?:on|up)|hang on|shut up|be quiet|quiet|hush|enough|that's enough|pause"
    r"|never ?mind|forget (?:it|that|about)|cancel (?:that|it)|let me (?:stop|interrupt|speak|talk)"
    r"|(?:just )?(?:one|a|gimme a|give me a) (?:second|sec|moment|minute)|not so fast|slow down"
    r"|time out|listen|excuse me|skip (?:that|it|this)|goodbye|bye|hang up|i have to (?:stop|go)"
    r"|(?:can|could|may) i (?:interrupt|stop you|say something)"
    r"|espere?|espera|pare|para ya|basta|cállese|silencio|oiga|un (?:momento|segundo|momentito)"
    r"|disculpe|perdone|déjeme hablar|adiós|tengo que colgar"
    r")\b"
)
_CERTAIN_STOP = re.compile(
    r"(?:(?:please|no) )*"
    r"(?:stop(?! \w+ing\b(?<!talking)(?<!speaking))|wait(?! for)"
    r"|(?:that's )?enough)\b"
)
_STOP_ALONE = re.compile(r"(?:cancel|hello|hey|hi|echo|no more)")
_CORRECTION = re.compile(
    r"(?:no|nope|nah|not|wrong|incorrect|actually|i meant|i mean|i said|i didn't|i don't"
    r"|that's (?:not|wrong|incorrect)|that isn't|it's not|it isn't|it wasn't|you (?:mis|got)\w*"
    r"|you're wrong|make (?:that|it)|rather|instead|scratch that|correction|don't|do not)\b"
)
_QUESTION = re.compile(
    r"(?:and )?(?:who|what|when|where|why|which|whose|how|can|could|will|would|should|shall|may|is"
    r"|are|was|were|do|does|did|has|have|am)(?:'s|'re|'ll|'d)?\b"
)
_YES_OR_NO = re.compile(
    r"(?:(?:so|and|okay|great|then|or|but|now|just to (?:confirm|check)) )*"
    r"(?:do|does|did|is|are|was|were|can|could|will|would|should|shall|have|has|may|am"
    r"|shall we|is that|want me|right)\b"
)
_TAG = re.compile(r"\b(?:is that|does that|isn't it|are you)(?: \w+)?$")
_WH = re.compile(
    r"\b(?:who|what|when|where|why|which|whose|how)(?:'s| |$)"
    r"|\b(?:qué|quién|quiénes|cuándo|dónde|cómo|cuál|cuáles|cuánto|cuánta|cuántos|cuántas)\b"
)
_CHOICE = re.compile(r"\b(?:or|either)\b(?! not)")
_YES_NO_ANSWER = re.compile(
    r"(?:(?:oh|um+|uh+|well|er+m?) )*"
    r"(?:ye?s|yeah|yea|yep|yup|u+h* hu+h+|m+ ?h+u*m+|m+hm+|sure|okay|ok|right|correct|exactly|no"
    r"|nope|nah|of course|please|absolutely|definitely|certainly|go ahead|go on|do (?:it|that)"
    r"|i (?:do|am|did|would|have|can|will|don't|do not|am not)|that's (?:right|correct|it|fine)"
    r"|it is|sounds (?:good|great|right|fine)|alright|all right|perfect|great|fine|not really"
    r"|(?:i )?(?:think|guess) so|true|never|maybe|perhaps|got it|thanks|thank you|that works"
    r"|sí|claro|vale|de acuerdo|correcto|eso es|así es|exacto|por supuesto|perfecto|está bien"
    r"|muy bien|adelante|creo que (?:sí|no)|tampoco|nunca|gracias)\b"
)


def _is_backchannel(said: str) -> bool:
    if len(said.split()) > _LONGEST_BACKCHANNEL:
        return False
    if not (_BACKCHANNEL.fullmatch(said) or _HUM.fullmatch(f"{said} ")):
        return False
    alone = said in ("and", "so", "please")
    return alone or not _AFTER_ALL.search(said)
