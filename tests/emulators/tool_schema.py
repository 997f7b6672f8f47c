"""What is wrong with a tool's parameters, as both OpenAI and Anthropic read JSON schema."""

from collections.abc import Mapping

_TYPES = {"object", "array", "string", "number", "integer", "boolean", "null"}


def flaw(schema: object, place: tuple[str, ...] = ()) -> str | None:
    """The first thing that is wrong with a schema, in words; None if nothing is."""
    where = f"In context={place}, "
    if not isinstance(schema, Mapping):
        return f"{where}schema is not an object"
    types = schema.get("type", [])
    unknown = [t for t in ([types] if isinstance(types, str) else types) if t not in _TYPES]
    if unknown:
        return f"{where}'{unknown[0]}' is not a JSON schema type"
    if not place and types != "object":
        return f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{types}\"'."
    if types == "array" and "items" not in schema:
        return f"{where}array schema missing items"
    if "enum" in schema and not (isinstance(schema["enum"], list) and schema["enum"]):
        return f"{where}enum is not a list with choices"
    return _flaw_within(schema, place) or _flaw_in_required(schema, where)


def _flaw_within(schema: Mapping[str, object], place: tuple[str, ...]) -> str | None:
    properties = schema.get("properties", {})
    if not isinstance(properties, Mapping):
        return f"In context={place}, properties is not an object"
    parts = [(("properties", name), part) for name, part in properties.items()]
    parts += [(("items",), schema["items"])] if "items" in schema else []
    options = schema.get("anyOf", [])
    parts += [(("anyOf", str(n)), part) for n, part in enumerate(options)]
    flaws = (flaw(part, (*place, *step)) for step, part in parts)
    return next((found for found in flaws if found), None)


def _flaw_in_required(schema: Mapping[str, object], where: str) -> str | None:
    required = schema.get("required", [])
    if not isinstance(required, list):
        return f"{where}required is not a list"
    missing = [name for name in required if name not in schema.get("properties", {})]
    return f"{where}required names no property '{missing[0]}'" if missing else None
