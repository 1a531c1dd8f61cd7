"""From a provider's values to those of the vocabulary: amounts, numbers, moments, texts.

A word that is not known is not an error, and what cannot be read becomes a warning.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from ..models import Number, OrderWarning, Reference, ReferenceType, Scalars, Told, WarningCode
from ..wording import DROPPED, UNREADABLE_AMOUNT, UNREADABLE_CURRENCY, UNREADABLE_DATE, Doubt
from .wire import NumberText

MAX_SCALARS = 20
MAX_DIGITS = 30
_PLAIN_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(_DATE.pattern + r"[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?([Zz]|[+-][0-9]{2}:?[0-9]{2})?")
_CURRENCY = re.compile(r"[A-Za-z]{3}")


class Reader:
    """Reads raw values, and remembers as warnings what could not be read."""

    def __init__(self, *, dropped: bool = False) -> None:
        self._doubts: dict[Doubt, Told] = {}
        if dropped:
            self.warn(DROPPED)

    def warn(self, doubt: Doubt, **facts: Any) -> None:
        """Remember what is in doubt, with the figures that disagree; each kind is said once, as it was said first."""
        if doubt not in self._doubts:
            self._doubts[doubt] = doubt.told(**facts)

    @property
    def warnings(self) -> list[OrderWarning]:
        """One for each code, with a sentence for each kind of doubt."""
        by_code: dict[WarningCode, list[Told]] = {}
        for doubt, told in self._doubts.items():
            by_code.setdefault(doubt.code, []).append(told)
        return [
            OrderWarning(code=code, message=Told(*(" ".join(sentences) for sentences in zip(*all_told, strict=True))))
            for code, all_told in by_code.items()
        ]

    def amount(self, value: str | None) -> str | None:
        """A decimal string exactly as given, of at most 30 digits."""
        if value is None:
            return None
        if _is_decimal(value, MAX_DIGITS):
            return str(value)
        self.warn(UNREADABLE_AMOUNT)
        return None

    def number(self, value: str | None) -> Number | None:
        """A quantity, a count or a number of months: an integer when whole."""
        if value is None:
            return None
        number = _number(value)
        if number is None:
            self.warn(DROPPED)
        return number

    def moment(self, value: str | None) -> str | None:
        """ISO 8601 to the second: UTC where a zone was given, without zone where none was, or a bare date."""
        if value is None:
            return None
        text = value.strip()
        try:
            if _DATE.fullmatch(text):
                return date.fromisoformat(text).isoformat()
            if _MOMENT.fullmatch(text):
                moment = datetime.fromisoformat(text.upper().replace(",", ".")).replace(microsecond=0)
                if moment.tzinfo is None:
                    return moment.isoformat()
                return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
        except (ValueError, OverflowError):
            pass
        self.warn(UNREADABLE_DATE)
        return None

    def currency(self, value: str | None) -> str | None:
        """Three letters, in upper case."""
        if value is None:
            return None
        if _CURRENCY.fullmatch(value.strip()):
            return value.strip().upper()
        self.warn(UNREADABLE_CURRENCY)
        return None


def said(value: str | None) -> str | None:
    """A text that says something: blank is the same as not filled."""
    return str(value) if value is not None and value.strip() else None


def whole(value: str | None) -> int | None:
    """A count that a list gives of itself; None where it gives none that can be read."""
    number = None if value is None else _number(value)
    return number if isinstance(number, int) and number >= 0 else None


def reference(type: ReferenceType, value: str | None) -> Reference | None:
    """A number that people call the order by, where one was given."""
    number = said(value)
    return Reference(type=type, value=number) if number is not None else None


def scalars(value: Mapping[str, Any] | None) -> Scalars | None:
    """The first members of an unbounded object that are plain values; nested ones are left out."""
    if value is None:
        return None
    plain: Scalars = {}
    for key, member in value.items():
        if isinstance(member, NumberText):
            number = _number(member)
            plain[key] = str(member) if number is None else number
        elif isinstance(member, str | bool):
            plain[key] = member
        if len(plain) == MAX_SCALARS:
            break
    return plain


PartType = TypeVar("PartType", bound=BaseModel)


def filled(part: PartType) -> PartType | None:
    """A part of the order, or nothing where the provider filled none of it."""
    return part if any(value is not None for value in vars(part).values()) else None


def only(values: Iterable[Any]) -> list[Any] | None:
    """The values that were given, or nothing where none was."""
    return [value for value in values if value is not None] or None


def _is_decimal(value: str, digits: int) -> bool:
    # A sign and a point may come on top.
    if len(value) > digits + 2 or not _PLAIN_DECIMAL.fullmatch(value):
        return False
    return len(value) <= digits or sum(map(str.isdigit, value)) <= digits


def _number(value: str) -> Number | None:
    # Fifteen digits are what a JSON number carries everywhere without loss.
    if len(value) <= 15 and value.isascii() and value.isdigit():
        return int(value)  # most are this
    if not _is_decimal(value, 15):
        return None
    number = float(value)
    return int(number) if number.is_integer() else number
