"""What a look-up takes where the customer has to be verified: besides the order, what shows whose it is."""

from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field

from .arguments import OrderArguments
from .errors import InvalidInput
from .given import MAX_EMAIL, MAX_ID, MAX_POSTAL_CODE, read_number, read_postal_code, read_proof_email
from .proof import LEAST_POSTAL_CODE, Proof

PROOFS = ("email", "postal_code")
ASK_FOR_PROOF = "To look up your order I need its e-mail address or the whole postal code. Please send me one of them."


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
        # A platform that knows only one of the two may bind the other one blank.
        return super().read({k: v for k, v in sent.items() if k not in PROOFS or v not in ("", None)}, known_providers)

    @classmethod
    def refused(cls, name: str, rule: str, value: Any) -> InvalidInput:
        refused = super().refused(name, rule, value)
        return refused.to_customer(ASK_FOR_PROOF) if name in PROOFS else refused


def no_proof() -> InvalidInput:
    """The error for a look-up that says nothing about the customer."""
    return InvalidInput("email or postal_code is missing: one of them is needed.").to_customer(ASK_FOR_PROOF)
