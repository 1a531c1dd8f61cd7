"""What those who run a shop do with an order after it was placed."""

from collections.abc import Mapping
from typing import NamedTuple

from ..client import JSON
from .shop import Shop


class Label(NamedTuple):
    """What is stuck on a parcel."""

    tracking_number: str
    tracking_url: str = "#"
    """The admin pages store this sign where nobody typed an address."""
    label_url: str = "#"


class Order:
    """An order by its id."""

    def __init__(self, shop: Shop, id: str) -> None:
        self.id = id
        self.shop = shop
        self._path = f"/admin/orders/{id}"

    def read(self, fields: str = "*items") -> JSON:
        order: JSON = self.shop.admin.get(self._path, fields=fields)["order"]
        return order

    def lines(self, quantities: Mapping[str, int] | None = None) -> list[JSON]:
        """Lines by SKU, as requests name them; all of them, where none are named."""
        items = {item["variant_sku"]: item for item in self.read()["items"]}
        wanted = quantities or {sku: item["quantity"] for sku, item in items.items()}
        return [{"id": items[sku]["id"], "quantity": quantity} for sku, quantity in wanted.items()]

    def capture(self, amount: float | None = None) -> None:
        """Take the money, or a part of it."""
        self._pay("capture", amount)

    def refund(self, amount: float | None = None) -> None:
        """Give the money back, or a part of it."""
        self._pay("refund", amount)

    def claim_money(self, amount: float) -> str:
        """Say that so much is to be paid; the path of the payment that is due."""
        body = {"order_id": self.id, "amount": amount}
        collection = self.shop.admin.post("/admin/payment-collections", body)["payment_collection"]["id"]
        return f"/admin/payment-collections/{collection}"

    def pack(self, quantities: Mapping[str, int] | None = None) -> str:
        """Put these lines, or all, into a parcel; the parcel's id."""
        body = {"items": self.lines(quantities), "location_id": self.shop.location}
        before = self._parcels()
        self.shop.admin.post(f"{self._path}/fulfillments", body)
        (parcel,) = self._parcels() - before
        return parcel

    def send(self, parcel: str, *labels: Label, quantities: Mapping[str, int] | None = None) -> None:
        """Hand a parcel to a carrier."""
        body = {"items": self.lines(quantities), "labels": [label._asdict() for label in labels]}
        self.shop.admin.post(f"{self._path}/fulfillments/{parcel}/shipments", body)

    def ship(self, *labels: Label, quantities: Mapping[str, int] | None = None) -> str:
        """Pack and send; the parcel's id."""
        parcel = self.pack(quantities)
        self.send(parcel, *labels, quantities=quantities)
        return parcel

    def deliver(self, parcel: str) -> None:
        self.shop.admin.post(f"{self._path}/fulfillments/{parcel}/mark-as-delivered")

    def unpack(self, parcel: str) -> None:
        """Cancel a parcel that has not been sent."""
        self.shop.admin.post(f"{self._path}/fulfillments/{parcel}/cancel")

    def cancel(self) -> None:
        self.shop.admin.post(f"{self._path}/cancel")

    def complete(self) -> None:
        self.shop.admin.post(f"{self._path}/complete")

    def archive(self) -> None:
        self.shop.admin.post(f"{self._path}/archive")

    def _pay(self, how: str, amount: float | None) -> None:
        (collection,) = self.read("*payment_collections.payments")["payment_collections"]
        body = {} if amount is None else {"amount": amount}
        self.shop.admin.post(f"/admin/payments/{collection['payments'][0]['id']}/{how}", body)

    def _parcels(self) -> set[str]:
        return {parcel["id"] for parcel in self.read("*fulfillments")["fulfillments"]}
