"""Where an order stands: what Medusa's words mean together.

Medusa has three words: `status`, `payment_status` and `fulfillment_status`. Most orders stay `pending` when they are
shipped and delivered, so `status` alone says little. What came back stands in neither; the lines count it.
https://docs.medusajs.com/resources/commerce-modules/order/concepts
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from order_mcp.provider_api import (
    NO_STATUS,
    UNLISTED_STATUS,
    Doubt,
    OrderStatus,
    PaymentStatus,
    Reader,
    StatusNote,
    Told,
)

SILENT = Told("", "")


class Row(NamedTuple):
    status: OrderStatus
    note: Told = SILENT


PACKED = Told(
    "It is packed; that it was handed over is not stated.",
    "It is packed. I cannot see here whether it has been handed over.",
)
PARTLY_PACKED = Told(
    "Part of it is packed; that anything was handed over is not stated.",
    "Part of it is packed. I cannot see here whether anything has been handed over.",
)
PARTLY_SHIPPED = Told("Part of it has been shipped.", "Part of it has been shipped.")
PARTLY_DELIVERED = Told("Part of it has been delivered.", "Part of it has been delivered.")
UNPACKED = Told(
    "What was packed for it was canceled; the order itself was not.",
    "What was packed for it was called off. The order itself has not been canceled.",
)
# To a customer, the word for `archived` says already that the end cannot be seen.
CLOSED = Told("It is marked as completed; that it was delivered is not stated.", "")
FILED = Told("The order is archived.", "")
NEEDS_ACTION = Told(
    "It is marked as needing action; by whom is not stated.",
    "Something still has to be done for it. I cannot see here by whom.",
)
RETURN_REQUESTED = Told("A return has been requested.", "A return has been requested.")
PARTLY_BACK = Told("Part of it has come back.", "Part of it has come back.")

RESERVED = Told("The amount is reserved, not taken.", "")
# Medusa's word for the payment is about what was asked for first; the total may be another one by now.
NOTHING_DUE = Told("Nothing more is to be paid.", "Nothing more is to be paid.")
PAID_MORE = Told(
    "More was paid than the total is now; whether the rest goes back is not stated.",
    "More was paid than the total is now. I cannot see here whether the rest goes back.",
)

Rows = Mapping[str, Row]

# How far the units are: `fulfillment_status`. Of an order that is alive this is its status.
ALIVE: Rows = {
    "not_fulfilled": Row(OrderStatus.PENDING),  # received; nothing is packed, and accepting is no step of its own
    "partially_fulfilled": Row(OrderStatus.PROCESSING, PARTLY_PACKED),  # a parcel was made for part of it, and not sent
    "fulfilled": Row(OrderStatus.PROCESSING, PACKED),  # parcels were made for all of it: packed, and not more
    "partially_shipped": Row(OrderStatus.PARTIALLY_FULFILLED, PARTLY_SHIPPED),  # the rest may be packed, or not
    "shipped": Row(OrderStatus.SHIPPED),  # the shop marked all parcels as shipped
    "partially_delivered": Row(OrderStatus.PARTIALLY_FULFILLED, PARTLY_DELIVERED),  # the rest may be on its way, or not
    "delivered": Row(OrderStatus.DELIVERED),  # the shop marked all parcels as delivered, even without having sent them
    "canceled": Row(OrderStatus.PENDING, UNPACKED),  # all parcels, before they were sent; the order lives on
}
NOT_SENT = ("not_fulfilled", "partially_fulfilled", "fulfilled", "canceled")
# Both words together: `status`, then `fulfillment_status`.
STATUS: Mapping[str, Rows] = {
    "pending": ALIVE,  # this word says only that nobody has closed the order
    "requires_action": ALIVE,  # somebody has to act, and it is not said who: a note says so beside the status
    # Closed by the shop. Where nothing was sent, nobody says how it ended.
    "completed": {
        **ALIVE,
        **dict.fromkeys(NOT_SENT, Row(OrderStatus.ARCHIVED, CLOSED)),
    },
    # Filed away. Only a delivery is an end.
    "archived": {**dict.fromkeys(ALIVE, Row(OrderStatus.ARCHIVED)), "delivered": Row(OrderStatus.DELIVERED, FILED)},
    "canceled": dict.fromkeys(ALIVE, Row(OrderStatus.CANCELED)),  # an end, whatever was packed before
    "draft": dict.fromkeys(ALIVE, Row(OrderStatus.DRAFT)),  # the shop prepares it; nobody has ordered yet
}
# What can come back. A draft was never sent, and a canceled order has its end already.
NEVER_BACK = ("draft", "canceled")

# Whether the money was taken. Reserved is not taken.
PAYMENT: Mapping[str, PaymentStatus] = {
    "not_paid": PaymentStatus.PENDING,
    "awaiting": PaymentStatus.PENDING,  # a payment was begun
    "authorized": PaymentStatus.PENDING,  # reserved
    "partially_authorized": PaymentStatus.PENDING,  # part of it is reserved
    "requires_action": PaymentStatus.PENDING,  # held up; whose turn it is is not said
    "captured": PaymentStatus.PAID,  # taken, or there is nothing to pay
    "partially_captured": PaymentStatus.PARTIALLY_PAID,
    "partially_refunded": PaymentStatus.PARTIALLY_REFUNDED,
    "refunded": PaymentStatus.REFUNDED,
    "canceled": PaymentStatus.CANCELED,  # a reservation was given back
}
UNLISTED_PAYMENT = Doubt(
    "unrecognized_status",
    "The provider's documentation does not list its word for the payment.",
    "I cannot see how the payment stands.",
)


class Back(NamedTuple):
    """What came back, and what is to come back."""

    all: bool
    some: bool
    requested: bool


def to_status(
    status: str | None, fulfilled: str | None, back: Back, paid: Told, read: Reader
) -> tuple[OrderStatus, StatusNote]:
    """The status that both words and what came back mean together, and its note; `paid` is what the payment needs."""
    if status is None or fulfilled is None:
        read.warn(NO_STATUS)
        return OrderStatus.UNKNOWN, noted()
    row = STATUS.get(status, {}).get(fulfilled)
    if row is None:
        read.warn(UNLISTED_STATUS)
        return OrderStatus.UNKNOWN, noted()
    if status in NEVER_BACK:
        return row.status, noted(row.note)
    if back.all:
        # Its words do not change: a returned order stays `delivered`.
        return OrderStatus.RETURNED, noted(paid)
    return row.status, noted(
        row.note,
        NEEDS_ACTION if status == "requires_action" else SILENT,
        RETURN_REQUESTED if back.requested else SILENT,
        PARTLY_BACK if back.some else SILENT,
        paid,
    )


def payment_note(word: str | None, paid: str | None, total: str | None, due: str | None) -> Told:
    """What keeps a reader from a wrong conclusion about the payment. `due` is what Medusa says is still to be paid."""
    if word == "authorized":
        return RESERVED
    if word != "captured" or paid is None or total is None:
        return SILENT
    if Decimal(paid) > Decimal(total):
        return PAID_MORE
    return NOTHING_DUE if Decimal(paid) < Decimal(total) and due is not None and not Decimal(due) else SILENT


def noted(*notes: Told) -> StatusNote:
    """All notes as one, in both voices."""
    return StatusNote(Told(*(" ".join(filter(None, said)) for said in zip(SILENT, *notes, strict=True))))


def to_payment_status(
    word: str | None, is_canceled: bool, paid: str | None, due: str | None, read: Reader
) -> PaymentStatus | None:
    """How the payment stands; `due` is what Medusa says is still to be paid."""
    if word is None:
        return None
    if word not in PAYMENT:
        read.warn(UNLISTED_PAYMENT)
    status = PAYMENT.get(word, PaymentStatus.UNKNOWN)
    # The word is about what was asked for first, which may have been a part.
    if status is PaymentStatus.PAID and due is not None and Decimal(due) > 0:
        return PaymentStatus.PARTIALLY_PAID
    # Of a canceled order nobody waits for money, whatever the word was before.
    is_open = status in (PaymentStatus.PENDING, PaymentStatus.PARTIALLY_PAID)
    return PaymentStatus.CANCELED if is_canceled and is_open and not Decimal(paid or 0) else status


def words(*given: str | None) -> str | None:
    """Medusa's words verbatim, beside one another."""
    return "/".join(word or "-" for word in given) if any(given) else None
