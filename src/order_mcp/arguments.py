"""The tools' arguments: one model each, a flat schema each, and one sentence for whatever is wrong."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from .errors import InvalidInput
from .models import AUTO, NOUN, Detail, Operation
from .privacy import clean_text

MAX_ID = 128
MAX_OFFSET = 1_000_000_000
EXACT_FLOAT = 2**53  # beyond it, a float is no longer the number that was written
_WHOLE_NUMBER = re.compile(r"[0-9]{1,10}")
# White space, control, format, surrogate, private and unassigned characters: no id has them, and an address that
# carried them would be read differently by whoever handles it next.
_NOT_IN_AN_ID = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn"})


def _id(value: Any) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) <= EXACT_FLOAT:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**MAX_ID else ""
    if not isinstance(value, str):
        raise ValueError
    id = value.strip().removeprefix("#").strip()
    if not 1 <= len(id) <= MAX_ID or any(unicodedata.category(c) in _NOT_IN_AN_ID for c in id):
        raise ValueError
    if any(segment in (".", "..") for segment in id.split("/")):
        raise ValueError  # on the provider's side it could lead to another address
    if clean_text(id, MAX_ID) != id:
        raise ValueError  # it could not be shown as it is, and an id is shown exactly or not at all
    return id


def _whole_number(value: Any) -> int:
    is_whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    is_digits = isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value) is not None
    if isinstance(value, bool) or not (is_whole or is_digits):
        raise ValueError
    number = int(value)
    if not 0 <= number <= MAX_OFFSET:
        raise ValueError
    return number


Id = Annotated[str, BeforeValidator(_id)]
Offset = Annotated[int, BeforeValidator(_whole_number)]


class Arguments(BaseModel):
    """What both tools take. `provider` is checked against the names, in words, by `read_arguments`."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, hide_input_in_errors=True)

    operation: ClassVar[Operation]
    id: Id
    provider: str = AUTO
    detail: Detail = Detail.STANDARD
    item_offset: Offset = 0


class GetOrderArguments(Arguments):
    operation = "get_order"
    id: Id = Field(alias="order_id")


class GetCartArguments(Arguments):
    operation = "get_cart"
    id: Id = Field(alias="cart_id")


def input_schema(model: type[Arguments], providers: Sequence[str]) -> dict[str, Any]:
    """The schema to publish, with the providers that are worth naming here."""
    noun = NOUN[model.operation]
    return {
        "type": "object",
        "properties": {
            f"{noun}_id": {
                "type": "string",
                "description": f"The {noun} id exactly as the provider writes it",
                "minLength": 1,
                "maxLength": MAX_ID,
            },
            "provider": {
                "type": "string",
                "enum": [AUTO, *providers],
                "default": AUTO,
                "description": f"Who has the {noun}; auto asks every provider that could",
            },
            "detail": {
                "type": "string",
                "enum": [detail.value for detail in Detail],
                "default": Detail.STANDARD.value,
                "description": "summary: status only; standard: with line items; full: everything this server may show",
            },
            "item_offset": {
                "type": "integer",
                "minimum": 0,
                "default": 0,
                "description": "First line item to return, when an answer says there are more",
            },
        },
        "required": [f"{noun}_id"],
        "additionalProperties": False,
    }


def read_arguments(model: type[Arguments], given: dict[str, Any], known_providers: Sequence[str]) -> Arguments:
    """Validate what an agent sent.

    Raises:
        InvalidInput: one sentence that names the argument and what is allowed.
    """
    noun = NOUN[model.operation]
    names = [f"{noun}_id", "provider", "detail", "item_offset"]
    allowed = {
        f"{noun}_id": f"must be one {noun} id of 1 to {MAX_ID} characters without spaces, control characters, markup "
        "or the path segments . and ..",
        "provider": f"must be one of {AUTO}, {', '.join(known_providers)}",
        "detail": f"must be one of {', '.join(Detail)}",
        "item_offset": f"must be a whole number from 0 to {MAX_OFFSET}",
    }
    for name in given:
        if name not in names:
            raise InvalidInput(
                f'"{clean_text(name, 40)}" is not an argument of {model.operation}; it takes {", ".join(names)}.'
            )
    # Some hosts send null for an argument that the model left out.
    said = {name: value for name, value in given.items() if value is not None}
    if names[0] not in said:
        raise InvalidInput(f"{names[0]} is missing: it {allowed[names[0]]}.")
    try:
        arguments = model.model_validate(said)
    except ValidationError as invalid:
        wrong = str(invalid.errors(include_input=False)[0]["loc"][0])
        raise InvalidInput(f"{wrong} {allowed[wrong]}.") from None
    if arguments.provider not in (AUTO, *known_providers):
        raise InvalidInput(f"provider {allowed['provider']}.")
    return arguments
