"""The vocabulary: one order, one cart, whatever the provider.

Amounts are decimal strings exactly as the provider wrote them, moments are ISO 8601 strings (UTC with `Z`
where the provider gave a zone), quantities and months are numbers. A key that is `None` was not said; an
empty list means the provider said "none".
"""

from enum import StrEnum
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

Number = int | float

AUTO = "auto"
"""Instead of a provider's name: ask every one that could have it."""


class Noun(StrEnum):
    """What can be looked up. A provider that has it has a method `get_order` or `get_cart`."""

    ORDER = "order"
    CART = "cart"


class OrderStatus(StrEnum):
    """Where an order stands, in words that ACP and UCP share where they have one."""

    DRAFT = "draft"  # not submitted
    PENDING = "pending"  # received, not yet accepted
    CONFIRMED = "confirmed"  # accepted
    PROCESSING = "processing"  # being worked on
    PARTIALLY_FULFILLED = "partially_fulfilled"  # some units done
    SHIPPED = "shipped"  # handed over or in transit
    DELIVERED = "delivered"  # the provider said delivered
    ACTIVE = "active"  # rental or subscription running
    RETURNED = "returned"  # came back
    CANCELED = "canceled"  # called off
    REJECTED = "rejected"  # the seller declined
    FAILED = "failed"  # could not proceed
    ARCHIVED = "archived"  # filed away, outcome not stated
    UNKNOWN = "unknown"  # not documented, or not said


class PaymentStatus(StrEnum):
    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    UNKNOWN = "unknown"


class LineStatus(StrEnum):
    PROCESSING = "processing"  # no unit done yet
    PARTIAL = "partial"  # some units done
    FULFILLED = "fulfilled"  # all units done


class Detail(StrEnum):
    """How much comes back."""

    SUMMARY = "summary"
    STANDARD = "standard"
    FULL = "full"


class Audience(StrEnum):
    """Who reads the answer: the operator's choice, never the caller's."""

    AGENT = "agent"
    CUSTOMER = "customer"
    INTERNAL = "internal"


WarningCode = Literal[
    "unrecognized_status",
    "phase_status_conflict",
    "phase_missing",
    "count_mismatch",
    "fulfillment_mismatch",
    "delivery_mismatch",
    "tenant_mismatch",
    "unreadable_amount",
    "unreadable_date",
    "unreadable_currency",
    "dropped_value",
    "provider_not_asked",
]

ReferenceType = Literal["contract", "external", "billing_group", "partnership", "voucher", "product"]

Withheld = Literal[
    "customer.name",
    "customer.email",
    "customer.phone",
    "shipping_address",
    "billing_address",
    "voucher_code",
    "costs",
    "internal",
]


class Part(BaseModel):
    # Built on first use: the server's first answer should not wait for thirty schemas.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, hide_input_in_errors=True)


class OrderWarning(Part):
    code: WarningCode
    message: str


class Reference(Part):
    type: ReferenceType
    value: str


class Totals(Part):
    """Amounts by type. No period is implied by any of them."""

    subtotal: str | None = None
    tax: str | None = None
    total: str | None = None
    paid: str | None = None
    rent: str | None = None
    amount: str | None = None
    received_amount: str | None = None
    real_amount: str | None = None


class LineItem(Part):
    id: str | None = None
    title: str | None = None
    sku: str | None = None
    product_id: str | None = None
    variant_id: str | None = None
    quantity: Number | None = None
    fulfilled: int | None = None
    remaining: Number | None = None
    unit: str | None = None
    monthly_price: str | None = None
    rent: str | None = None
    price: str | None = None
    currency: str | None = None
    contract_months: Number | None = None
    subscription_ids: list[str] | None = None
    status: LineStatus | None = None
    list_price: str | None = None
    acquisition_cost: str | None = None
    cost: str | None = None


class Customer(Part):
    id: str | None = None
    name: str | None = None
    company: str | None = None
    type: str | None = None
    email: str | None = None
    phone: str | None = None


class Buyer(Part):
    id: str


class Address(Part):
    name: str | None = None
    company: str | None = None
    street_address: str | None = None
    extended_address: str | None = None
    locality: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    formatted: str | None = None


class Progress(Part):
    total: Number | None = None
    fulfilled: Number | None = None


class Fulfillment(Part):
    expected_at: str | None = None
    shipped_at: str | None = None
    delivered_at: str | None = None
    tracking_number: str | None = None
    progress: Progress | None = None


class Related(Part):
    """The order or device that this one extends or replaces."""

    kind: Literal["extension", "upgrade"]
    order_id: str | None = None
    months: Number | None = None
    previous_end: str | None = None
    new_end: str | None = None
    previous_device: str | None = None
    previous_subscription_id: str | None = None
    previous_monthly_amount: str | None = None
    previous_serial: str | None = None
    reason: str | None = None


class Payment(Part):
    method: str | None = None
    transaction_id: str | None = None
    manually_marked: bool | None = None


Scalars = dict[str, str | Number | bool]


class Order(Part):
    """One order, as far as the provider told. Which provider it was, and when, is added by the look-up."""

    provider: str = ""
    id: str
    order_number: str | None = None
    status: OrderStatus
    provider_status: str | None = None
    status_note: str | None = None
    requires_action: bool | None = None
    payment_status: PaymentStatus | None = None
    order_type: Literal["standard", "extension", "upgrade"] | None = None
    references: list[Reference] | None = None
    related: Related | None = None
    currency: str | None = None
    totals: Totals | None = None
    item_count: Number | None = None
    line_items: list[LineItem] | None = None
    customer: Customer | None = None
    shipping_address: Address | None = None
    billing_address: Address | None = None
    fulfillment: Fulfillment | None = None
    subscription_count: int | None = None
    subscription_ids: list[str] | None = None
    placed_at: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    as_of: str = ""
    notes: str | None = None
    payment: Payment | None = None
    created_by: str | None = None
    custom_fields: Scalars | None = None
    properties: Scalars | None = None
    warnings: list[OrderWarning] = Field(default_factory=list)


class Cart(Part):
    """One cart. A cart has no status."""

    provider: str = ""
    id: str
    currency: str | None = None
    totals: Totals | None = None
    item_count: Number | None = None
    line_items: list[LineItem] | None = None
    buyer: Buyer | None = None
    as_of: str = ""
    warnings: list[OrderWarning] = Field(default_factory=list)


Record = Order | Cart


class Source(NamedTuple):
    """How a summary speaks of a provider."""

    title: str
    states_period: bool
