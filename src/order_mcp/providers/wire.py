"""From a provider's bytes to the provider's own objects: decoding, and tolerant models.

Rules that hold for all providers: a number keeps its own digits (it is never a float), a value of the wrong kind is
absent and said to be so, and only an id is indispensable.
"""

import json
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

# A small body can hold very many objects. These limits keep one answer from blocking all others.
MAX_MEMBERS = 5_000
MAX_STRUCTURE = 150_000

WireType = TypeVar("WireType", bound="Wire")
Member = TypeVar("Member")
Members = Annotated[list[Member], Field(max_length=MAX_MEMBERS)]
"""A list in a provider's object."""


class TooMuch(Exception):
    """An answer with more in it than any order has. Not a ValueError, so that no field can swallow it."""


class NumberText(str):
    """A JSON number, as the text that the provider wrote."""

    __slots__ = ()


def decode(body: bytes) -> Any:
    """Parse JSON, keeping every number's own digits.

    Raises:
        ValueError: not JSON; `NaN` and `Infinity` are not JSON.
        RecursionError: nested too deeply.
        TooMuch: more objects and members than any order has.
    """

    if sum(map(body.count, (b"{", b"[", b","))) > MAX_STRUCTURE:
        raise TooMuch

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is not JSON")

    return json.loads(body.decode("utf-8-sig"), parse_float=NumberText, parse_int=NumberText, parse_constant=refuse)


class Wire(BaseModel):
    """A provider's object in its own field names. Every field but an id may be absent, and is then None."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True, hide_input_in_errors=True)

    @classmethod
    def unwrapped(cls, body: Any) -> Any:
        """The object itself, where the provider sends something around it."""
        return body


def read_wire(model: type[WireType], body: Any) -> tuple[WireType, bool]:
    """A provider's object, and whether a filled field of it had the wrong kind. Such a field is absent.

    The body is changed: what cannot be read becomes null in it.

    Raises:
        ValidationError: it is no object, or has no id.
        TooMuch: a list is longer than any order's.
    """
    is_lossy = False
    while True:
        try:
            return model.model_validate(body), is_lossy
        except ValidationError as invalid:
            for error in invalid.errors(include_url=False, include_context=False, include_input=False):
                if error["type"] == "too_long":
                    raise TooMuch from None
                if not (path := _dispensable(model, error["loc"])):
                    raise
                _blank(body, path)
            is_lossy = True


def _dispensable(model: type[Wire] | None, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The smallest part on the way to an unreadable value that an order can do without; empty where there is none."""
    found = 0
    for depth, step in enumerate(path, 1):
        if isinstance(step, int):
            continue  # a member of a list
        field = model.model_fields[step] if model else None
        if field is None:
            break
        if not field.is_required():
            found = depth
        model = _model_in(field.annotation)
    return path[:found]


def _model_in(annotation: Any) -> type[Wire] | None:
    if isinstance(annotation, type):
        return annotation if issubclass(annotation, Wire) else None
    return next(filter(None, map(_model_in, get_args(annotation))), None)


def _blank(body: Any, path: tuple[str | int, ...]) -> None:
    """Make a part of the body absent."""
    *way, last = path
    for step in way:
        body = body[step]
        if body is None:
            return  # a larger part is absent already
    body[last] = None
