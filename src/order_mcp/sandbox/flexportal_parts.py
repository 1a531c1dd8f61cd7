"""What FlexPortal's orders are made of: people, lines, and the totals that follow from them."""

from decimal import Decimal
from typing import Any

from .answers import Entry, Number

TENANT = "bu_sandbox"

Json = dict[str, Any]

MACBOOK = ("MACBOOK-PRO-16-M3", 'MacBook Pro 16" M3')
DISPLAY = ("STUDIO-DISPLAY-27", 'Studio Display 27"')
PHONE = ("PIXEL-9-128", "Pixel 9 128 GB")
DESK = ("DESK-STAND-160", "Standing desk 160 cm")

COSTS = {
    "listPrice": Number("2849.00"),
    "listPriceSource": "variant",
    "acquisitionCost": Number("2310.40"),
    "acquisitionCostSource": "manual",
    "acquisitionCostOverride": Number("2290.00"),
}
PAID = {"status": "paid", "method": "stripe", "transactionId": "pi_sandbox_0001", "manuallyMarked": False}


def person(
    id: str,
    first: str,
    last: str,
    *,
    company: str = "",
    phone: str = "",
    email: str = "",
    **address: str | None,
) -> Json:
    """The parts of an order that say whose it is. What is empty is left out."""
    employer = {"company": company} if company else {}
    customer = {
        "customerId": id,
        "email": email or f"{first}.{last}@example.com".lower(),
        "firstName": first,
        "lastName": last,
        "customerType": "business" if company else "individual",
        **employer,
        **({"phone": phone} if phone else {}),
    }
    place = {"contactName": f"{first} {last}", **employer, **address}
    return {"customer": customer, "billingAddress": place, "shippingAddress": place}


def line(sku: str, name: str, quantity: int, price: str, months: int | str, rentals: tuple[str, ...] = ()) -> Json:
    statuses = {0: "pending", quantity: "completed"}
    return {
        "productId": f"prod_{sku.lower()}",
        "variantId": f"var_{sku.lower()}_a",
        "sku": sku,
        "productName": name,
        "quantity": quantity,
        "unitPrice": Number(price),
        "contractLength": Number(months),
        "rentalIds": list(rentals),
        "rentalStatus": statuses.get(len(rentals), "partial"),
    }


def order(
    id: str,
    description: str,
    status: str,
    who: Json,
    items: list[Json],
    *,
    currency: str = "EUR",
    tax: str = "0.20",
    documented: bool = True,
    **other: Any,
) -> Entry:
    devices = sum(item["quantity"] for item in items)
    rentals = [rental for item in items for rental in item.get("rentalIds", [])]
    subtotal = sum((item["quantity"] * Decimal(item["unitPrice"]) for item in items), Decimal("0.00"))
    taxes = (subtotal * Decimal(tax)).quantize(subtotal)
    body = {
        "orderId": id,
        "tenantId": TENANT,
        "status": status,
        "orderType": "standard",
        **who,
        "items": items,
        "totals": {
            "subtotal": Number(subtotal),
            "taxAmount": Number(taxes),
            "total": Number(subtotal + taxes),
            "currency": currency,
            "totalDevices": devices,
        },
        "rentalProgress": {"totalDevices": devices, "rentedDevices": len(rentals)},
        "rentalIds": rentals,
        "createdAt": "2026-10-05T09:12:44.120Z",
        "updatedAt": "2026-10-14T16:03:09.004Z",
        "createdBy": "user_22",
        **other,
    }
    return Entry(id, description, body, documented=documented)


REQUIRED_OF_LINES = ("sku", "productName", "quantity", "unitPrice", "contractLength")

# Telephone numbers are from the ranges that regulators keep free for fiction.
ADA = person(
    "cus_1041",
    "Ada",
    "Brightwell",
    company="Brightwell Studios Ltd",
    phone="+44 113 496 0182",
    buildingInfo="Unit 4",
    streetAddress="18 Foundry Lane",
    city="Leeds",
    adminArea="West Yorkshire",
    postalCode="LS1 4AB",
    country="GB",
)
JONAS = person(
    "cus_2207",
    "Jonas",
    "Keller",
    phone="+49 30 23125 118",
    streetAddress="Lindenweg 7",
    locality="Mitte",
    city="Berlin",
    postalCode="10115",
    country="Germany",
)
MIA = person(
    "cus_3310",
    "Mia",
    "Okafor",
    company="Tidewater Robotics Inc.",
    phone="+1 202-555-0143",
    streetAddress="2200 Harbor Blvd",
    city="Oakland",
    adminArea="CA",
    postalCode="94607",
    country="US",
)
NOOR = person("cus_4", "Noor", "Haddad", streetAddress="Corniche 12", city="Doha", postalCode=None, country="QA")
HANAKO = person(
    "cus_5150",
    "花子",
    "山田",
    email="hanako@example.com",
    company="شركة المثال",
    streetAddress="桜丘町1-2-3",
    locality="渋谷区",
    city="東京",
    postalCode="150-0031",
    country="日本",
)
_LEEDS = {"streetAddress": "18 Foundry Lane", "city": "Leeds", "postalCode": "LS1 4AB", "country": "GB"}
_KIEL = {"streetAddress": "Hafenstrasse 3", "city": "Kiel", "postalCode": "24103", "country": "Germany"}
# Two with one address, and one whose address needs care on its way.
TEAM_LEEDS = person("cus_6001", "Devices", "Leeds", email="devices@example.com", company="Brightwell Ltd", **_LEEDS)
TEAM_KIEL = person("cus_6002", "Devices", "Kiel", email="devices@example.com", company="Brightwell GmbH", **_KIEL)
PLUS = person("cus_7001", "Pat", "Plus", email="Pat+Orders@Example.com", **_KIEL)
OF_ODD_ADDRESSES = (
    order(
        "ord_team_1",
        "one of two customers with one e-mail address",
        "confirmed",
        TEAM_LEEDS,
        [line(*DESK, 2, "18.00", 36)],
    ),
    order("ord_team_2", "the other of the two", "pending", TEAM_KIEL, [line(*DESK, 1, "18.00", 36)]),
    order(
        "ord_plus", "an address with a plus sign and capital letters", "confirmed", PLUS, [line(*PHONE, 1, "24.90", 12)]
    ),
)
