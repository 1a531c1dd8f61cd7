"""All stories: the tables with what they ask for filled in."""

from collections.abc import Mapping

from ..questions import NOBODY
from ..seed.seeded import Seeded
from .question import CART, ORDER, ORDERS, SIGNING, TYPES, Question, Way
from .table import CARTS, FULL, MADE, SEARCHES, STATES

PUBLISHABLE = {"MEDUSA_PUBLISHABLE_KEY": "medusa-test-publishable"}
NO_ORDER, NO_CART = f"order_{NOBODY}", f"cart_{NOBODY}"


def questions(seeded: Seeded) -> Mapping[str, Question]:
    """Each under the name of its file."""
    return _orders(seeded) | _carts(seeded) | _searches(seeded)


def _orders(seeded: Seeded) -> dict[str, Question]:
    def order(state: str) -> dict[str, str]:
        return {"order_id": seeded.orders[state]}

    wrong_key, wrong_address = "a secret key that is none", "an address at which there is another program: 404 in HTML"
    unknown = {"order_id": NO_ORDER}
    return {
        **{name: Question(what, ORDER, "get_order", order(state)) for name, (state, what) in STATES.items()},
        **{
            name: Question(
                what, ORDER, "get_order", {**order(state), "detail": "full"}, {"ORDER_MCP_AUDIENCE": audience}
            )
            for name, (state, audience, what) in FULL.items()
        },
        **{
            name: Question(what, TYPES, "get_order", order(state), instead=instead)
            for name, (state, what, instead) in MADE.items()
        },
        "not_found": Question("no such order", ORDER, "get_order", unknown),
        "wrong_key": Question(wrong_key, SIGNING, "get_order", unknown, way=Way.WRONG_KEY),
        "wrong_address": Question(wrong_address, SIGNING, "get_order", unknown, way=Way.WRONG_ADDRESS),
    }


def _carts(seeded: Seeded) -> dict[str, Question]:
    def cart(id: str, what: str, way: Way = Way.RIGHT) -> Question:
        return Question(what, CART, "get_cart", {"cart_id": id}, PUBLISHABLE, way)

    return {
        **{name: cart(seeded.carts[state], what) for name, (state, what) in CARTS.items()},
        "cart_not_found": cart(NO_CART, "no such cart"),
        "cart_wrong_key": cart(seeded.carts["open"], "a publishable key that is none: 400", Way.WRONG_KEY),
    }


def _searches(seeded: Seeded) -> dict[str, Question]:
    by_id = {"order_number": seeded.orders["captured"]}
    return {
        **{name: Question(what, ORDERS, "find_orders", asked) for name, (asked, what) in SEARCHES.items()},
        "find_by_id": Question("an id in place of a number", ORDERS, "find_orders", by_id),
    }
