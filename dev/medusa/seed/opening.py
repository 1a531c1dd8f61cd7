"""A shop is opened: keys, regions with their taxes, a place that parcels are sent from, and something to sell."""

from collections.abc import Iterator
from contextlib import contextmanager

from ..client import Client, sign_in, with_publishable_key, with_secret_key
from ..server import Admin
from .shop import Keys, Shop
from .wares import CURRENCIES, NOTHING, PAYMENTS, PROMOTIONS, SHIPPING, TAX_RATES, WITH_TAX, prices, products


@contextmanager
def opened(address: str, owner: Admin) -> Iterator[Shop]:
    """A shop, in a Medusa that has nothing yet."""
    keys = _keys(address, owner)
    with with_secret_key(address, keys.secret) as admin, with_publishable_key(address, keys.publishable) as store:
        shop = admin.get("/admin/stores")["stores"][0]["id"]
        supported = [
            {"currency_code": currency, "is_default": currency == "eur", "is_tax_inclusive": currency == WITH_TAX}
            for currency in CURRENCIES
        ]
        admin.post(f"/admin/stores/{shop}", {"supported_currencies": supported})
        for promotion in PROMOTIONS:
            _promotion(admin, *promotion)
        location, zone = _location(admin, keys.sales_channel)
        profile = admin.get("/admin/shipping-profiles")["shipping_profiles"][0]["id"]
        yield Shop(
            address,
            keys,
            admin,
            store,
            regions={currency: _region(admin, currency, countries) for currency, countries in CURRENCIES.items()},
            variants=_variants(admin, keys.sales_channel, profile),
            location=location,
            shipping_option=_option(admin, zone, profile, "DHL Paket", SHIPPING, is_return=False),
            return_option=_option(admin, zone, profile, "Rücksendung", NOTHING, is_return=True),
        )


def _keys(address: str, owner: Admin) -> Keys:
    with sign_in(address, *owner) as user:
        channel = user.post("/admin/sales-channels", {"name": "Web shop"})["sales_channel"]["id"]
        page = user.post("/admin/api-keys", {"title": "Web shop", "type": "publishable"})["api_key"]
        user.post(f"/admin/api-keys/{page['id']}/sales-channels", {"add": [channel]})
        program = user.post("/admin/api-keys", {"title": "order-mcp", "type": "secret"})["api_key"]
    return Keys(program["token"], page["token"], channel)


def _promotion(admin: Client, code: str, what: str, percent: int) -> None:
    method = {"type": "percentage", "target_type": what, "allocation": "across", "value": percent}
    body = {"code": code, "type": "standard", "status": "active", "application_method": method}
    admin.post("/admin/promotions", body)


def _region(admin: Client, currency: str, countries: tuple[str, ...]) -> str:
    for country in countries:
        rate = {"name": "VAT", "code": "vat", "rate": TAX_RATES[country]}
        region = {"country_code": country, "provider_id": "tp_system", "default_tax_rate": rate}
        admin.post("/admin/tax-regions", region)
    body = {
        "name": currency.upper(),
        "currency_code": currency,
        "countries": countries,
        "payment_providers": PAYMENTS,
        "automatic_taxes": True,
    }
    id: str = admin.post("/admin/regions", body)["region"]["id"]
    return id


def _location(admin: Client, channel: str) -> tuple[str, str]:
    """A place that parcels are sent from, and the zone that they are sent to."""
    location = admin.post("/admin/stock-locations", {"name": "Lager Leipzig"})["stock_location"]["id"]
    path = f"/admin/stock-locations/{location}"
    admin.post(f"{path}/sales-channels", {"add": [channel]})
    admin.post(f"{path}/fulfillment-providers", {"add": ["manual_manual"]})
    kind = {"name": "Shipping", "type": "shipping"}
    made = admin.post(f"{path}/fulfillment-sets?fields=*fulfillment_sets", kind)["stock_location"]["fulfillment_sets"]
    everywhere = [{"type": "country", "country_code": country} for country in TAX_RATES]
    zone = {"name": "Everywhere", "geo_zones": everywhere}
    zones = admin.post(f"/admin/fulfillment-sets/{made[0]['id']}/service-zones?fields=*service_zones", zone)
    return location, zones["fulfillment_set"]["service_zones"][0]["id"]


def _option(admin: Client, zone: str, profile: str, name: str, amounts: tuple[float, ...], *, is_return: bool) -> str:
    """A way to send things; its id."""
    body = {
        "name": name,
        "price_type": "flat",
        "provider_id": "manual_manual",
        "service_zone_id": zone,
        "shipping_profile_id": profile,
        "type": {"label": name, "description": name, "code": "return" if is_return else "standard"},
        "prices": prices(amounts),
        "rules": [
            {"attribute": "enabled_in_store", "operator": "eq", "value": "true"},
            {"attribute": "is_return", "operator": "eq", "value": "true" if is_return else "false"},
        ],
    }
    id: str = admin.post("/admin/shipping-options", body)["shipping_option"]["id"]
    return id


def _variants(admin: Client, channel: str, profile: str) -> dict[str, str]:
    """Sell everything; the id of each variant, by its SKU."""
    ids: dict[str, str] = {}
    for product in products():
        variants = [
            {
                "title": title,
                "sku": sku,
                "manage_inventory": False,
                "options": {"Variant": title},
                "prices": prices(product.amounts),
            }
            for sku, title in product.variants.items()
        ]
        body = {
            "title": product.title,
            "handle": product.handle,
            "status": "published",
            "sales_channels": [{"id": channel}],
            "shipping_profile_id": profile,
            "options": [{"title": "Variant", "values": list(product.variants.values())}],
            "variants": variants,
        }
        made = admin.post("/admin/products", body)["product"]["variants"]
        ids |= {variant["sku"]: variant["id"] for variant in made}
    return ids
