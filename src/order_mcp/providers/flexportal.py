"""FlexPortal (flexportal.io): subscriptions for physical products. Orders only.

https://docs.flexportal.io/api-reference/orders/get and https://docs.flexportal.io/api-reference/overview, read
November 2026. Signs in with a bearer key and the header Tenant-ID. Quirks: data is region-specific, so a wrong region
or tenant looks like "no such order"; amounts are JSON numbers; "rental" is their word for subscription; `fulfilled`
means that all items have active subscriptions, not that anything was delivered; the period of `totals` is not stated.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator

from ..errors import Forbidden, InvalidInput, NotFound, OrderMcpError
from ..finding import IGNORED, PAGE, TOO_MANY_CUSTOMERS, Held, How, MatchedBy
from ..models import (
    Address,
    Customer,
    Fulfillment,
    LineItem,
    LineStatus,
    Noun,
    Number,
    Order,
    OrderStatus,
    Payment,
    PaymentStatus,
    Progress,
    Related,
    StatusNote,
    Told,
    Totals,
)
from ..wording import (
    DROPPED,
    NO_STATUS,
    UNLISTED_STATUS,
    WHICH_IS_RIGHT,
    Doubt,
    counted,
    listed,
    share,
)
from .base import Provider
from .reader import Reader, filled, only, reference, said, scalars
from .responses import Response
from .search import Entry, Search, value_at
from .settings import BaseUrl, Header, Name, ProviderSettings, SecretHeader, revealed, secret, variable
from .wire import Members, Wire

REGIONS = {
    "eu": "https://api-eu.flexportal.io",
    "us": "https://api-us.flexportal.io",
    "qatar": "https://api-qatar.flexportal.io",
}


def _region(value: str) -> str:
    if value.strip().lower() not in REGIONS:
        raise ValueError(f"must be one of {', '.join(REGIONS)}")
    return value.strip().lower()


class FlexPortalSettings(ProviderSettings):
    needs = ("FLEXPORTAL_API_KEY", "FLEXPORTAL_TENANT_ID", "FLEXPORTAL_REGION or FLEXPORTAL_BASE_URL")

    api_key: SecretHeader | None = secret("FLEXPORTAL_API_KEY", "FlexPortal API key")
    tenant_id: Header | None = variable("FLEXPORTAL_TENANT_ID", "FlexPortal business unit id")
    region: Annotated[str, AfterValidator(_region)] | None = variable(
        "FLEXPORTAL_REGION", "FlexPortal region that holds the data", choices=tuple(REGIONS)
    )
    number_field: Name | None = variable(
        "FLEXPORTAL_NUMBER_FIELD",
        "Custom field with the number customers know, such as purchaseOrderNumber (letters, digits, . _ -)",
    )
    base_url: BaseUrl | None = variable("FLEXPORTAL_BASE_URL", "Address of FlexPortal's API, instead of a region")

    @property
    def address(self) -> str:
        return self.base_url or REGIONS.get(self.region or "", "")


class WireCustomer(Wire):
    customerId: str | None = None
    email: str | None = None
    firstName: str | None = None
    lastName: str | None = None
    company: str | None = None
    phone: str | None = None
    customerType: str | None = None


class WireAddress(Wire):
    contactName: str | None = None
    company: str | None = None
    buildingInfo: str | None = None
    streetAddress: str | None = None
    locality: str | None = None
    city: str | None = None
    adminArea: str | None = None
    postalCode: str | None = None
    country: str | None = None


class Item(Wire):
    productId: str | None = None
    variantId: str | None = None
    sku: str | None = None
    productName: str | None = None
    quantity: str | None = None
    unitPrice: str | None = None
    contractLength: str | None = None
    listPrice: str | None = None
    acquisitionCost: str | None = None
    # The two defaults of the schema that are applied: a line that does not mention its rentals has none yet.
    rentalIds: Members[str] | None = []
    rentalStatus: str | None = "pending"


class WireTotals(Wire):
    subtotal: str | None = None
    taxAmount: str | None = None
    total: str | None = None
    currency: str | None = None
    totalDevices: str | None = None


class WirePayment(Wire):
    status: str | None = None
    method: str | None = None
    transactionId: str | None = None
    paidAmount: str | None = None
    manuallyMarked: bool | None = None


class RentalProgress(Wire):
    totalDevices: str | None = None
    rentedDevices: str | None = None


class ExtensionDetails(Wire):
    originalOrderId: str | None = None
    extensionMonths: str | None = None
    previousEndDate: str | None = None
    newEndDate: str | None = None
    reason: str | None = None


class UpgradeDetails(Wire):
    previousDevice: str | None = None
    previousSerialNumber: str | None = None
    previousMonthlyAmount: str | None = None
    previousRentalId: str | None = None
    upgradeReason: str | None = None


class OrderBody(Wire):
    orderId: str
    tenantId: str | None = None
    status: str | None = None
    orderType: str | None = None
    customer: WireCustomer | None = None
    billingAddress: WireAddress | None = None
    shippingAddress: WireAddress | None = None
    items: Members[Item] | None = None
    totals: WireTotals | None = None
    payment: WirePayment | None = None
    customFields: dict[str, Any] | None = None
    rentalProgress: RentalProgress | None = None
    rentalIds: Members[str] | None = None
    billingGroupId: str | None = None
    trackingNumber: str | None = None
    shippedAt: str | None = None
    createdAt: str | None = None
    updatedAt: str | None = None
    createdBy: str | None = None
    notes: str | None = None
    extensionDetails: ExtensionDetails | None = None
    upgradeDetails: UpgradeDetails | None = None

    @classmethod
    def unwrapped(cls, body: Any) -> Any:
        # The reference shows a bare order; an older version of the overview promised `{"data": {…}}`.
        return body["data"] if isinstance(body, dict) and list(body) == ["data"] else body


class OrderList(Wire):
    orders: Members[Any]
    hasMore: bool | None = None
    nextCursor: str | None = None


class CustomerEntry(Wire):
    """Of a customer's record, what leads to the orders. It also holds margins, which are not read."""

    customerId: str
    email: str | None = None


class CustomerList(Wire):
    customers: Members[Any]
    hasMore: bool | None = None
    nextCursor: str | None = None

    @classmethod
    def unwrapped(cls, body: Any) -> Any:
        # The reference shows the list of orders whole, and of this one only the entries.
        is_other = isinstance(body, dict) and "customers" not in body and "data" in body
        return body | {"customers": body["data"]} if is_other else body


# Order life cycle table of the order document. Spelled with two l's there.
ORDER_STATUS = {
    "pending": OrderStatus.PENDING,  # "awaiting review/confirmation"
    "confirmed": OrderStatus.CONFIRMED,  # "approved and ready for fulfillment"
    "partial": OrderStatus.PARTIALLY_FULFILLED,  # "some items have subscriptions"
    "fulfilled": OrderStatus.ACTIVE,  # "all items have active subscriptions": running, not delivered
    "cancelled": OrderStatus.CANCELED,
}
# What `fulfilled` says, and what it does not. Where the figures contradict it, that is said instead.
ALL_SUBSCRIBED = StatusNote(
    Told(
        "All devices have active subscriptions; delivery is not stated.",
        "All devices have an active subscription. I cannot see here whether everything has been delivered.",
    )
)
PERHAPS_SUBSCRIBED = StatusNote(
    Told(
        "Whether all devices have subscriptions is in doubt; delivery is not stated.",
        "I cannot see whether all devices have a subscription, nor whether everything has been delivered.",
    )
)
# Only these have units that somebody still has to provide; the document computes them for confirmed, its own table
# says that a partial order has them too.
OPEN_STATUS = ("confirmed", "partial")
LINE_STATUS = {
    "pending": LineStatus.PROCESSING,
    "partial": LineStatus.PARTIAL,
    "completed": LineStatus.FULFILLED,
}
PAYMENT_STATUS = {
    "pending": PaymentStatus.PENDING,
    "paid": PaymentStatus.PAID,
    "failed": PaymentStatus.FAILED,
}
TO_BE_CONFIRMED = StatusNote(Told("", "The order is not confirmed yet."))  # "awaiting review/confirmation"
NOTES = {"pending": TO_BE_CONFIRMED, "fulfilled": ALL_SUBSCRIBED}
ORDER_TYPES = ("standard", "extension", "upgrade")

UNLISTED_PAYMENT = Doubt(
    "unrecognized_status",
    "The provider's documentation does not list its word for the payment.",
    "I cannot see how the payment stands.",
)
UNLISTED_LINE_STATUS = Doubt(
    "unrecognized_status",
    "The provider's documentation does not list its word for the state of a line.",
    "I cannot see how far every item is.",
)
OTHER_TENANT = Doubt(
    "tenant_mismatch",
    "It belongs to another FlexPortal tenant than the one set up here.",
    "It may not be one of our orders, so please check the id.",
)
DIFFERENT_COUNTS = Doubt(
    "count_mismatch",
    "The provider counts {counts} devices in different places.",
    f"The number of devices is given as {{counts}}; {WHICH_IS_RIGHT}",
)
SUBSCRIPTIONS_OF_CANCELED = Doubt(
    "fulfillment_mismatch",
    "It has {subscriptions}, and a canceled order should have none.",
    f"It still has {{subscriptions}}; {WHICH_IS_RIGHT}",
)
PROGRESS_DISAGREES = Doubt(
    "fulfillment_mismatch",
    "The provider also says that {devices} a subscription; the two disagree.",
    f"I also see that {{devices}} a subscription; {WHICH_IS_RIGHT}",
)
MORE_THAN_DEVICES = Doubt(
    "fulfillment_mismatch",
    "The provider counts {subscriptions} for {devices}; the two disagree.",
    f"I see {{subscriptions}} for {{devices}}; {WHICH_IS_RIGHT}",
)
LINES_DISAGREE = Doubt(
    "count_mismatch",
    "Its lines have {lines} and its progress counts {progress}; the two disagree.",
    f"I see {{lines}} in one place and {{progress}} in another; {WHICH_IS_RIGHT}",
)
COMPLETED_WITH_LESS = Doubt(
    "fulfillment_mismatch",
    "A line is marked as completed and has {done} of {quantity} subscriptions; the two disagree.",
    f"One item is marked as complete with {{done}} of {{quantity}} subscriptions; {WHICH_IS_RIGHT}",
)
MORE_THAN_ORDERED = Doubt(
    "fulfillment_mismatch",
    "A line has {done} subscriptions for a quantity of {quantity}; the two disagree.",
    f"One item was ordered {{quantity}} × and has {{done}} subscriptions; {WHICH_IS_RIGHT}",
)


def to_order(wire: OrderBody, read: Reader, *, tenant_id: str | None) -> Order:
    word = said(wire.status)
    if word not in ORDER_STATUS:
        read.warn(UNLISTED_STATUS if word else NO_STATUS)
    if said(wire.tenantId) not in (None, tenant_id):
        read.warn(OTHER_TENANT)
    order_type = to_order_type(said(wire.orderType), read)
    totals, payment = wire.totals or WireTotals(), wire.payment or WirePayment()
    item_count = read.number(totals.totalDevices)
    progress = to_progress(wire.rentalProgress, read)
    fits = check_progress(word, progress, len(wire.rentalIds or []), read)
    lines = None if wire.items is None else [to_line(item, word, read) for item in wire.items]
    fits &= check_counts(item_count, lines, progress, read)
    fits &= check_lines(wire, None if word == "cancelled" else progress, read)
    return Order(
        id=wire.orderId,
        status=ORDER_STATUS.get(word or "", OrderStatus.UNKNOWN),
        provider_status=word,
        status_note=PERHAPS_SUBSCRIBED if word == "fulfilled" and not fits else NOTES.get(word or ""),
        payment_status=to_payment_status(said(payment.status), read),
        order_type=order_type,
        references=only([reference("billing_group", wire.billingGroupId)]),
        related=to_related(wire, order_type, read),
        currency=read.currency(totals.currency),
        totals=filled(
            Totals(
                subtotal=read.amount(totals.subtotal),
                tax=read.amount(totals.taxAmount),
                total=read.amount(totals.total),
                paid=read.amount(payment.paidAmount),
            )
        ),
        item_count=item_count,
        line_items=lines,
        customer=to_customer(wire.customer),
        shipping_address=to_address(wire.shippingAddress),
        billing_address=to_address(wire.billingAddress),
        fulfillment=filled(
            Fulfillment(
                shipped_at=read.moment(wire.shippedAt),
                tracking_number=said(wire.trackingNumber),
                progress=progress,
            )
        ),
        subscription_count=None if wire.rentalIds is None else len(wire.rentalIds),
        subscription_ids=wire.rentalIds,
        created_at=read.moment(wire.createdAt),
        updated_at=read.moment(wire.updatedAt),
        notes=said(wire.notes),
        payment=filled(
            Payment(
                method=said(payment.method),
                transaction_id=said(payment.transactionId),
                manually_marked=payment.manuallyMarked,
            )
        ),
        created_by=said(wire.createdBy),
        custom_fields=scalars(wire.customFields),
        warnings=read.warnings,
    )


def to_line(item: Item, order_word: str | None, read: Reader) -> LineItem:
    quantity = read.number(item.quantity)
    fulfilled = None if item.rentalIds is None else len(item.rentalIds)
    if said(item.rentalStatus) not in (None, *LINE_STATUS):
        read.warn(UNLISTED_LINE_STATUS)
    return LineItem(
        title=said(item.productName),
        sku=said(item.sku),
        product_id=said(item.productId),
        variant_id=said(item.variantId),
        quantity=quantity,
        fulfilled=fulfilled,
        remaining=to_remaining(item.rentalStatus, quantity, fulfilled, read) if order_word in OPEN_STATUS else None,
        monthly_price=read.amount(item.unitPrice),  # "Monthly subscription price per unit"
        contract_months=read.number(item.contractLength),
        subscription_ids=item.rentalIds,
        status=LINE_STATUS.get(item.rentalStatus or ""),
        list_price=read.amount(item.listPrice),
        acquisition_cost=read.amount(item.acquisitionCost),
    )


def to_remaining(
    rental_status: str | None, quantity: Number | None, fulfilled: int | None, read: Reader
) -> Number | None:
    """Units still without a subscription: the document's `quantity - rentalIds.length`, never below zero."""
    completed = rental_status == "completed"
    if quantity is not None and fulfilled is not None:
        if fulfilled > quantity:
            read.warn(MORE_THAN_ORDERED, done=fulfilled, quantity=quantity)
        elif completed and fulfilled < quantity:
            read.warn(COMPLETED_WITH_LESS, done=fulfilled, quantity=quantity)
        return 0 if completed else max(0, quantity - fulfilled)
    return 0 if completed else None


def to_progress(wire: RentalProgress | None, read: Reader) -> Progress | None:
    if wire is None:
        return None
    return filled(Progress(total=read.number(wire.totalDevices), fulfilled=read.number(wire.rentedDevices)))


def check_counts(
    item_count: Number | None, lines: list[LineItem] | None, progress: Progress | None, read: Reader
) -> bool:
    """Whether the provider gives one number of devices; a warning where it gives several. All are shown as they are."""
    quantities = [line.quantity for line in lines or []]
    counts = {item_count, progress.total if progress else None}
    if lines and None not in quantities:
        counts.add(sum(quantity for quantity in quantities if quantity is not None))
    given = sorted(count for count in counts if count is not None)
    if len(given) > 1:
        read.warn(DIFFERENT_COUNTS, counts=listed([str(count) for count in given], "and"))
    return len(given) <= 1


def check_progress(word: str | None, progress: Progress | None, subscriptions: int, read: Reader) -> bool:
    """Whether status and figures agree; a warning where they do not. The status is trusted."""
    total, rented = (progress.total, progress.fulfilled) if progress else (None, None)
    if word == "cancelled":  # "no subscriptions created"
        if existing := max(subscriptions, rented or 0):
            read.warn(SUBSCRIPTIONS_OF_CANCELED, subscriptions=counted(existing, "subscription"))
        return not existing
    if total is None or rented is None:
        return True
    if rented > total:
        read.warn(MORE_THAN_DEVICES, subscriptions=counted(rented, "subscription"), devices=counted(total, "device"))
        return False
    # "When rentedDevices equals totalDevices, the order status changes to fulfilled". 0 of 0 proves nothing.
    is_behind = word in ("pending", "confirmed", "partial") and rented == total > 0
    is_ahead = (word == "fulfilled" and rented < total) or (word == "partial" and rented == 0 < total)
    if is_behind or is_ahead:
        read.warn(PROGRESS_DISAGREES, devices=share(rented, total))
    return not (is_behind or is_ahead)


def check_lines(wire: OrderBody, progress: Progress | None, read: Reader) -> bool:
    """Whether the lines that mention subscriptions have one for every device; warns where the progress disagrees."""
    named = [item for item in wire.items or [] if "rentalIds" in item.model_fields_set and item.rentalIds is not None]
    on_lines, rented = sum(len(item.rentalIds or []) for item in named), progress.fulfilled if progress else None
    if rented is not None and on_lines != rented and len(named) == len(wire.items or []) > 0:
        read.warn(LINES_DISAGREE, lines=counted(on_lines, "subscription"), progress=rented)
    return all(len(item.rentalIds or []) >= (read.number(item.quantity) or 0) for item in named)


def to_payment_status(word: str | None, read: Reader) -> PaymentStatus | None:
    if word is None:
        return None
    if word not in PAYMENT_STATUS:
        read.warn(UNLISTED_PAYMENT)
    return PAYMENT_STATUS.get(word, PaymentStatus.UNKNOWN)


def to_order_type(word: str | None, read: Reader) -> Any:
    if word in (*ORDER_TYPES, None):
        return word
    read.warn(DROPPED)
    return None


def to_related(wire: OrderBody, order_type: str | None, read: Reader) -> Related | None:
    # Details of another type than the order's own would say that it is what it is not.
    extension = wire.extensionDetails if order_type in ("extension", None) else None
    upgrade = wire.upgradeDetails if order_type in ("upgrade", None) else None
    if (extension, upgrade) != (wire.extensionDetails, wire.upgradeDetails):
        read.warn(DROPPED)
    if extension is not None:
        return Related(
            kind="extension",
            order_id=said(extension.originalOrderId),
            months=read.number(extension.extensionMonths),
            previous_end=read.moment(extension.previousEndDate),
            new_end=read.moment(extension.newEndDate),
            reason=said(extension.reason),
        )
    if upgrade is not None:
        return Related(
            kind="upgrade",
            previous_device=said(upgrade.previousDevice),
            previous_subscription_id=said(upgrade.previousRentalId),
            previous_monthly_amount=read.amount(upgrade.previousMonthlyAmount),
            previous_serial=said(upgrade.previousSerialNumber),
            reason=said(upgrade.upgradeReason),
        )
    return None


def to_customer(wire: WireCustomer | None) -> Customer | None:
    if wire is None:
        return None
    names = [name.strip() for name in (wire.firstName, wire.lastName) if said(name) and name]
    return filled(
        Customer(
            id=said(wire.customerId),
            name=" ".join(names) or None,
            company=said(wire.company),
            type=said(wire.customerType),
            email=said(wire.email),
            phone=said(wire.phone),
        )
    )


def to_address(wire: WireAddress | None) -> Address | None:
    if wire is None:
        return None
    return filled(
        Address(
            name=said(wire.contactName),
            company=said(wire.company),
            street_address=said(wire.streetAddress),
            extended_address=said(wire.buildingInfo),
            locality=said(wire.locality),  # a district; the city has a field of its own
            city=said(wire.city),
            region=said(wire.adminArea),
            postal_code=said(wire.postalCode),
            country=said(wire.country),
        )
    )


MAX_CUSTOMERS = 5
"""With one e-mail address."""


def is_sendable(id: str) -> bool:
    """Whether orders can be asked for by it: a blank one would ask for those of everybody."""
    return bool(id.strip()) and all(character.isprintable() for character in id)


def has_more(listed: OrderList | CustomerList, count: int, asked: int) -> bool:
    """Whether there is more than was given, as far as the answer says; a full page without a word may have more."""
    return listed.hasMore is True or bool(listed.nextCursor) or (listed.hasMore is None and count >= asked)


class FlexPortal(Provider[FlexPortalSettings]):
    name = "flexportal"
    title = "FlexPortal"
    Settings = FlexPortalSettings
    tells = "status, payment, totals, lines with monthly price and subscriptions, customer, addresses, tracking"
    signs_in_with = "API key (bearer) and tenant id"
    key_from = (
        "the dashboard: the key under Settings → API Keys, the tenant id under Settings → General, where it is called "
        "Business Unit ID; the region is the one your data is in"
    )
    key_right = (
        "a key's permissions are chosen when it is made; it has to read orders, in that business unit, and customers "
        "for finding orders by e-mail address"
    )
    key_sources = ("https://docs.flexportal.io/api-reference/overview",)
    support = "from its documentation of November 2026; no live account tried yet"
    rate_limit = "100/minute"  # of the smallest plan
    verifies_by = ("email", "postal_code")
    privacy_policy = "https://www.flexportal.io/terms"  # no page of its own is known
    states_period = False
    id_kind = "such as ord_abc123"
    unproven = "Tenant and region stay unproven: orders of another tenant or region look like missing ones."
    not_found_hint = {
        Noun.ORDER: "If it is right, the operator should check FlexPortal's tenant and region: "
        "orders of another tenant or region look like missing ones."
    }

    def headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {revealed(self.settings.api_key)}", "Tenant-ID": str(self.settings.tenant_id)}

    def is_missing(self, body: Any) -> bool:
        error = body.get("error") if isinstance(body, dict) else None
        return isinstance(error, dict) and "code" in error

    def error_for(self, response: Response, body: Any) -> OrderMcpError | None:
        # "Missing or invalid Tenant-ID header": the key may well be right.
        error = body.get("error") if isinstance(body, dict) else None
        if response.status == 403 and isinstance(error, dict) and error.get("code") == "NO_TENANT_ACCESS":
            return Forbidden(
                "FlexPortal does not accept this tenant id with this key. The operator has to check "
                "FLEXPORTAL_TENANT_ID.",
                request_id=self.request_id(body),
            )
        return super().error_for(response, body)

    async def get_order(self, order_id: str) -> Order:
        return await self.fetch(OrderBody, self._translate, "v1", "orders", order_id)

    def _translate(self, wire: OrderBody, read: Reader) -> Order:
        return to_order(wire, read, tenant_id=self.settings.tenant_id)

    @classmethod
    def finds_by(cls, settings: FlexPortalSettings | None) -> Mapping[Held, How]:
        return {Held.NUMBER: How.FILTER, Held.EMAIL: How.FILTER}

    async def find_orders(self, search: Search) -> None:
        if search.question.held is Held.EMAIL:
            await self._find_by_email(search)
        else:
            await self._find_by_number(search)

    async def _find_by_number(self, search: Search) -> None:
        # There is no order number besides the id, and what a shop keeps in a field of its own.
        field = self.settings.number_field
        search.compared = listed(["id"] * search.question.ids_too + ([field] if field else []) or [""], "and")
        if search.question.ids_too:
            await self._find_by_id(search, alone=not field)
        if field:
            await self._find_by_field(search, field)

    async def _find_by_id(self, search: Search, *, alone: bool) -> None:
        try:
            search.add(await self.get_order(search.question.value), "id")
        except (NotFound, InvalidInput):
            pass
        except OrderMcpError as error:
            if alone:
                raise
            search.ends(error)  # the field may lead there all the same

    async def _find_by_field(self, search: Search, field: str) -> None:
        entry = self._entry(lambda wire: [("purchase_order", value_at(wire.customFields, [field]))])
        await self._filtered(search, entry, f"customField_{field}", search.question.value)

    async def _find_by_email(self, search: Search) -> None:
        for customer_id in await self._customers(search):
            await self._find_by_customer(search, customer_id)

    async def _customers(self, search: Search) -> list[str]:
        """The ids of the customers who have this address now."""
        search.compared = "the address that customers have now"

        def look(listed: CustomerList) -> tuple[list[str], bool, bool]:
            theirs, others = list[str](), 0
            for entry, is_lossy in search.readable(listed.customers[:MAX_CUSTOMERS], CustomerEntry):
                is_sought = search.is_sought(entry.email)
                if is_sought and is_sendable(entry.customerId):
                    theirs.append(entry.customerId)
                elif is_sought or is_lossy:
                    search.could_not_read()
                else:
                    others += 1
            return theirs, others > 0, has_more(listed, len(listed.customers), MAX_CUSTOMERS)

        address = search.question.value
        # Whether the filter tells capital letters from small ones is not documented.
        for written in dict.fromkeys((address, address.lower())):
            query: dict[str, str | int] = {"email": written, "limit": MAX_CUSTOMERS}
            ids, has_others, are_more = await self.listed(CustomerList, "v1", "customers", look=look, **query)
            if ids:
                break
        if has_others and (are_more or not ids):
            search.falls_short(IGNORED, field="email")
        elif are_more:
            search.falls_short(TOO_MANY_CUSTOMERS)
        return list(dict.fromkeys(ids))

    async def _find_by_customer(self, search: Search, customer_id: str) -> None:
        def owner(wire: OrderBody) -> list[tuple[MatchedBy, str | None]]:
            # An order keeps the address that its customer had then, so the customer's id is compared.
            is_theirs = wire.customer is not None and wire.customer.customerId == customer_id
            return [("email", search.question.value if is_theirs else None)]

        await self._filtered(search, self._entry(owner), "customerId", customer_id)

    async def _filtered(self, search: Search, entry: Entry[OrderBody], field: str, value: str) -> None:
        def look(listed: OrderList) -> None:
            search.filtered(listed.orders, entry, field, has_more=has_more(listed, len(listed.orders), PAGE))

        query: dict[str, str | int] = {"limit": PAGE, field: value}
        await self.listed(OrderList, "v1", "orders", look=look, **query)

    def _entry(self, numbers: Callable[[OrderBody], Iterable[tuple[MatchedBy, str | None]]]) -> Entry[OrderBody]:
        # An entry of the list is a whole order.
        return Entry(OrderBody, id=lambda wire: wire.orderId, numbers=numbers, translate=self._translate)


PROVIDER = FlexPortal
