"""Finding orders by number or by e-mail address.

Medusa has no exact filter for either: `?display_id=` and `?email=` are ignored, and answered with everybody's orders.
Its free search `?q=` finds text inside numbers, e-mail addresses and postal addresses, whatever the case, and takes `%`
and `_` for wildcards. So it only picks what is worth comparing. It reads the address on the order itself, which may be
another one than the customer's account has by now, so no customer has to be looked up.
"""

from contextlib import suppress
from typing import Any

from order_mcp.provider_api import (
    Entry,
    Held,
    InvalidInput,
    MatchedBy,
    NotFound,
    Provider,
    Search,
    named_in,
    whole,
)

from .translate import to_order
from .wire import HIT_FIELDS, OrderBody, OrderList

ROWS = 25
"""A page. Every row has all its lines in it, so a page of 100 could be too long to read."""
NUMBERS: dict[MatchedBy, str] = {"order_number": "display_id", "external": "custom_display_id"}
EMAIL: dict[MatchedBy, str] = {"email": "email"}
# Of what has the digits of a number inside it, the number itself is the smallest. Before it come only orders that have
# them in an address.
SMALLEST_FIRST, NEWEST_FIRST = "display_id", "-created_at"


async def find_orders(medusa: Provider[Any], search: Search, *orders: str) -> None:
    """Read what may hold the orders in question, and let the search compare it."""
    question = search.question
    if question.held is Held.EMAIL:
        search.compared = "the address on the order, without drafts"
        await _scan(medusa, search, orders, EMAIL, NEWEST_FIRST)
        return
    search.compared = "number and custom number, without drafts"  # the list has none
    if question.ids_too and question.value.startswith("order_"):
        search.compared = "id, number and custom number, without drafts"
        with suppress(NotFound, InvalidInput):
            search.add(await medusa.get_order(question.value), "id")
            return  # what is an id is nobody's number
    await _scan(medusa, search, orders, NUMBERS, SMALLEST_FIRST)


async def _scan(
    medusa: Provider[Any], search: Search, orders: tuple[str, ...], compared: dict[MatchedBy, str], order: str
) -> None:
    entry = Entry(OrderBody, id=lambda wire: wire.id, numbers=lambda wire: named_in(wire, compared), translate=to_order)

    def look(listed: OrderList) -> bool:
        return search.look_at_page(listed.orders, whole(listed.count), entry)

    async def turn() -> bool:
        query: dict[str, str | int] = {
            "q": search.question.value,
            "order": order,
            "limit": ROWS,
            "offset": search.received,
        }
        return await medusa.listed(OrderList, *orders, look=look, fields=HIT_FIELDS, **query)

    await search.scan(turn, {"email": "e-mail addresses"} if compared is EMAIL else {"order_number": "numbers"})
