"""What the tools publish: flat, inlined schemas, without anything that a host is known to reject."""

from functools import cache
from typing import Any

from pydantic import BaseModel, Field

from ..answer.privacy import unseen, withheld_from
from ..finding import OrderHits
from ..models import Audience, Cart, LineItem

LISTS_KEEP_MILLISECONDS = 300_000
"""How long a client may keep a list of tools, resources or prompts."""


class Shown(BaseModel):
    """What is said about an answer itself, beside the record."""

    summary: str
    line_items_total: int | None = None
    line_items_offset: int | None = None
    sandbox: bool | None = None
    withheld: list[str] | None = Field(None, description="exists, and was masked or kept back")


ALWAYS_THERE = ("summary", "provider", "id", "status", "as_of")
# Of what a record may have, what a cart has; an order has all of it.
_OF_A_CART = {
    "totals": {"subtotal", "shipping", "discount", "tax", "total", "rent"},
    "line_items": {
        *("id", "title", "variant_title", "sku", "product_id", "variant_id", "quantity", "unit_price", "total", "rent"),
    },
}

_WARNED_OF_A_CART = {
    *("count_mismatch", "unreadable_amount", "unreadable_date", "unreadable_currency", "dropped_value"),
    "provider_not_asked",
}


@cache
def output_schema(record: type[BaseModel], audience: Audience) -> dict[str, Any]:
    """What an audience may ever see of a record, as JSON Schema: no `$ref`, no union, no null.

    It is open to keys of later versions.
    """
    if record is OrderHits:
        return _schema_of_hits()
    flat, more = _flat(record), _flat(Shown)
    properties = flat["properties"] | more["properties"]
    for path in unseen(record, audience):
        _remove(properties, path.split("."))
    for path in unseen(LineItem, audience):
        _remove(properties["line_items"]["items"]["properties"], path.split("."))
    properties["withheld"]["items"]["enum"] = withheld_from(audience)
    for key, members in _OF_A_CART.items() if record is Cart else ():
        holder = properties[key].get("items", properties[key])
        holder["properties"] = {name: holder["properties"][name] for name in holder["properties"] if name in members}
    if record is Cart:
        code = properties["warnings"]["items"]["properties"]["code"]
        code["enum"] = [each for each in code["enum"] if each in _WARNED_OF_A_CART]
        del properties["withheld"]["items"]["enum"]
    return flat | {"properties": properties, "required": [key for key in ALWAYS_THERE if key in properties]}


def _schema_of_hits() -> dict[str, Any]:
    flat = _flat(OrderHits)
    required = ["summary", *(name for name, field in OrderHits.model_fields.items() if field.is_required())]
    return flat | {"properties": {"summary": {"type": "string"}, **flat["properties"]}, "required": required}


def _remove(properties: dict[str, Any], path: list[str]) -> None:
    first, *rest = path
    if not rest:
        properties.pop(first, None)
    elif first in properties:
        inner = properties[first].get("items", properties[first])["properties"]
        _remove(inner, rest)
        if not inner:
            del properties[first]


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
        portable["properties"] = {
            # A description belongs to the key; what stands with a part describes the code.
            key: _portable(member, definitions) | {word: member[word] for word in ("description",) if word in member}
            for key, member in schema["properties"].items()
        }
    return portable
