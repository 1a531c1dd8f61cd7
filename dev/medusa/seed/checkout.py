"""From an empty cart to an order, the way a web shop goes."""

from collections.abc import Mapping

from ..client import JSON, Client
from .people import Buyer
from .shop import Shop
from .wares import AT_ONCE


class Checkout:
    """A cart, step by step."""

    def __init__(self, shop: Shop, buyer: Buyer | None = None, page: Client | None = None) -> None:
        self._shop = shop
        self._page = page or shop.store
        body: JSON = {"region_id": shop.regions[buyer.currency if buyer else "eur"]}
        if buyer:
            addresses = {"shipping_address": buyer.address, "billing_address": buyer.billing or buyer.address}
            body |= {"email": buyer.email} | addresses
        self.id: str = self._page.post("/store/carts", body)["cart"]["id"]

    def add(self, lines: Mapping[str, int]) -> None:
        """Put things in, by SKU."""
        for sku, quantity in lines.items():
            line = {"variant_id": self._shop.variants[sku], "quantity": quantity}
            self._page.post(f"/store/carts/{self.id}/line-items", line)

    def discount(self, *codes: str) -> None:
        self._page.post(f"/store/carts/{self.id}/promotions", {"promo_codes": codes})

    def ship(self) -> None:
        self._page.post(f"/store/carts/{self.id}/shipping-methods", {"option_id": self._shop.shipping_option})

    def pay(self, how: str = AT_ONCE) -> None:
        collection = self._page.post("/store/payment-collections", {"cart_id": self.id})["payment_collection"]["id"]
        self._page.post(f"/store/payment-collections/{collection}/payment-sessions", {"provider_id": how})

    def complete(self) -> str:
        """Place the order; its id."""
        order: str = self._page.post(f"/store/carts/{self.id}/complete")["order"]["id"]
        return order


def place(
    shop: Shop, buyer: Buyer, lines: Mapping[str, int], *, code: str | None = None, page: Client | None = None
) -> str:
    """Order these things; the order's id."""
    checkout = Checkout(shop, buyer, page)
    checkout.add(lines)
    if code:
        checkout.discount(code)
    checkout.ship()
    checkout.pay()
    return checkout.complete()
