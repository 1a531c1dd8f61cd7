"""Where each seeded order stands, as somebody says who knows what was done to it. The package is not asked."""

# Whatever was not yet packed, sent, closed or called off has been received.
RECEIVED = "pending"
STATUS = {
    "packed": "processing",
    "partly_packed": "processing",
    "shipped": "shipped",
    "shipped_without_label": "shipped",
    "shipped_without_address": "shipped",
    "shipped_unpaid": "shipped",
    "two_parcels": "shipped",
    "two_labels": "shipped",
    "partly_shipped": "partially_fulfilled",
    "one_shipped_one_packed": "partially_fulfilled",
    "delivered": "delivered",
    "delivered_unshipped": "delivered",
    "partly_delivered": "partially_fulfilled",
    "partly_delivered_rest_open": "partially_fulfilled",
    "parcel_canceled": RECEIVED,  # the parcel was, the order was not
    "parcel_canceled_and_sent_again": "shipped",
    "completed": "delivered",
    "completed_unshipped": "archived",  # closed, and nobody says how it ended
    "archived": "delivered",
    "canceled": "canceled",
    "canceled_captured": "canceled",
    "canceled_partly_captured": "canceled",
    "canceled_refunded": "canceled",
    "canceled_packed": "canceled",
    "return_begun": "delivered",
    "return_requested": "delivered",
    "return_by_customer": "delivered",
    "return_partly_received": "delivered",
    "return_received": "delivered",  # two of its lines stay with the customer
    "return_received_and_refunded": "returned",  # everything
    "return_received_damaged": "delivered",
    "return_canceled": "delivered",
    "exchange_requested": "partially_fulfilled",  # what comes instead is not there yet
    "exchange_sent": "partially_fulfilled",
    "claim_refund": "delivered",
    "claim_replace": "partially_fulfilled",
    "draft": "draft",
}
PAYMENT = {
    "not_paid": "pending",
    "awaiting": "pending",
    "authorized": "pending",  # reserved, not taken
    "partially_authorized": "pending",
    "partially_captured": "partially_paid",
    "captured": "paid",
    "partially_refunded": "partially_refunded",
    "refunded": "refunded",
    "canceled": "canceled",
}
# The amount as placed, where Medusa's own figure for that is another one by now; None where nobody can say.
AS_PLACED = {
    "canceled_refunded": "61.8636",
    "return_received_and_refunded": "164.1512",
    "credited": "157.5322",
    "exchange_sent": "164.1512",
    # Of drafts nobody can say: what their customers were asked for may have been a part.
    **dict.fromkeys(("not_paid", "draft", "converted", "bare", "begun", "paid_by_hand")),
}
# What has come back, or is to, is said in words.
NOTES = {
    "return_requested": "A return has been requested.",
    "return_by_customer": "A return has been requested.",
    "return_partly_received": "Part of it has come back.",
    "return_received": "Part of it has come back.",
    "return_received_damaged": "Part of it has come back.",
    "exchange_requested": "A return has been requested.",
    "packed": "It is packed;",
    "partly_packed": "Part of it is packed;",
    "partly_shipped": "Part of it has been shipped.",
    "partly_delivered": "Part of it has been delivered.",
    "parcel_canceled": "What was packed for it was canceled;",
    "completed_unshipped": "It is marked as completed;",
}
