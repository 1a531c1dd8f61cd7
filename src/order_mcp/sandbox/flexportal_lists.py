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


def long_rows(name: str, example: Callable[[str, str], Entry]) -> Callable[[int], Json]:
    """How the rows of a long list are made."""
    if name == "customers":
        return lambda number: customer(f"cus_{50_000 + number}", f"customer{number}@example.com")
    return lambda number: example(f"ord_{number:05}", "").body


def page_of(name: str, rows: Rows, start: int, limit: int) -> dict[str, Any]:
    """A page as FlexPortal writes it."""
    page = rows.page(start, limit)
    has_more = start + limit < rows.total
    cursor = str(start + limit) if has_more else None
    return {name: page, "count": len(page), "limit": limit, "hasMore": has_more, "nextCursor": cursor}
