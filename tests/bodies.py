"""Every provider object with every documented field filled.

Written from the documents, not from the code: a field that the code does not read is here all the same.
"""

from dataclasses import dataclass
from typing import Any

from order_mcp.testing.places import Path, ids_in


@dataclass(frozen=True, eq=False)
class Documented:
    """One object that a provider can answer with, and the call that asks for it."""

    name: str
    provider: str
    tool: str
    id: str
    body: dict[str, Any]

    def arguments(self, **more: Any) -> dict[str, Any]:
        """The arguments of the call that finds it."""
        return {"order_id" if self.tool == "get_order" else "cart_id": self.id, "provider": self.provider, **more}


FLEET_ORDER = Documented(
    "fleet-order",
    "fleet",
    "get_order",
    "42",
    {
        "data": {
            "order_id": 42,
            "client_status": "BEING_PROCESSED",
            "device_names": ["MacBook Air 13", "MacBook Air 13", "Dell U2723QE"],
            "rent": "1234.50",
            "rent_currency": "EUR",
            "order_number": "F-2026-0042",
            "contract_number": "C-9001",
            "order_date": "2026-11-02T10:15:30+01:00",
            "num_devices": 3,
        }
    },
)

FLEET_CART = Documented(
    "fleet-cart",
    "fleet",
    "get_cart",
    "42",
    {
        "data": {
            "id": 42,
            "purchaser_id": 7001,
            "num_devices": 2,
            "rent": "99.90",
            "currency": "EUR",
            "devices": [
                {"id": 501, "name": "MacBook Air 13", "rent": "59.95", "product_id": 101},
                {"id": 502, "name": "iPhone 17", "rent": "39.95", "product_id": 102},
            ],
        }
    },
)


def _flexportal_order(**kind: Any) -> dict[str, Any]:
    return {
        "orderId": "ord_abc123",
        "tenantId": "bu_demo",
        "status": "partial",
        "customer": {
            "customerId": "cus_8841",
            "email": "ada.byron@example.com",
            "firstName": "Ada",
            "lastName": "Byron",
            "company": "Analytical Engines Ltd",
            "phone": "+44 20 7946 0123",
            "customerType": "business",
        },
        "billingAddress": {
            "contactName": "Accounts payable",
            "company": "Analytical Engines Holding",
            "buildingInfo": "Room 12",
            "streetAddress": "12 St James's Square",
            "locality": "St James's",
            "city": "London",
            "adminArea": "Greater London",
            "postalCode": "SW1Y 4LB",
            "country": "GB",
        },
        "shippingAddress": {
            "contactName": "Charles Babbage",
            "company": "Analytical Engines Workshop",
            "buildingInfo": "Unit 5",
            "streetAddress": "1 Dorset Street",
            "locality": "Marylebone",
            "city": "Manchester",
            "adminArea": "Lancashire",
            "postalCode": "M1 1AA",
            "country": "United Kingdom",
        },
        "items": [
            {
                "productId": "prod_2000",
                "productImageUrl": "https://cdn.example.com/2000.png",
                "variantId": "var_5000",
                "sku": "MACBOOK-PRO-16-M3",
                "productName": 'MacBook Pro 16" M3',
                "quantity": 3,
                "unitPrice": 89.00,
                "contractLength": 24,
                "listPrice": 2999.01,
                "listPriceSource": "variant",
                "acquisitionCost": 2111.02,
                "acquisitionCostSource": "list_price",
                "listPriceOverride": 2888.03,
                "acquisitionCostOverride": 2000.04,
                "usedListPriceAsAcquisition": True,
                "rentalIds": ["sub_abc123", "sub_def456"],
                "rentalStatus": "partial",
            },
            {
                "productId": "prod_2001",
                "productImageUrl": "https://cdn.example.com/2001.png",
                "variantId": "var_5001",
                "sku": "DOCK-TB4",
                "productName": "Thunderbolt dock",
                "quantity": 2,
                "unitPrice": 7.25,
                "contractLength": 1.5,
                "listPrice": 250.5,
                "listPriceSource": "manual",
                "acquisitionCost": 199.5,
                "acquisitionCostSource": "manual",
                "listPriceOverride": 240.5,
                "acquisitionCostOverride": 189.5,
                "usedListPriceAsAcquisition": False,
                "rentalIds": ["sub_ghi789"],
                "rentalStatus": "partial",
            },
        ],
        "totals": {"subtotal": 281.5, "taxAmount": 56.3, "total": 337.8, "currency": "gbp", "totalDevices": 5},
        "payment": {
            "status": "pending",
            "method": "stripe",
            "transactionId": "pi_3Nabc",
            "paidAmount": 100.5,
            "manuallyMarked": False,
        },
        "customFields": {"costCentre": "4711", "approved": True, "floor": 3, "nested": {"deep": "not shown"}},
        "rentalProgress": {"totalDevices": 5, "rentedDevices": 3},
        "rentalIds": ["sub_abc123", "sub_def456", "sub_ghi789"],
        "billingGroupId": "bg_77",
        "trackingNumber": "JD014600003828273645",
        "shippedAt": "2026-11-12T07:45:00.000Z",
        "createdAt": "2026-11-05T09:12:44.120Z",
        "updatedAt": "2026-11-14T16:03:09.004Z",
        "createdBy": "user_22",
        "notes": "Ring twice; the VIP discount is confidential.",
    } | kind


FLEXPORTAL_EXTENSION = Documented(
    "flexportal-extension",
    "flexportal",
    "get_order",
    "ord_abc123",
    _flexportal_order(
        orderType="extension",
        extensionDetails={
            "originalOrderId": "ord_2024a",
            "extensionMonths": 12,
            "previousEndDate": "2026-11-30",
            "newEndDate": "2027-11-30",
            "reason": "Project prolonged",
        },
    ),
)

FLEXPORTAL_UPGRADE = Documented(
    "flexportal-upgrade",
    "flexportal",
    "get_order",
    "ord_abc123",
    _flexportal_order(
        orderType="upgrade",
        upgradeDetails={
            "previousDevice": "MacBook Pro 14 M1",
            "previousSerialNumber": "C02XG2JHQ05D",
            "previousMonthlyAmount": 64.5,
            "previousRentalId": "sub_old001",
            "upgradeReason": "Battery swollen",
        },
    ),
)

SENMO_ORDER = Documented(
    "senmo-order",
    "senmo",
    "get_order",
    "cdcf-77",
    {
        "statusCode": 200,
        "statusMessage": "OK",
        "order": {
            "id": "cdcf-77",
            "code": "4JAX7KQ9P2MW",
            "amount": "100",
            "receivedAmount": "90",
            "realAmount": "45",
            "product": "PS",
            "status": "Issue",
            "createdAt": "2024-10-20T12:30:31.995Z",
            "updatedAt": "2024-10-20T15:55:28.459Z",
        },
    },
)


def _polinate_line(number: int, quantity: float, currency: str) -> dict[str, Any]:
    return {
        "id": f"line_{number}",
        "orderId": "ord_123",
        "lineNumber": number,
        "itemListEntryId": f"ile_{number}",
        "itemListEntry": {"itemVariantId": f"var_{number}", "itemVariant": {"itemId": f"item_{number}"}},
        "quantity": quantity,
        "unitOfMeasure": "EA",
        "currency": currency,
        "price": f"{number}0.05",
        "cost": f"{number}7.77",
        "properties": {"erpLine": f"erp-line-{number}"},
        "createdAt": "2025-01-15T10:30:00.000Z",
        "updatedAt": "2025-01-15T10:31:00.000Z",
    }


POLINATE_ORDER = Documented(
    "polinate-order",
    "polinate",
    "get_order",
    "ord_123",
    {
        "id": "ord_123",
        "partnershipId": "par_9",
        "membershipId": "mem_4",
        "integrationId": "int_3",
        "phase": "ACTIVE",
        "status": "IN_TRANSIT",
        "internalReference": "SO-1007",
        "externalReference": "PO-77",
        "notes": "Margin is thin here; do not discount.",
        "deliveryAddress": "Dock 4, 9 Harbour Road, Leith EH6 7XX",
        "expectedDeliveryAt": "2099-01-20T08:00:00.000Z",
        "deliveredAt": None,
        "shippedAt": "2025-01-16T06:00:00.000Z",
        "currency": "GBP",
        "totalAmount": "1200.10",
        "properties": {"sage200Evo.salesOrderNo": "0000123", "synced": True, "unleashed": {"guid": "not shown"}},
        "createdAt": "2025-01-15T10:30:00.000Z",
        "updatedAt": "2025-01-15T11:00:00.000Z",
        "orderItems": [_polinate_line(1, 2.5, "GBP"), _polinate_line(2, 4, "EUR")],
    },
)

BODIES = (FLEET_ORDER, FLEET_CART, FLEXPORTAL_EXTENSION, FLEXPORTAL_UPGRADE, SENMO_ORDER, POLINATE_ORDER)


def ids(of: Documented) -> list[Path]:
    """The places of the id that was asked for: without it there is no answer at all."""
    return ids_in(of.body, of.id)
