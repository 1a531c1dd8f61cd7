"""Which states there are: each under a short name, with what brings it about."""

from collections.abc import Callable, Mapping

from . import afterwards, amounts, carts, customers, drafts, ends, parcels, payments
from .shop import Shop

State = Callable[[Shop], str]
"""Brings it about, and gives the id."""


def _named(*states: State) -> Mapping[str, State]:
    return {state.__name__: state for state in states}


# In this order, because order numbers are given in turn, and some need a customer's account that others make.
ORDERS = _named(
    payments.authorized,
    payments.partly_authorized,
    payments.captured,
    payments.partly_captured,
    payments.refunded,
    payments.partly_refunded,
    payments.not_paid,
    payments.begun,
    payments.paid_by_hand,
    payments.awaiting,
    payments.free,
    amounts.discount,
    amounts.several_lines,
    amounts.yen,
    amounts.dinars,
    amounts.dollars,
    amounts.many_lines,
    customers.capitals,
    customers.plus,
    customers.guest_before_account,
    customers.with_account,
    customers.guest_after_account,
    customers.account,
    customers.typed_by_stranger,
    customers.nobody,
    customers.email_changed,
    parcels.packed,
    parcels.partly_packed,
    parcels.shipped,
    parcels.shipped_without_label,
    parcels.shipped_without_address,
    parcels.shipped_unpaid,
    parcels.two_parcels,
    parcels.two_labels,
    parcels.partly_shipped,
    parcels.one_shipped_one_packed,
    parcels.delivered,
    parcels.delivered_unshipped,
    parcels.partly_delivered,
    parcels.partly_delivered_rest_open,
    parcels.parcel_canceled,
    parcels.parcel_canceled_and_sent_again,
    ends.completed,
    ends.completed_unshipped,
    ends.archived,
    ends.canceled,
    ends.canceled_captured,
    ends.canceled_partly_captured,
    ends.canceled_refunded,
    ends.canceled_packed,
    afterwards.return_begun,
    afterwards.return_requested,
    afterwards.return_by_customer,
    afterwards.return_partly_received,
    afterwards.return_received,
    afterwards.return_received_and_refunded,
    afterwards.return_received_damaged,
    afterwards.return_canceled,
    afterwards.exchange_requested,
    afterwards.exchange_sent,
    afterwards.claim_refund,
    afterwards.claim_replace,
    afterwards.edit_begun,
    afterwards.edit_requested,
    afterwards.edit_confirmed,
    afterwards.edit_confirmed_authorized,
    afterwards.edit_fewer,
    afterwards.transfer_requested,
    afterwards.credited,
    drafts.draft,
    drafts.converted,
    drafts.bare,
)
CARTS = _named(
    carts.open,
    carts.empty,
    carts.anonymous,
    carts.discounted,
    carts.yen,
    carts.many_lines,
    carts.signed_in,
    carts.completed,
)
UNREACHABLE = {
    ("status", "requires_action"): "nothing in Medusa 2.18.0 sets it",
    (
        "payment_status",
        "requires_action",
    ): "no payment collection has this state; a payment session may, before an order",
}
"""Words of Medusa that no request brings about, and why."""
