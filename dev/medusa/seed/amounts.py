"""Orders in other currencies, with a discount, with many lines."""

from .checkout import place
from .people import ANN, FATIMA, JUERGEN, SIOBHAN, YUKI
from .shop import Shop
from .wares import CARDS, WELCOME


def discount(shop: Shop) -> str:
    """What is to be paid is not a whole number of cents: 54.01529."""
    return place(shop, JUERGEN, {"COFFEE-1KG": 1}, code=WELCOME)


def yen(shop: Shop) -> str:
    """The prices include the tax, and what is to be paid is not a whole number of yen, either."""
    return place(shop, YUKI, {"FILTER-100": 1}, code=WELCOME)


def dinars(shop: Shop) -> str:
    """A currency with three decimals."""
    return place(shop, FATIMA, {"COFFEE-1KG": 1, "FILTER-100": 3})


def dollars(shop: Shop) -> str:
    """No tax."""
    return place(shop, ANN, {"GRINDER": 1, "FILTER-100": 10})


def several_lines(shop: Shop) -> str:
    return place(shop, SIOBHAN, {"COFFEE-1KG": 2, "MUG-BLUE": 1, "MUG-RED": 3, "FILTER-100": 12})


def many_lines(shop: Shop) -> str:
    """More lines than one answer shows."""
    return place(shop, JUERGEN, {sku: number for number, sku in enumerate(CARDS, 1)})
