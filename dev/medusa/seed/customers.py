"""Orders by people whose e-mail address is not what it seems."""

from .checkout import Checkout, place
from .order import Order
from .people import CAPITALS, ELENI, NORA, PAUL, PLUS, STRANGER, register, sign_in
from .shop import Shop

COFFEE = {"COFFEE-1KG": 1}


def capitals(shop: Shop) -> str:
    return place(shop, CAPITALS, COFFEE)


def plus(shop: Shop) -> str:
    return place(shop, PLUS, COFFEE)


def guest_before_account(shop: Shop) -> str:
    """There will be a second record for this address."""
    return place(shop, NORA, COFFEE)


def with_account(shop: Shop) -> str:
    """The same person, who has made an account and is signed in."""
    register(shop, NORA)
    with shop.signed_in(sign_in(shop, NORA)) as page:
        return place(shop, NORA, COFFEE, page=page)


def guest_after_account(shop: Shop) -> str:
    """And once more without having signed in."""
    return place(shop, NORA, COFFEE)


def account(shop: Shop) -> str:
    """By somebody who has had an account from the beginning."""
    register(shop, PAUL)
    with shop.signed_in(sign_in(shop, PAUL)) as page:
        return place(shop, PAUL, COFFEE, page=page)


def typed_by_stranger(shop: Shop) -> str:
    """By a guest who types the address of somebody else's account."""
    return place(shop, STRANGER, COFFEE)


def nobody(shop: Shop) -> str:
    """Without an e-mail address, a name or an address: Medusa asks for none of them."""
    checkout = Checkout(shop)
    checkout.add(COFFEE)
    checkout.ship()
    checkout.pay()
    return checkout.complete()


def email_changed(shop: Shop) -> str:
    """The shop has corrected the address in the order, and the customer's record has the old one."""
    order = Order(shop, place(shop, ELENI, COFFEE))
    shop.admin.post(f"/admin/orders/{order.id}", {"email": "eleni.new@example.gr"})
    return order.id
