"""Line items as a sentence names them: equal lines counted together, in order of first appearance."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..models import LineItem, Number

NAMED = 3
"""How many kinds a sentence names."""


class Kind(NamedTuple):
    """Lines that a reader could not tell apart."""

    example: LineItem
    """The first of them, to take the name from."""
    units: Number | None
    """Their units together; None where the provider does not say how many."""


class Kinds(NamedTuple):
    kinds: Sequence[Kind]
    """The first of them."""
    more: int
    """How many further kinds there are."""
    units: Number | None
    """Of all kinds together; None where the provider does not say how many."""


def kinds_of(lines: Iterable[LineItem]) -> Kinds:
    """The kinds of these lines, and how many of each."""
    return _grouped((line, line.quantity) for line in lines)


def open_kinds_of(lines: Iterable[LineItem]) -> Kinds:
    """The kinds that have units without a subscription, and how many of each."""
    return _grouped((line, line.remaining) for line in lines if line.remaining)


def _grouped(lines: Iterable[tuple[LineItem, Number | None]]) -> Kinds:
    kinds: dict[tuple[str | None, str | None], Kind] = {}
    for line, count in lines:
        key = line.title or line.sku or line.variant_id, line.unit
        known = kinds.get(key)
        if known is None:
            kinds[key] = Kind(line, count)
        else:
            # One line without a number, and nobody knows the sum.
            both = None if known.units is None or count is None else known.units + count
            kinds[key] = known._replace(units=both)
    units = [kind.units for kind in kinds.values() if kind.units is not None]
    return Kinds(
        list(kinds.values())[:NAMED], max(0, len(kinds) - NAMED), sum(units) if len(units) == len(kinds) else None
    )
