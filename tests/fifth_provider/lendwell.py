"""Lendwell (lendwell.example): rented tools for workshops. Orders only.

https://docs.lendwell.example/api/orders, made up for `tests/test_fifth_provider.py` in November 2026. Signs in with an
API key in a header. Quirks: the order number is not the id; `total` is for the whole order; a 404 is the provider's own
where its `code` says so.
"""

from collections.abc import Mapping
from typing import Any

from ..models import Fulfillment, LineItem, Order, OrderStatus, Totals
from ..wording import NO_STATUS, UNLISTED_STATUS
from .base import Provider
from .reader import Reader, filled, said
from .settings import BaseUrl, ProviderSettings, SecretHeader, revealed, secret, variable
from .wire import Members, Wire


class LendwellSettings(ProviderSettings):
    needs = ("LENDWELL_API_KEY",)

    api_key: SecretHeader | None = secret("LENDWELL_API_KEY", "Lendwell API key")
    base_url: BaseUrl | None = variable(
        "LENDWELL_BASE_URL", "Address of Lendwell's API", default="https://api.lendwell.example/v2"
    )


class Line(Wire):
    article: str | None = None
    sku: str | None = None
    pieces: str | None = None


class OrderBody(Wire):
    id: str
    number: str | None = None
    state: str | None = None
    currency: str | None = None
    total: str | None = None
    ordered: str | None = None
    expected: str | None = None
    tracking: str | None = None
    lines: Members[Line] | None = None


# state, from the list in the order document.
STATE = {
    "NEW": OrderStatus.PENDING,  # "received, nobody has looked at it yet"
    "PICKING": OrderStatus.PROCESSING,
    "ON_ITS_WAY": OrderStatus.SHIPPED,  # "handed to the carrier"; nothing says that it arrived
    "WITHDRAWN": OrderStatus.CANCELED,
}


def to_order(wire: OrderBody, read: Reader) -> Order:
    word = said(wire.state)
    if word not in STATE:
        read.warn(UNLISTED_STATUS if word else NO_STATUS)
    return Order(
        id=wire.id,
        order_number=said(wire.number),
        status=STATE.get(word or "", OrderStatus.UNKNOWN),
        provider_status=word,
        currency=read.currency(wire.currency),
        totals=filled(Totals(total=read.amount(wire.total))),
        line_items=None if wire.lines is None else [to_line(line, read) for line in wire.lines],
        fulfillment=filled(
            Fulfillment(expected_at=read.moment(wire.expected), tracking_number=said(wire.tracking)),
        ),
        placed_at=read.moment(wire.ordered),
        warnings=read.warnings,
    )


def to_line(wire: Line, read: Reader) -> LineItem:
    return LineItem(title=said(wire.article), sku=said(wire.sku), quantity=read.number(wire.pieces))


class Lendwell(Provider[LendwellSettings]):
    name = "lendwell"
    title = "Lendwell"
    Settings = LendwellSettings
    tells = "status, total, lines by article, order number, order and expected date, tracking"
    signs_in_with = "API key (header)"
    key_from = "the Lendwell office: Settings → Keys"
    key_right = "reading orders"
    key_sources = ("https://docs.lendwell.example/api/keys",)

    def headers(self) -> Mapping[str, str]:
        return {"X-Lendwell-Key": revealed(self.settings.api_key) or ""}

    def is_missing(self, body: Any) -> bool:
        return isinstance(body, dict) and body.get("code") == "order_unknown"

    async def get_order(self, order_id: str) -> Order:
        return await self.fetch(OrderBody, to_order, "orders", order_id)


PROVIDER = Lendwell
