"""Orders that are over: completed, archived, canceled."""

from .checkout import place
from .order import Order
from .parcels import FIRST
from .people import ELENI, JUERGEN
from .shop import Shop

COFFEE = {"COFFEE-1KG": 1}


def completed(shop: Shop) -> str:
    order = _captured(shop)
    order.deliver(order.ship(FIRST))
    order.complete()
    return order.id


def completed_unshipped(shop: Shop) -> str:
    """Somebody pressed the button too early."""
    order = _captured(shop)
    order.complete()
    return order.id


def archived(shop: Shop) -> str:
    order = _captured(shop)
    order.deliver(order.ship(FIRST))
    order.complete()
    order.archive()
    return order.id


def canceled(shop: Shop) -> str:
    """Before any money was taken."""
    order = Order(shop, place(shop, JUERGEN, COFFEE))
    order.cancel()
    return order.id


def canceled_captured(shop: Shop) -> str:
    """After the money was taken, which is given back."""
    order = _captured(shop)
    order.cancel()
    return order.id


def canceled_refunded(shop: Shop) -> str:
    """The money was given back first."""
    order = _captured(shop)
    order.refund()
    order.cancel()
    return order.id


def canceled_partly_captured(shop: Shop) -> str:
    order = Order(shop, place(shop, JUERGEN, COFFEE))
    order.capture(20)
    order.cancel()
    return order.id


def canceled_packed(shop: Shop) -> str:
    """The parcel was canceled before."""
    order = _captured(shop)
    order.unpack(order.pack())
    order.cancel()
    return order.id


def _captured(shop: Shop) -> Order:
    order = Order(shop, place(shop, ELENI, COFFEE))
    order.capture()
    return order
