"""Days and times as they are written in Spanish."""

from datetime import datetime

_DAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
_MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)


def moment(value: datetime) -> str:
    """`martes 24 de noviembre a las 10:30`."""
    day = f"{_DAYS[value.weekday()]} {value.day} de {_MONTHS[value.month - 1]}"
    at = "a la" if value.hour == 1 else "a las"
    return f"{day} {at} {value.hour}:{value.minute:02}"
