"""Error → what is read of it: a sentence, and one JSON object to branch on.

A customer's sentence is one that a brand could send, and the object beside it names no provider.
"""

from dataclasses import dataclass
from typing import Any

from ..cleaning import Cleaner, compact
from ..errors import OrderMcpError
from ..models import Audience, Noun, Order
from ..wording import after
from .sentences import SANDBOX_NOTICE
from .view import View


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as it is shown: the sentence, and the JSON object beside it."""

    sentence: str
    data: dict[str, Any]

    @property
    def text(self) -> str:
        """The sentence, then on a line of its own the object as compact JSON."""
        return f"{self.sentence}\n{compact(self.data)}"


def refuse(error: OrderMcpError, noun: Noun, view: View) -> Refusal:
    """Show an error: what happened and what to do next, for reading and for branching on."""
    payload: dict[str, Any] = {"code": error.code}
    for_customer = view.audience is Audience.CUSTOMER
    if error.provider is not None and not for_customer:
        payload["provider"] = error.provider
    payload["retryable"] = error.retryable
    if error.retry_after_seconds is not None:
        payload["retry_after_seconds"] = error.retry_after_seconds
    payload["next_step"] = error.next_step
    sentence = error.sentence
    if for_customer:
        # Whose system it is, and what is wrong with it, is for the operator: the log has it.
        sentence = error.for_customer.format(noun=noun, wait=after(error.retry_after_seconds))
    else:
        payload |= error.details
        if candidates := error.details.get("candidates"):
            cleaner = Cleaner(view.secrets)
            payload["candidates"] = [cleaner.clean(candidate, Order).value for candidate in candidates]
    notice = f"{SANDBOX_NOTICE} " if view.sandbox else ""
    return Refusal(f"{notice}{sentence}", {"error": payload})
