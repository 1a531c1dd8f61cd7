"""What the tools publish: flat, inlined schemas, without anything that a host is known to reject."""

from functools import cache
from typing import Any

from pydantic import BaseModel

from ..models import Record, Withheld

LISTS_KEEP_MILLISECONDS = 300_000
"""How long a client may keep a list of tools, resources or prompts."""


class Shown(BaseModel):
    """What is said about an answer itself, beside the record."""

    summary: str
    line_items_total: int | None = None
    line_items_offset: int | None = None
    sandbox: bool | None = None
    withheld: list[Withheld] | None = None


ALWAYS_THERE = ("summary", "provider", "id", "status", "as_of")


@cache
def output_schema(record: type[Record]) -> dict[str, Any]:
    """A record as it is shown, as JSON Schema: no `$ref`, no union, no null; open to keys of later versions."""
    flat, more = _flat(record), _flat(Shown)
    properties = flat["properties"] | more["properties"]
    return flat | {"properties": properties, "required": [key for key in ALWAYS_THERE if key in properties]}


def _flat(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema()
    return _portable(schema, schema.get("$defs", {}))


def _portable(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return _portable(definitions[schema["$ref"].removeprefix("#/$defs/")], definitions)
    if "anyOf" in schema:
        kinds = [_portable(kind, definitions) for kind in schema["anyOf"] if kind.get("type") != "null"]
        # Of several kinds only "integer or number" is said; a free value stays free.
        if len(kinds) == 1:
            return kinds[0]
        return {"type": "number"} if {kind.get("type") for kind in kinds} == {"integer", "number"} else {}
    portable: dict[str, Any] = {key: schema[key] for key in ("type", "enum") if key in schema}
    if "const" in schema:
        portable["enum"] = [schema["const"]]
    if "items" in schema:
        portable["items"] = _portable(schema["items"], definitions)
    if "properties" in schema:
        portable["properties"] = {key: _portable(member, definitions) for key, member in schema["properties"].items()}
    return portable
