"""What a tool takes: the rule of each argument, and one sentence for whatever is wrong with it."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from .cleaning import clean_text
from .errors import InvalidId, InvalidInput
from .finding import ASK_FOR_ID, CUT_NO_ID, MAX_LIMIT, Held, Question, is_email_address
from .given import (
    MAX_EMAIL,
    MAX_ID,
    MAX_OFFSET,
    read_email,
    read_id,
    read_limit,
    read_number,
    read_whole_number,
    read_word,
)
from .models import AUTO, Detail, Noun

DEFAULT_LIMIT = 5

# What a customer is told of arguments. The id is the customer's own; the others are chosen by whoever asks for them.
NO_ID = "To look up your {noun} I need its id. Please send me that."
EMAIL_GIVEN = "This is an e-mail address. To look up your {noun} I need its id; please send me that."
WRONG_CALL = "I am sorry, I asked for this in a way that does not work, so I could not look it up yet."

Id = Annotated[str, BeforeValidator(read_id)]
Offset = Annotated[int, BeforeValidator(read_whole_number)]


class Arguments(BaseModel):
    """What a tool takes. `provider` is checked against the names, in words, by `read`."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, hide_input_in_errors=True)

    tool: ClassVar[str]
    required: ClassVar[tuple[str, ...]] = ()
    held: ClassVar[tuple[str, ...]] = ()
    """The arguments that say which order or cart is meant."""
    provider: Annotated[str, BeforeValidator(read_word)] = AUTO

    @classmethod
    @abstractmethod
    def rules(cls, known_providers: Sequence[str]) -> dict[str, str]:
        """What is allowed for each argument, by its name."""

    @classmethod
    @abstractmethod
    def properties(cls, providers: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The same as JSON Schema, with the providers that are worth naming."""

    @classmethod
    def read(cls, sent: dict[str, Any], known_providers: Sequence[str]) -> Self:
        """Validate what an agent sent.

        Raises:
            InvalidInput: one sentence that names the argument and what is allowed.
        """
        rules = cls.rules(known_providers)
        for name in sent:
            if name not in rules:
                raise InvalidInput(
                    f'"{clean_text(name, 40)}" is not an argument of {cls.tool}; it takes {", ".join(rules)}.',
                ).to_customer(WRONG_CALL)
        # Some hosts send null for an argument that the model left out.
        said = {name: value for name, value in sent.items() if value is not None}
        for name in cls.required:
            if name not in said:
                raise InvalidInput(f"{name} is missing: it {rules[name]}.").to_customer(NO_ID)
        try:
            arguments = cls.model_validate(said)
        except ValidationError as invalid:
            wrong = str(invalid.errors(include_input=False)[0]["loc"][0])
            raise cls.refused(wrong, rules[wrong], said[wrong]) from None
        if arguments.provider not in (AUTO, *known_providers):
            raise InvalidInput(f"provider {rules['provider']}.").to_customer(WRONG_CALL)
        return arguments

    @classmethod
    def refused(cls, name: str, rule: str, value: Any) -> InvalidInput:
        """The error for a value that breaks its rule."""
        return InvalidInput(f"{name} {rule}.").to_customer(WRONG_CALL)


def _provider(known_providers: Sequence[str]) -> str:
    return f"must be one of {', '.join([AUTO, *known_providers])}"


class LookUpArguments(Arguments):
    """What a look-up by id takes."""

    noun: ClassVar[Noun]
    levels: ClassVar[str]
    """What each level of detail holds."""
    id: Id
    detail: Annotated[Detail, BeforeValidator(read_word)] = Detail.STANDARD
    item_offset: Offset = 0

    @classmethod
    def rules(cls, known_providers: Sequence[str]) -> dict[str, str]:
        return {
            f"{cls.noun}_id": f"must be one {cls.noun} id of 1 to {MAX_ID} characters without spaces, control "
            "characters or markup, and without . or .. between slashes",
            "provider": _provider(known_providers),
            "detail": f"must be one of {', '.join(Detail)}",
            "item_offset": f"must be a whole number from 0 to {MAX_OFFSET}",
        }

    @classmethod
    def properties(cls, providers: Sequence[str]) -> dict[str, dict[str, Any]]:
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
    def read(cls, sent: dict[str, Any], known_providers: Sequence[str]) -> Self:
        arguments = super().read(sent, known_providers)
        if is_email_address(arguments.id):
            raise InvalidId(
                f"{cls.required[0]} is an e-mail address; no {cls.noun} can be looked up by one. "
                f"{ASK_FOR_ID.format(noun=cls.noun)}",
            ).to_customer(EMAIL_GIVEN)
        return arguments

    @classmethod
    def refused(cls, name: str, rule: str, value: Any) -> InvalidInput:
        if name not in cls.required:
            return super().refused(name, rule, value)
        refused = InvalidId(f"{name} {rule}. {CUT_NO_ID}")
        is_blank = isinstance(value, str) and not value.strip(" #\t\n")
        return refused.to_customer(NO_ID) if is_blank else refused


def is_id(text: str) -> bool:
    """Whether a look-up would take this as an id, and as no other one."""
    try:
        return read_id(text) == text and not is_email_address(text)
    except ValueError:
        return False


class OrderArguments(LookUpArguments):
    tool = "get_order"
    required = held = ("order_id",)
    noun = Noun.ORDER
    levels = (
        "What comes back. summary: status, dates, tracking, total; standard: + line items and customer name; "
        "full: + addresses, contact details, notes"
    )
    id: Id = Field(alias="order_id")


class CartArguments(LookUpArguments):
    tool = "get_cart"
    required = held = ("cart_id",)
    noun = Noun.CART
    levels = "What comes back. summary: amounts and number of items; standard: + items and buyer; full: + product ids"
    id: Id = Field(alias="cart_id")


class FindArguments(Arguments):
    """What a search takes: exactly one of a number and an address."""

    tool = "find_orders"
    held = ("order_number",)
    order_number: Annotated[str | None, BeforeValidator(read_number)] = None
    email: Annotated[str | None, BeforeValidator(read_email)] = None
    limit: Annotated[int, BeforeValidator(read_limit)] = DEFAULT_LIMIT

    @classmethod
    def rules(cls, known_providers: Sequence[str]) -> dict[str, str]:
        return {
            "order_number": f"must be one number of 1 to {MAX_ID} characters without control characters or markup, and "
            "without . or .. between slashes",
            "email": f"must be one e-mail address such as ada@example.com, of at most {MAX_EMAIL} characters",
            "provider": _provider(known_providers),
            "limit": f"must be a whole number from 1 to {MAX_LIMIT}",
        }

    @classmethod
    def properties(cls, providers: Sequence[str]) -> dict[str, dict[str, Any]]:
        return {
            "order_number": {
                "type": "string",
                "description": "The whole number as the customer gave it",
                "minLength": 1,
                "maxLength": MAX_ID,
            },
            "email": {"type": "string", "minLength": 3, "maxLength": MAX_EMAIL},
            "provider": {"type": "string", "enum": [AUTO, *providers], "default": AUTO},
            "limit": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
        }

    @classmethod
    def read(cls, sent: dict[str, Any], known_providers: Sequence[str]) -> Self:
        # An agent that holds only one of the two may send the other one blank.
        said = {name: value for name, value in sent.items() if name not in ("order_number", "email") or value != ""}
        arguments = super().read(said, known_providers)
        if arguments.order_number is None and arguments.email is None:
            raise InvalidInput(f"{cls.tool} needs order_number or email.").to_customer(WRONG_CALL)
        if arguments.order_number is not None and arguments.email is not None:
            raise InvalidInput(f"{cls.tool} takes only one of order_number and email.").to_customer(WRONG_CALL)
        if arguments.order_number is not None and is_email_address(arguments.order_number):
            raise InvalidInput("order_number is an e-mail address; give it as email.").to_customer(WRONG_CALL)
        return arguments

    @property
    def question(self) -> Question:
        """What to look for."""
        if self.email is not None:
            return Question(Held.EMAIL, self.email)
        return Question(Held.NUMBER, self.order_number or "")
