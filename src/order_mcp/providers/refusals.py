"""Refusals: what a status means that is no success, one row each, and what cannot be asked at all.

What only a provider's body tells is read by the provider.
"""

from ..errors import (
    NUMBER_GIVEN,
    BadResponse,
    Forbidden,
    InvalidId,
    OrderMcpError,
    RateLimited,
    Unauthorized,
    UnsupportedOperation,
    UpstreamError,
)
from ..finding import NO_DIGITS
from ..wording import after

REFUSED: dict[int, tuple[type[OrderMcpError], str]] = {
    **dict.fromkeys(
        (400, 422),
        (
            InvalidId,
            "{provider} refused this id as malformed. Check it, and send it exactly as {provider} writes it.",
        ),
    ),
    401: (Unauthorized, "{provider} refused the credential. The operator has to renew it."),
    403: (
        Forbidden,
        "The credential for {provider} lacks the right to read this {noun}. The operator has to grant it.",
    ),
    429: (RateLimited, "{provider} asks for fewer requests. Try again {wait}."),
}
FAILED = (UpstreamError, "{provider} has a problem of its own at the moment. Try again {wait}.")
NOT_ITS_API = "did not answer like its API: this address does not look like {provider}'s API"
NO_LIST = "says that it has no such list. The operator should check address, credential, and tenant where there is one"
REDIRECTED = "answered with a redirect, which is not followed: this address does not look like {provider}'s API"
UNLISTED = "answered with a status that its documentation does not list"


def refusal(status: int, wait: int | None, request_id: str | None) -> OrderMcpError | None:
    """The error that a status means by itself; None where it says only that this is not the provider's API."""
    row = FAILED if 500 <= status < 600 else REFUSED.get(status)
    if row is None:
        return None
    kind, sentence = row
    # Only these two say when to try again; a wait beside another refusal means nothing.
    tells_wait = "{wait}" in sentence
    return kind(
        sentence.replace("{wait}", after(wait)),
        request_id=request_id,
        retry_after_seconds=wait if tells_wait else None,
    )


def oddity(status: int) -> str:
    """What is wrong with any other status, as what follows the provider's name."""
    return NOT_ITS_API if status == 404 else REDIRECTED if 300 <= status < 400 else UNLISTED


class OddOrder(BadResponse):
    """It is this one order that makes no sense; others may."""


def unsupported() -> UnsupportedOperation:
    """The error for a thing that the provider does not have."""
    return UnsupportedOperation("{provider} has no {noun}s that can be looked up. Tell the user so.")


def cannot_have(reason: str) -> InvalidId:
    """The error for an id that the provider could not have."""
    return InvalidId(
        f"{{provider}} cannot have this id: {reason}, and this looks like an order or contract number. {NO_DIGITS}",
    ).to_customer(NUMBER_GIVEN)
