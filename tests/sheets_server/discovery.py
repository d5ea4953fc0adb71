"""Every request and reply held against Google's own description of the API (bundled in google-api-python-client)."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

_KINDS: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
}


@cache
def description() -> dict[str, Any]:
    """Google's discovery document of Sheets v4."""
    bundled = files("googleapiclient").joinpath("discovery_cache/documents/sheets.v4.json")
    return json.loads(bundled.read_text("utf-8"))


def mismatches(value: Any, schema: str) -> list[str]:
    """What in a message is not as its schema says: unknown names, wrong types, unknown words of an enumeration."""
    return list(_check(value, {"$ref": schema}, schema))


def unknown_parameters(method: str, names: set[str]) -> set[str]:
    """Query parameters that a method does not have, such as ``spreadsheets.get``."""
    document = description()
    place: Any = document
    *resources, last = method.split(".")
    for name in resources:
        place = place["resources"][name]
    return names - set(place["methods"][last].get("parameters", {})) - set(document["parameters"])


def _check(value: Any, schema: dict[str, Any], where: str) -> list[str]:
    if "$ref" in schema:
        schema = description()["schemas"][schema["$ref"]]
    kind = schema.get("type")
    if kind == "object":
        return _check_object(value, schema, where)
    if kind == "array":
        if not isinstance(value, list):
            return [f"{where}: a list is due"]
        return [each for number, item in enumerate(value) for each in _check(item, schema["items"], f"{where}[{number}]")]  # fmt: skip
    if kind in _KINDS and (
        not isinstance(value, _KINDS[kind]) or (kind != "boolean" and isinstance(value, bool))
    ):
        return [f"{where}: a {kind} is due, not {value!r}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{where}: {value!r} is none of {schema['enum']}"]
    return []


def _check_object(value: Any, schema: dict[str, Any], where: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where}: an object is due"]
    known, rest = schema.get("properties", {}), schema.get("additionalProperties")
    found = [f"{where}.{name}: unknown" for name in value if name not in known and not rest]
    for name, inner in value.items():
        if name in known or rest:
            found += _check(inner, known.get(name, rest), f"{where}.{name}")
    return found
