"""The vocabulary: one order, one cart, whatever the provider.

Amounts are decimal strings exactly as the provider wrote them, moments are ISO 8601 strings (UTC with `Z`
where the provider gave a zone), quantities and months are numbers. A key that is `None` was not said; an
empty list means the provider said "none".
"""

from enum import Enum, StrEnum
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

Number = int | float

AUTO = "auto"
"""Instead of a provider's name: ask every one that could have it."""


class Noun(StrEnum):
    """What can be looked up. A provider that has it has a method `get_order` or `get_cart`."""

    ORDER = "order"
    CART = "cart"

    @property
    def one(self) -> str:
        """With its article."""
        return {"order": "an order", "cart": "a cart"}[self]


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


ENDED = frozenset(
    {OrderStatus.RETURNED, OrderStatus.CANCELED, OrderStatus.REJECTED, OrderStatus.FAILED, OrderStatus.ARCHIVED}
)
"""Nobody waits for anything of these any more: no date is expected of them, and nothing is open."""


class PaymentStatus(StrEnum):
    PENDING = "pending"  # nothing taken yet; it may be reserved
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    CANCELED = "canceled"  # called off before anything was taken
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
    """Who reads the answer. The operator sets it; no tool call can change it."""

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


class TextKind(Enum):
    """What kind of text a field holds, and so how it is cleaned; the number is the most characters that are shown."""

    EXACT = ("exact", 128)  # an id, sku or number that somebody may type in again: shown exactly or not at all
    STATUS_WORD = ("status word", 60)
    NOTE = ("note", 500)
    PLAIN = ("plain", 120)  # names, titles, words
    READ = ("read", 120)  # an amount, a moment or a code: only digits and letters got through the reader

    def __init__(self, word: str, limit: int) -> None:
        self.limit = limit


Exact = Annotated[str, TextKind.EXACT]
StatusWord = Annotated[str, TextKind.STATUS_WORD]
Note = Annotated[str, TextKind.NOTE]
Plain = Annotated[str, TextKind.PLAIN]
Read = Annotated[str, TextKind.READ]


class Told(NamedTuple):
    """One thing in two voices."""

    colleague: str
    """For agents and staff: may name the provider and use its words."""
    customer: str
    """What a brand could send to its customer; blank where it is nothing for customers."""

    def to(self, audience: Audience) -> str:
        """What this audience reads."""
        return self.customer if audience is Audience.CUSTOMER else self.colleague


class StatusNote(NamedTuple):
    """What keeps a reader from a wrong conclusion about a status."""

    told: Told
    instead: str = ""
    """What a summary says in place of status and note, where the two would say the same twice."""


_ONE_TEXT = WithJsonSchema({"type": "string"})
"""Shown as one text, in the voice that the audience reads."""

# What an agent could misread carries a description, which is published.
_SUBSCRIBED = Field(description="units with a running subscription, not deliveries")
_AS_PLACED = Field(description="as placed; total is what it is now")
_NO_PERIOD = Field(description="period not stated")
_WARNINGS = Field(description="what is in doubt or left out")
_ORDERED = Field(description="when it was ordered; from then on there is an order of it")
_AS_OF = Field(description="when the provider was asked")


class Part(BaseModel):
    # Built on first use: the server's first answer should not wait for thirty schemas.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, hide_input_in_errors=True)


class OrderWarning(Part):
    code: WarningCode
    message: Annotated[Told, TextKind.NOTE, _ONE_TEXT]


class Reference(Part):
    type: ReferenceType
    value: Exact


class Totals(Part):
    """Amounts by type. No period is implied by any of them."""

    subtotal: Read | None = None
    shipping: Read | None = None
    discount: Read | None = None
    tax: Read | None = None
    total: Annotated[Read | None, _NO_PERIOD] = None
    original_total: Annotated[Read | None, _AS_PLACED] = None
    paid: Read | None = None
    refunded: Read | None = None
    rent: Annotated[Read | None, _NO_PERIOD] = None
    amount: Read | None = None
    received_amount: Read | None = None
    real_amount: Read | None = None


class LineItem(Part):
    id: Exact | None = None
    title: Plain | None = None
    variant_title: Plain | None = None
    sku: Exact | None = None
    product_id: Exact | None = None
    variant_id: Exact | None = None
    quantity: Number | None = None
    fulfilled: Annotated[int | None, _SUBSCRIBED] = None
    remaining: Annotated[Number | None, Field(description="units still without a subscription")] = None
    shipped: Number | None = None
    delivered: Number | None = None
    returned: Annotated[Number | None, Field(description="units that came back")] = None
    unit: Plain | None = None
    unit_price: Read | None = None
    total: Read | None = None
    monthly_price: Read | None = None
    rent: Annotated[Read | None, _NO_PERIOD] = None
    price: Annotated[Read | None, Field(description="basis not stated")] = None
    currency: Read | None = None
    contract_months: Number | None = None
    subscription_ids: list[Exact] | None = None
    status: LineStatus | None = None
    list_price: Read | None = None
    acquisition_cost: Read | None = None
    cost: Read | None = None


class Customer(Part):
    id: Exact | None = None
    name: Plain | None = None
    company: Plain | None = None
    type: Plain | None = None
    email: Plain | None = None
    phone: Plain | None = None


class Buyer(Part):
    id: Exact


class Address(Part):
    name: Plain | None = None
    company: Plain | None = None
    street_address: Plain | None = None
    extended_address: Plain | None = None
    locality: Plain | None = None
    city: Plain | None = None
    region: Plain | None = None
    postal_code: Plain | None = None
    country: Plain | None = None
    formatted: Plain | None = None


class Progress(Part):
    total: Number | None = None
    fulfilled: Annotated[Number | None, _SUBSCRIBED] = None


class ParcelItem(Part):
    line_item_id: Exact | None = None
    quantity: Number | None = None


class Parcel(Part):
    """One of several that an order is sent in."""

    packed_at: Read | None = None
    shipped_at: Read | None = None
    delivered_at: Read | None = None
    tracking_numbers: list[Exact] | None = None
    items: list[ParcelItem] | None = None


class Fulfillment(Part):
    """How it gets to the customer. What is said of a parcel is said there, where there are several."""

    expected_at: Read | None = None
    shipped_at: Read | None = None
    delivered_at: Read | None = None
    tracking_number: Exact | None = None
    parcels: list[Parcel] | None = None
    progress: Annotated[Progress | None, _SUBSCRIBED] = None


class Related(Part):
    """The order or device that this one extends or replaces."""

    kind: Literal["extension", "upgrade"]
    order_id: Exact | None = None
    months: Number | None = None
    previous_end: Read | None = None
    new_end: Read | None = None
    previous_device: Plain | None = None
    previous_subscription_id: Exact | None = None
    previous_monthly_amount: Read | None = None
    previous_serial: Exact | None = None
    reason: Note | None = None


class Payment(Part):
    method: Plain | None = None
    transaction_id: Exact | None = None
    manually_marked: bool | None = None


Scalars = dict[str, str | Number | bool]


class Order(Part):
    """One order, as far as the provider told. Which provider it was, and when, is added by the look-up."""

    provider: Plain = ""
    id: Exact
    order_number: Exact | None = None
    status: OrderStatus
    provider_status: StatusWord | None = None
    status_note: Annotated[StatusNote, TextKind.NOTE, _ONE_TEXT] | None = None
    requires_action: Annotated[bool | None, Field(description='absent: not said, never "nothing to do"')] = None
    payment_status: PaymentStatus | None = None
    order_type: Literal["standard", "extension", "upgrade"] | None = None
    references: list[Reference] | None = None
    related: Related | None = None
    currency: Read | None = None
    totals: Totals | None = None
    item_count: Number | None = None
    line_items: list[LineItem] | None = None
    customer: Customer | None = None
    shipping_address: Address | None = None
    billing_address: Address | None = None
    fulfillment: Fulfillment | None = None
    subscription_count: int | None = None
    subscription_ids: list[Exact] | None = None
    placed_at: Read | None = None
    created_at: Read | None = None
    updated_at: Read | None = None
    as_of: Annotated[Read, _AS_OF] = ""
    notes: Note | None = None
    payment: Payment | None = None
    created_by: Exact | None = None
    custom_fields: Scalars | None = None
    properties: Scalars | None = None
    warnings: Annotated[list[OrderWarning], _WARNINGS] = Field(default_factory=list)


class Cart(Part):
    """One cart. A cart has no status."""

    provider: Plain = ""
    id: Exact
    currency: Read | None = None
    totals: Totals | None = None
    item_count: Number | None = None
    line_items: list[LineItem] | None = None
    buyer: Buyer | None = None
    completed_at: Annotated[Read | None, _ORDERED] = None
    as_of: Annotated[Read, _AS_OF] = ""
    warnings: Annotated[list[OrderWarning], _WARNINGS] = Field(default_factory=list)


Record = Order | Cart


class Source(NamedTuple):
    """How a summary speaks of a provider."""

    title: str
    states_period: bool
