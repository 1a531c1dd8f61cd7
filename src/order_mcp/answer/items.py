"""Line items as a sentence names them: equal lines counted together, in order of first appearance."""

from collections.abc import Iterable, Sequence
from itertools import islice
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
    examples: dict[tuple[str | None, ...], LineItem] = {}
    units: dict[tuple[str | None, ...], Number | None] = {}
    for line, count in lines:
        key = line.title or line.sku or line.variant_id, line.variant_title, line.unit
        if key not in examples:
            examples[key], units[key] = line, count
        elif (before := units[key]) is not None:
            # One line without a number, and nobody knows the sum.
            units[key] = None if count is None else before + count
    known = [count for count in units.values() if count is not None]
    return Kinds(
        [Kind(line, units[key]) for key, line in islice(examples.items(), NAMED)],
        max(0, len(examples) - NAMED),
        sum(known) if len(known) == len(units) else None,
    )
