"""Orders that somebody in the shop types in for a customer."""

from .people import SIOBHAN, Buyer
from .shop import Shop


def draft(shop: Shop) -> str:
    """Typed in, and not an order yet."""
    return _draft(shop, SIOBHAN)


def converted(shop: Shop, buyer: Buyer = SIOBHAN) -> str:
    """A draft that became an order."""
    id = _draft(shop, buyer)
    shop.admin.post(f"/admin/draft-orders/{id}/convert-to-order")
    return id


def bare(shop: Shop) -> str:
    """One that became an order, with nothing but an e-mail address and a line without a product."""
    items = [{"title": "Beratung, 1 Stunde", "quantity": 1, "unit_price": 80}]
    body = {"region_id": shop.regions["eur"], "email": SIOBHAN.email, "items": items}
    id: str = shop.admin.post("/admin/draft-orders", body)["draft_order"]["id"]
    shop.admin.post(f"/admin/draft-orders/{id}/convert-to-order")
    return id


def _draft(shop: Shop, buyer: Buyer) -> str:
    body = {
        "region_id": shop.regions[buyer.currency],
        "sales_channel_id": shop.keys.sales_channel,
        "email": buyer.email,
        "shipping_address": buyer.address,
        "billing_address": buyer.billing or buyer.address,
        "items": [
            {"variant_id": shop.variants["COFFEE-1KG"], "quantity": 2},
            {"title": "Engraving “O'Brien & Sons”", "quantity": 1, "unit_price": 7.5},
        ],
        "shipping_methods": [{"name": "DHL Paket", "shipping_option_id": shop.shipping_option, "amount": 4.9}],
    }
    id: str = shop.admin.post("/admin/draft-orders", body)["draft_order"]["id"]
    return id
