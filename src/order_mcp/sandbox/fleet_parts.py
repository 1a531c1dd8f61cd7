"""What Fleet's orders, carts and list entries are made of."""

from typing import Any

from .answers import Entry

MACBOOK = 'MacBook Pro 14" M4'
DELL = "Dell Latitude 7450"
THINKPAD = "ThinkPad X1 Carbon Gen 13"
IPHONE = "iPhone 16 128 GB"
MONITOR = 'Dell UltraSharp 27" U2724D'

BEFORE_CONTRACT = ("RECEIVED", "BEING_PROCESSED", "FINANCING_REQUEST", "DOC_REQUIRED")


def printed(id: str) -> int:
    """What stands on paper about an order. It is another number than its id, and does not contain it."""
    return (391 + 37 * (int(id) - 1008)) % 70_000


def order(
    id: str,
    description: str,
    client_status: str,
    device_names: list[str],
    rent: str | None,
    order_date: str | None,
    *,
    documented: bool = True,
    **other: Any,
) -> Entry:
    data = {
        "order_id": int(id),
        "client_status": client_status,
        "device_names": device_names,
        "rent": rent,
        "rent_currency": "EUR",
        "order_number": f"FL-24-{printed(id):05}",
        "contract_number": None if client_status in BEFORE_CONTRACT else f"CTR-{printed(id) + 20_000:05}-A",
        "order_date": order_date,
        "num_devices": len(device_names),
        **other,
    }
    return Entry(id, description, {"data": data}, documented=documented)


def cart(id: str, description: str, devices: list[dict[str, Any]], rent: str | None, **other: Any) -> Entry:
    data = {
        "id": int(id),
        "purchaser_id": 77,
        "num_devices": len(devices),
        "rent": rent,
        "currency": "EUR",
        "devices": devices,
        **other,
    }
    return Entry(id, description, {"data": data})


def device(id: int, name: str | None, rent: str | None, product_id: int | None) -> dict[str, Any]:
    return {"id": id, "name": name, "rent": rent, "product_id": product_id}


def example_order(id: str, tail: str) -> Entry:
    return order(id, "an example", "SHIPPED", [f"{MACBOOK}{tail}"], "64.90", "2026-10-12")


def example_cart(id: str, tail: str) -> Entry:
    return cart(id, "an example", [device(501, f"{MACBOOK}{tail}", "64.90", 101)], "64.90")


# Of an order, what its summary in the list has.
IN_LIST = ("order_id", "client_status", "order_number", "contract_number", "order_date", "num_devices")


def summarized(row: Any, odd: str) -> Any:
    """An entry of the list: "a paginated summary suitable for history views"."""
    if not isinstance(row, dict) or "order_id" not in row:
        return row
    left_out = ("order_number", "contract_number") if odd == "nameless" else ()
    return {field: row[field] for field in IN_LIST if field not in left_out}


def long_row(number: int) -> Any:
    """An order of a long list."""
    return example_order(str(50_000 + number), "").body["data"]
