"""Orders of goods that are sold: parcels, amounts as placed and as they are now, refunds, kinds of one product.

No built-in provider has these words, so a made-up one says them.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from mcp.client import Client

from order_mcp.models import Parcel, ParcelItem
from order_mcp.provider_api import (
    BaseUrl,
    Cart,
    Fulfillment,
    LineItem,
    Order,
    OrderStatus,
    PaymentStatus,
    Provider,
    ProviderSettings,
    SecretHeader,
    Totals,
    secret,
    variable,
)
from order_mcp.providers.registry import registered

from .conftest import connected, found, sentence_of

ITEMS = [ParcelItem(line_item_id="l1", quantity=1)]
SENT = Parcel(shipped_at="2026-11-03T10:00:00Z", tracking_numbers=["T-1", "T-2"], items=ITEMS)
THERE = Parcel(shipped_at="2026-11-03T10:00:00Z", delivered_at="2026-11-05T10:00:00Z", tracking_numbers=["T-3"])
PACKED = Parcel(packed_at="2026-11-02T10:00:00Z", items=ITEMS)
NOT_YET = Parcel(items=ITEMS)


class ShopSettings(ProviderSettings):
    needs = ("SHOP_KEY",)

    key: SecretHeader | None = secret("SHOP_KEY", "Key of the shop")
    base_url: BaseUrl | None = variable("SHOP_BASE_URL", "Address", default="https://shop.example")


class Shop(Provider[ShopSettings]):
    name = "shop"
    title = "Shop"
    Settings = ShopSettings
    tells = "orders"
    signs_in_with = "key"
    key_from = "the shop"
    key_right = "reading orders"
    key_sources = ("https://shop.example",)
    has_it: dict[str, Any] = {}

    async def get_order(self, order_id: str) -> Order:
        return Order(**{"id": order_id, "status": OrderStatus.SHIPPED, "currency": "EUR", **self.has_it})


@asynccontextmanager
async def shop(audience: str = "agent", **has_it: Any) -> AsyncIterator[Client]:
    """A client of a server with a shop that has one order."""
    with registered(type("Shop", (Shop,), {"has_it": has_it})):
        async with connected({"SHOP_KEY": "a-key-of-the-shop", "ORDER_MCP_AUDIENCE": audience}) as client:
            yield client


async def told(audience: str = "agent", **has_it: Any) -> str:
    async with shop(audience, **has_it) as client:
        return sentence_of(await client.call_tool("get_order", {"order_id": "1"}))


@pytest.mark.parametrize(
    ("parcels", "agent", "customer"),
    [
        (
            [SENT, THERE],
            "In 2 parcels: one shipped 3 November 2026 (tracking numbers T-1 and T-2) and one delivered 5 November "
            "2026 (tracking number T-3).",
            "It comes in 2 parcels: one was shipped on 3 November 2026 (tracking numbers T-1 and T-2) and one was "
            "delivered on 5 November 2026 (tracking number T-3).",
        ),
        (
            [THERE, PACKED],
            "In 2 parcels: one delivered 5 November 2026 (tracking number T-3) and one packed 2 November 2026.",
            "It comes in 2 parcels: one was delivered on 5 November 2026 (tracking number T-3) and one was packed on "
            "2 November 2026.",
        ),
        (
            [SENT],
            "In 1 parcel: shipped 3 November 2026 (tracking numbers T-1 and T-2).",
            "It comes in 1 parcel, which was shipped on 3 November 2026 (tracking numbers T-1 and T-2).",
        ),
        (
            [NOT_YET] * 5,
            "In 5 parcels: one without a date, one without a date, one without a date and 2 more.",
            "It comes in 5 parcels: of one no date is given, of one no date is given, of one no date is given and 2 "
            "more.",
        ),
    ],
)
async def test_each_parcel_is_said_by_itself(parcels: list[Parcel], agent: str, customer: str) -> None:
    sent = Fulfillment(parcels=parcels)
    assert agent in await told(fulfillment=sent)
    assert customer in await told("customer", fulfillment=sent)


async def test_what_is_in_a_parcel_is_shown_beside_the_lines_that_it_names() -> None:
    async with shop(fulfillment=Fulfillment(parcels=[SENT, PACKED]), line_items=[LineItem(id="l1", title="Cup")]) as it:
        full = found(await it.call_tool("get_order", {"order_id": "1", "detail": "full"}))
        standard = found(await it.call_tool("get_order", {"order_id": "1"}))
    assert full["fulfillment"]["parcels"][1] == {
        "packed_at": "2026-11-02T10:00:00Z",
        "items": [{"line_item_id": "l1", "quantity": 1}],
    }
    assert standard["fulfillment"]["parcels"] == [
        {"shipped_at": "2026-11-03T10:00:00Z", "tracking_numbers": ["T-1", "T-2"]},
        {"packed_at": "2026-11-02T10:00:00Z"},
    ]


async def test_of_many_parcels_twenty_are_shown_and_it_is_said_that_there_are_more() -> None:
    many = [Parcel(shipped_at="2026-11-03T10:00:00Z", items=ITEMS * 60)] * 25
    async with shop(fulfillment=Fulfillment(parcels=many)) as client:
        shown = found(await client.call_tool("get_order", {"order_id": "1", "detail": "full"}))
    assert len(shown["fulfillment"]["parcels"]) == 20 and "items" not in shown["fulfillment"]["parcels"][0]
    assert shown["warnings"][0]["code"] == "dropped_value"


@pytest.mark.parametrize(
    ("payment", "totals", "agent", "customer"),
    [
        (
            PaymentStatus.REFUNDED,
            {"total": "0", "original_total": "54.01529", "refunded": "54.01529"},
            "Total 0 EUR, 54.01529 EUR as placed, refunded 54.01529 EUR.",
            "The total is 0 EUR. When it was placed, the total was 54.01529 EUR. The amount refunded is 54.01529 EUR.",
        ),
        (
            PaymentStatus.PARTIALLY_REFUNDED,
            {"total": "6440", "original_total": "6440", "refunded": "0.00"},
            "Total 6440 EUR, partly refunded.",
            "The total is 6440 EUR. Part of the payment has been refunded.",
        ),
        (PaymentStatus.PARTIALLY_PAID, {"total": "5"}, "Total 5 EUR, partly paid.", "The order is partly paid."),
        (PaymentStatus.CANCELED, {"total": "5"}, "Total 5 EUR, payment canceled.", "The payment was canceled."),
        (
            PaymentStatus.PENDING,
            {"total": "5", "paid": "0"},
            "Total 5 EUR, payment pending.",
            "The payment is pending.",
        ),
        (PaymentStatus.REFUNDED, {"total": "5"}, "Total 5 EUR, refunded.", "The payment has been refunded."),
    ],
)
async def test_an_amount_as_placed_is_kept_apart_from_what_it_is_now(
    payment: PaymentStatus, totals: dict[str, str], agent: str, customer: str
) -> None:
    said = {"payment_status": payment, "totals": Totals(**totals)}
    assert (await told(**said)).endswith(agent)
    assert (await told("customer", **said)).endswith(customer)


async def test_kinds_of_one_product_are_told_apart() -> None:
    lines = [
        LineItem(title="Cup", variant_title="blue", quantity=2),
        LineItem(title="Cup", variant_title="red", quantity=1),
        LineItem(title="Cup", variant_title="blue", quantity=1),
    ]
    assert "3 × “Cup, blue”, 1 × “Cup, red”." in await told(line_items=lines)
    assert "The order contains 3 × “Cup, blue”, 1 × “Cup, red”." in await told("customer", line_items=lines)


async def test_of_a_cart_that_was_ordered_it_is_said_when() -> None:
    class CartShop(Shop):
        async def get_cart(self, cart_id: str) -> Cart:
            return Cart(id=cart_id, completed_at="2026-11-22T05:28:41Z", line_items=[LineItem(title="Cup", quantity=1)])

    async def cart(audience: str) -> dict[str, Any]:
        async with connected({"SHOP_KEY": "a-key-of-the-shop", "ORDER_MCP_AUDIENCE": audience}) as client:
            return found(await client.call_tool("get_cart", {"cart_id": "c1", "detail": "summary"}))

    with registered(CartShop):
        agent, customer = await cart("agent"), await cart("customer")
    assert agent["completed_at"] == customer["completed_at"] == "2026-11-22T05:28:41Z"
    assert agent["summary"] == (
        "Shop cart c1 was found. It was ordered 22 November 2026, so there is an order of it. 1 × “Cup”."
    )
    assert customer["summary"] == (
        "Your cart c1 was found. It was ordered on 22 November 2026. The cart contains 1 × “Cup”."
    )


async def test_several_words_in_one_are_said_whole() -> None:
    word = "requires_action/partially_authorized/partially_fulfilled"
    assert f"(“{word}”)" in await told(provider_status=word)
