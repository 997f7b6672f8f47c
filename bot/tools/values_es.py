"""How days, times and digits are said in Spanish (pure)."""

from datetime import datetime

from bot.tools.wording import MONTHS, WEEKDAYS

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
ANY_TIME = (
    rf"las? (?:\d{{1,2}}|{'|'.join(_HOURS[1:13])})|y (?:media|cuarto)|menos cuarto|mediod[ií]a"
)
"""A pattern: any time of day."""


def days(value: datetime, today: datetime) -> set[str]:
    """Ways to say a day of the week that begins."""
    weekday = _weekday(value)
    near = {
        0: {"hoy"},
        # By itself the word is also the morning, in which everything may happen.
        1: {"para mañana", "mañana a", f"mañana {weekday}", "es mañana"},
    }.get((value.date() - today.date()).days, set[str]())
    return {weekday, *near}


def dates(value: datetime) -> set[str]:
    """Ways to say its date."""
    return {f"{value.day} de {_month(value)}", f"el {value.day}", f"día {value.day}"}


def beside(value: datetime) -> set[str]:
    """What is said with the date, and says too little by itself."""
    return {_weekday(value), _month(value)}


def clock(value: datetime) -> set[str]:
    """Ways to say the time of day; an hour by itself is none: "una cita"."""
    hours = {value.hour, value.hour % 12 or 12}
    named = {_HOURS[hour] for hour in hours if hour < len(_HOURS)}
    if value.minute == 0:
        noon = {"mediodía", "mediodia"} if value.hour == 12 else set[str]()
        on = {
            f"{article} {hour}" for hour in {*named, *map(str, hours)} for article in ("las", "la")
        }
        return noon | on
    later = _HOURS[(value.hour + 1) % 12 or 12]
    past = {15: "cuarto", 30: "media"}.get(value.minute, "")
    minutes = _TENS.get(value.minute, "")
    ways = {f"{hour} y {way}" for hour in named for way in (past, minutes) if way}
    ways |= {f"{hour} {minutes}" for hour in named if minutes}
    return ways | ({f"{later} menos cuarto"} if value.minute == 45 else set())


def _weekday(value: datetime) -> str:
    return WEEKDAYS[7 + value.weekday()]


def _month(value: datetime) -> str:
    return MONTHS[11 + value.month]
