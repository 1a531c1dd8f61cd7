"""FlexPortal's lists: which orders and customers a filter picks, and a page of them."""

from collections.abc import Callable, Mapping
from typing import Any

from .answers import Entry, Number
from .flexportal_parts import ADA, HANAKO, JONAS, MIA, NOOR, PLUS, TEAM_KIEL, TEAM_LEEDS, Json
from .lists import Rows

CUSTOM_FIELD = "customField_"


def customer(id: str, email: str) -> Json:
    """An entry of the list of customers. It holds more than anybody should be shown."""
    return {"customerId": id, "email": email, "status": "active", "marginPercent": Number("18.50"), "orderIds": []}


# Ada has another address now than when she ordered.
NOW = {ADA["customer"]["customerId"]: "ada@example.com"}
CUSTOMERS = [
    customer(id, NOW.get(id, who["customer"]["email"]))
    for who in (ADA, JONAS, MIA, NOOR, HANAKO, TEAM_LEEDS, TEAM_KIEL, PLUS)
    for id in [who["customer"]["customerId"]]
]


def filtered_orders(bodies: list[Json], query: Mapping[str, str]) -> list[Json]:
    """The orders that the query asks for."""
    for name, value in query.items():
        field = name.removeprefix(CUSTOM_FIELD)
        if name == "customerId":
            bodies = [body for body in bodies if body["customer"]["customerId"] == value]
        elif field != name:
            bodies = [body for body in bodies if str((body.get("customFields") or {}).get(field)) == value]
    return bodies


def filtered_customers(query: Mapping[str, str]) -> list[Json]:
    """The customers that the query asks for: "exact email match"."""
    return [row for row in CUSTOMERS if query.get("email") in (None, row["email"])]


def rows_for(query: Mapping[str, str], rows: list[Json], odd: str, example: Callable[[str, str], Entry]) -> Rows:
    """The rows that are given to somebody. Only the orders of a customer may be many."""

    def further(number: int) -> Json:
        body: Json = example(f"ord_{number:05}", "").body
        return body | {"customer": {**body["customer"], "customerId": query["customerId"]}}

    is_short = "customerId" not in query and odd in ("long", "shifting", "limited")
    return Rows(rows, "" if is_short else odd, further)


def page_of(name: str, rows: Rows, start: int, limit: int) -> dict[str, Any]:
    """A page as FlexPortal writes it."""
    page = rows.page(start, limit)
    has_more = start + limit < rows.total
    cursor = str(start + limit) if has_more else None
    return {name: page, "count": len(page), "limit": limit, "hasMore": has_more, "nextCursor": cursor}
