"""A caller's yes in Spanish, and the ways to say in it what the yes is for (pure).

As strict as English is: a yes and nothing but that, for exactly what was read back.
"""

import re
import unicodedata

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
    "ahora quiero quisiera gustaria echo hola todo misma mismo esa ese eso esto"
)
_AROUND = frozenset(_AROUND_A_YES.split())

DEED_RETURN = r"devol|devuelv|reembols"
DEED_BOOKING = r"reserv|apunt[eao]|agend[aeo]"
DEED_CANCELLATION = r"anul[aeo]"
_PERSON = (
    r"(?:persona|humano|ser humano|agente|representante|operador|operadora|alguien|encargad[oa]"
    r"|supervisora?|companer[oa]|recepcionista|empleado|empleada|responsable|gerente|asesora?)"
)
DEED_HANDOVER = (
    rf"(?:pas(?:o|e|ar|arle|arla|arlo)|pong[oa]) con|comuni[cq]\w+ con|conect\w+"
    rf"|habl(?:ar|e) con(?: \S+){{0,3}}? {_PERSON}"
)
OPENS = r"\bquiere que\b|\bdesea\b|\bpuedo\b|\ble gustar[ií]a\b"
ASSENT = (
    "correcto bien acuerdo confirma confirmo adelante hago procedo es esta está de lo la así eso "
    "todo le parece quiere que sí si desea continúo entonces y"
)
_ELSE = re.compile(
    r"\b(?:no|nunca|ni|manten\w+|conserv\w+|dej\w+|sin|politicas?|condiciones|saber|conocer|oir"
    r"|escuchar|explic\w+|expliq\w+|cuent\w+|contar\w*|leer\w*|lea|leo|record\w+|recuerd\w+"
    r"|revis\w+|consult\w+|compr(?:obar|uebo|uebe)\w*|mir[aeo]r?|busc\w+|busqu\w+|envi\w+|mand\w+"
    r"|cambi\w+|muev\w+|mover\w*|otr[oa]s?|algo|nada|cuando|donde|como|cual|quien|ayud\w+|antes)\b"
    r"| o (?:la|lo|le|el|las|los|no|mejor|prefiere|\d)"
)
_ASKS_FACT = re.compile(
    r"(?:y |entonces |pues )*(?:ha|han|has|hay|habra|tiene|tienes|sigue|llama|era|fue"
    r"|es (?!correcto|asi|todo|eso)|esta (?!bien|de acuerdo|todo|correcto))\b"
)

_WANTS_PERSON = re.compile(
    r"\b(?:hablar|hable|pase\w*|pasar\w*|ponga\w*|poner\w*|comuni\w+|conect\w+|transfi\w+"
    rf"|transfer\w+|llame a)\b(?: (?!mi\b)\S+){{0,6}}? {_PERSON}\b"
    r"|\b(?:quiero|quisiera|necesito|prefiero|deme|busque\w*)"
    rf"(?: (?:a|un|una|el|la|al|algun|alguna|con|ver)){{0,3}} {_PERSON}\b"
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


def is_about_else(sentence: str) -> bool:
    """Whether a question is about something else than leave to do a deed, or for the opposite."""
    asked = bare(sentence.rpartition("¿")[2])
    return bool(_ELSE.search(asked) or _ASKS_FACT.match(asked))


def asks_for_person(words: str) -> bool:
    """Whether these words ask for a person."""
    return bool(_WANTS_PERSON.search(bare(words)))


def takes_person_back(clause: str) -> bool:
    """Whether this clause asks for none, or asks whether Echo is one."""
    return bool(_NO_PERSON.search(bare(clause)))
