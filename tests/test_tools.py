"""The tools as they are published: a snapshot, and the properties that hosts and token budgets rely on.

A wanted change of the definitions is recorded with `UPDATE_SNAPSHOTS=1`.
"""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import mcp_types as types
import pytest
from jsonschema import Draft202012Validator
from mcp.client import Client

from order_mcp.models import Noun
from order_mcp.providers.registry import built_in
from order_mcp.providers.settings import variables

from .conftest import connected, environment

PROVIDERS = built_in()

SNAPSHOT = Path(__file__).parent / "snapshots" / "tools.json"
NAMES = ["get_order", "get_cart"]
CARTS = [name for name, provider in PROVIDERS.items() if provider.has(Noun.CART)]
# One of each provider's variables.
VARIABLES = {name: variables(provider.Settings)[0].name for name, provider in PROVIDERS.items()}


async def published(given: dict[str, str], mode: str = "auto") -> types.ListToolsResult:
    async with connected(given, mode=mode) as client:
        return await client.list_tools()


async def tools(audience: str = "agent") -> list[dict[str, Any]]:
    """The definitions as they stand on the wire, while nothing is configured."""
    listed = await published({"ORDER_MCP_AUDIENCE": audience})
    return [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in listed.tools]


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def keys(schema: Any) -> Iterator[str]:
    """Every keyword of a schema; the names of the properties that it describes are none."""
    if isinstance(schema, dict):
        for key, member in schema.items():
            yield key
            if key == "properties":
                for described in member.values():
                    yield from keys(described)
            else:
                yield from keys(member)
    elif isinstance(schema, list):
        for member in schema:
            yield from keys(member)


async def test_the_definitions_are_the_ones_in_the_snapshot() -> None:
    now = json.dumps(await tools(), indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        SNAPSHOT.write_text(now, encoding="utf-8")
    assert SNAPSHOT.exists(), "There is no snapshot: run once with UPDATE_SNAPSHOTS=1 and read it."
    assert json.loads(now) == json.loads(SNAPSHOT.read_text(encoding="utf-8"))


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_both_eras_list_the_same_two_tools(mode: str) -> None:
    listed = [
        tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in (await published({}, mode)).tools
    ]
    assert listed == await tools()
    assert [tool["name"] for tool in listed] == NAMES


async def test_a_tool_says_that_it_only_reads() -> None:
    for tool in await tools():
        assert tool["annotations"] == {
            "readOnlyHint": True,
            "destructiveHint": False,
            "idempotentHint": True,
            "openWorldHint": True,
        }
        assert tool["title"] in ("Get order", "Get cart")


async def test_a_description_says_when_to_call_with_which_id_and_what_is_left_out() -> None:
    for tool in await tools():
        description = tool["description"]
        assert len(description.encode()) < 2048
        assert "Use it when" in description
        assert "own" in description and "not the number printed on an e-mail" in description
        assert "e-mail address or name is not one" in description
        for word in ("summary", "standard", "leave out", "addresses", "contact", "notes", "even where they exist"):
            assert word in description


async def test_input_schemas_are_flat_and_portable() -> None:
    for tool in await tools():
        schema, noun = tool["inputSchema"], tool["name"].removeprefix("get_")
        assert schema["type"] == "object"
        assert schema["additionalProperties"] is False
        assert schema["required"] == [f"{noun}_id"]
        assert list(schema["properties"]) == [f"{noun}_id", "provider", "detail", "item_offset"]
        forbidden = {"anyOf", "oneOf", "allOf", "not", "$ref", "$defs", "title", "format", "const", "if"}
        assert not set(keys(schema)) & forbidden
        assert "null" not in compact(schema)
        for described in schema["properties"].values():
            assert described["type"] in ("string", "integer")
            assert described["description"]
        id, provider, detail, offset = schema["properties"].values()
        assert (id["minLength"], id["maxLength"]) == (1, 128)
        assert provider["default"] == "auto" == provider["enum"][0]
        assert (detail["enum"], detail["default"]) == (["summary", "standard", "full"], "standard")
        assert (offset["type"], offset["minimum"], offset["default"]) == ("integer", 0, 0)
        Draft202012Validator.check_schema(schema)


async def test_output_schemas_are_inlined_and_open() -> None:
    for tool in await tools():
        schema = tool["outputSchema"]
        assert schema["type"] == "object"
        is_order = tool["name"] == "get_order"
        assert sorted(schema["required"]) == sorted(["summary", "provider", "id", "as_of", *(["status"] * is_order)])
        assert ("status" in schema["properties"]) == is_order
        assert not set(keys(schema)) & {"anyOf", "oneOf", "allOf", "$ref", "$defs", "format", "additionalProperties"}
        assert '"null"' not in compact(schema) and ":null" not in compact(schema)
        Draft202012Validator.check_schema(schema)


async def test_what_kind_of_id_is_needed_is_said_of_the_providers_that_are_offered() -> None:
    def kinds(names: Iterable[str]) -> str:
        return "; ".join(f"{PROVIDERS[name].title}: {PROVIDERS[name].id_kind}" for name in names if known(name))

    def known(name: str) -> bool:
        return bool(PROVIDERS[name].id_kind)

    offered = {
        (): kinds(PROVIDERS),
        ("fleet",): "Fleet: digits",
        ("flexportal", "senmo"): "FlexPortal: such as ord_abc123",
    }
    for providers, said in offered.items():
        order, cart, *_ = (await published({VARIABLES[provider]: "value" for provider in providers})).tools
        assert f"own order id ({said}), not" in (order.description or "")
        assert f"own cart id ({kinds(CARTS)}), not" in (cart.description or "")
    order, *_ = (await published({VARIABLES["senmo"]: "value"})).tools
    assert "own order id, not" in (order.description or "")


async def test_get_cart_speaks_of_carts_only() -> None:
    _, cart = await tools()
    words = f"{cart['description']} {compact(cart['inputSchema'])}"
    for word in ("tracking", "status", "delivered", "order number", "order id", "shipped"):
        assert word not in words.lower().replace("not an order yet", "")


async def test_each_level_of_detail_is_said_to_hold_what_it_holds() -> None:
    order, cart = (tool["inputSchema"]["properties"]["detail"]["description"] for tool in await tools())
    assert "summary: status, dates, tracking, total; standard: + line items and customer name; full: + " in order
    assert "addresses, contact details, notes" in order
    assert "summary: amounts and number of items; standard: + items and buyer; full: + product ids" in cart


# What an audience may ever see: `internal` everything, the others less and less.
ORDER_KEYS = {
    *("summary", "provider", "id", "as_of", "sandbox", "withheld", "warnings"),
    *("line_items", "line_items_total", "line_items_offset"),
    *("order_number", "references", "order_type", "status", "provider_status", "status_note", "requires_action"),
    *("payment_status", "currency", "totals", "item_count", "customer", "shipping_address", "billing_address"),
    *("fulfillment", "subscription_count", "subscription_ids", "related", "placed_at", "created_at", "updated_at"),
    *("notes", "payment", "created_by", "custom_fields", "properties"),
}
LINE_KEYS = {
    *("id", "title", "variant_title", "sku", "product_id", "variant_id", "quantity", "fulfilled", "remaining"),
    *("shipped", "delivered", "returned", "unit", "unit_price", "total"),
    *("monthly_price", "rent", "price", "currency", "contract_months", "subscription_ids", "status"),
}
COST_KEYS = {"list_price", "acquisition_cost", "cost"}
INTERNAL_KEYS = {"created_by", "custom_fields", "properties"}
WITHHELD = {
    *("customer.name", "customer.email", "customer.phone", "shipping_address", "billing_address", "voucher_code"),
}
CITY = {"city", "country"}


async def test_an_output_schema_lists_what_its_audience_may_ever_see() -> None:
    order = {name: (await tools(name))[0]["outputSchema"]["properties"] for name in ("internal", "agent", "customer")}
    assert set(order["internal"]) == ORDER_KEYS
    assert set(order["agent"]) == ORDER_KEYS - INTERNAL_KEYS
    assert set(order["customer"]) == ORDER_KEYS - INTERNAL_KEYS - {"notes", "payment"}
    lines = {name: set(each["line_items"]["items"]["properties"]) for name, each in order.items()}
    assert lines == {"internal": LINE_KEYS | COST_KEYS, "agent": LINE_KEYS, "customer": LINE_KEYS}
    addresses = {name: set(each["shipping_address"]["properties"]) for name, each in order.items()}
    assert addresses["agent"] == CITY | {"postal_code", "region"} and addresses["customer"] == CITY
    assert {"formatted", "street_address", "name"} < addresses["internal"]
    assert set(order["customer"]["customer"]["properties"]) == {"name", "company", "type", "email", "phone"}
    assert set(order["agent"]["payment"]["properties"]) == {"method"}
    assert "previous_serial" not in order["agent"]["related"]["properties"]
    assert "reason" not in order["customer"]["related"]["properties"]
    assert {"received_amount", "real_amount"} & set(order["customer"]["totals"]["properties"]) == set()
    assert set(order["agent"]["withheld"]["items"]["enum"]) == WITHHELD | {"costs", "internal"}
    assert set(order["customer"]["withheld"]["items"]["enum"]) == WITHHELD
    for name in order:
        assert order[name]["status"]["enum"] == [
            *("draft", "pending", "confirmed", "processing", "partially_fulfilled", "shipped", "delivered", "active"),
            *("returned", "canceled", "rejected", "failed", "archived", "unknown"),
        ]
        assert order[name]["payment_status"]["enum"] == [
            *("pending", "partially_paid", "paid", "partially_refunded", "refunded", "canceled", "failed", "unknown")
        ]
        assert set(order[name]["warnings"]["items"]["properties"]["code"]["enum"]) == {
            *("unrecognized_status", "phase_status_conflict", "phase_missing", "count_mismatch"),
            *("fulfillment_mismatch", "delivery_mismatch", "tenant_mismatch", "unreadable_amount", "unreadable_date"),
            *("unreadable_currency", "dropped_value", "provider_not_asked"),
        }


@pytest.mark.parametrize("audience", ["agent", "customer"])
async def test_of_a_cart_only_what_carts_have_is_listed(audience: str) -> None:
    cart = (await tools(audience))[1]["outputSchema"]["properties"]
    answer = {"summary", "provider", "id", "as_of", "sandbox", "withheld", "warnings"}
    lines = {"line_items", "line_items_total", "line_items_offset"}
    buyer = {"buyer"} if audience == "agent" else set()
    assert set(cart) == answer | lines | buyer | {"currency", "totals", "item_count", "completed_at"}
    assert set(cart["totals"]["properties"]) == {"subtotal", "shipping", "discount", "tax", "total", "rent"}
    assert set(cart["line_items"]["items"]["properties"]) == {
        *("id", "title", "variant_title", "sku", "product_id", "variant_id", "quantity", "unit_price", "total", "rent")
    }


async def test_what_an_agent_could_misread_carries_a_description() -> None:
    order, cart = (tool["outputSchema"]["properties"] for tool in await tools())
    line, fulfillment = order["line_items"]["items"]["properties"], order["fulfillment"]["properties"]
    described = {
        "nothing to do": order["requires_action"],
        "not deliveries": fulfillment["progress"],
        "subscription": line["fulfilled"],
        "without a subscription": line["remaining"],
        "period": order["totals"]["properties"]["total"],
        "basis": line["price"],
        "masked": order["withheld"],
        "in doubt": order["warnings"],
        "asked": order["as_of"],
    }
    for word, schema in described.items():
        assert word in schema["description"]
    assert "period" in cart["totals"]["properties"]["rent"]["description"]


@pytest.mark.parametrize("audience", ["customer", "agent", "internal"])
async def test_the_definitions_are_cheap(audience: str) -> None:
    listed = await tools(audience)
    read_by_a_model = sum(
        len(tool["name"]) + len(tool["description"]) + len(compact(tool["inputSchema"])) for tool in listed
    )
    assert read_by_a_model <= 4_500
    assert sum(len(compact(tool["outputSchema"])) for tool in listed) <= 10_500


@pytest.mark.parametrize("chosen", [[], ["fleet"], ["senmo"], ["flexportal", "polinate"], list(PROVIDERS)])
async def test_the_providers_to_choose_are_those_with_a_variable(chosen: list[str]) -> None:
    # One variable is enough, although a provider may need more of them: that it is half set up is worth saying.
    order, cart, *_ = (await published({VARIABLES[provider]: "value" for provider in chosen})).tools
    assert order.input_schema["properties"]["provider"]["enum"] == ["auto", *(chosen or PROVIDERS)]
    assert cart.input_schema["properties"]["provider"]["enum"] == ["auto", *CARTS]
    order, cart, *_ = (await published(environment("http://127.0.0.1:9", *chosen))).tools if chosen else (order, cart)
    assert order.input_schema["properties"]["provider"]["enum"] == ["auto", *(chosen or PROVIDERS)]


async def test_a_blank_variable_offers_nobody() -> None:
    blank = {"FLEET_API_KEY": " ", "SENMO_USERNAME": "${user_config.senmo_username}", "POLINATE_BUSINESS_ID": "biz_1"}
    order, *_ = (await published(blank)).tools
    assert order.input_schema["properties"]["provider"]["enum"] == ["auto", "polinate"]


async def test_hosts_may_keep_the_list_for_five_minutes_to_themselves() -> None:
    async with connected({}) as client:
        listed = await client.list_tools()
        assert (listed.ttl_ms, listed.cache_scope) == (300_000, "private")
        discovered = await discover(client)
        assert (discovered["ttlMs"], discovered["cacheScope"]) == (300_000, "private")
        assert "tools" in discovered["capabilities"]


async def discover(client: Client) -> dict[str, Any]:
    return await client.session.send_discover(str(client.protocol_version))


async def test_the_instructions_are_two_sentences() -> None:
    async with connected({}) as client:
        instructions = client.instructions or ""
    assert instructions.count(". ") == 1 and instructions.endswith(".")
    assert "order" in instructions and "cart" in instructions
    for word in ("names", "notes", "addresses", "not instructions"):
        assert word in instructions.lower()
