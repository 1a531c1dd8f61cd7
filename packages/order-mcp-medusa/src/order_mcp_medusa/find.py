"""Finding orders by number or by e-mail address.

Medusa's list of orders has no exact filter for either: `?display_id=` and `?email=` are ignored, and answered with
everybody's orders. Its free search `?q=` finds text inside numbers, e-mail addresses and postal addresses, whatever the
case, and takes `%` and `_` for wildcards; so it only picks what is worth comparing. It reads the address on the order.
The account of its customer may have another one by now, so the customers with an address are asked for, too.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from order_mcp.provider_api import (
    NOT_ALL_GIVEN,
    TOO_MANY_CUSTOMERS,
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
from .wire import HIT_FIELDS, CustomerEntry, CustomerList, OrderBody, OrderList

ORDERS, CUSTOMERS = ("admin", "orders"), ("admin", "customers")
ROWS = 25
"""A page. Every row has all its lines in it, so a page of 100 could be too long to read."""
MOST_CUSTOMERS = 10
# Of the numbers that have these digits in them, the number itself is the smallest. Before it come only orders that have
# them in an address or in a custom number.
SMALLEST_FIRST, NEWEST_FIRST = "display_id", "-created_at"


def numbers_of(wire: OrderBody) -> Iterator[tuple[MatchedBy, str | None]]:
    return named_in(wire, {"order_number": "display_id", "external": "custom_display_id"})


def addresses_of(wire: OrderBody) -> Iterator[tuple[MatchedBy, str | None]]:
    yield from named_in(wire, {"email": "email"})
    if wire.customer is not None:
        yield from named_in(wire.customer, {"email": "email"})


BY_NUMBER = Entry(OrderBody, id=lambda wire: wire.id, numbers=numbers_of, translate=to_order)
BY_EMAIL = BY_NUMBER._replace(numbers=addresses_of)


async def find_orders(medusa: Provider[Any], search: Search) -> None:
    """Read what may hold the orders in question, and let the search compare it. The list has no drafts."""
    question = search.question
    if question.held is Held.EMAIL:
        search.compared = "the address on the order and that of its customer, without drafts"
        await _by_address(medusa, search)
        for customer in await _customers(medusa, search):
            await _orders_of(medusa, search, customer)
        return
    search.compared = "number and custom number, without drafts"
    if question.ids_too and question.value.startswith("order_"):
        search.compared = f"id, {search.compared}"
        with suppress(NotFound, InvalidInput):
            search.add(await medusa.get_order(question.value), "id")
            return  # what is an id is nobody's number
    await _by_number(medusa, search)


async def _by_number(medusa: Provider[Any], search: Search) -> None:
    """What the free search picks. One page is read in any case: the number itself is among the first."""

    def look(listed: OrderList) -> int:
        search.look_at(listed.orders, BY_NUMBER)
        return whole(listed.count) or 0

    query: dict[str, str | int] = {"q": search.question.value, "order": SMALLEST_FIRST, "limit": ROWS}
    for page in range(max(search.limits.pages, 1)):
        count = await medusa.listed(OrderList, *ORDERS, look=look, fields=HIT_FIELDS, offset=page * ROWS, **query)
        if count <= (page + 1) * ROWS:
            return
    search.falls_short(NOT_ALL_GIVEN)


async def _by_address(medusa: Provider[Any], search: Search) -> None:
    """All that the free search picks, page by page."""

    def look(listed: OrderList) -> bool:
        return search.look_at_page(listed.orders, whole(listed.count), BY_EMAIL)

    async def turn() -> bool:
        query: dict[str, str | int] = {"q": search.question.value, "order": NEWEST_FIRST, "limit": ROWS}
        return await medusa.listed(OrderList, *ORDERS, look=look, fields=HIT_FIELDS, offset=search.received, **query)

    await search.scan(turn, {"email": "e-mail addresses"})


async def _customers(medusa: Provider[Any], search: Search) -> list[str]:
    """The ids of the customers with this address: a guest and an account may have the same."""

    def look(listed: CustomerList) -> list[str]:
        entries = [wire for wire, _ in search.readable(listed.customers, CustomerEntry)]
        if (whole(listed.count) or 0) > len(listed.customers):
            search.falls_short(TOO_MANY_CUSTOMERS)
        return [wire.id for wire in entries if search.is_sought(wire.email)]

    address = search.question.value
    ids: list[str] = []
    # The filter tells capital letters from small ones, and Medusa keeps small ones.
    for written in dict.fromkeys((address.lower(), address)):
        query: dict[str, str | int] = {"email": written, "limit": MOST_CUSTOMERS, "fields": "id,email"}
        ids += await medusa.listed(CustomerList, *CUSTOMERS, look=look, **query)
    return list(dict.fromkeys(ids))


async def _orders_of(medusa: Provider[Any], search: Search, customer: str) -> None:
    """The orders of a customer, the newest first."""

    def look(listed: OrderList) -> int:
        search.filtered(listed.orders, BY_EMAIL, "customer_id", has_more=False)
        return whole(listed.count) or 0

    query: dict[str, str | int] = {"customer_id[]": customer, "order": NEWEST_FIRST, "limit": ROWS}
    for page in range(search.limits.pages):
        count = await medusa.listed(OrderList, *ORDERS, look=look, fields=HIT_FIELDS, offset=page * ROWS, **query)
        if count <= (page + 1) * ROWS:
            return
    search.falls_short(NOT_ALL_GIVEN)
