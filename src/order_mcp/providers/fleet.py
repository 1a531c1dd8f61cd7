"""Fleet (fleet.co): laptop and device leasing for companies. Orders and carts.

https://docs.fleet.co/api/operations/ordersorder_id.md and https://docs.fleet.co/carts-and-orders/, read November
2026. Signs in with a bearer key of one workspace; READ scope is enough. Quirks: everything sits in `data`; ids are
integers in bodies and digits in paths; an order and a cart share one id space; the order calls its currency
`rent_currency`, the cart `currency`; `rent` has no stated period; the meaning of the status keys is not documented.
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from ..errors import Forbidden, OrderMcpError
from ..finding import PAGE, Held, How, MatchedBy
from ..models import Buyer, Cart, LineItem, Noun, Number, Order, OrderStatus, StatusNote, Told, Totals
from ..wording import NO_STATUS, UNLISTED_STATUS, WHICH_IS_RIGHT, Doubt, counted
from .base import Provider
from .reader import Reader, filled, only, reference, said, whole
from .responses import Response
from .search import Entry, Search, named_in
from .settings import BaseUrl, ProviderSettings, SecretHeader, revealed, secret, variable
from .wire import Members, Wire


class FleetSettings(ProviderSettings):
    needs = ("FLEET_API_KEY",)

    api_key: SecretHeader | None = secret("FLEET_API_KEY", "Fleet platform key; it begins with flt_sk_")
    base_url: BaseUrl | None = variable(
        "FLEET_BASE_URL", "Address of Fleet's platform API", default="https://api.fleet.co/platform/v1"
    )


class OrderData(Wire):
    order_id: str
    client_status: str | None = None
    device_names: Members[str | None] | None = None
    rent: str | None = None
    rent_currency: str | None = None
    order_number: str | None = None
    contract_number: str | None = None
    order_date: str | None = None
    num_devices: str | None = None


class OrderBody(Wire):
    data: OrderData


class ListMeta(Wire):
    total: str | None = None


class OrderList(Wire):
    data: Members[Any]
    meta: ListMeta | None = None


class Device(Wire):
    id: str | None = None
    name: str | None = None
    rent: str | None = None
    product_id: str | None = None


class CartData(Wire):
    id: str
    purchaser_id: str | None = None
    num_devices: str | None = None
    rent: str | None = None
    currency: str | None = None
    devices: Members[Device] | None = None


class CartBody(Wire):
    data: CartData


# `[1-9][0-9]*` in ASCII: the documented `^[1-9]\d*$` would let Unicode digits and a final newline pass.
ID = re.compile(r"[1-9][0-9]*")

# client_status, from the enum of the order document. Fleet says no more of it than "order progress key for display
# and filtering"; each row is our reading of the key and of its place in the enum.
# key: (status, must the customer act?, note: to a colleague, to the customer)
_WHOSE_MOVE = "what this status asks of whom is not documented."
CLIENT_STATUS: dict[str, tuple[OrderStatus, bool | None, StatusNote | None]] = {
    "RECEIVED": (OrderStatus.PENDING, False, None),
    "BEING_PROCESSED": (OrderStatus.PROCESSING, False, None),
    "FINANCING_REQUEST": (
        OrderStatus.PROCESSING,
        False,
        StatusNote(Told("Financing request under way.", "The financing request is under way.")),
    ),
    # The two that name something only the customer can hand in.
    "DOC_REQUIRED": (
        OrderStatus.PROCESSING,
        True,
        StatusNote(Told("Documents required.", "Some documents from you are still missing.")),
    ),
    "SIGNING": (
        OrderStatus.PROCESSING,
        True,
        StatusNote(Told("Contract to be signed.", "Your signature on the contract is still missing.")),
    ),
    # The word and its status mean the same, so it is said once.
    "PROCESSING": (OrderStatus.PROCESSING, False, StatusNote(Told("Being prepared.", ""), instead="is being prepared")),
    "SHIPPED": (OrderStatus.SHIPPED, False, None),
    # Not "delivered": nobody has confirmed the reception yet.
    "RECEPTION_TO_CONFIRM": (
        OrderStatus.SHIPPED,
        True,
        StatusNote(Told("Reception to be confirmed.", "Please confirm once you have received the order.")),
    ),
    # These three follow the delivery in the enum, so the lease runs. Whose move it is, is not said: they may wait for
    # the customer, for Fleet or for a courier. So a customer is asked for nothing.
    "ONGOING_ORDER": (OrderStatus.ACTIVE, None, StatusNote(Told(f"Ongoing; {_WHOSE_MOVE}", ""))),
    "PENDING_DECISION": (
        OrderStatus.ACTIVE,
        None,
        StatusNote(
            Told(
                f"A decision is pending; {_WHOSE_MOVE}",
                "A decision about the order is still open; I cannot see whose it is.",
            )
        ),
    ),
    "EQUIPMENT_TO_SEND": (
        OrderStatus.ACTIVE,
        None,
        StatusNote(
            Told(f"Equipment to be sent; {_WHOSE_MOVE}", "Equipment is still to be sent; I cannot see by whom.")
        ),
    ),
    "ARCHIVED": (OrderStatus.ARCHIVED, False, None),
    "FAILED": (OrderStatus.FAILED, None, None),
    # A documented word, not a parse problem: Fleet itself says that it does not know.
    "UNKNOWN": (
        OrderStatus.UNKNOWN,
        None,
        StatusNote(Told("The provider itself reports the status as unknown.", ""), instead="has an unknown status"),
    ),
}
# "Display names for devices on the order" does not say one name per device.
FEWER_NAMED = Doubt(
    "count_mismatch", "It names {named} of {counted}.", "Only {named} of its {counted} can be seen here."
)
NONE_NAMED = FEWER_NAMED._replace(customer="None of its devices can be seen here.")
MORE_NAMED = Doubt(
    "count_mismatch",
    "It names {named} and counts {counted}; the two disagree.",
    f"The list names {{named}}, and the count is {{counted}}; {WHICH_IS_RIGHT}",
)


def to_order(wire: OrderData, read: Reader) -> Order:
    word = said(wire.client_status)
    if word not in CLIENT_STATUS:
        read.warn(UNLISTED_STATUS if word else NO_STATUS)
    status, requires_action, note = CLIENT_STATUS.get(word or "", (OrderStatus.UNKNOWN, None, None))
    count = read.number(wire.num_devices)
    return Order(
        id=wire.order_id,
        order_number=said(wire.order_number),
        status=status,
        provider_status=word,
        status_note=note,
        requires_action=requires_action,
        references=only([reference("contract", wire.contract_number)]),
        currency=read.currency(wire.rent_currency),
        totals=filled(Totals(rent=read.amount(wire.rent))),
        item_count=count,
        line_items=None if wire.device_names is None else to_lines(wire.device_names, count, read),
        placed_at=read.moment(wire.order_date),
        warnings=read.warnings,
    )


def with_order_id(row: Any) -> Any:
    """An entry of the list: whether its id is called as in an order is not documented."""
    return {**row, "order_id": row["id"]} if isinstance(row, dict) and "id" in row and "order_id" not in row else row


ENTRY = Entry(
    OrderData,
    id=lambda entry: entry.order_id,
    numbers=lambda entry: named_in(entry, {"order_number": "order_number", "contract": "contract_number"}),
    translate=to_order,
)
NAMES: dict[MatchedBy, str] = {"order_number": "order numbers", "contract": "contract numbers"}
"""What its list should name, where it can be searched."""


def to_lines(names: list[str | None], count: Number | None, read: Reader) -> list[LineItem]:
    check_count(len(names), count, read)
    # A name stands for one device where the numbers agree; otherwise nothing says how many of each there are.
    one_per_device = len(names) == count
    return [
        LineItem(title=title, quantity=times if one_per_device else None)
        for title, times in Counter(said(name) for name in names).items()
    ]


def check_count(named: int, count: Number | None, read: Reader) -> None:
    """Warn where names and count disagree. Where no count is given, nothing disagrees."""
    if count is None or named == count:
        return
    if named < count:
        read.warn(FEWER_NAMED if named else NONE_NAMED, named=named, counted=counted(count, "device"))
    else:
        read.warn(MORE_NAMED, named=counted(named, "device"), counted=count)


def to_cart(body: CartBody, read: Reader) -> Cart:
    wire = body.data
    count = read.number(wire.num_devices)
    if wire.devices is not None:
        check_count(len(wire.devices), count, read)
    return Cart(
        id=wire.id,
        currency=read.currency(wire.currency),
        totals=filled(Totals(rent=read.amount(wire.rent))),
        item_count=count,
        line_items=None if wire.devices is None else [to_device(device, read) for device in wire.devices],
        buyer=Buyer(id=wire.purchaser_id) if said(wire.purchaser_id) and wire.purchaser_id else None,
        warnings=read.warnings,
    )


def to_device(wire: Device, read: Reader) -> LineItem:
    return LineItem(
        id=said(wire.id),
        title=said(wire.name),
        product_id=said(wire.product_id),
        quantity=1,  # one row per device
        rent=read.amount(wire.rent),
    )


class Fleet(Provider[FleetSettings]):
    name = "fleet"
    title = "Fleet"
    Settings = FleetSettings
    tells = "status, rent, devices by name, order and contract number, order date"
    signs_in_with = "platform key (bearer)"
    key_from = "the Fleet cockpit; the secret is shown once, and belongs to one workspace"
    key_right = "scope READ; WRITE is not needed"
    key_sources = ("https://docs.fleet.co/authentication/", "https://docs.fleet.co/installation/")
    support = "from its documentation of November 2026; no live account tried yet"
    rate_limit = "100/minute"  # of production, for each credential
    privacy_policy = "https://fleet.co/en/privacy-gdpr"
    states_period = False
    id_kind = "digits"
    # One id space: an id moves from carts to orders when the cart is validated.
    moves_to = {Noun.CART: Noun.ORDER, Noun.ORDER: Noun.CART}
    unused_id = "999999999999999999"

    def headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {revealed(self.settings.api_key)}"}

    @classmethod
    def why_refused(cls, id: str) -> str | None:
        if ID.fullmatch(id):
            return None
        if not id.isdigit():
            return "its ids are digits only"
        # Other scripts have digits of their own, such as "١٠٠٨".
        return (
            "its ids are digits without a leading zero" if id.isascii() else "its ids are written in the digits 0 to 9"
        )

    def is_missing(self, body: Any) -> bool:
        # The cart endpoint may say either, depending on how far the basket is.
        return isinstance(body, dict) and body.get("error") in ("ORDER_NOT_FOUND", "CART_NOT_FOUND")

    def error_for(self, response: Response, body: Any) -> OrderMcpError | None:
        # The status that comes with a missing scope "varies", so the code decides.
        if isinstance(body, dict) and body.get("error") == "INSUFFICIENT_SCOPE":
            return Forbidden(
                "Fleet's key lacks the scope to read this {noun}. The operator has to grant READ.",
                request_id=self.request_id(body),
            )
        return super().error_for(response, body)

    async def get_order(self, order_id: str) -> Order:
        return await self.fetch(OrderBody, lambda body, read: to_order(body.data, read), "orders", order_id)

    async def get_cart(self, cart_id: str) -> Cart:
        return await self.fetch(CartBody, to_cart, "carts", cart_id)

    @classmethod
    def finds_by(cls, settings: FleetSettings | None) -> Mapping[Held, How]:
        # The list has no documented filter. Orders name no person, so there is no way from an address to an order.
        return {Held.NUMBER: How.SCAN}

    async def find_orders(self, search: Search) -> None:
        search.compared = "order and contract number"

        def look(listed: OrderList) -> bool:
            rows = [with_order_id(row) for row in listed.data]
            return search.look_at_page(rows, whole(listed.meta.total if listed.meta else None), ENTRY)

        async def turn() -> bool:
            return await self.listed(OrderList, "orders", look=look, limit=PAGE, offset=search.received)

        await search.scan(turn, NAMES)


PROVIDER = Fleet
