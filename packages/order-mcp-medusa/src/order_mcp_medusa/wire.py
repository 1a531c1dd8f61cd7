"""What Medusa sends, in its own words, and what is asked for.

Field names are Medusa's. Many a figure `x` has a `raw_x` beside it, with all its digits: `x` is a JSON number, and so
rounded to some seventeen.
"""

from typing import Any

from order_mcp.provider_api import Members, Wire


class Raw(Wire):
    value: str | None = None


class Detail(Wire):
    """How far the units of a line are."""

    shipped_quantity: str | None = None
    delivered_quantity: str | None = None
    return_requested_quantity: str | None = None
    return_received_quantity: str | None = None
    # Came back too, but cannot be sold again. The return counts these as received.
    return_dismissed_quantity: str | None = None


class Line(Wire):
    id: str | None = None
    title: str | None = None
    variant_title: str | None = None
    variant_sku: str | None = None
    product_id: str | None = None
    variant_id: str | None = None
    quantity: str | None = None
    unit_price: str | None = None
    raw_unit_price: Raw | None = None
    total: str | None = None
    raw_total: Raw | None = None
    detail: Detail | None = None


class Label(Wire):
    tracking_number: str | None = None


class PackedItem(Wire):
    line_item_id: str | None = None
    quantity: str | None = None


class WireParcel(Wire):
    """What Medusa calls a fulfillment."""

    created_at: str | None = None
    packed_at: str | None = None
    shipped_at: str | None = None
    delivered_at: str | None = None
    canceled_at: str | None = None
    labels: Members[Label] | None = None
    items: Members[PackedItem] | None = None


class WireAddress(Wire):
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    address_1: str | None = None
    address_2: str | None = None
    city: str | None = None
    province: str | None = None
    postal_code: str | None = None
    country_code: str | None = None


class WireCustomer(Wire):
    first_name: str | None = None
    last_name: str | None = None
    company_name: str | None = None
    email: str | None = None
    phone: str | None = None


class Summary(Wire):
    paid_total: str | None = None
    raw_paid_total: Raw | None = None
    refunded_total: str | None = None
    raw_refunded_total: Raw | None = None
    original_order_total: str | None = None
    pending_difference: str | None = None


class Requested(Wire):
    """A sum that the customer was asked for: Medusa's payment collection."""

    created_at: str | None = None
    amount: str | None = None
    raw_amount: Raw | None = None


class Amounts(Wire):
    """The amounts of an order or a cart; these have no raw figures.

    They do not add up: `subtotal` has the shipping in it, and `shipping_total` and `discount_total` have tax in them.
    """

    created_at: str | None = None
    currency_code: str | None = None
    total: str | None = None
    subtotal: str | None = None
    shipping_total: str | None = None
    discount_total: str | None = None
    tax_total: str | None = None


class OrderBody(Amounts):
    id: str
    display_id: str | None = None
    custom_display_id: str | None = None
    status: str | None = None
    payment_status: str | None = None
    fulfillment_status: str | None = None
    email: str | None = None
    customer_id: str | None = None
    updated_at: str | None = None
    canceled_at: str | None = None
    summary: Summary | None = None
    items: Members[Line] | None = None
    customer: WireCustomer | None = None
    shipping_address: WireAddress | None = None
    billing_address: WireAddress | None = None
    fulfillments: Members[WireParcel] | None = None
    payment_collections: Members[Requested] | None = None

    @classmethod
    def unwrapped(cls, body: Any) -> Any:
        # An entry of a list comes as it is.
        return body["order"] if isinstance(body, dict) and "order" in body else body


class CartBody(Amounts):
    id: str
    customer_id: str | None = None
    completed_at: str | None = None
    items: Members[Line] | None = None

    @classmethod
    def unwrapped(cls, body: Any) -> Any:
        return body["cart"] if isinstance(body, dict) and "cart" in body else body


class CustomerEntry(Wire):
    id: str
    email: str | None = None


class CustomerList(Wire):
    customers: Members[Any]
    count: str | None = None


class OrderList(Wire):
    orders: Members[Any]
    count: str | None = None


# Whole items, and always with their detail: where single fields of an item are asked for, Medusa computes a wrong total
# and a wrong fulfillment status, and says 200. It adds both statuses by itself.
ITEMS = ("*items", "*items.detail")
AMOUNTS = ("currency_code", "total", "subtotal", "shipping_total", "discount_total", "tax_total")
ORDER_FIELDS = ",".join(
    (
        *("id", "display_id", "custom_display_id", "status", "email", "customer_id", "created_at", "updated_at"),
        "canceled_at",
        *AMOUNTS,
        *ITEMS,
        *("summary", "*customer", "*shipping_address", "*billing_address", "*payment_collections"),
        *("*fulfillments", "*fulfillments.labels", "*fulfillments.items"),
    )
)
# A cart has no detail: nothing of it can be on its way.
CART_FIELDS = ",".join(("id", "customer_id", "completed_at", *AMOUNTS, "*items"))
# A hit is shown by number, status, date and person.
HIT_FIELDS = ",".join(
    (
        *("id", "display_id", "custom_display_id", "status", "email", "created_at", "canceled_at"),
        *ITEMS,
        *("*customer", "*shipping_address", "*billing_address"),
    )
)
