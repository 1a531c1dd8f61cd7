"""What can be asked: one row per tool, with its arguments, its words, and one sentence for whatever is wrong."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from .cleaning import clean_text
from .errors import InvalidInput
from .models import AUTO, Cart, Detail, Noun, Order, Record

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
    """What a look-up takes. `provider` is checked against the names, in words, by `read_arguments`."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, hide_input_in_errors=True)

    noun: ClassVar[Noun]
    id: Id
    provider: str = AUTO
    detail: Detail = Detail.STANDARD
    item_offset: Offset = 0

    @classmethod
    def rules(cls, known_providers: Sequence[str]) -> dict[str, str]:
        """What is allowed for each argument, by its name; the first one is required."""
        return {
            f"{cls.noun}_id": f"must be one {cls.noun} id of 1 to {MAX_ID} characters without spaces, control "
            "characters or markup, and without . or .. between slashes",
            "provider": f"must be one of {', '.join([AUTO, *known_providers])}",
            "detail": f"must be one of {', '.join(Detail)}",
            "item_offset": f"must be a whole number from 0 to {MAX_OFFSET}",
        }

    @classmethod
    def properties(cls, providers: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The same as JSON Schema, with the providers that are worth naming."""
        return {
            f"{cls.noun}_id": {
                "type": "string",
                "description": f"The {cls.noun} id exactly as the provider writes it",
                "minLength": 1,
                "maxLength": MAX_ID,
            },
            "provider": {
                "type": "string",
                "enum": [AUTO, *providers],
                "default": AUTO,
                "description": f"Who has the {cls.noun}; auto asks every provider that could",
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
        }


class OrderArguments(Arguments):
    noun = Noun.ORDER
    id: Id = Field(alias="order_id")


class CartArguments(Arguments):
    noun = Noun.CART
    id: Id = Field(alias="cart_id")


@dataclass(frozen=True, slots=True)
class Tool:
    """One thing that can be asked. Everything that offers it derives from its row."""

    arguments: type[Arguments]
    record: type[Record]
    label: str
    """What one of them is called."""
    what: str
    """What it looks up, in words."""
    answers: str
    """What an answer holds."""
    question: str
    """When to use it."""
    names_every_provider: bool
    """Whether also those are named that nobody set up."""

    @property
    def noun(self) -> Noun:
        return self.arguments.noun

    @property
    def name(self) -> str:
        return f"get_{self.noun}"

    @property
    def title(self) -> str:
        return f"Get {self.noun}"

    @property
    def description(self) -> str:
        """When to use it and what it needs, for an agent."""
        return (
            f"Look up {self.what} by id: {self.answers}. Use it when somebody asks {self.question}. It needs the "
            f"provider's own {self.noun} id, not the number printed on an e-mail or invoice. The levels summary and "
            "standard leave out addresses, contact details and notes even where they exist; detail=full returns what "
            "this server may show. An unknown status is reported as unknown: do not guess. Errors end with a JSON line "
            "whose next_step says what to do."
        )


ORDER_TOOL = Tool(
    OrderArguments,
    Order,
    label="An order",
    what="one order",
    answers="status, what is outstanding, items, totals, dates, tracking",
    question="where an order is or how it stands",
    names_every_provider=False,
)
CART_TOOL = Tool(
    CartArguments,
    Cart,
    label="A cart",
    what="one cart (a basket that is not an order yet)",
    answers="items, rent, buyer",
    question="what is in a cart",
    names_every_provider=True,  # only few providers have carts
)
TOOLS = {tool.name: tool for tool in (ORDER_TOOL, CART_TOOL)}


def input_schema(tool: Tool, providers: Sequence[str]) -> dict[str, Any]:
    """The schema to publish: flat, with the providers that are worth naming here."""
    properties = tool.arguments.properties(providers)
    return {
        "type": "object",
        "properties": properties,
        "required": [next(iter(properties))],
        "additionalProperties": False,
    }


def read_arguments(tool: Tool, given: dict[str, Any], known_providers: Sequence[str]) -> Arguments:
    """Validate what an agent sent.

    Raises:
        InvalidInput: one sentence that names the argument and what is allowed.
    """
    rules = tool.arguments.rules(known_providers)
    for name in given:
        if name not in rules:
            raise InvalidInput(
                f'"{clean_text(name, 40)}" is not an argument of {tool.name}; it takes {", ".join(rules)}.'
            )
    # Some hosts send null for an argument that the model left out.
    said = {name: value for name, value in given.items() if value is not None}
    required = next(iter(rules))
    if required not in said:
        raise InvalidInput(f"{required} is missing: it {rules[required]}.")
    try:
        arguments = tool.arguments.model_validate(said)
    except ValidationError as invalid:
        wrong = str(invalid.errors(include_input=False)[0]["loc"][0])
        raise InvalidInput(f"{wrong} {rules[wrong]}.") from None
    if arguments.provider not in (AUTO, *known_providers):
        raise InvalidInput(f"provider {rules['provider']}.")
    return arguments
