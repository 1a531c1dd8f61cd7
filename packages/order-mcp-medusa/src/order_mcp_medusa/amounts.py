"""Medusa's amounts: all their digits, and the total when the order was placed apart from the total as it is now."""

from collections.abc import Sequence

from order_mcp.provider_api import Reader, Totals, said

from .wire import Amounts, Raw, Requested, Summary


def to_totals(wire: Amounts, summary: Summary, requested: Sequence[Requested], read: Reader) -> Totals:
    return Totals(
        subtotal=read.amount(wire.subtotal),
        shipping=read.amount(wire.shipping_total),
        discount=read.amount(wire.discount_total),
        tax=read.amount(wire.tax_total),
        total=read.amount(wire.total),
        original_total=read.amount(as_placed(wire, summary, requested)),
        paid=read.amount(exact(summary.paid_total, summary.raw_paid_total, wire.total)),  # all that was ever taken
        refunded=read.amount(exact(summary.refunded_total, summary.raw_refunded_total)),
    )


def exact(number: str | None, raw: Raw | None, total: str | None = None) -> str | None:
    """All digits of a figure. Where it is the same number as the total, it is written like that."""
    return number if raw is None or number == total else said(raw.value) or number


def as_placed(wire: Amounts, summary: Summary, requested: Sequence[Requested]) -> str | None:
    """The total when it was placed, where that is certain.

    Medusa's `original_order_total` is the total before the last change: after a refund and a cancellation it is 0, and
    of a draft it lacks the tax. What was asked for before there was an order is the sum of the checkout; what is asked
    for later may be a part.
    """
    if not requested:
        return None
    first = min(requested, key=lambda each: each.created_at or "~")
    is_of_checkout = first.created_at is not None and first.created_at <= (wire.created_at or "")
    is_sure = is_of_checkout or first.amount == summary.original_order_total
    return exact(first.amount, first.raw_amount, wire.total) if is_sure else None
