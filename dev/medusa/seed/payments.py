"""Orders whose money is in every state that can be reached."""

from .checkout import Checkout, place
from .drafts import converted
from .order import Order
from .people import ELENI, JUERGEN, SIOBHAN
from .shop import Shop
from .wares import AT_ONCE, GIFT, GIFT_SENT, LATER

COFFEE = {"COFFEE-1KG": 1}


def authorized(shop: Shop) -> str:
    """As the checkout leaves it."""
    return place(shop, JUERGEN, COFFEE)


def partly_authorized(shop: Shop) -> str:
    """The shop has asked for five euros more."""
    order = _placed(shop)
    order.claim_money(5)
    return order.id


def captured(shop: Shop) -> str:
    order = _placed(shop)
    order.capture()
    return order.id


def partly_captured(shop: Shop) -> str:
    order = _placed(shop)
    order.capture(20)
    return order.id


def refunded(shop: Shop) -> str:
    order = _placed(shop)
    order.capture()
    order.refund()
    return order.id


def partly_refunded(shop: Shop) -> str:
    order = _placed(shop)
    order.capture()
    order.refund(10.5)
    return order.id


def not_paid(shop: Shop) -> str:
    """A draft that became an order: nobody was asked for money."""
    return converted(shop, SIOBHAN)


def begun(shop: Shop) -> str:
    """The same, and a payment was begun that nobody has authorized: Medusa says no more than before."""
    order = Order(shop, converted(shop, SIOBHAN))
    path = order.claim_money(order.read("id,total,*items")["total"])
    shop.admin.post(f"{path}/payment-sessions", {"provider_id": AT_ONCE})
    return order.id


def paid_by_hand(shop: Shop) -> str:
    """The same, and somebody in the shop says that the money is there."""
    order = Order(shop, converted(shop, SIOBHAN))
    path = order.claim_money(order.read("id,total,*items")["total"])
    shop.admin.post(f"{path}/mark-as-paid", {"order_id": order.id})
    return order.id


def awaiting(shop: Shop) -> str:
    """A bank transfer that has not arrived."""
    checkout = Checkout(shop, ELENI)
    checkout.add(COFFEE)
    checkout.ship()
    checkout.pay(LATER)
    return checkout.complete()


def free(shop: Shop) -> str:
    """Nothing is to be paid."""
    checkout = Checkout(shop, JUERGEN)
    checkout.add(COFFEE)
    checkout.ship()
    checkout.discount(GIFT, GIFT_SENT)
    checkout.pay()
    return checkout.complete()


def _placed(shop: Shop) -> Order:
    return Order(shop, place(shop, ELENI, COFFEE))
