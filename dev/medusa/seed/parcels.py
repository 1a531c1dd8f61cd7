"""Orders on their way: packed, sent, delivered, and the states between."""

from .checkout import place
from .order import Label, Order
from .people import ELENI, SIOBHAN
from .shop import Shop

DHL = "https://www.dhl.de/de/privatkunden/pakete-empfangen/verfolgen.html?piececode="
FIRST = Label("00340434161094000015", f"{DHL}00340434161094000015", "https://example.com/labels/1.pdf")
SECOND = Label("00340434161094000022", f"{DHL}00340434161094000022", "https://example.com/labels/2.pdf")
# Nobody gave an address for this one.
BARE = Label("1Z999AA10123456784")
COFFEE, MUGS = {"COFFEE-1KG": 1}, {"MUG-BLUE": 4}


def packed(shop: Shop) -> str:
    order = _paid(shop)
    order.pack()
    return order.id


def partly_packed(shop: Shop) -> str:
    order = _paid(shop)
    order.pack({"MUG-BLUE": 3})
    return order.id


def shipped(shop: Shop) -> str:
    order = _paid(shop)
    order.ship(FIRST)
    return order.id


def shipped_without_label(shop: Shop) -> str:
    order = _paid(shop)
    order.ship()
    return order.id


def shipped_without_address(shop: Shop) -> str:
    """A tracking number, and the sign that the admin pages put where there is no address."""
    order = _paid(shop)
    order.ship(BARE)
    return order.id


def two_parcels(shop: Shop) -> str:
    order = _paid(shop)
    order.ship(FIRST, quantities=COFFEE)
    order.ship(SECOND, quantities=MUGS)
    return order.id


def two_labels(shop: Shop) -> str:
    """One parcel, as Medusa counts, in two boxes."""
    order = _paid(shop)
    order.ship(FIRST, SECOND)
    return order.id


def partly_shipped(shop: Shop) -> str:
    order = _paid(shop)
    order.ship(FIRST, quantities={"MUG-BLUE": 3})
    return order.id


def one_shipped_one_packed(shop: Shop) -> str:
    order = _paid(shop)
    order.ship(FIRST, quantities=COFFEE)
    order.pack(MUGS)
    return order.id


def delivered(shop: Shop) -> str:
    order = _paid(shop)
    order.deliver(order.ship(FIRST))
    return order.id


def delivered_unshipped(shop: Shop) -> str:
    """Handed over at the counter: packed, and delivered without having been sent."""
    order = _paid(shop)
    order.deliver(order.pack())
    return order.id


def partly_delivered(shop: Shop) -> str:
    """One parcel has arrived, one is on its way."""
    order = _paid(shop)
    order.deliver(order.ship(FIRST, quantities=COFFEE))
    order.ship(SECOND, quantities=MUGS)
    return order.id


def partly_delivered_rest_open(shop: Shop) -> str:
    """What was packed has arrived, and the rest is not packed."""
    order = _paid(shop)
    order.deliver(order.ship(FIRST, quantities={"MUG-BLUE": 3}))
    return order.id


def parcel_canceled(shop: Shop) -> str:
    order = _paid(shop)
    order.unpack(order.pack())
    return order.id


def parcel_canceled_and_sent_again(shop: Shop) -> str:
    order = _paid(shop)
    order.unpack(order.pack())
    order.ship(SECOND)
    return order.id


def shipped_unpaid(shop: Shop) -> str:
    """Sent, while the money is only reserved."""
    order = Order(shop, place(shop, ELENI, COFFEE))
    order.ship(FIRST)
    return order.id


def _paid(shop: Shop) -> Order:
    """One line of one, and one of four."""
    order = Order(shop, place(shop, SIOBHAN, COFFEE | MUGS))
    order.capture()
    return order
