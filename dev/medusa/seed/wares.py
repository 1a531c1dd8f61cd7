"""What the shop sells, where, for how much."""

from collections.abc import Iterator
from typing import NamedTuple

CURRENCIES = {"eur": ("de", "fr", "ie", "gr"), "jpy": ("jp",), "kwd": ("kw",), "usd": ("us",)}
"""Each with the countries that pay in it."""
WITH_TAX = "jpy"
"""What things cost in this currency includes the tax."""
TAX_RATES = {"de": 19, "fr": 20, "ie": 23, "gr": 24, "jp": 10, "kw": 0, "us": 0}
SHIPPING, NOTHING = (4.9, 500, 1.5, 7.95), (0.0, 0.0, 0.0, 0.0)
AT_ONCE, LATER = PAYMENTS = ("pp_system_default", "pp_bank-transfer_later")
"""Medusa's own way to pay, which authorizes everything, and the one of app/bank-transfer.js."""
WELCOME, GIFT, GIFT_SENT = "WILLKOMMEN10", "GESCHENK", "GESCHENK-VERSAND"
PROMOTIONS = ((WELCOME, "items", 10), (GIFT, "items", 100), (GIFT_SENT, "shipping_methods", 100))
"""Codes, what they take something off, and how many per cent."""
CARDS = {f"CARD-{number:02}": f"Motiv {number:02}" for number in range(1, 28)}


class Product(NamedTuple):
    """Something that is sold in one or more variants."""

    title: str
    variants: dict[str, str]
    """Titles by SKU."""
    amounts: tuple[float, ...]
    """What one costs, in the order of CURRENCIES."""

    @property
    def handle(self) -> str:
        return next(iter(self.variants)).lower()


def products() -> Iterator[Product]:
    """Everything that is sold."""
    mug = (12.5, 1500, 1.25, 14)
    yield Product("Kaffeebohnen “Frühschicht” – 1 kg", {"COFFEE-1KG": "Ganze Bohne"}, (44.99, 5400, 4.375, 48.5))
    yield Product("Emaille-Becher", {"MUG-BLUE": "Blau / 350 ml", "MUG-RED": "Rot / 350 ml"}, mug)
    yield Product('Filter Nr. 4 <b>"ungebleicht"</b>', {"FILTER-100": "Default variant"}, (3.79, 485, 0.395, 4.29))
    yield Product("コーヒーミル「みるっこ」", {"GRINDER": "黒"}, (229, 27500, 22.75, 249))
    yield Product("Ansichtskarte", CARDS, (1.95, 250, 0.255, 2.1))


def prices(amounts: tuple[float, ...]) -> list[dict[str, str | float]]:
    """As Medusa takes them."""
    return [{"currency_code": currency, "amount": amount} for currency, amount in zip(CURRENCIES, amounts, strict=True)]
