"""Plots as SVG, written by hand: points on two axes, a colour for each of those compared."""

from collections.abc import Mapping, Sequence
from html import escape

_WIDTH, _HEIGHT, _MARGIN = 560, 360, 56
_COLOURS = ("#0b6e99", "#c2571a", "#5b8c2a", "#7a4fa3")

Points = Sequence[tuple[float, float]]


def scatter(
    title: str, across: tuple[str, float], up: tuple[str, float], rows: Mapping[str, Points]
) -> str:
    """Points from 0 to the greatest of each axis: (its name, its greatest); each row joined."""

    def place(x: float, y: float) -> tuple[float, float]:
        right = _MARGIN + min(1.0, x / across[1]) * (_WIDTH - 2 * _MARGIN)
        return right, _HEIGHT - _MARGIN - min(1.0, y / up[1]) * (_HEIGHT - 2 * _MARGIN)

    left, bottom = place(0, 0)
    right, top = place(across[1], up[1])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        _text(_WIDTH / 2, 22, title),
        f'<path d="M{left} {top}V{bottom}H{right}" fill="none" stroke="#444"/>',
    ]
    for tick in range(5):
        x, y = place(across[1] * tick / 4, up[1] * tick / 4)
        parts.append(_text(x, bottom + 16, f"{across[1] * tick / 4:g}"))
        parts.append(_text(left - 20, y + 4, f"{up[1] * tick / 4:g}"))
    parts.append(_text(_WIDTH / 2, _HEIGHT - 14, across[0]))
    parts.append(_text(_MARGIN, top - 12, up[0]))
    for number, (name, points) in enumerate(rows.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        placed = [place(*point) for point in points]
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
        parts.append(f'<polyline points="{joined}" fill="none" stroke="{colour}"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>' for x, y in placed]
        parts.append(_text(_WIDTH - 120, top + 16 + 18 * number, name, colour))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _text(x: float, y: float, text: str, colour: str = "#222") -> str:
    said = escape(text)
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" fill="{colour}">{said}</text>'
