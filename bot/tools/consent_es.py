"""A caller's yes in Spanish, and the ways to say in it what the yes is for (pure).

As strict as English is: a yes and nothing but that, for exactly what was read back.
"""

import re
import unicodedata
from datetime import datetime

LEADS_TO_YES = re.compile(
    r"\b(?:no hay|sin|ning[uú]n) problemas?\b|\bc[oó]mo no\b|\bno me (?:importa|molesta)\b"
    r"|\b(?:claro|por supuesto|desde luego|pues|eso) que s[ií]\b"
)
"""In small letters: what sounds like a no and is none."""
_YES = re.compile(
    r"\b(?:si|claro|vale|ok|okey|okay|de acuerdo|correcto|exacto|exactamente|eso es|asi es|perfecto"
    r"|adelante|por supuesto|desde luego|confirmo|confirmado|esta bien|muy bien|me parece bien"
    r"|hagalo|hazlo|reserve(?:la|lo)?|cancele(?:la|lo)?|anule(?:la|lo)?|afirmativo|dale|venga"
    r"|por favor|efectivamente|genial|estupendo|andale|orale)\b"
)
_NOT_YES = re.compile(
    r"\b(?:no|nunca|jamas|nada|ningun[oa]?|sin|pero|salvo|excepto|menos|sino|mejor|espere?|espera"
    r"|momento|segundo|luego|despues|tarde|quizas?|tal vez|acaso|mal|incorrecto|equivocad[oa]"
    r"|otr[oa]s?|cambi\w+|diferente|distint[oa]|que|cuando|donde|porque|como|quien|cual|cuanto"
    r"|puede|podria|creo|supongo|aun|todavia|olvid\w+|dej[ea]\w*|paren?|parar)\b"
)
_CONDITION = re.compile(r"(?<!^)(?<!si )\bsi\b")
"""Unaccented, and not at the beginning: "if"."""
_AROUND_A_YES = (
    "eh em mm mhm ah oh pues bueno bien entonces y si claro vale ok okey okay de acuerdo correcto "
    "exacto exactamente eso es asi perfecto adelante por supuesto desde luego confirmo confirmado "
    "esta muy me parece hagalo hazlo reserve reservela reservelo cancele cancelela cancelelo anule "
    "anulela anulelo afirmativo dale venga favor gracias muchas efectivamente genial estupendo "
    "andale orale senor senora senorita usted se lo la le las los el un una mi su a en con ya "
    "ahora quiero quisiera gustaria echo hola todo misma mismo"
)
_AROUND = frozenset(_AROUND_A_YES.split())

DEED_RETURN = r"devol|devuelv|reembols"
DEED_BOOKING = r"reserv|apunt[eao]|agend[aeo]"
DEED_CANCELLATION = r"anul[aeo]"
_PERSON = (
    r"(?:persona|humano|ser humano|agente|representante|operador|operadora|alguien|encargad[oa]"
    r"|supervisora?|companer[oa]|recepcionista|empleado|empleada|responsable|gerente|asesora?)"
)
DEED_HANDOVER = rf"pas(?:o|e|ar|arle|arla|arlo) con|comuni[cq]\w+|conect\w+|{_PERSON}|compañer[oa]"
ASSENT = r"correcto|bien|acuerdo|confirm\w+|adelante|hago|procedo"

DIGITS = {
    word: str(value)
    for value, words in enumerate(
        ("cero", "uno una", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve")
    )
    for word in words.split()
}
_HOUR_WORDS = (
    "cero una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
    "dieciséis diecisiete dieciocho diecinueve"
)
_HOURS = _HOUR_WORDS.split()
_TENS = {10: "diez", 20: "veinte", 30: "treinta", 40: "cuarenta", 50: "cincuenta"}
_WEEKDAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")

_WANTS_PERSON = re.compile(
    r"\b(?:hablar|hable|quiero|quisiera|necesito|pase\w*|pasar\w*|ponga\w*|poner\w*|comuni\w+"
    r"|conect\w+|transfi\w+|transfer\w+|prefiero|deme|busque\w*|llame a)\b"
    rf"(?: \S+){{0,6}}? {_PERSON}\b"
    rf"|^(?:(?:una|un|el|la|con|de verdad|real|por favor|si|no) )*{_PERSON}(?: real| de verdad)?"
    r"(?: por favor)?$"
)
_NO_PERSON = re.compile(
    rf"\b(?:no|nunca|sin|ningun[oa]?)\b(?: \S+){{0,5}}? {_PERSON}\b"
    rf"|\b(?:es usted|eres|usted es)\b|\b{_PERSON} no\b"
)


def bare(text: str) -> str:
    """Lower case words without accents and marks, one space between; the n of señor is one."""
    apart = unicodedata.normalize("NFD", text.lower())
    letters = "".join(each for each in apart if not unicodedata.combining(each))
    return " ".join(re.sub(r"[^\w\s:]", " ", letters).split())


def is_yes(text: str, question: str) -> bool:
    """Whether it is an explicit yes and nothing but that; it is no question."""
    said = bare(text)
    if not _YES.search(said) or _NOT_YES.search(said) or _is_conditional(text):
        return False
    return {*said.split()} <= _AROUND | {*bare(question).split()}


def _is_conditional(text: str) -> bool:
    words = " ".join(re.sub(r"[^\w\s]", " ", text.lower()).split())
    return bool(_CONDITION.search(words))


def asks_for_person(words: str) -> bool:
    """Whether these words ask for a person."""
    return bool(_WANTS_PERSON.search(bare(words)))


def takes_person_back(clause: str) -> bool:
    """Whether this clause asks for none, or asks whether Echo is one."""
    return bool(_NO_PERSON.search(bare(clause)))


def days(value: datetime, today: datetime) -> set[str]:
    """Ways to say the day."""
    weekday = _WEEKDAYS[value.weekday()]
    near = {
        0: {"hoy"},
        # By itself the word is also the morning, in which everything may happen.
        1: {"para mañana", "mañana a", f"mañana {weekday}", "es mañana"},
    }.get((value.date() - today.date()).days, set[str]())
    return {weekday, *near}


def clock(value: datetime) -> set[str]:
    """Ways to say the time of day."""
    hours = {value.hour, value.hour % 12 or 12}
    named = {_HOURS[hour] for hour in hours if hour < len(_HOURS)}
    if value.minute == 0:
        return named | ({"mediodía"} if value.hour == 12 else set())
    later = _HOURS[(value.hour + 1) % 12 or 12]
    past = {15: "cuarto", 30: "media"}.get(value.minute, "")
    minutes = _TENS.get(value.minute, "")
    ways = {f"{hour} y {way}" for hour in named for way in (past, minutes) if way}
    ways |= {f"{hour} {minutes}" for hour in named if minutes}
    return ways | ({f"{later} menos cuarto"} if value.minute == 45 else set())
