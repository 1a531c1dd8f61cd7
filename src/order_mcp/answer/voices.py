"""What a summary says, as tables: each row in both voices, to a colleague and to a customer.

What a provider's own word means beyond its status stands beside its row in the provider file.
"""

from typing import NamedTuple

from ..models import OrderStatus, PaymentStatus, Said
from ..wording import CANNOT_SEE_PAYMENT


class Standing(NamedTuple):
    """One status as what follows "the order …"."""

    plainly: Said
    in_doubt: Said
    """Where something that the provider also says contradicts it."""


def _standing(plainly: str, in_doubt: str, *, to_customer: str, in_doubt_to_customer: str) -> Standing:
    return Standing(
        Said(plainly, to_customer), Said(f"is marked as {in_doubt}", f"is marked as {in_doubt_to_customer}")
    )


STANDING = {
    OrderStatus.DRAFT: _standing(
        "is a draft", "a draft", to_customer="has not been submitted yet", in_doubt_to_customer="not submitted yet"
    ),
    # Received and not yet accepted: nothing is promised.
    OrderStatus.PENDING: _standing(
        "is pending",
        "pending",
        to_customer="has been received and is not confirmed yet",
        in_doubt_to_customer="received and not confirmed yet",
    ),
    OrderStatus.CONFIRMED: _standing(
        "is confirmed", "confirmed", to_customer="is confirmed", in_doubt_to_customer="confirmed"
    ),
    OrderStatus.PROCESSING: _standing(
        "is being processed",
        "being processed",
        to_customer="is being processed",
        in_doubt_to_customer="being processed",
    ),
    OrderStatus.PARTIALLY_FULFILLED: _standing(
        "is partially fulfilled",
        "partially fulfilled",
        to_customer="is partly complete",
        in_doubt_to_customer="partly complete",
    ),
    OrderStatus.SHIPPED: _standing(
        "has been shipped", "shipped", to_customer="has been shipped", in_doubt_to_customer="shipped"
    ),
    OrderStatus.DELIVERED: _standing(
        "has been delivered", "delivered", to_customer="has been delivered", in_doubt_to_customer="delivered"
    ),
    # A rental or subscription runs; nothing of a delivery.
    OrderStatus.ACTIVE: _standing("is active", "active", to_customer="is active", in_doubt_to_customer="active"),
    OrderStatus.RETURNED: _standing(
        "has been returned", "returned", to_customer="has been returned", in_doubt_to_customer="returned"
    ),
    OrderStatus.CANCELED: _standing(
        "has been canceled", "canceled", to_customer="has been canceled", in_doubt_to_customer="canceled"
    ),
    # The seller's decision, without a judgement of the customer.
    OrderStatus.REJECTED: _standing(
        "has been rejected", "rejected", to_customer="was not accepted", in_doubt_to_customer="not accepted"
    ),
    # Why is not known, so nobody is blamed.
    OrderStatus.FAILED: _standing(
        "has failed", "failed", to_customer="could not be completed", in_doubt_to_customer="not completed"
    ),
    # Filed away; the outcome is not stated.
    OrderStatus.ARCHIVED: _standing(
        "is archived",
        "archived",
        to_customer="has been closed; I cannot see here how it ended",
        in_doubt_to_customer="closed",
    ),
    # To a customer this is a sentence of its own, CANNOT_SEE_STATUS.
    OrderStatus.UNKNOWN: _standing(
        "has an unknown status", "of unknown status", to_customer="", in_doubt_to_customer=""
    ),
}

MUST_ACT = Said("The customer has to act.", "")  # a customer is asked for the thing itself, by the word's own note
SUBSCRIBED = Said("{devices} a subscription{without}.", "{devices} a subscription{without}.")
WITHOUT = Said("; without one: {kinds}", "; still without one: {kinds}")

# The latest thing that happened. In doubt, a date is only what was given.
HAPPENED = {
    "delivered": (
        Said("delivered {day}", "the day of delivery was {day}"),
        Said("delivery date given: {day}", "the delivery date given is {day}"),
    ),
    "shipped": (
        Said("shipped {day}", "the day of shipping was {day}"),
        Said("shipping date given: {day}", "the shipping date given is {day}"),
    ),
    "placed": (Said("placed {day}", "it was placed on {day}"),) * 2,
    "created": (Said("created {day}", "it was created on {day}"),) * 2,
}
EXPECTED = (
    Said("expected {day}", "it is expected on {day}"),
    Said("expected date given: {day}", "the expected date given is {day}"),
)
HAS_PASSED = Said("the expected date, {day}, has passed", "it was expected on {day}, and that day has passed")
TRACKING = Said("Tracking number {number}.", "The tracking number is {number}.")
NO_TRACKING = Said("No tracking number is given.", "No tracking number is given.")
TRACKING_LEFT_OUT = Said("Its tracking number cannot be shown here.", "Its tracking number cannot be shown here.")

NO_ITEMS = Said("No line items.", "No items are listed.")
KINDS = ("one kind of item", "{count} kinds of items")
"""To customers: one, or several, that have no name."""
CONTAINS = Said("", "It contains ")
NOT_LISTED = Said("{devices}, not listed.", "It is for {devices}.")
PAGE = Said("Lines {first} to {last} of {all}: ", "Items {first} to {last} of {all}: ")
ONE_LINE = Said("Line {first} of {all}: ", "Item {first} of {all}: ")
BEYOND = Said("The list ends at line {all}.", "The list ends with item {all}.")
NEXT_PAGE = Said("More lines: item_offset {offset}.", "")  # a customer reads "and 230 more"
UNNAMED = Said("unnamed device", "")

# Labels are the provider's own words: nothing here says what is owed.
LABELS = {
    "total": Said("total {amount}", "the total is {amount}"),
    "rent": Said("rent {amount}", "the rent is {amount}"),
    "amount": Said("amount {amount}", "the amount is {amount}"),
    "received_amount": Said("received amount {amount}", "the received amount is {amount}"),
    "real_amount": Said("real amount {amount}", "the real amount is {amount}"),
}
NO_PERIOD = Said("period not stated", "it is not stated for which period")
NO_CURRENCY = Said("currency not given", "the currency is not given")
UNREADABLE_CURRENCY = Said("currency not readable", "the currency could not be read")
OWN_LABELS = Said("the labels are the provider's own", "")
PAYMENT = {
    PaymentStatus.PAID: Said("paid", "it is paid"),
    PaymentStatus.PENDING: Said("payment pending", "the payment is pending"),
    PaymentStatus.FAILED: Said("payment failed", "the payment failed"),
    PaymentStatus.UNKNOWN: Said("payment status unknown", CANNOT_SEE_PAYMENT.removesuffix(".")),
}
PAID_AMOUNT = Said("paid amount {amount}", "the amount paid is {amount}")
MORE_DOUBT = Said("More is in doubt: see warnings.", "More about it is uncertain.")
