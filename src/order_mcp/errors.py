"""Everything that can go wrong, as an agent will read it.

OrderMcpError
├── the caller can mend it
│   ├── InvalidInput          invalid_input
│   │   └── InvalidId
│   ├── NotFound              not_found
│   ├── Ambiguous             ambiguous
│   └── UnsupportedOperation  unsupported_operation
├── the operator can mend it
│   ├── NotConfigured         not_configured
│   ├── Unauthorized          unauthorized
│   ├── Forbidden             forbidden
│   ├── BadResponse           bad_response
│   └── Internal              internal
├── time may mend it
│   ├── RateLimited           rate_limited
│   ├── Timeout               timeout
│   ├── Unreachable           unreachable
│   └── UpstreamError         upstream_error
└── depends on what failed
    └── Incomplete            incomplete

Each error carries a sentence that we wrote: what happened, and what to do next. Nothing that a provider
sent ever enters one, except a request id that matches `REQUEST_ID`, and the candidates of `Ambiguous`, which are
cleaned like an answer. A customer gets another sentence, one that a brand could send: `for_customer`.
"""

import re
from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any, ClassVar, Literal, Self

from .wording import after

NextStep = Literal["fix_arguments", "check_id", "ask_user", "retry_later", "tell_operator", "tell_user", "ask_human"]

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

# What only the operator can mend is no business of the customer: the log has the cause.
_OUR_TEAM = "I am sorry, I cannot look this up at the moment. Please contact our team."
NUMBER_GIVEN = "This is not the id of your {noun}. Please send me the id; an order or contract number is another one."
PERHAPS_A_NUMBER = (
    "I cannot find your {noun} with this id. Please check it. If it is an order or contract number, please send me the "
    "id instead."
)
NOT_EVERYWHERE_OR_A_NUMBER = (
    "I could not look everywhere, so I may have missed your {noun}. If this is an order or contract number, please "
    "send me the id instead. Otherwise please try again {wait}."
)
_NO_ANSWER = "I am sorry, I get no answer at the moment. Please try again {wait}."
_NOT_NOW = "I am sorry, I cannot look this up right now. Please try again {wait}."


class OrderMcpError(Exception):
    """A failure with a stable code, a sentence and the next step."""

    code: ClassVar[str]
    when: ClassVar[str]
    next_step: NextStep
    retryable: bool = False
    for_customer: str
    """What a customer is told; `{noun}` is what was looked for, `{wait}` when to try again."""

    def __init__(
        self,
        sentence: str,
        *,
        provider: str | None = None,
        retry_after_seconds: int | None = None,
        request_id: object = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.provider = provider
        self.retry_after_seconds = retry_after_seconds
        self.details: dict[str, Any] = dict(details or {})
        if isinstance(request_id, str) and REQUEST_ID.fullmatch(request_id):
            self.details["request_id"] = request_id

    def to_customer(self, sentence: str) -> Self:
        """The same, telling the customer something more exact than its code does."""
        self.for_customer = sentence
        return self

    @property
    def reason(self) -> str:
        """Why it failed, in a few words, for a sentence that names several failures."""
        return self.code

    def said_of(self, provider: str, title: str, noun: str) -> Self:
        """A copy with the names filled in: below a look-up, sentences contain `{provider}` and `{noun}`."""
        error = copy(self)
        error.provider = provider
        error.sentence = self.sentence.replace("{provider}", title).replace("{noun}", noun)
        return error


class InvalidInput(OrderMcpError):
    code = "invalid_input"
    when = "an argument is missing, unknown or malformed, or the provider refused the id (400, 422)"
    next_step = "fix_arguments"
    for_customer = (
        "I cannot look this up. Please check the id of the {noun} and send it again exactly as it is written."
    )


class InvalidId(InvalidInput):
    """The id is what is wrong. It may be something else that the customer holds."""


class NotFound(OrderMcpError):
    code = "not_found"
    when = (
        "the provider answered in its own words that it has none; under `auto` also where it refused the id; of a "
        "search, where nothing was left out"
    )
    next_step = "check_id"
    for_customer = "I cannot find your {noun} with this id. Please check the id and send it again."


class Ambiguous(OrderMcpError):
    code = "ambiguous"
    when = "several providers have the id; `candidates` says what tells them apart"
    next_step = "ask_user"
    for_customer = "There is more than one {noun} with this id. Please tell me when you ordered, and what."

    def __init__(self, sentence: str, *, candidates: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(sentence, details={"candidates": list(candidates)})


class UnsupportedOperation(OrderMcpError):
    code = "unsupported_operation"
    when = "the provider has no carts, cannot be searched by this, or has no part in the sandbox"
    next_step = "tell_user"
    for_customer = "I am sorry, I cannot look up {noun}s here."


class NotConfigured(OrderMcpError):
    code = "not_configured"
    when = "the provider is not set up; the sentence names the variables"
    next_step = "tell_operator"
    for_customer = _OUR_TEAM

    def __init__(self, sentence: str, *, problems: str = "", provider: str | None = None) -> None:
        super().__init__(sentence, provider=provider)
        self.problems = problems  # with a default, because errors are copied

    @property
    def reason(self) -> str:
        return self.problems.rstrip(".")


class Unauthorized(OrderMcpError):
    code = "unauthorized"
    when = "the credential was refused (401)"
    next_step = "tell_operator"
    for_customer = _OUR_TEAM


class Forbidden(OrderMcpError):
    code = "forbidden"
    when = "the credential lacks the right (403, or Fleet's INSUFFICIENT_SCOPE)"
    next_step = "tell_operator"
    for_customer = _OUR_TEAM


class BadResponse(OrderMcpError):
    code = "bad_response"
    when = "not JSON, wrong shape, too large, another order's id, a redirect, or not the provider's API"
    next_step = "tell_operator"
    for_customer = _OUR_TEAM


class Internal(OrderMcpError):
    code = "internal"
    when = "a bug in order-mcp; the text says no more than that"
    next_step = "tell_operator"
    for_customer = _OUR_TEAM

    def __init__(self) -> None:
        super().__init__("order-mcp itself failed; this is a bug. Tell the operator.")


class RateLimited(OrderMcpError):
    code = "rate_limited"
    when = "it was asked too often (429, or its budget here), or, with `ask_human`, answered wrongly too often"
    next_step: NextStep = "retry_later"
    retryable = True
    for_customer = _NOT_NOW


class Timeout(OrderMcpError):
    code = "timeout"
    when = "an attempt or the whole look-up took too long"
    next_step = "retry_later"
    retryable = True
    for_customer = _NO_ANSWER


class Unreachable(OrderMcpError):
    code = "unreachable"
    when = "no connection, or one that broke"
    next_step = "retry_later"
    retryable = True
    for_customer = _NO_ANSWER
    look_at: Sequence[str] = ()
    """The variables that are to blame, where it is not the provider's own address."""


class UpstreamError(OrderMcpError):
    code = "upstream_error"
    when = "the provider failed (5xx)"
    next_step = "retry_later"
    retryable = True
    for_customer = _NO_ANSWER


class Incomplete(OrderMcpError):
    code = "incomplete"
    when = "not found where we got an answer, and some gave none (`failed`), or were not searched to the end"
    next_step: NextStep = "tell_operator"
    for_customer = "I could not look everywhere, so I may have missed your {noun}. Please contact our team."

    def __init__(self, known: str, *, failed: Mapping[str, OrderMcpError], not_found_at: Sequence[str]) -> None:
        waits = [e.retry_after_seconds for e in failed.values() if e.retry_after_seconds is not None]
        wait = max(waits, default=None)
        retryable = any(error.retryable for error in failed.values())
        super().__init__(
            f"{known} {f'Try again {after(wait)}.' if retryable else 'Tell the operator.'}",
            retry_after_seconds=wait,
            details={
                "failed": [{"provider": name, "code": error.code} for name, error in failed.items()],
                "not_found_at": list(not_found_at),
            },
        )
        if retryable:
            self.retryable = True
            self.next_step = "retry_later"
            self.for_customer = (
                "I could not look everywhere, so I may have missed your {noun}. Please try again {wait}."
            )


def all_errors() -> list[type[OrderMcpError]]:
    """Every error class, in the order in which they are drawn above."""
    return OrderMcpError.__subclasses__()
