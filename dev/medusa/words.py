"""Medusa's words for where an order stands, and in which seeded orders each of them is seen."""

from collections import defaultdict
from collections.abc import Mapping

from .client import Client
from .seed.states import UNREACHABLE

WORDS = {
    "status": ("pending", "completed", "draft", "archived", "canceled", "requires_action"),
    "payment_status": (
        "not_paid",
        "awaiting",
        "authorized",
        "partially_authorized",
        "captured",
        "partially_captured",
        "partially_refunded",
        "refunded",
        "canceled",
        "requires_action",
    ),
    "fulfillment_status": (
        "not_fulfilled",
        "partially_fulfilled",
        "fulfilled",
        "partially_shipped",
        "shipped",
        "partially_delivered",
        "delivered",
        "canceled",
    ),
}
"""All that Medusa 2.18.0 has."""

Seen = Mapping[tuple[str, str], list[str]]


def seen(admin: Client, orders: Mapping[str, str]) -> Seen:
    """For each word of each of these fields, the orders that say it."""
    found = defaultdict(list)
    for name, id in orders.items():
        order = admin.get(f"/admin/orders/{id}")["order"]
        for field in WORDS:
            found[field, order[field]].append(name)
    return found


def surprises(found: Seen) -> list[str]:
    """Words that no order says, unless it is known why; and words that nobody knew."""
    known = {(field, word) for field, words in WORDS.items() for word in words}
    missing = known - found.keys() - UNREACHABLE.keys()
    told = [f"no order says {field} {word}" for field, word in sorted(missing)]
    told += [f"unknown: {field} {word}, of {found[field, word]}" for field, word in sorted(found.keys() - known)]
    return told + [f"it can be reached: {field} {word}" for field, word in sorted(found.keys() & UNREACHABLE.keys())]
