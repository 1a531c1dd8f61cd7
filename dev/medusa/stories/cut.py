"""What Medusa answers, cut to what the adapter reads: whole, an order has some 15 kB."""

import json
from collections.abc import Mapping
from typing import Any, get_args

from order_mcp.provider_api import Wire

from ...hosting.processes import Failed
from .adapter import wire

ENTRIES: dict[str, type[Wire]] = {
    "order": wire.OrderBody,
    "cart": wire.CartBody,
    "orders": wire.OrderBody,
    "customers": wire.CustomerEntry,
}
LONGEST_TEXT = 200


def cut(body: str, instead: Mapping[str, Any]) -> str:
    """The same answer without what no wire model names, and with other members in its order, where some are given.

    What is no answer of this kind stays as it is.

    Raises:
        Failed: a figure cannot be written down as it came.
    """
    try:
        whole = json.loads(body, parse_float=_figure)
    except ValueError:
        return body
    if not isinstance(whole, dict) or not ENTRIES.keys() & whole.keys():
        return body
    left = {key: _cut(value, ENTRIES.get(key)) for key, value in whole.items()}
    if instead:
        left["order"] |= instead
    return json.dumps(left, ensure_ascii=False, separators=(",", ":"))


def _cut(value: Any, model: type[Wire] | None) -> Any:
    if isinstance(value, list):
        return [_cut(each, model) for each in value]
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    if model is None or not isinstance(value, dict):
        return value
    fields = model.model_fields
    return {key: _cut(each, _model_in(fields[key].annotation)) for key, each in value.items() if key in fields}


def _model_in(annotation: Any) -> type[Wire] | None:
    """The wire model that a field holds, alone or as members of a list."""
    if isinstance(annotation, type):
        return annotation if issubclass(annotation, Wire) else None
    return next(filter(None, map(_model_in, get_args(annotation))), None)


def _figure(digits: str) -> float:
    if repr(float(digits)) != digits:
        raise Failed(f"the figure {digits} cannot be written as it came")
    return float(digits)
