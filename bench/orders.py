"""The orders that are looked up, as FlexPortal answers them: the same order with more and more lines."""

import json
from collections.abc import Mapping
from typing import Any

API_KEY = "bench-key"
TENANT = "bu_bench"
HEADERS = {"Authorization": f"Bearer {API_KEY}", "Tenant-ID": TENANT}
LINES = (1, 5, 10, 100, 1_000)
TYPICAL = 5
"""Lines of the order in every section that does not look at the number of lines."""

# Name, stock keeping unit, monthly price. An order with more lines than this has the same products again.
PRODUCTS = (
    ('MacBook Pro 16" M3', "MBP-16-M3", 89.0),
    ('Studio Display 27"', "SD-27", 33.5),
    ("iPhone 15 Pro 256 GB", "IP15P-256", 24.9),
    ("Desk, height adjustable, 160 × 80 cm", "DESK-160", 18.0),
    ("Office chair Aeron, size B", "CHAIR-B", 21.75),
    ("ThinkPad X1 Carbon Gen 12", "TPX1-12", 64.4),
    ("Headset, wireless, noise cancelling", "HS-NC", 6.2),
)


def order_id(lines: int) -> str:
    """The id of the order with so many lines."""
    return f"ord_bench{lines}"


def order(lines: int) -> dict[str, Any]:
    """An order as FlexPortal's reference shows it: https://docs.flexportal.io/api-reference/orders/get."""
    items = [_item(number) for number in range(lines)]
    subtotal = round(sum(item["quantity"] * item["unitPrice"] for item in items), 2)
    devices = sum(item["quantity"] for item in items)
    rentals = [rental for item in items for rental in item["rentalIds"]]
    place = {
        "contactName": "Ada Brightwell",
        "company": "Brightwell Studios Ltd",
        "buildingInfo": "Unit 4",
        "streetAddress": "18 Foundry Lane",
        "city": "Leeds",
        "adminArea": "West Yorkshire",
        "postalCode": "LS1 4AB",
        "country": "GB",
    }
    return {
        "orderId": order_id(lines),
        "tenantId": TENANT,
        "status": "partial" if len(rentals) < devices else "fulfilled",
        "orderType": "standard",
        "customer": {
            "customerId": "cus_1041",
            "email": "ada.brightwell@example.com",
            "firstName": "Ada",
            "lastName": "Brightwell",
            "customerType": "business",
            "company": "Brightwell Studios Ltd",
            "phone": "+44 113 496 0182",
        },
        "billingAddress": place,
        "shippingAddress": place,
        "items": items,
        "totals": {
            "subtotal": subtotal,
            "taxAmount": round(subtotal * 0.2, 2),
            "total": round(subtotal * 1.2, 2),
            "currency": "GBP",
            "totalDevices": devices,
        },
        "payment": {
            "status": "paid",
            "method": "stripe",
            "transactionId": "pi_bench_0001",
            "paidAmount": round(subtotal * 1.2, 2),
            "manuallyMarked": False,
        },
        "rentalProgress": {"totalDevices": devices, "rentedDevices": len(rentals)},
        "rentalIds": rentals,
        "trackingNumber": "JD014600003828273645",
        "shippedAt": "2026-10-12T07:45:00.000Z",
        "createdAt": "2026-10-05T09:12:44.120Z",
        "updatedAt": "2026-10-14T16:03:09.004Z",
        "createdBy": "user_22",
        "notes": "Deliver before noon; ring the bell at the side gate.",
    }


def _item(number: int) -> dict[str, Any]:
    name, sku, price = PRODUCTS[number % len(PRODUCTS)]
    quantity, rented = number % 3 + 1, min(number % 3 + 1, number % 2 + 1)
    return {
        "productId": f"prod_{sku.lower()}",
        "variantId": f"var_{sku.lower()}_{number}",
        "sku": sku,
        "productName": name,
        "quantity": quantity,
        "unitPrice": price,
        "contractLength": 24,
        "listPrice": price * 30,
        "acquisitionCost": price * 25,
        "rentalIds": [f"sub_{number}_{each}" for each in range(rented)],
        "rentalStatus": "completed" if rented == quantity else "partial",
    }


def bodies() -> Mapping[str, bytes]:
    """Each order's id, and the answer to a request for it."""
    return {order_id(lines): json.dumps(order(lines), ensure_ascii=False).encode() for lines in LINES}
