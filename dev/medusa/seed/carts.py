"""Carts: what has not been ordered, and one that has."""

from .checkout import Checkout
from .people import JUERGEN, PAUL, SIOBHAN, YUKI, sign_in
from .shop import Shop
from .wares import CARDS, WELCOME

LINES = {"COFFEE-1KG": 1, "MUG-RED": 2}


def open(shop: Shop) -> str:
    checkout = Checkout(shop, SIOBHAN)
    checkout.add(LINES)
    return checkout.id


def empty(shop: Shop) -> str:
    return Checkout(shop, JUERGEN).id


def anonymous(shop: Shop) -> str:
    """Nobody has typed anything yet."""
    checkout = Checkout(shop)
    checkout.add(LINES)
    return checkout.id


def discounted(shop: Shop) -> str:
    """With a discount and shipping, ready to be paid."""
    checkout = Checkout(shop, JUERGEN)
    checkout.add(LINES)
    checkout.discount(WELCOME)
    checkout.ship()
    checkout.pay()
    return checkout.id


def yen(shop: Shop) -> str:
    checkout = Checkout(shop, YUKI)
    checkout.add({"GRINDER": 1, "FILTER-100": 3})
    checkout.ship()
    return checkout.id


def many_lines(shop: Shop) -> str:
    checkout = Checkout(shop, SIOBHAN)
    checkout.add(dict.fromkeys(CARDS, 1))
    return checkout.id


def signed_in(shop: Shop) -> str:
    """Of a customer with an account."""
    with shop.signed_in(sign_in(shop, PAUL)) as page:
        checkout = Checkout(shop, PAUL, page)
        checkout.add(LINES)
    return checkout.id


def completed(shop: Shop) -> str:
    """It has become an order."""
    checkout = Checkout(shop, SIOBHAN)
    checkout.add(LINES)
    checkout.ship()
    checkout.pay()
    checkout.complete()
    return checkout.id
