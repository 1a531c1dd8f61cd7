"""What a tool takes: the rule of each argument, and one sentence for whatever is wrong with it."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from .cleaning import clean_text
from .errors import InvalidInput
from .models import AUTO, Detail, Noun

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


def _word(value: Any) -> Any:
    """A provider or a level of detail, in any case."""
    return value.strip().lower() if isinstance(value, str) else value


def _whole_number(value: Any) -> int:
    is_whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    is_digits = isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value) is not None
    if isinstance(value, bool) or not (is_whole or is_digits):
        raise ValueError
    number = int(value)
    if not 0 <= number <= MAX_OFFSET:
        raise ValueError
    return number


# What a customer is told of arguments. The id is the customer's own; the others are chosen by whoever asks for them.
NO_ID = "To look up your {noun} I need its id. Please send me that."
EMAIL_GIVEN = "This is an e-mail address. To look up your {noun} I need its id; please send me that."
WRONG_CALL = "I am sorry, I asked for this in a way that does not work, so I could not look it up yet."

Id = Annotated[str, BeforeValidator(_id)]
Offset = Annotated[int, BeforeValidator(_whole_number)]


class Arguments(BaseModel):
    """What a look-up takes. `provider` is checked against the names, in words, by `read`."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, hide_input_in_errors=True)

    noun: ClassVar[Noun]
    levels: ClassVar[str]
    """What each level of detail holds."""
    id: Id
    provider: Annotated[str, BeforeValidator(_word)] = AUTO
    detail: Annotated[Detail, BeforeValidator(_word)] = Detail.STANDARD
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
                "description": cls.levels,
            },
            "item_offset": {
                "type": "integer",
                "minimum": 0,
                "default": 0,
                "description": "First line item to return, when an answer says there are more",
            },
        }

    @classmethod
    def read(cls, given: dict[str, Any], known_providers: Sequence[str]) -> Self:
        """Validate what an agent sent.

        Raises:
            InvalidInput: one sentence that names the argument and what is allowed.
        """
        rules = cls.rules(known_providers)
        for name in given:
            if name not in rules:
                raise InvalidInput(
                    f'"{clean_text(name, 40)}" is not an argument of get_{cls.noun}; it takes {", ".join(rules)}.',
                ).to_customer(WRONG_CALL)
        # Some hosts send null for an argument that the model left out.
        said = {name: value for name, value in given.items() if value is not None}
        required = next(iter(rules))
        if required not in said:
            raise InvalidInput(f"{required} is missing: it {rules[required]}.").to_customer(NO_ID)
        try:
            arguments = cls.model_validate(said)
        except ValidationError as invalid:
            wrong = str(invalid.errors(include_input=False)[0]["loc"][0])
            if wrong != required:
                raise InvalidInput(f"{wrong} {rules[wrong]}.").to_customer(WRONG_CALL) from None
            refused = InvalidInput(
                f"{wrong} {rules[wrong]}. Cut no id out of a number, a name or an address: ask for it."
            )
            is_blank = isinstance(said[required], str) and not said[required].strip(" #\t\n")
            raise (refused.to_customer(NO_ID) if is_blank else refused) from None
        if is_email_address(arguments.id):
            raise InvalidInput(
                f"{required} is an e-mail address; no {cls.noun} can be looked up by one. Ask for the {cls.noun} id.",
            ).to_customer(EMAIL_GIVEN)
        if arguments.provider not in (AUTO, *known_providers):
            raise InvalidInput(f"provider {rules['provider']}.").to_customer(WRONG_CALL)
        return arguments


class OrderArguments(Arguments):
    noun = Noun.ORDER
    levels = (
        "What comes back. summary: status, dates, tracking, total; standard: + line items and customer name; "
        "full: + addresses, contact details, notes"
    )
    id: Id = Field(alias="order_id")


class CartArguments(Arguments):
    noun = Noun.CART
    levels = "What comes back. summary: rent and number of devices; standard: + devices and buyer; full: + product ids"
    id: Id = Field(alias="cart_id")


def is_email_address(text: str) -> bool:
    """Whether somebody sent an address for an id."""
    name, _, domain = text.partition("@")
    return bool(name) and "@" not in domain and "." in domain[1:-1]
