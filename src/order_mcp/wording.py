"""What more than one room says, in both voices: kinds of doubt, days, waits and lists.

A colleague (an agent, somebody in support) reads whose word it is. A customer reads what a brand could send: to "you",
without a provider's name or its own word. Neither reads anything that a provider wrote.
"""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from .models import Number, OrderWarning, Told, WarningCode

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


class Doubt(NamedTuple):
    """One kind of doubt: its code, and a sentence with room for the figures or dates that disagree."""

    code: WarningCode
    colleague: str
    customer: str

    def told(self, **facts: Any) -> Told:
        """Its sentences, with the figures filled in."""
        return Told(self.colleague.format_map(facts), self.customer.format_map(facts))

    def warning(self, **facts: Any) -> OrderWarning:
        """The warning that is made of it alone."""
        return OrderWarning(code=self.code, message=self.told(**facts))


CANNOT_SEE_STATUS = "I cannot see where this order stands."
WHICH_IS_RIGHT = "I cannot say which is right."
"""To customers, of two things that disagree: both are said, and neither is called wrong."""

UNLISTED_STATUS = Doubt(
    "unrecognized_status", "The provider's documentation does not list this status.", CANNOT_SEE_STATUS
)
NO_STATUS = Doubt("unrecognized_status", "The provider does not say where the order stands.", CANNOT_SEE_STATUS)
COULD_NOT_ASK = Doubt(
    "provider_not_asked",
    "{title} could not be asked ({reason}); it may have the same id.",
    "I could not look everywhere, so another order may have the same id.",
)
NO_USABLE_ANSWER = COULD_NOT_ASK._replace(
    colleague="{title} gave no usable answer ({reason}); it may have the same id."
)
# These name no field: a reader who may not see costs must not learn from a warning that there are any.
UNREADABLE_AMOUNT = Doubt(
    "unreadable_amount",
    "An amount is no plain decimal number and was left out.",
    "One of the amounts could not be read.",
)
UNREADABLE_DATE = Doubt(
    "unreadable_date", "A date is not ISO 8601 and was left out.", "One of the dates could not be read."
)
UNREADABLE_CURRENCY = Doubt(
    "unreadable_currency", "A currency is no three-letter code and was left out.", "A currency could not be read."
)
DROPPED = Doubt(
    "dropped_value",
    "Something that cannot be shown exactly, or has no room here, was left out.",
    "One detail cannot be shown here.",
)
UNREADABLE = (UNREADABLE_AMOUNT, UNREADABLE_DATE, UNREADABLE_CURRENCY, DROPPED)
"""Of these something is missing, and what is shown is not in doubt."""


def now() -> str:
    """This moment, as answers name it."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0).isoformat() + "Z"


def day(moment: str) -> str:
    """The day of an ISO 8601 moment, as it is read aloud: 12 October 2026."""
    year, month, number = moment[:10].split("-")
    return f"{int(number)} {_MONTHS[int(month) - 1]} {year}"


def counted(number: Number, noun: str) -> str:
    """1 device, 2 devices."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def share(done: Number, total: Number) -> str:
    """3 of 5 devices have, 1 of 2 devices has, 0 of 1 device has."""
    return f"{done} of {counted(total, 'device')} {'has' if 1 in (done, total) else 'have'}"


def after(seconds: int | None) -> str:
    """When to try again: exactly what the error object says, and nothing where it says nothing."""
    if seconds is None:
        return "a little later"
    return f"in {counted(seconds, 'second')}" if seconds else "now"


def listed(names: list[str], last: str) -> str:
    """Names as one says them: Fleet, Senmo or Polinate."""
    *most, end = names
    return f"{', '.join(most)} {last} {end}" if most else end
