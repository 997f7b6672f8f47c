"""A webhook's form (pure)."""

from urllib.parse import parse_qsl

MOST_FIELDS = 200
"""A webhook has about thirty."""


def form_of(body: bytes) -> dict[str, str] | None:
    """The fields of a form; None for what no carrier's webhook sends: not UTF-8, a name twice."""
    try:
        pairs = parse_qsl(
            body.decode(),
            keep_blank_values=True,
            strict_parsing=bool(body),
            max_num_fields=MOST_FIELDS,
            errors="strict",
        )
    except ValueError:
        return None
    form = dict(pairs)
    return form if len(form) == len(pairs) else None
