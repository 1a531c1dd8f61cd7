"""What stands around a desk where others reach it. A person who has the server alone has nothing of it."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from .caller import Caller
from .errors import RateLimited
from .providers.watch import Watch


@dataclass(frozen=True, slots=True)
class Call:
    """One tool call that is over."""

    tool: str
    caller: Caller
    account: str | None
    """The account that answered, or that failed; None where no single one did."""
    outcome: str
    """`found`, `cancelled`, or the code of an error."""
    seconds: float
    withheld: Sequence[str]
    id: str | None
    """What was asked for. It is never written down as it is."""


class TooManyAttempts(RateLimited):
    """Too many wrong answers about an order, or by one caller. Asking again is no way; a person is."""

    next_step = "ask_human"
    retryable = False
    for_customer = (
        "I am sorry, I cannot check these details any more for now. Please contact our team: a colleague will help you."
    )

    def __init__(self) -> None:
        super().__init__("Too many answers were wrong, so this is closed for now. Hand over to a person.")


class Attempts(Protocol):
    """How often somebody may be wrong about an order."""

    def one(self, caller: str, id: str) -> AbstractAsyncContextManager[Callable[[], Awaitable[None]]]:
        """Around one attempt; what it gives is called where the answer was wrong.

        Raises:
            TooManyAttempts: there were too many wrong ones. A person has to go on.
            Unreachable: nobody knows how many there were.
        """


@dataclass(frozen=True, slots=True)
class Oversight:
    """Who watches. None is nobody."""

    watch: Callable[[str], Watch] | None = None
    """What stands between an account, by its name, and its provider."""
    shares: bool = False
    """Whether the same look-ups at the same moment are one."""
    attempts: Attempts | None = None
    on_call: Callable[[Call], None] | None = None
    """Told of every call when it is over."""
    close: Callable[[], Awaitable[None]] | None = None


NOBODY = Oversight()
