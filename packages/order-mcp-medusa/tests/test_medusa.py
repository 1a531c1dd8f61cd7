"""What no story can tell."""

import json
import re
from base64 import b64encode

import pytest
from order_mcp_medusa import Medusa
from order_mcp_medusa.status import ALIVE, PAYMENT, STATUS
from order_mcp_medusa.wire import CART_FIELDS, HIT_FIELDS, ORDER_FIELDS

from order_mcp.testing import Reply, Stub, connected, error_of, registered, sentence_of, serving

KEY = {"MEDUSA_SECRET_KEY": "medusa-test-secret"}


def test_items_are_asked_for_whole() -> None:
    # Single fields of an item make a wrong total and a wrong fulfillment status, with 200.
    for fields in (ORDER_FIELDS, HIT_FIELDS):
        assert {"*items", "*items.detail"} <= set(fields.split(","))
    assert "*items" in CART_FIELDS.split(",")
    assert not re.search(r"(^|,)items\.", f"{ORDER_FIELDS},{HIT_FIELDS},{CART_FIELDS}")


def test_every_word_of_medusa_has_a_row() -> None:
    # https://docs.medusajs.com/resources/references/types/HttpTypes/types/types.HttpTypes.OrderStatus and beside it
    assert STATUS.keys() == {"pending", "completed", "draft", "archived", "canceled", "requires_action"}
    words = ("not_", "partially_", ""), ("fulfilled", "shipped", "delivered")
    known = {f"{how}{word}" for how in words[0] for word in words[1]} - {"not_shipped", "not_delivered"} | {"canceled"}
    assert all(rows.keys() == known for rows in STATUS.values()) and ALIVE.keys() == known
    assert len(PAYMENT) == 10


@pytest.mark.parametrize("id", ["12", "#12", "000042"])
def test_a_number_is_no_id(id: str) -> None:
    assert Medusa.why_refused(id) == "its ids begin with order_ or cart_"


@pytest.mark.parametrize("id", ["order_01K3ZQ8W1F0M7V2N9YB4T6XC5D", "cart_1", "legacy-4711", "A12"])
def test_an_id_that_an_import_may_have_set_is_none(id: str) -> None:
    assert Medusa.why_refused(id) is None


async def test_a_number_is_not_asked_for() -> None:
    with registered(Medusa), serving() as stub:
        async with connected({**KEY, "MEDUSA_BASE_URL": stub.origin}) as client:
            result = await client.call_tool("get_order", {"order_id": "12"})
    assert error_of(result)["code"] == "invalid_input" and not stub.asked
    assert "call find_orders with it as order_number" in sentence_of(result)


async def test_without_a_publishable_key_a_cart_is_not_asked_for() -> None:
    with registered(Medusa), serving() as stub:
        async with connected({**KEY, "MEDUSA_BASE_URL": stub.origin}) as client:
            result = await client.call_tool("get_cart", {"cart_id": "cart_1", "provider": "medusa"})
    assert error_of(result)["code"] == "not_configured" and not stub.asked
    assert sentence_of(result) == (
        "Medusa is not set up for carts: MEDUSA_PUBLISHABLE_KEY is not set. The operator has to set it."
    )


@pytest.mark.parametrize("shown", ["medusa-test-secret", b64encode(b"medusa-test-secret:").decode()])
async def test_the_key_is_shown_in_neither_form(shown: str) -> None:
    items = [{"id": "ordli_1", "title": f"A cup {shown}", "variant_sku": shown}]
    order = {"id": "order_1", "status": "pending", "email": f"{shown}@example.com", "items": items}
    with registered(Medusa), serving() as stub:
        stub.reply = Reply(json={"order": order})
        settings = {**KEY, "MEDUSA_BASE_URL": stub.origin, "ORDER_MCP_AUDIENCE": "internal"}
        async with connected(settings) as client:
            result = await client.call_tool("get_order", {"order_id": "order_1", "detail": "full"})
    assert not result.is_error and shown not in json.dumps(result.model_dump(mode="json"))


@pytest.mark.parametrize(("typed", "told"), [("Ada Byron", "Ada Byron"), ("ada BYRON", "Ada Byron"), ("Eve", None)])
async def test_who_types_the_address_of_an_account_is_not_told_whose_it_is(typed: str, told: str | None) -> None:
    first, _, last = typed.partition(" ")
    account = {"first_name": "Ada", "last_name": "Byron", "company_name": "Engines", "phone": "+44 20 7946 0000"}
    order = {"id": "order_1", "customer": account, "shipping_address": {"first_name": first, "last_name": last}}
    with registered(Medusa), serving() as stub:
        stub.reply = Reply(json={"order": order})
        settings = {**KEY, "MEDUSA_BASE_URL": stub.origin, "ORDER_MCP_AUDIENCE": "internal"}
        async with connected(settings) as client:
            result = await client.call_tool("get_order", {"order_id": "order_1", "detail": "full"})
    shown = (result.structured_content or {}).get("customer", {})
    assert shown.get("name") == told and ("company" in shown) is ("phone" in shown) is (told is not None)


async def test_a_number_that_may_be_further_on_is_said_to_be() -> None:
    def page(stub: Stub) -> Reply:
        first = 25 * (len(stub.asked) - 1)
        orders = [{"id": f"order_{n}", "display_id": n, "items": []} for n in range(first, first + 25)]
        return Reply(json={"orders": orders, "count": 5_000})

    with registered(Medusa), serving() as stub:
        stub.reply = lambda _: page(stub)
        settings = {**KEY, "MEDUSA_BASE_URL": stub.origin, "ORDER_MCP_FIND_PAGES": "2"}
        async with connected(settings) as client:
            result = await client.call_tool("find_orders", {"order_number": "1234"})
    assert error_of(result)["code"] == "incomplete" and len(stub.asked) == 2
    assert "Medusa says that it has more than it gave" in sentence_of(result)


async def test_a_search_that_ignores_what_was_asked_finds_nobody() -> None:
    with registered(Medusa), serving() as stub:
        orders = {"orders": [{"id": "order_1", "email": "other@example.com"}], "count": 1}
        customers = {"customers": [{"id": "cus_1", "email": "other@example.com"}], "count": 1}
        stub.reply = lambda asked: Reply(json=customers if "/customers" in asked.path else orders)
        async with connected({**KEY, "MEDUSA_BASE_URL": stub.origin}) as client:
            result = await client.call_tool("find_orders", {"email": "ada@example.com"})
    assert error_of(result)["code"] == "not_found"
