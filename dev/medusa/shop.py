"""The shop that all orders are placed in: where it sells, what, and how that is sent."""

from dataclasses import dataclass, field

from .client import Client, sign_in, with_publishable_key, with_secret_key
from .server import Admin

CURRENCIES = {"eur": ("de", "fr", "ie", "gr"), "jpy": ("jp",), "kwd": ("kw",), "usd": ("us",)}
TAX_RATES = {"de": 19, "fr": 20, "ie": 23, "gr": 24, "jp": 10, "kw": 0, "us": 0}
# In the order of CURRENCIES.
PRICES = {
    "COFFEE-1KG": ("Kaffeebohnen “Frühschicht” – 1 kg", "Ganze Bohne", (44.99, 5400, 4.375, 48.5)),
    "MUG-BLUE": ("Emaille-Becher", "Blau / 350 ml", (12.5, 1500, 1.25, 14)),
    "MUG-RED": ("Emaille-Becher", "Rot / 350 ml", (12.5, 1500, 1.25, 14)),
    "FILTER-100": ('Papierfilter Nr. 4, 100 St. <b>"ungebleicht"</b>', "Default variant", (3.79, 480, 0.395, 4.29)),
    "GRINDER": ("コーヒーミル「みるっこ」", "黒", (229, 27500, 22.75, 249)),
}
SHIPPING = (4.9, 500, 1.5, 7.95)
PROMOTION, PROMOTION_PERCENT = "WILLKOMMEN10", 10


@dataclass(frozen=True, slots=True)
class Keys:
    """What later callers need."""

    secret: str
    publishable: str
    sales_channel: str


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop that can be bought from."""

    address: str
    keys: Keys
    admin: Client
    store: Client
    regions: dict[str, str]
    """The region's id of each currency."""
    variants: dict[str, str]
    """The id of each thing that is sold, by its SKU."""
    shipping_option: str
    return_option: str
    location: str
    customers: dict[str, str] = field(default_factory=dict)
    """Customer records, as `name -> id`."""

    def signed_in(self, token: str) -> Client:
        """The web page after a customer has signed in."""
        return with_publishable_key(self.address, self.keys.publishable, token)


def open_shop(address: str, owner: Admin) -> Shop:
    """Make all of it, in a Medusa that has nothing yet."""
    with sign_in(address, *owner) as user:
        secret = user.post("/admin/api-keys", {"title": "order-mcp", "type": "secret"})["api_key"]["token"]
    admin = with_secret_key(address, secret)
    store_id = admin.get("/admin/stores")["stores"][0]["id"]
    supported = [{"currency_code": code, "is_default": code == "eur"} for code in CURRENCIES]
    admin.post(f"/admin/stores/{store_id}", {"supported_currencies": supported})

    channel = admin.post("/admin/sales-channels", {"name": "Web shop"})["sales_channel"]["id"]
    publishable = admin.post("/admin/api-keys", {"title": "Web shop", "type": "publishable"})["api_key"]
    admin.post(f"/admin/api-keys/{publishable['id']}/sales-channels", {"add": [channel]})

    regions = {code: _region(admin, code, countries) for code, countries in CURRENCIES.items()}
    location, zone = _location(admin, channel)
    profiles = admin.get("/admin/shipping-profiles")["shipping_profiles"]
    profile = (
        profiles[0]
        if profiles
        else admin.post("/admin/shipping-profiles", {"name": "Default", "type": "default"})["shipping_profile"]
    )["id"]
    variants = _products(admin, channel, profile)
    admin.post("/admin/promotions", _PROMOTION)
    return Shop(
        address,
        Keys(secret, publishable["token"], channel),
        admin,
        with_publishable_key(address, publishable["token"]),
        regions,
        variants,
        _shipping_option(admin, zone, profile, "DHL Paket", "standard", SHIPPING, is_return=False),
        _shipping_option(admin, zone, profile, "Rücksendung", "return", (0, 0, 0, 0), is_return=True),
        location,
    )


def _region(admin: Client, currency: str, countries: tuple[str, ...]) -> str:
    for country in countries:
        rate = {"name": "VAT", "code": "vat", "rate": TAX_RATES[country]}
        region = {"country_code": country, "provider_id": "tp_system", "default_tax_rate": rate}
        admin.post("/admin/tax-regions", region)
    body = {
        "name": currency.upper(),
        "currency_code": currency,
        "countries": countries,
        "payment_providers": ["pp_system_default"],
        "automatic_taxes": True,
    }
    region_id: str = admin.post("/admin/regions", body)["region"]["id"]
    return region_id


def _location(admin: Client, channel: str) -> tuple[str, str]:
    """A place that things are sent from, and the zone that they are sent to."""
    location = admin.post("/admin/stock-locations", {"name": "Lager Leipzig"})["stock_location"]["id"]
    path = f"/admin/stock-locations/{location}"
    admin.post(f"{path}/sales-channels", {"add": [channel]})
    admin.post(f"{path}/fulfillment-providers", {"add": ["manual_manual"]})
    body = {"name": "Shipping", "type": "shipping"}
    answer = admin.post(f"{path}/fulfillment-sets?fields=*fulfillment_sets", body)
    sets = answer["stock_location"]["fulfillment_sets"][0]["id"]
    zones = [{"type": "country", "country_code": country} for country in TAX_RATES]
    zone = admin.post(
        f"/admin/fulfillment-sets/{sets}/service-zones?fields=*service_zones", {"name": "Everywhere", "geo_zones": zones}
    )
    return location, zone["fulfillment_set"]["service_zones"][0]["id"]


def _shipping_option(
    admin: Client, zone: str, profile: str, name: str, code: str, prices: tuple[float, ...], *, is_return: bool
) -> str:
    body = {
        "name": name,
        "price_type": "flat",
        "provider_id": "manual_manual",
        "service_zone_id": zone,
        "shipping_profile_id": profile,
        "type": {"label": name, "description": name, "code": code},
        "prices": _prices(prices),
        "rules": [
            {"attribute": "enabled_in_store", "operator": "eq", "value": "true"},
            {"attribute": "is_return", "operator": "eq", "value": str(is_return).lower()},
        ],
    }
    option: str = admin.post("/admin/shipping-options", body)["shipping_option"]["id"]
    return option


def _products(admin: Client, channel: str, profile: str) -> dict[str, str]:
    variants: dict[str, str] = {}
    for sku, (title, variant, prices) in PRICES.items():
        body = {
            "title": title,
            "handle": sku.lower(),
            "status": "published",
            "sales_channels": [{"id": channel}],
            "shipping_profile_id": profile,
            "options": [{"title": "Variant", "values": [variant]}],
            "variants": [
                {
                    "title": variant,
                    "sku": sku,
                    "manage_inventory": False,
                    "options": {"Variant": variant},
                    "prices": _prices(prices),
                }
            ],
        }
        variants[sku] = admin.post("/admin/products", body)["product"]["variants"][0]["id"]
    return variants


def _prices(amounts: tuple[float, ...]) -> list[dict[str, str | float]]:
    return [
        {"currency_code": currency, "amount": amount} for currency, amount in zip(CURRENCIES, amounts, strict=True)
    ]


_PROMOTION = {
    "code": PROMOTION,
    "type": "standard",
    "status": "active",
    "application_method": {
        "type": "percentage",
        "target_type": "items",
        "allocation": "across",
        "value": PROMOTION_PERCENT,
    },
}
