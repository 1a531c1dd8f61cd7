"""The look-up where the customer has to be verified: besides the order it takes what shows whose it is.

Nothing of it is loaded where nobody has to be verified.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field

from .arguments import OrderArguments
from .comparing import LEAST_POSTAL_CODE, Proof, email_form, is_postal_code, postal_code_form
from .errors import InvalidInput
from .given import MAX_EMAIL, MAX_ID, read_email, read_number
from .models import Noun, Order
from .tools import ERRORS, Tool

MAX_POSTAL_CODE = 20
PROOFS = ("email", "postal_code")
ASK_FOR_PROOF = (
    "To look up your order I need the e-mail address that you ordered with, or the postal code of the delivery or "
    "billing address. Please send me one of them."
)
UNREADABLE = {
    "email": "I cannot read this e-mail address. Please send it as in name@example.com.",
    "postal_code": "I cannot read this postal code. Please send me the whole of it.",
}
# What agents and platforms write where they know nothing.
NOTHING = {"", "-", "?", "unknown", "none", "null", "n/a", "na", "undefined"}


def read_proof_email(value: Any) -> str:
    """An e-mail address in the form in which it is compared."""
    return email_form(read_email(value))


def read_postal_code(value: Any) -> str:
    """A postal code in the form in which it is compared. Some agents send a number."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9 else value
    if not isinstance(text, str) or len(text) > MAX_POSTAL_CODE or not is_postal_code(postal_code_form(text)):
        raise ValueError
    return postal_code_form(text)


class VerifiedArguments(OrderArguments):
    # The number that the customer holds is as good as the id.
    id: Annotated[str, BeforeValidator(read_number)] = Field(alias="order_id")
    email: Annotated[str | None, BeforeValidator(read_proof_email)] = None
    postal_code: Annotated[str | None, BeforeValidator(read_postal_code)] = None

    @property
    def proof(self) -> Proof:
        return Proof(self.email, self.postal_code)

    @classmethod
    def rules(cls, known_providers: Sequence[str]) -> dict[str, str]:
        return super().rules(known_providers) | {
            "order_id": f"must be one order id or number of 1 to {MAX_ID} characters without control characters or "
            "markup, and without . or .. between slashes",
            "email": f"must be one e-mail address such as ada@example.com, of at most {MAX_EMAIL} characters",
            "postal_code": f"must be one whole postal code: at least {LEAST_POSTAL_CODE} letters or digits, a digit "
            f"among them, and at most {MAX_POSTAL_CODE} characters",
        }

    @classmethod
    def properties(cls, providers: Sequence[str]) -> dict[str, dict[str, Any]]:
        known = super().properties(providers)
        known["order_id"] |= {"description": "The order id or number exactly as the customer gave it"}
        return known | {
            "email": {
                "type": "string",
                "description": "The customer's e-mail address; this or postal_code is needed",
                "minLength": 3,
                "maxLength": MAX_EMAIL,
            },
            "postal_code": {
                "type": "string",
                "description": "The postal code of the delivery or billing address; this or email is needed",
                "minLength": LEAST_POSTAL_CODE,
                "maxLength": MAX_POSTAL_CODE,
            },
        }

    @classmethod
    def read(cls, sent: dict[str, Any], known_providers: Sequence[str]) -> Self:
        said = {name: value for name, value in sent.items() if name not in PROOFS or not _is_unfilled(value)}
        return super().read(said, known_providers)

    @classmethod
    def refused(cls, name: str, rule: str, value: Any) -> InvalidInput:
        refused = super().refused(name, rule, value)
        return refused.to_customer(UNREADABLE[name]) if name in UNREADABLE else refused


VERIFIED_TOOL = Tool(
    VerifiedArguments,
    Order,
    Noun.ORDER,
    title="Get order",
    label="An order",
    sentences=(
        "Look up the customer's own order by its id or number: status, what is outstanding, items, totals, dates, "
        "tracking.",
        "Use it when a customer asks where an order is or how it stands.",
        "It also needs email or postal_code, as the customer gave it or the platform knows it; an order is shown only "
        "where that is right. Do not guess or try out values.",
        "An unknown status is reported as unknown: do not guess.",
        ERRORS,
    ),
)
"""Takes the place of all others where customers are verified."""


def _is_unfilled(value: Any) -> bool:
    """Whether a platform has nothing to say: it sends a blank, or its own placeholder, where it knows no customer."""
    text = value.strip() if isinstance(value, str) else value
    if not isinstance(text, str):
        return text is None
    return text.lower() in NOTHING or (text[0] in "{$<[" and text[-1] in "}>]")


def no_proof() -> InvalidInput:
    """The error for a look-up that says nothing about the customer."""
    return InvalidInput("email or postal_code is missing: one of them is needed.").to_customer(ASK_FOR_PROOF)
