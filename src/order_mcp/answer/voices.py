"""What a summary says, as tables, to a colleague and to a customer. How it is put together is in the modules beside.

What a provider's own word means beyond its status stands beside its row in the provider file.
"""

from typing import NamedTuple

from ..models import OrderStatus, PaymentStatus, Told


class Dated(NamedTuple):
    """One kind of date."""

    plainly: Told
    given: Told | None = None
    """Where it may not have come to that: a date is then only what was given."""

    def told(self, *, in_doubt: bool) -> Told:
        return self.given if in_doubt and self.given else self.plainly


class Standing(NamedTuple):
    """One status, as what follows "the order …", in both voices."""

    plainly: str
    marked_as: str
    """Where something that the provider also says contradicts it."""
    to_customer: str
    marked_as_to_customer: str


STANDING = {
    OrderStatus.DRAFT: Standing("is a draft", "a draft", "has not been submitted yet", "not submitted yet"),
    # Received and not yet accepted: nothing is promised.
    OrderStatus.PENDING: Standing("is pending", "pending", "has been received", "received"),
    OrderStatus.CONFIRMED: Standing("is confirmed", "confirmed", "is confirmed", "confirmed"),
    OrderStatus.PROCESSING: Standing("is being processed", "being processed", "is being processed", "being processed"),
    OrderStatus.PARTIALLY_FULFILLED: Standing(
        "is partially fulfilled", "partially fulfilled", "is partly complete", "partly complete"
    ),
    OrderStatus.SHIPPED: Standing("has been shipped", "shipped", "has been shipped", "shipped"),
    OrderStatus.DELIVERED: Standing("has been delivered", "delivered", "has been delivered", "delivered"),
    # A rental or subscription runs; nothing of a delivery.
    OrderStatus.ACTIVE: Standing("is active", "active", "is active", "active"),
    OrderStatus.RETURNED: Standing("has been returned", "returned", "has been returned", "returned"),
    OrderStatus.CANCELED: Standing("has been canceled", "canceled", "has been canceled", "canceled"),
    # The seller's decision, without a judgement of the customer.
    OrderStatus.REJECTED: Standing("has been rejected", "rejected", "was not accepted", "not accepted"),
    # Why is not known, so nobody is blamed.
    OrderStatus.FAILED: Standing("has failed", "failed", "could not be completed", "not completed"),
    # Filed away; the outcome is not stated.
    OrderStatus.ARCHIVED: Standing(
        "is archived", "archived", "has been closed; I cannot see here how it ended", "closed"
    ),
    # To a customer this is a sentence of its own, CANNOT_SEE_STATUS.
    OrderStatus.UNKNOWN: Standing("has an unknown status", "of unknown status", "", ""),
}

ORDERED = Told("It was ordered {day}, so there is an order of it.", "It was ordered on {day}.")
"""Of a cart."""
MUST_ACT = Told("The customer has to act.", "")  # a customer is asked for the thing itself, by the word's own note
SUBSCRIBED = Told("{devices} a subscription{without}.", "{devices} a subscription{without}.")
NONE_SUBSCRIBED = "None of the {total} devices has a subscription{without}."
"""To customers. A colleague reads the figures, 0 of 8."""
NOT_SUBSCRIBED = "The device has no subscription."
OPEN = Told("Without a subscription: {kinds}.", "Still without a subscription: {kinds}.")
NAMED = "without one: "
"""What tells that the outstanding items were named."""
WITHOUT = Told(f"; {NAMED}{{kinds}}", f"; still {NAMED}{{kinds}}")

# The latest thing that happened. In doubt, a date is only what was given.
HAPPENED = {
    "delivered": Dated(
        Told("delivered {day}", "the day of delivery was {day}"),
        Told("delivery date given: {day}", "the delivery date given is {day}"),
    ),
    "shipped": Dated(
        Told("shipped {day}", "the day of shipping was {day}"),
        Told("shipping date given: {day}", "the shipping date given is {day}"),
    ),
    "placed": Dated(Told("placed {day}", "the order was placed on {day}")),
    "created": Dated(Told("created {day}", "the order was created on {day}")),
}
EXPECTED = Dated(
    Told("expected {day}", "delivery is expected on {day}"),
    Told("expected date given: {day}", "the expected date given is {day}"),
)
HAS_PASSED = Told("the expected date, {day}, has passed", "delivery was expected on {day}")
TRACKING = Told("Tracking number {number}.", "The tracking number is {number}.")
NO_TRACKING = Told("No tracking number is given.", "No tracking number is given.")
# Of several parcels: each with what happened to it last.
PARCELS = Told("In {count} parcels: {parcels}.", "It comes in {count} parcels: {parcels}.")
ONE_PARCEL = Told("In 1 parcel: {parcel}.", "It comes in 1 parcel, which {parcel}.")
PARCEL = {
    "delivered": Told("one delivered {day}", "one was delivered on {day}"),
    "shipped": Told("one shipped {day}", "one was shipped on {day}"),
    "packed": Told("one packed {day}", "one was packed on {day}"),
    "": Told("one without a date", "of one no date is given"),
}
TRACKED = Told(" (tracking number {number})", " (tracking number {number})")
TRACKED_BY_SEVERAL = Told(" (tracking numbers {numbers})", " (tracking numbers {numbers})")
MORE_PARCELS = Told("{count} more", "{count} more")
TRACKING_LEFT_OUT = Told("Its tracking number cannot be shown here.", "The tracking number cannot be shown here.")

NO_ITEMS = Told("No line items.", "No items are listed.")
KINDS = ("one kind of item", "{count} kinds of items")
"""To customers: one, or several, that have no name."""
WITHOUT_NAMES = "items without a name"
CONTAINS = Told("", "The {noun} contains ")
NAMES = Told("", "The list names ")
"""Where the numbers are in doubt."""
NOT_LISTED = Told("{devices}, not listed.", "The order is for {devices}.")
PAGE = Told("Lines {first} to {last} of {all}: ", "Entries {first} to {last} of {all}: ")
ONE_LINE = Told("Line {first} of {all}: ", "Entry {first} of {all}: ")
BEYOND = Told("The list ends at line {all}.", "The list ends with entry {all}.")
NEXT_PAGE = Told("More lines: item_offset {offset}.", "")  # a customer reads "and 230 more"
UNNAMED = "unnamed device"

# Labels are the provider's own words: nothing here says what is owed.
LABELS = {
    "total": Told("total {amount}", "the total is {amount}"),
    "rent": Told("rent {amount}", "the rent is {amount}"),
    "amount": Told("amount {amount}", "the amount is {amount}"),
    "received_amount": Told("received amount {amount}", "the received amount is {amount}"),
    "real_amount": Told("real amount {amount}", "the real amount is {amount}"),
}
NO_PERIOD = Told("period not stated", "period not stated")
NO_CURRENCY = Told("currency not given", "currency not given")
OWN_LABELS = Told("the labels are the provider's own", "")
# That a payment status is unknown is said as what it is, a doubt.
PAYMENT = {
    PaymentStatus.PAID: Told("paid", "the order is paid"),
    PaymentStatus.PENDING: Told("payment pending", "the payment is pending"),
    PaymentStatus.PARTIALLY_PAID: Told("partly paid", "the order is partly paid"),
    PaymentStatus.PARTIALLY_REFUNDED: Told("partly refunded", "part of the payment has been refunded"),
    PaymentStatus.REFUNDED: Told("refunded", "the payment has been refunded"),
    PaymentStatus.CANCELED: Told("payment canceled", "the payment was canceled"),
    PaymentStatus.FAILED: Told("payment failed", "the payment failed"),
}
REFUNDS = (PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED)
NOTHING_TAKEN = (PaymentStatus.PENDING, PaymentStatus.CANCELED)
PAID_AMOUNT = Told("paid amount {amount}", "the amount paid is {amount}")
AS_PLACED = Told("{amount} as placed", "when it was placed, the total was {amount}")
REFUNDED_AMOUNT = Told("refunded {amount}", "the amount refunded is {amount}")
MORE_DOUBT = Told("More is in doubt: see warnings.", "More about it is uncertain.")
