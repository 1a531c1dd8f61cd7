"""Polinate (polinate.ai): B2B ordering. Orders only.

https://docs.polinate.ai/api-reference/orders/get-an-order-by-id and https://docs.polinate.ai/guides/rate-limits, read
November 2026. Signs in with two headers, X-Business-Id and X-API-Key (the OpenAPI's `security: []` notwithstanding).
Quirks: no envelope; the documentation's own example lacks most of the fields that its schema requires; two status
axes, phase and status; lines have ids but no product names; whether `price` is per unit or per line is not stated.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ..finding import OLDER_LEFT_OUT, PAGE, Held, How, MatchedBy
from ..models import Address, Fulfillment, LineItem, Number, Order, OrderStatus, StatusNote, Told, Totals
from ..wording import DROPPED, UNLISTED_STATUS, WHICH_IS_RIGHT, Doubt, counted, day
from .base import Provider
from .reader import Reader, filled, only, reference, said, scalars, whole
from .search import Entry, Search, named_in, value_at
from .settings import BaseUrl, Header, Name, ProviderSettings, SecretHeader, revealed, secret, variable
from .wire import Members, Wire


class PolinateSettings(ProviderSettings):
    needs = ("POLINATE_BUSINESS_ID", "POLINATE_API_KEY")

    business_id: Header | None = variable("POLINATE_BUSINESS_ID", "Polinate business id")
    api_key: SecretHeader | None = secret("POLINATE_API_KEY", "Polinate API key of that business")
    number_path: Name | None = variable(
        "POLINATE_NUMBER_PATH",
        "Property with the number customers know, such as sage200Evo.salesOrderNo (letters, digits, . _ -)",
    )
    base_url: BaseUrl | None = variable(
        "POLINATE_BASE_URL", "Address of Polinate's API", default="https://integrations.polinate.ai"
    )


class ItemVariant(Wire):
    itemId: str | None = None


class ItemListEntry(Wire):
    itemVariantId: str | None = None
    itemVariant: ItemVariant | None = None


class OrderItem(Wire):
    id: str | None = None
    orderId: str | None = None
    lineNumber: str | None = None
    itemListEntry: ItemListEntry | None = None
    quantity: str | None = None
    unitOfMeasure: str | None = None
    currency: str | None = None
    price: str | None = None
    cost: str | None = None


class OrderBody(Wire):
    id: str
    partnershipId: str | None = None
    phase: str | None = None
    status: str | None = None
    internalReference: str | None = None
    externalReference: str | None = None
    notes: str | None = None
    deliveryAddress: str | None = None
    expectedDeliveryAt: str | None = None
    deliveredAt: str | None = None
    shippedAt: str | None = None
    currency: str | None = None
    totalAmount: str | None = None
    properties: dict[str, Any] | None = None
    createdAt: str | None = None
    updatedAt: str | None = None
    orderItems: Members[OrderItem] | None = None


class OrderList(Wire):
    items: Members[Any]
    total: str | None = None


# The two axes, from the order document. "phase: high-level lifecycle state", "status: physical fulfillment/movement
# state"; what each value means is not documented and read here from the words.
MOVEMENTS = ("UNASSIGNED", "ACCEPTED", "PACKED", "IN_TRANSIT", "DELIVERED", "RETURNED", "NOT_APPLICABLE")

# An ended life outranks movement: a canceled order that was packed is canceled.
ENDED_PHASE: dict[str, tuple[OrderStatus, StatusNote | None]] = {
    # Still answered with 200: deleted is a state, not an absence. To a customer, canceled says it all.
    "DELETED": (OrderStatus.CANCELED, StatusNote(Told("The order was deleted.", ""))),
    "CANCELLED": (OrderStatus.CANCELED, None),
    "REJECTED": (OrderStatus.REJECTED, None),
}
# Filed away. The movement tells how it ended where it can tell an end.
ARCHIVED_PHASE: dict[str, tuple[OrderStatus, StatusNote | None]] = {
    "DELIVERED": (OrderStatus.DELIVERED, StatusNote(Told("The order is archived.", ""))),
    "RETURNED": (OrderStatus.RETURNED, StatusNote(Told("The order is archived.", ""))),
}
# Not accepted yet, so nothing can have moved: a movement here is a contradiction, and the phase is followed.
EARLY_PHASE: dict[str, OrderStatus] = {"DRAFT": OrderStatus.DRAFT, "PENDING": OrderStatus.PENDING}
NOT_MOVING = ("UNASSIGNED", "NOT_APPLICABLE", None)
# Alive: the movement is the status.
ACTIVE_PHASE: dict[str | None, OrderStatus] = {
    "UNASSIGNED": OrderStatus.PENDING,
    "ACCEPTED": OrderStatus.CONFIRMED,
    "PACKED": OrderStatus.PROCESSING,
    "IN_TRANSIT": OrderStatus.SHIPPED,
    "DELIVERED": OrderStatus.DELIVERED,
    "RETURNED": OrderStatus.RETURNED,
    # A live order whose movement is not tracked: accepted is all that can be said.
    "NOT_APPLICABLE": OrderStatus.CONFIRMED,
    None: OrderStatus.CONFIRMED,
}
PHASES = ("DRAFT", "PENDING", "DELETED", "ACTIVE", "ARCHIVED", "REJECTED", "CANCELLED")

PHASE_CONFLICT = Doubt(
    "phase_status_conflict",
    "The provider's phase says {phase} and its status says {movement}; the two disagree, and the phase is followed.",
    f"It is also marked as {{movement}}; {WHICH_IS_RIGHT}",
)
PHASE_MISSING = Doubt(
    "phase_missing",
    "The provider does not say in which phase the order is; it may have been canceled.",
    "It may have been canceled.",
)
DELIVERY_DATE_TOO = Doubt(
    "delivery_mismatch",
    "The provider says {movement} and also gives a delivery date{date}; the two disagree.",
    f"There is also a delivery date{{date}}; {WHICH_IS_RIGHT}",
)
# Nothing is said of a delivery, so nothing contradicts the date; but it stands alone.
LONE_DELIVERY_DATE = Doubt(
    "delivery_mismatch",
    "The provider gives a delivery date{date}, and does not say delivered.",
    "There is a delivery date{date}, but I cannot see whether it was delivered.",
)
NO_DELIVERY_DATE = Doubt(
    "delivery_mismatch",
    "The provider says delivered and gives no delivery date.",
    "No delivery date is given.",
)


def to_status(phase: str | None, status: str | None, read: Reader) -> tuple[OrderStatus, StatusNote | None]:
    """The status that phase and movement mean together, and its note."""
    if phase is None:
        # It may have been canceled: a movement alone proves nothing.
        read.warn(PHASE_MISSING)
    if phase not in (*PHASES, None) or status not in (*MOVEMENTS, None):
        read.warn(UNLISTED_STATUS)
        return OrderStatus.UNKNOWN, None
    if phase is None:
        return OrderStatus.UNKNOWN, None
    if phase in ENDED_PHASE:
        return ENDED_PHASE[phase]
    if phase == "ARCHIVED":
        return ARCHIVED_PHASE.get(status or "", (OrderStatus.ARCHIVED, None))
    if phase in EARLY_PHASE:
        if status is not None and status not in NOT_MOVING:
            read.warn(PHASE_CONFLICT, phase=spoken(phase), movement=spoken(status))
        return EARLY_PHASE[phase], None
    return ACTIVE_PHASE[status], None


def spoken(word: str) -> str:
    """A documented word as it is read aloud."""
    return word.lower().replace("_", " ")


def check_delivery(movement: str | None, given: str | None, delivered_at: str | None, read: Reader) -> None:
    """Warn where movement and delivery date disagree. What came back may well have been delivered before."""
    if movement == "RETURNED" or (given is not None) == (movement == "DELIVERED"):
        return
    date = f", {day(delivered_at)}" if delivered_at else ""
    if movement == "DELIVERED":
        read.warn(NO_DELIVERY_DATE)
    elif movement in MOVEMENTS:
        read.warn(DELIVERY_DATE_TOO, movement=spoken(movement), date=date)
    else:
        read.warn(LONE_DELIVERY_DATE, date=date)


def to_order(wire: OrderBody, read: Reader) -> Order:
    phase, movement = said(wire.phase), said(wire.status)
    status, note = to_status(phase, movement, read)
    currency = read.currency(wire.currency)
    delivered_at = read.moment(wire.deliveredAt)
    has_ended = phase in ENDED_PHASE or (phase == "ARCHIVED" and status is OrderStatus.UNKNOWN)
    check_delivery(movement, said(wire.deliveredAt), delivered_at, read)
    return Order(
        id=wire.id,
        order_number=said(wire.internalReference),
        status=status,
        provider_status=f"{phase or '-'}/{movement or '-'}",
        status_note=note,
        references=only([reference("external", wire.externalReference), reference("partnership", wire.partnershipId)]),
        currency=currency,
        totals=filled(Totals(total=read.amount(wire.totalAmount))),
        line_items=None if wire.orderItems is None else to_lines(wire.orderItems, wire.id, currency, read),
        shipping_address=filled(Address(formatted=said(wire.deliveryAddress))),
        fulfillment=filled(
            Fulfillment(
                # Of an order whose life has ended nothing is expected, whatever the other axis says.
                expected_at=None if has_ended else read.moment(wire.expectedDeliveryAt),
                shipped_at=read.moment(wire.shippedAt),
                delivered_at=delivered_at,
            )
        ),
        created_at=read.moment(wire.createdAt),
        updated_at=read.moment(wire.updatedAt),
        notes=said(wire.notes),
        properties=scalars(wire.properties),
        warnings=read.warnings,
    )


# What of an order somebody may hold.
REFERENCES: dict[MatchedBy, str] = {"order_number": "internalReference", "external": "externalReference"}
ENTRY = Entry(
    OrderBody,
    id=lambda wire: wire.id,
    numbers=lambda wire: named_in(wire, REFERENCES),
    translate=to_order,
)
# What its list should name; an external reference may be left out where there is none.
NAMES: dict[MatchedBy, str] = {"order_number": "internal references"}


def with_property(path: str) -> Entry[OrderBody]:
    """The same, comparing also a property: the number that another system has given, as an external reference is."""
    steps = path.split(".")

    def numbers(wire: OrderBody) -> Iterator[tuple[MatchedBy, str | None]]:
        yield "external", value_at(wire.properties, steps)
        yield from named_in(wire, REFERENCES)

    return ENTRY._replace(numbers=numbers)


def to_lines(items: list[OrderItem], order_id: str, currency: str | None, read: Reader) -> list[LineItem]:
    own = [item for item in items if item.orderId in (None, order_id)]
    if len(own) != len(items):
        read.warn(DROPPED)  # a line of another order is not shown as this one's
    return [to_line(item, currency, read) for item in sorted(own, key=line_order)]


def line_order(item: OrderItem) -> tuple[bool, Number]:
    """Numbered lines by their number, the others after them as they came."""
    number = Reader().number(item.lineNumber)
    return number is None, number or 0


def to_line(item: OrderItem, order_currency: str | None, read: Reader) -> LineItem:
    entry = item.itemListEntry
    currency = read.currency(item.currency)
    return LineItem(
        id=said(item.id),
        product_id=said(entry.itemVariant.itemId) if entry and entry.itemVariant else None,
        variant_id=said(entry.itemVariantId) if entry else None,
        quantity=read.number(item.quantity),
        unit=said(item.unitOfMeasure),
        price=read.amount(item.price),
        currency=currency if currency != order_currency else None,
        cost=read.amount(item.cost),
    )


ORDERS = ("api", "v1", "orders")


class Polinate(Provider[PolinateSettings]):
    name = "polinate"
    title = "Polinate"
    Settings = PolinateSettings
    tells = "status, total, lines by variant id, references, expected, shipped and delivered dates"
    signs_in_with = "business id and API key (headers)"
    key_from = "the Polinate app: Business Settings → Integrations, both the business id and the key of that business"
    key_right = "its documentation names no rights to choose from"
    key_sources = ("https://docs.polinate.ai/guides/orders",)
    support = "from its documentation of November 2026; no live account tried yet"
    verifies_by = ("postal_code",)  # its orders name no person, and the address is one text
    privacy_policy = "https://www.polinate.com.au/privacy/privacy"

    def headers(self) -> Mapping[str, str]:
        return {"X-Business-Id": str(self.settings.business_id), "X-API-Key": f"{revealed(self.settings.api_key)}"}

    def is_missing(self, body: Any) -> bool:
        return isinstance(body, dict) and isinstance(body.get("errorCode"), str)

    async def get_order(self, order_id: str) -> Order:
        return await self.fetch(OrderBody, to_order, *ORDERS, order_id)

    @classmethod
    def finds_by(cls, settings: PolinateSettings | None) -> Mapping[Held, How]:
        # There is no filter for the references, and no documented way from a buyer's address to an order.
        return {Held.NUMBER: How.FILTER if settings and settings.number_path else How.SCAN}

    async def find_orders(self, search: Search) -> None:
        if path := self.settings.number_path:
            await self._find_by_property(search, path)
        else:
            await self._scan(search)

    async def _find_by_property(self, search: Search, path: str) -> None:
        search.compared = path

        def look(listed: OrderList) -> None:
            count, total = len(listed.items), whole(listed.total)
            has_more = count >= PAGE if total is None else total > count
            search.filtered(listed.items, with_property(path), path, has_more=has_more)

        value = search.question.value
        await self.listed(OrderList, *ORDERS, look=look, limit=PAGE, propertyPath=path, propertyValue=value)

    async def _scan(self, search: Search) -> None:
        search.compared = "internal and external reference"
        since = (datetime.now(UTC) - timedelta(days=search.limits.days)).strftime("%Y-%m-%dT%H:%M:%SZ")

        def look(listed: OrderList) -> bool:
            return search.look_at_page(listed.items, whole(listed.total), ENTRY)

        async def turn() -> bool:
            page = search.pages + 1
            return await self.listed(OrderList, *ORDERS, look=look, page=page, limit=PAGE, createdSince=since)

        await search.scan(turn, NAMES)
        if search.is_complete and await self._has_older(search):
            search.falls_short(OLDER_LEFT_OUT, days=counted(search.limits.days, "day"))

    async def _has_older(self, search: Search) -> bool:
        """Whether there are orders that the date left out; where that cannot be asked any more, there may be."""
        if search.of is None or search.pages >= search.limits.pages:
            return True
        everything = await self.listed(OrderList, *ORDERS, look=lambda listed: whole(listed.total), page=1, limit=1)
        return everything != search.of


PROVIDER = Polinate
