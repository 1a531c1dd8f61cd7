"""Orders that were not the end of it: returned, exchanged, claimed, edited, handed over to somebody else."""

from ..client import JSON
from .checkout import place
from .order import Order
from .parcels import FIRST, SECOND
from .people import ELENI, JUERGEN, PAUL, customer_id
from .shop import Shop

THINGS = {"COFFEE-1KG": 2, "MUG-BLUE": 3}
ONE_MUG = {"MUG-BLUE": 1}
NOTE = "Schraube locker – “war nicht fest”"


def return_begun(shop: Shop) -> str:
    """Somebody in the shop is typing it in."""
    order = _delivered(shop)
    _begin_return(order, {"MUG-BLUE": 2})
    return order.id


def return_requested(shop: Shop) -> str:
    order = _delivered(shop)
    _request_return(order, {"MUG-BLUE": 2})
    return order.id


def return_partly_received(shop: Shop) -> str:
    order = _delivered(shop)
    _receive(order, _request_return(order, {"MUG-BLUE": 2}), ONE_MUG)
    return order.id


def return_received(shop: Shop) -> str:
    order = _delivered(shop)
    _receive(order, _request_return(order, {"MUG-BLUE": 2}), {"MUG-BLUE": 2})
    return order.id


def return_received_and_refunded(shop: Shop) -> str:
    """All of it came back, and so did the money."""
    order = _delivered(shop)
    _receive(order, _request_return(order, THINGS), THINGS)
    order.refund()
    return order.id


def return_received_damaged(shop: Shop) -> str:
    """It came back, and one of two is not taken."""
    order = _delivered(shop)
    returned = _request_return(order, {"MUG-BLUE": 2})
    path = f"/admin/returns/{returned}"
    order.shop.admin.post(f"{path}/receive")
    order.shop.admin.post(f"{path}/receive-items", {"items": order.lines(ONE_MUG)})
    order.shop.admin.post(f"{path}/dismiss-items", {"items": order.lines(ONE_MUG)})
    order.shop.admin.post(f"{path}/receive/confirm")
    return order.id


def return_canceled(shop: Shop) -> str:
    """One that no parcel was announced for; Medusa lets nobody cancel another one."""
    order = _delivered(shop)
    returned = _request_return(order, {"MUG-BLUE": 2}, by_parcel=False)
    order.shop.admin.post(f"/admin/returns/{returned}/cancel")
    return order.id


def return_by_customer(shop: Shop) -> str:
    """Asked for at the shop's web page."""
    order = _delivered(shop)
    parcel = {"option_id": shop.return_option}
    body = {"order_id": order.id, "items": order.lines(ONE_MUG), "return_shipping": parcel}
    shop.store.post("/store/returns", body)
    return order.id


def exchange_requested(shop: Shop) -> str:
    """A blue mug back, a red one out."""
    order = _delivered(shop)
    _exchange(order)
    return order.id


def exchange_sent(shop: Shop) -> str:
    order = _delivered(shop)
    _exchange(order)
    order.ship(SECOND, quantities={"MUG-RED": 1})
    return order.id


def claim_refund(shop: Shop) -> str:
    """One thing was missing, and the money for it is due."""
    order = _delivered(shop)
    claim = _claim(order, "refund", "missing_item")
    shop.admin.post(f"/admin/claims/{claim}/request")
    return order.id


def claim_replace(shop: Shop) -> str:
    """One thing was broken, and a new one is to be sent."""
    order = _delivered(shop)
    claim = _claim(order, "replace", "production_failure")
    path = f"/admin/claims/{claim}"
    shop.admin.post(f"{path}/inbound/items", {"items": order.lines(ONE_MUG)})
    shop.admin.post(f"{path}/outbound/items", {"items": [{"variant_id": shop.variants["MUG-RED"], "quantity": 1}]})
    shop.admin.post(f"{path}/request")
    return order.id


def edit_begun(shop: Shop) -> str:
    order = _captured(shop)
    _edit(order)
    return order.id


def edit_requested(shop: Shop) -> str:
    order = _captured(shop)
    _edit(order)
    shop.admin.post(f"/admin/order-edits/{order.id}/request")
    return order.id


def edit_confirmed(shop: Shop) -> str:
    """One thing more, which is not paid yet."""
    order = _captured(shop)
    _edit(order)
    _confirm_edit(order)
    return order.id


def edit_confirmed_authorized(shop: Shop) -> str:
    """The same, of an order whose money is only reserved."""
    order = Order(shop, place(shop, JUERGEN, THINGS))
    _edit(order)
    _confirm_edit(order)
    return order.id


def edit_fewer(shop: Shop) -> str:
    """One line is taken out, and money is due to the customer."""
    order = _captured(shop)
    (line,) = order.lines(ONE_MUG)
    shop.admin.post("/admin/order-edits", {"order_id": order.id})
    shop.admin.post(f"/admin/order-edits/{order.id}/items/item/{line['id']}", {"quantity": 0})
    _confirm_edit(order)
    return order.id


def transfer_requested(shop: Shop) -> str:
    """To be handed over to another customer's account."""
    order = _captured(shop)
    shop.admin.post(f"/admin/orders/{order.id}/transfer", {"customer_id": customer_id(shop, PAUL)})
    return order.id


def credited(shop: Shop) -> str:
    """One thing more, and the shop asks for less than it costs."""
    order = _captured(shop)
    _edit(order)
    _confirm_edit(order)
    body = {"amount": 5, "reference": "goodwill", "reference_id": "ticket-4711"}
    shop.admin.post(f"/admin/orders/{order.id}/credit-lines", body)
    return order.id


def _captured(shop: Shop) -> Order:
    order = Order(shop, place(shop, JUERGEN, THINGS))
    order.capture()
    return order


def _delivered(shop: Shop) -> Order:
    order = Order(shop, place(shop, ELENI, THINGS))
    order.capture()
    order.deliver(order.ship(FIRST))
    return order


def _begin_return(order: Order, quantities: dict[str, int], *, by_parcel: bool = True) -> str:
    body = {"order_id": order.id, "location_id": order.shop.location, "internal_note": NOTE}
    id: str = order.shop.admin.post("/admin/returns", body)["return"]["id"]
    order.shop.admin.post(f"/admin/returns/{id}/request-items", {"items": order.lines(quantities)})
    if by_parcel:
        option = {"shipping_option_id": order.shop.return_option}
        order.shop.admin.post(f"/admin/returns/{id}/shipping-method", option)
    return id


def _request_return(order: Order, quantities: dict[str, int], *, by_parcel: bool = True) -> str:
    id = _begin_return(order, quantities, by_parcel=by_parcel)
    order.shop.admin.post(f"/admin/returns/{id}/request", {"no_notification": True})
    return id


def _receive(order: Order, returned: str, quantities: dict[str, int]) -> None:
    path = f"/admin/returns/{returned}"
    order.shop.admin.post(f"{path}/receive")
    order.shop.admin.post(f"{path}/receive-items", {"items": order.lines(quantities)})
    order.shop.admin.post(f"{path}/receive/confirm")


def _exchange(order: Order) -> None:
    body = {"order_id": order.id}
    exchange = order.shop.admin.post("/admin/exchanges", body)["exchange"]["id"]
    path = f"/admin/exchanges/{exchange}"
    order.shop.admin.post(f"{path}/inbound/items", {"items": order.lines(ONE_MUG)})
    red = {"variant_id": order.shop.variants["MUG-RED"], "quantity": 1}
    order.shop.admin.post(f"{path}/outbound/items", {"items": [red]})
    order.shop.admin.post(f"{path}/request")


def _claim(order: Order, kind: str, reason: str) -> str:
    body = {"order_id": order.id, "type": kind}
    id: str = order.shop.admin.post("/admin/claims", body)["claim"]["id"]
    items = [line | {"reason": reason} for line in order.lines(ONE_MUG)]
    order.shop.admin.post(f"/admin/claims/{id}/claim-items", {"items": items})
    return id


def _edit(order: Order) -> None:
    order.shop.admin.post("/admin/order-edits", {"order_id": order.id})
    added: JSON = {"variant_id": order.shop.variants["FILTER-100"], "quantity": 2}
    order.shop.admin.post(f"/admin/order-edits/{order.id}/items", {"items": [added]})


def _confirm_edit(order: Order) -> None:
    order.shop.admin.post(f"/admin/order-edits/{order.id}/request")
    order.shop.admin.post(f"/admin/order-edits/{order.id}/confirm")
