"""Which stories there are: each with the seeded state that it asks for, and what happens."""

from collections.abc import Mapping
from typing import Any

# The admin pages put such signs where there is no number.
PLACEHOLDERS = [
    {"shipped_at": "2026-11-22T05:43:17.285Z", "labels": [{"tracking_number": sign} for sign in ("#", " ")]}
]

# The story, the state, what happens. Most are called as their state is.
STATES: Mapping[str, tuple[str, str]] = {
    "shipped": ("shipped", "one parcel on its way, with one label"),
    "pending": ("authorized", "the money is reserved, and nothing is packed"),
    "packed": ("packed", '"fulfilled" means packed; status stays pending'),
    "partly_packed": ("partly_packed", "three of four mugs are packed"),
    "partly_shipped": ("partly_shipped", "three of four mugs are on their way"),
    "one_shipped_one_packed": ("one_shipped_one_packed", "of two parcels one is still there"),
    "two_parcels": ("two_parcels", "two parcels with a number each"),
    "two_labels": ("two_labels", "one parcel with two labels"),
    "shipped_without_label": ("shipped_without_label", "nobody gave a tracking number"),
    "shipped_without_address": ("shipped_without_address", "the label has # for an address, and a real number"),
    "shipped_unpaid": ("shipped_unpaid", "on its way, and the money is only reserved"),
    "partly_delivered": ("partly_delivered", "of two parcels one has arrived"),
    "delivered": ("delivered", "everything has arrived; status stays pending"),
    "delivered_unshipped": ("delivered_unshipped", "marked as delivered without having been marked as shipped"),
    "parcel_canceled": ("parcel_canceled", "the only parcel was called off, the order was not"),
    "parcel_canceled_and_sent_again": ("parcel_canceled_and_sent_again", "a parcel that was called off is none"),
    "completed": ("completed", "closed by the shop after delivery"),
    "completed_unshipped": ("completed_unshipped", "closed by the shop without a parcel"),
    "archived": ("archived", "filed away after delivery"),
    "canceled": ("canceled", "called off before anything was taken"),
    "canceled_captured": ("canceled_captured", "called off after the money was taken: it went back, and total is 0"),
    "canceled_partly_captured": (
        "canceled_partly_captured",
        "what was taken went back; total is what was never asked for",
    ),
    "canceled_refunded": (
        "canceled_refunded",
        "refunded, then canceled: original_order_total is 0 by now and not the total as placed",
    ),
    "canceled_packed": ("canceled_packed", "packed, unpacked and canceled"),
    "draft": ("draft", "a draft is hidden in the list and readable by id; original_order_total lacks the tax"),
    "not_paid": ("not_paid", "made from a draft; original_order_total lacks the tax"),
    "awaiting": ("awaiting", "a payment was begun"),
    "partly_authorized": ("partly_authorized", "part of the money is reserved"),
    "partly_captured": ("partly_captured", "20 of 61.8636 were taken"),
    "paid": ("captured", "everything was taken"),
    "paid_by_hand": ("paid_by_hand", "marked as paid by a person"),
    "refunded": ("refunded", "paid_total stays what was ever taken, total is 0"),
    "partly_refunded": ("partly_refunded", "total drops by what was given back"),
    "free": ("free", "nothing to pay counts as captured"),
    "discount": ("discount", "five digits behind the point; the parts add up to the total"),
    "yen": ("yen", "a currency without a minor unit, and a discount that makes a fraction"),
    "dinars": ("dinars", 'a currency with three digits; a product without variants has a "Default variant"'),
    "custom_number": ("dollars", "a custom number beside the number"),
    "several_lines": ("several_lines", "lines come in any order, and are shown by id"),
    "return_begun": ("return_begun", "a return that nobody confirmed yet says nothing"),
    "return_requested": ("return_requested", "fulfillment_status stays delivered; the lines tell"),
    "return_partly_received": ("return_partly_received", "one of two mugs has come back"),
    "return_received": ("return_received", "all that was to come back has come back; two lines stay"),
    "return_received_and_refunded": (
        "return_received_and_refunded",
        "everything has come back; fulfillment_status stays delivered",
    ),
    "return_received_damaged": (
        "return_received_damaged",
        "two came back, one of them broken: return_received_quantity is 1",
    ),
    "return_canceled": ("return_canceled", "a return that was called off says nothing"),
    "exchange_requested": (
        "exchange_requested",
        "everything was delivered; with the article for exchange it is partially_delivered again",
    ),
    "exchange_sent": ("exchange_sent", "the article for exchange is on its way"),
    "claim_replace": ("claim_replace", "a replacement is to be sent"),
    "edit_confirmed": ("edit_confirmed", "articles were added after it was placed"),
    "edit_fewer": ("edit_fewer", "articles were taken away after it was paid"),
    "credited": ("credited", "edited, then credited: original_order_total is the one before the last change"),
    "bare": ("bare", "made by the shop for a service: no product, no addresses"),
    "account": ("account", "a registered customer, who has a name"),
    "partly_delivered_rest_open": ("partly_delivered_rest_open", "one parcel has arrived, and the rest is not packed"),
    "nobody": ("nobody", "an order without a customer"),
    "capitals": ("capitals", "the address as it was typed, in capitals"),
    "email_changed": ("email_changed", "the address on the order is another one than that of the account"),
    "edit_confirmed_authorized": (
        "edit_confirmed_authorized",
        "articles were added while the money was only reserved: that was given back, and all is to be paid",
    ),
    "claim_refund": (
        "claim_refund",
        "a complaint that was answered with money; nothing that is read tells of it",
    ),
    "typed_by_stranger": (
        "typed_by_stranger",
        "a guest typed the address of somebody else's account, and is not told whose it is",
    ),
}
# With whom it is told to.
FULL: Mapping[str, tuple[str, str, str]] = {
    "full": ("two_parcels", "internal", "all that staff may see: both addresses, what is in which parcel"),
    "full_agent": ("discount", "agent", "an address without a region, and one without a company"),
}
# What Medusa was not seen to say, with the members of the order that say it.
MADE: Mapping[str, tuple[str, str, Mapping[str, Any]]] = {
    "requires_action": ("shipped", "status is requires_action", {"status": "requires_action"}),
    "payment_requires_action": (
        "authorized",
        "payment_status is requires_action",
        {"payment_status": "requires_action"},
    ),
    "archived_shipped": ("shipped", "archived without a delivery", {"status": "archived"}),
    "completed_packed": ("packed", "completed and only packed", {"status": "completed"}),
    "unlisted_status": ("shipped", "a status that Medusa may add one day", {"status": "on_hold"}),
    "unlisted_fulfillment": (
        "delivered",
        "a fulfillment status that Medusa may add one day",
        {"fulfillment_status": "collected"},
    ),
    "unlisted_payment": ("delivered", "a payment status that Medusa may add one day", {"payment_status": "disputed"}),
    "without_fulfillment_status": ("authorized", "no fulfillment status at all", {"fulfillment_status": None}),
    "placeholder_label": ("shipped", "labels without a number", {"fulfillments": PLACEHOLDERS}),
}
CARTS: Mapping[str, tuple[str, str]] = {
    "cart": ("open", "two articles"),
    "cart_completed": ("completed", "ordered by now, and still readable"),
    "cart_empty": ("empty", "nothing in it"),
    "cart_discounted": ("discounted", "with a discount and shipping"),
    "cart_anonymous": ("anonymous", "of nobody yet"),
    "cart_yen": ("yen", "a currency without a minor unit"),
}
# What is asked for, and what happens.
SEARCHES: Mapping[str, tuple[Mapping[str, str], str]] = {
    "find_by_number": (
        {"order_number": "12"},
        "the free search finds 12 in addresses, too; the order is the smallest number with it",
    ),
    "find_by_custom_number": ({"order_number": "#us-2026/0042"}, "a custom number"),
    "find_part_of_a_number": ({"order_number": "US-2026"}, "a part of a custom number is none"),
    "find_wildcard": ({"order_number": "US_2026/0042"}, "_ stands for any character at Medusa, and for itself here"),
    "find_draft": ({"order_number": "70"}, "a draft has this number, and the list has no drafts"),
    "find_by_number_in_another": ({"order_number": "42"}, "42 stands in a custom number, too"),
    "find_by_email": ({"email": "nora@example.org"}, "two customers have this address, a guest and an account"),
    "find_by_email_in_capitals": (
        {"email": "max.mustermann@example.com"},
        "an address that was typed in capitals when it was ordered",
    ),
    "find_by_email_asked_in_capitals": (
        {"email": "Max.Mustermann@Example.COM"},
        "an address that is asked for in capitals; customers have it in small letters",
    ),
    "find_by_email_with_plus": ({"email": "ada+shop@example.com"}, "a plus sign in the address"),
    "find_by_changed_email": (
        {"email": "eleni.new@example.gr"},
        "the address on the order was changed afterwards; no customer has it",
    ),
    "find_by_email_of_the_customer": (
        {"email": "eleni@example.gr"},
        "of one order the address was changed afterwards; its customer still has the old one",
    ),
    "find_by_part_of_an_email": ({"email": "shop@example.com"}, "a part of an address is none"),
    "find_nothing": ({"email": "nobody@example.net"}, "nobody has ordered with it"),
}
