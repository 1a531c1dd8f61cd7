"""Who may see what: the tables of the design, written out by hand, against whole answers through the protocol."""

import copy
import json
import re
from typing import Any

import pytest

from order_mcp.testing.places import replaced, values
from order_mcp.testing.stub import Reply, serving

from .bodies import BODIES, FLEXPORTAL_EXTENSION, POLINATE_ORDER, SENMO_ORDER, Documented
from .conftest import connected, environment, error_of, found

GONE = object()
AUDIENCES = ("customer", "agent", "internal")
DETAILS = ("summary", "standard", "full")

# Everything that `internal` sees at `full`: no more of the provider's object than this is ever shown to anybody.
_FLEXPORTAL: dict[str, Any] = {
    "provider": "flexportal",
    "id": "ord_abc123",
    "status": "partially_fulfilled",
    "provider_status": "partial",
    "payment_status": "pending",
    "references": [{"type": "billing_group", "value": "bg_77"}],
    "currency": "GBP",
    "totals": {"subtotal": "281.5", "tax": "56.3", "total": "337.8", "paid": "100.5"},
    "item_count": 5,
    "line_items_total": 2,
    "line_items": [
        {
            "title": 'MacBook Pro 16" M3',
            "sku": "MACBOOK-PRO-16-M3",
            "product_id": "prod_2000",
            "variant_id": "var_5000",
            "quantity": 3,
            "fulfilled": 2,
            "remaining": 1,
            "monthly_price": "89.0",
            "contract_months": 24,
            "subscription_ids": ["sub_abc123", "sub_def456"],
            "status": "partial",
            "list_price": "2999.01",
            "acquisition_cost": "2111.02",
        },
        {
            "title": "Thunderbolt dock",
            "sku": "DOCK-TB4",
            "product_id": "prod_2001",
            "variant_id": "var_5001",
            "quantity": 2,
            "fulfilled": 1,
            "remaining": 1,
            "monthly_price": "7.25",
            "contract_months": 1.5,
            "subscription_ids": ["sub_ghi789"],
            "status": "partial",
            "list_price": "250.5",
            "acquisition_cost": "199.5",
        },
    ],
    "customer": {
        "id": "cus_8841",
        "name": "Ada Byron",
        "company": "Analytical Engines Ltd",
        "type": "business",
        "email": "ada.byron@example.com",
        "phone": "+44 20 7946 0123",
    },
    "shipping_address": {
        "name": "Charles Babbage",
        "company": "Analytical Engines Workshop",
        "street_address": "1 Dorset Street",
        "extended_address": "Unit 5",
        "locality": "Marylebone",
        "city": "Manchester",
        "region": "Lancashire",
        "postal_code": "M1 1AA",
        "country": "United Kingdom",
    },
    "billing_address": {
        "name": "Accounts payable",
        "company": "Analytical Engines Holding",
        "street_address": "12 St James's Square",
        "extended_address": "Room 12",
        "locality": "St James's",
        "city": "London",
        "region": "Greater London",
        "postal_code": "SW1Y 4LB",
        "country": "GB",
    },
    "fulfillment": {
        "shipped_at": "2026-11-12T07:45:00Z",
        "tracking_number": "JD014600003828273645",
        "progress": {"total": 5, "fulfilled": 3},
    },
    "subscription_count": 3,
    "subscription_ids": ["sub_abc123", "sub_def456", "sub_ghi789"],
    "created_at": "2026-11-05T09:12:44Z",
    "updated_at": "2026-11-14T16:03:09Z",
    "notes": "Ring twice; the VIP discount is confidential.",
    "payment": {"method": "stripe", "transaction_id": "pi_3Nabc", "manually_marked": False},
    "created_by": "user_22",
    "custom_fields": {"costCentre": "4711", "approved": True, "floor": 3},
}
EVERYTHING: dict[str, dict[str, Any]] = {
    "fleet-order": {
        "provider": "fleet",
        "id": "42",
        "order_number": "F-2026-0042",
        "status": "processing",
        "provider_status": "BEING_PROCESSED",
        "requires_action": False,
        "references": [{"type": "contract", "value": "C-9001"}],
        "currency": "EUR",
        "totals": {"rent": "1234.50"},
        "item_count": 3,
        "line_items_total": 2,
        "line_items": [{"title": "MacBook Air 13", "quantity": 2}, {"title": "Dell U2723QE", "quantity": 1}],
        "placed_at": "2026-11-02T09:15:30Z",
    },
    "fleet-cart": {
        "provider": "fleet",
        "id": "42",
        "currency": "EUR",
        "totals": {"rent": "99.90"},
        "item_count": 2,
        "line_items_total": 2,
        "line_items": [
            {"id": "501", "title": "MacBook Air 13", "product_id": "101", "quantity": 1, "rent": "59.95"},
            {"id": "502", "title": "iPhone 17", "product_id": "102", "quantity": 1, "rent": "39.95"},
        ],
        "buyer": {"id": "7001"},
    },
    "flexportal-extension": _FLEXPORTAL
    | {
        "order_type": "extension",
        "related": {
            "kind": "extension",
            "order_id": "ord_2024a",
            "months": 12,
            "previous_end": "2026-11-30",
            "new_end": "2027-11-30",
            "reason": "Project prolonged",
        },
    },
    "flexportal-upgrade": _FLEXPORTAL
    | {
        "order_type": "upgrade",
        "related": {
            "kind": "upgrade",
            "previous_device": "MacBook Pro 14 M1",
            "previous_subscription_id": "sub_old001",
            "previous_monthly_amount": "64.5",
            "previous_serial": "C02XG2JHQ05D",
            "reason": "Battery swollen",
        },
    },
    "senmo-order": {
        "provider": "senmo",
        "id": "cdcf-77",
        "status": "unknown",
        "provider_status": "Issue",
        "references": [{"type": "voucher", "value": "4JAX7KQ9P2MW"}, {"type": "product", "value": "PS"}],
        "totals": {"amount": "100", "received_amount": "90", "real_amount": "45"},
        "created_at": "2024-10-20T12:30:31Z",
        "updated_at": "2024-10-20T15:55:28Z",
    },
    "polinate-order": {
        "provider": "polinate",
        "id": "ord_123",
        "order_number": "SO-1007",
        "status": "shipped",
        "provider_status": "ACTIVE/IN_TRANSIT",
        "references": [{"type": "external", "value": "PO-77"}, {"type": "partnership", "value": "par_9"}],
        "currency": "GBP",
        "totals": {"total": "1200.10"},
        "line_items_total": 2,
        "line_items": [
            {
                "id": "line_1",
                "product_id": "item_1",
                "variant_id": "var_1",
                "quantity": 2.5,
                "unit": "EA",
                "price": "10.05",
                "cost": "17.77",
            },
            {
                "id": "line_2",
                "product_id": "item_2",
                "variant_id": "var_2",
                "quantity": 4,
                "unit": "EA",
                "price": "20.05",
                "currency": "EUR",
                "cost": "27.77",
            },
        ],
        "shipping_address": {"formatted": "Dock 4, 9 Harbour Road, Leith EH6 7XX"},
        "fulfillment": {"expected_at": "2099-01-20T08:00:00Z", "shipped_at": "2025-01-16T06:00:00Z"},
        "created_at": "2025-01-15T10:30:00Z",
        "updated_at": "2025-01-15T11:00:00Z",
        "notes": "Margin is thin here; do not discount.",
        "properties": {"sage200Evo.salesOrderNo": "0000123", "synced": True},
    },
}

# `*` is every line item.
NOT_IN_STANDARD = (
    *("shipping_address", "billing_address", "customer.email", "customer.phone", "notes", "subscription_ids"),
    *("payment", "created_by", "custom_fields", "properties", "related.previous_serial"),
    *("line_items.*.product_id", "line_items.*.subscription_ids", "line_items.*.status"),
    *("line_items.*.list_price", "line_items.*.acquisition_cost", "line_items.*.cost"),
)
VARIANT = "line_items.*.variant_id"
"""Left out of `standard` too, but for lines that have no other name (Polinate's)."""
NOT_IN_SUMMARY = (
    *("references", "updated_at", "customer", "buyer", "subscription_count", "line_items"),
    *("totals.subtotal", "totals.tax"),
    *("related.previous_end", "related.reason", "related.previous_subscription_id", "related.previous_monthly_amount"),
)

_HIDDEN_FROM_AGENTS = {
    "payment.transaction_id": GONE,
    "payment.manually_marked": GONE,
    "created_by": GONE,
    "custom_fields": GONE,
    "properties": GONE,
    "related.previous_serial": GONE,
    "line_items.*.list_price": GONE,
    "line_items.*.acquisition_cost": GONE,
    "line_items.*.cost": GONE,
}
_FLEXPORTAL_AGENT = {"customer.email": "a***@example.com", "customer.phone": "***23"} | {
    f"{address}.{part}": GONE
    for address in ("shipping_address", "billing_address")
    for part in ("name", "company", "street_address", "extended_address", "locality")
}
SEEN_BY_AGENTS: dict[str, dict[str, Any]] = {
    "flexportal-extension": _FLEXPORTAL_AGENT,
    "flexportal-upgrade": _FLEXPORTAL_AGENT,
    "senmo-order": {"references.0.value": "4J…"},
    "polinate-order": {"shipping_address": GONE},
}
_FLEXPORTAL_CUSTOMER = _FLEXPORTAL_AGENT | {
    "customer.id": GONE,
    "customer.name": "Ada B.",
    "shipping_address": {"city": "Manchester", "country": "United Kingdom"},
    "billing_address": {"city": "London", "country": "GB"},
    "notes": GONE,
    "related.reason": GONE,
    "payment": GONE,
}
SEEN_BY_CUSTOMERS: dict[str, dict[str, Any]] = {
    "fleet-cart": {"buyer": GONE},
    "flexportal-extension": _FLEXPORTAL_CUSTOMER,
    "flexportal-upgrade": _FLEXPORTAL_CUSTOMER,
    "senmo-order": {"references.0.value": "4J…", "totals.received_amount": GONE, "totals.real_amount": GONE},
    "polinate-order": {"shipping_address": GONE, "notes": GONE},
}

# What was kept back of what belongs to a level of detail. Nothing that is not here is ever said.
_ALL_CONTACT = ["billing_address", "customer.email", "customer.phone", "shipping_address"]
WITHHELD: dict[tuple[str, str, str], list[str]] = {
    **{
        (f"flexportal-{kind}", *view): kept_back
        for kind in ("extension", "upgrade")
        for view, kept_back in {
            ("agent", "full"): [*_ALL_CONTACT, "costs", "internal"],
            ("customer", "standard"): ["customer.name"],
            ("customer", "full"): [*_ALL_CONTACT, "customer.name"],
        }.items()
    },
    **{
        ("senmo-order", audience, detail): ["voucher_code"]
        for audience in ("agent", "customer")
        for detail in ("standard", "full")
    },
    ("polinate-order", "agent", "full"): ["costs", "internal", "shipping_address"],
    ("polinate-order", "customer", "full"): ["shipping_address"],
}


def change(record: Any, path: str, value: Any) -> None:
    """Set or take away what is at a dotted path; where there is nothing, nothing happens."""
    step, _, rest = path.partition(".")
    if step == "*":
        for member in record:
            change(member, rest, value)
    elif isinstance(record, list):
        change(record[int(step)], rest, value)
    elif step in record:
        if rest:
            change(record[step], rest, value)
        elif value is GONE:
            del record[step]
        else:
            record[step] = value


def expected(name: str, audience: str, detail: str) -> dict[str, Any]:
    record = copy.deepcopy(EVERYTHING[name])
    rules: dict[str, Any] = {}
    if audience == "agent":
        rules = _HIDDEN_FROM_AGENTS | SEEN_BY_AGENTS.get(name, {})
    elif audience == "customer":
        rules = _HIDDEN_FROM_AGENTS | SEEN_BY_CUSTOMERS.get(name, {})
    for path, value in rules.items():
        # A masked address is set as a whole, and then has no parts to take away.
        change(record, path, value)
    if detail != "full":
        more = () if name == "polinate-order" else (VARIANT,)
        for path in (*NOT_IN_STANDARD, *more, *(NOT_IN_SUMMARY if detail == "summary" else ())):
            change(record, path, GONE)
    return record


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("of", BODIES, ids=lambda of: of.name)
async def test_an_audience_sees_exactly_what_the_table_grants(of: Documented, audience: str) -> None:
    with serving() as stub:
        stub.reply = Reply(json=of.body)
        async with connected(environment(stub.origin, ORDER_MCP_AUDIENCE=audience)) as client:
            for detail in DETAILS:
                seen = found(await client.call_tool(of.tool, of.arguments(detail=detail)))
                summary, as_of = seen.pop("summary"), seen.pop("as_of")
                assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", as_of)
                withheld = seen.pop("withheld", [])
                assert sorted(withheld) == sorted(WITHHELD.get((of.name, audience, detail), [])), detail
                note = seen.pop("status_note", None)
                assert (note is not None) == (of.name == "senmo-order")
                # What comments on documentation is for colleagues.
                assert audience != "customer" or note in (
                    None,
                    "That I cannot see its status is by itself no bad sign.",
                )
                assert seen == expected(of.name, audience, detail), detail
                says_nothing_more(of, audience, summary)


def says_nothing_more(of: Documented, audience: str, summary: str) -> None:
    allowed = json.dumps(expected(of.name, audience, "full"), ensure_ascii=False).replace('\\"', "")
    for path, value in values(of.body):
        said = str(value).replace('"', "")
        if len(said) >= 4 and said not in allowed:
            assert said not in summary, path


@pytest.mark.parametrize("of", BODIES, ids=lambda of: of.name)
async def test_a_customer_does_not_learn_that_notes_costs_or_internals_exist(of: Documented) -> None:
    with serving() as stub:
        async with connected(environment(stub.origin, ORDER_MCP_AUDIENCE="customer")) as client:
            for body in (of.body, with_unreadable_internals(of)):
                stub.reply = Reply(json=body)
                for detail in DETAILS:
                    result = await client.call_tool(of.tool, of.arguments(detail=detail))
                    found(result)
                    everything = " ".join(block.text for block in result.content if block.type == "text").lower()
                    everything = everything.replace("status_note", "")
                    assert not re.search(
                        r"note|cost|margin|intern|acquisition|list.?price|custom.?field|propert|staff|serial"
                        r"|transaction|manual|stripe|created.by|reason|received.amount|real.amount",
                        everything,
                    )


def with_unreadable_internals(of: Documented) -> dict[str, Any]:
    """What a warning is said about, where it is only to be found in fields that customers may not see."""
    body = of.body
    for path, value in values(of.body):
        if path[-1] in ("listPrice", "acquisitionCost", "cost"):
            body = replaced(body, path, "1e5")
        elif path[-1] in ("createdBy", "transactionId", "previousSerialNumber"):
            body = replaced(body, path, f"{value}<")
    for key in ("notes", "customFields", "properties"):
        if key in body:
            body = replaced(body, (key,), ["not", "as", "documented"])
    return body


@pytest.mark.parametrize("audience", ("customer", "agent"))
@pytest.mark.parametrize("of", BODIES, ids=lambda of: of.name)
async def test_a_tool_call_cannot_choose_its_audience(of: Documented, audience: str) -> None:
    with serving() as stub:
        stub.reply = Reply(json=of.body)
        async with connected(environment(stub.origin, ORDER_MCP_AUDIENCE=audience)) as client:
            for name in ("audience", "ORDER_MCP_AUDIENCE", "view", "withheld"):
                error = error_of(await client.call_tool(of.tool, of.arguments(detail="full", **{name: "internal"})))
                assert error["code"] == "invalid_input"
            for detail in ("internal", "INTERNAL", "full,internal", ["full"], {"audience": "internal"}):
                assert error_of(await client.call_tool(of.tool, of.arguments(detail=detail)))["code"] == "invalid_input"
            with_meta = await client.call_tool(
                of.tool, of.arguments(detail="full"), meta={"audience": "internal", "order-mcp/audience": "internal"}
            )
            seen = found(with_meta)
            for key in ("summary", "as_of", "withheld", "status_note"):
                seen.pop(key, None)
            assert seen == expected(of.name, audience, "full")
            assert not [asked for asked in stub.asked if "internal" in asked.path]


async def test_the_audience_is_agent_unless_the_operator_chose() -> None:
    with serving() as stub:
        stub.reply = Reply(json=FLEXPORTAL_EXTENSION.body)
        async with connected(environment(stub.origin)) as client:
            seen = found(await client.call_tool("get_order", FLEXPORTAL_EXTENSION.arguments(detail="full")))
    assert sorted(seen["withheld"]) == sorted(WITHHELD["flexportal-extension", "agent", "full"])


# Masks --------------------------------------------------------------------------------------------------------------

E_MAILS = {
    "ada@example.com": "a***@example.com",
    "a@x.y": "a***@x.y",
    "ada.byron+tag@mail.example.co.uk": "a***@mail.example.co.uk",
    "ada": "***",
    "ada@": "***",
    "@example.com": "***",
    "ada@example": "***",
    "ada@@example.com": "***",
    "ada@x@example.com": "***",
    "ada byron@example.com": "***",
    "Ada Byron <ada@example.com>": "***",
    "ada@example .com": "***",
    "ada@example.com, bob@example.com": "***",
}
PHONES = {
    "+44 20 7946 0123": "***23",
    "(030) 55-50.1177": "***77",
    "123456": "***56",
    "12345": "***",
    "12 34 5": "***",
    "ext. 12": "***",
    "none": "***",
    "٠١٢٣٤٥٦٧": "***",
}
NAMES = {
    ("Ada", "Byron"): "Ada B.",
    ("Ada Augusta", "King Byron"): "Ada B.",
    ("  Ada  ", " Byron "): "Ada B.",
    ("Élodie", "Ünal"): "Élodie Ü.",
    ("小明", "王"): "小明 王.",
}


Changes = list[tuple[tuple[Any, ...], Any]]


async def shown_to(audience: str, of: Documented, *changed: Changes) -> list[dict[str, Any]]:
    """The full answers about this object, changed in one way after the other."""
    answers = []
    with serving() as stub:
        async with connected(environment(stub.origin, ORDER_MCP_AUDIENCE=audience)) as client:
            for changes in changed:
                body = of.body
                for path, value in changes:
                    body = replaced(body, path, value)
                stub.reply = Reply(json=body)
                answers.append(found(await client.call_tool(of.tool, of.arguments(detail="full"))))
    return answers


@pytest.mark.parametrize("audience", ("customer", "agent"))
async def test_an_e_mail_address_is_masked(audience: str) -> None:
    answers = await shown_to(
        audience, FLEXPORTAL_EXTENSION, *([(("customer", "email"), written)] for written in E_MAILS)
    )
    assert [seen["customer"]["email"] for seen in answers] == list(E_MAILS.values())
    assert all("customer.email" in seen["withheld"] for seen in answers)


@pytest.mark.parametrize("audience", ("customer", "agent"))
async def test_of_a_phone_number_the_last_two_digits_stay(audience: str) -> None:
    answers = await shown_to(
        audience, FLEXPORTAL_EXTENSION, *([(("customer", "phone"), written)] for written in PHONES)
    )
    assert [seen["customer"]["phone"] for seen in answers] == list(PHONES.values())
    assert all("customer.phone" in seen["withheld"] for seen in answers)


async def test_a_customer_reads_a_first_name_and_an_initial() -> None:
    changed: list[Changes] = [
        [(("customer", "firstName"), first), (("customer", "lastName"), last)] for first, last in NAMES
    ]
    answers = await shown_to("customer", FLEXPORTAL_EXTENSION, *changed)
    assert [seen["customer"]["name"] for seen in answers] == list(NAMES.values())
    assert all("customer.name" in seen["withheld"] for seen in answers)


@pytest.mark.parametrize("audience", ("customer", "agent"))
async def test_of_a_voucher_at_most_two_characters_and_a_quarter_stay(audience: str) -> None:
    codes = ["7B5VXKQ9P2MW"[:length] for length in range(1, 13)]
    answers = await shown_to(audience, SENMO_ORDER, *([(("order", "code"), code)] for code in codes))
    masks = [seen["references"][0]["value"] for seen in answers]
    assert masks == ["…", "…", "…", "7…", "7…", "7…", "7…", "7B…", "7B…", "7B…", "7B…", "7B…"]
    assert all(seen["withheld"] == ["voucher_code"] for seen in answers)


async def test_what_is_empty_was_not_kept_back() -> None:
    changes: Changes = [
        (("customFields",), {}),
        (("shippingAddress",), {"city": "Leeds", "country": "GB"}),
        (("billingAddress",), {}),
        *[(("customer", key), None) for key in ("email", "phone")],
        *[((key,), None) for key in ("createdBy", "payment")],
        *[(("items", n, key), None) for n in (0, 1) for key in ("listPrice", "acquisitionCost")],
    ]
    for audience in ("customer", "agent"):
        [seen] = await shown_to(audience, FLEXPORTAL_EXTENSION, changes)
        assert seen.get("withheld") == (["customer.name"] if audience == "customer" else None)
        assert seen["shipping_address"] == {"city": "Leeds", "country": "GB"}


async def test_costs_are_said_to_be_withheld_wherever_a_line_has_them() -> None:
    changes: Changes = [
        *[(("items", 0, key), None) for key in ("listPrice", "acquisitionCost")],
        (("items", 1, "listPrice"), None),
    ]
    [seen] = await shown_to("agent", FLEXPORTAL_EXTENSION, changes)
    assert "costs" in seen["withheld"]


async def test_unbounded_objects_show_at_most_twenty_plain_members() -> None:
    many = {f"key{n}": n for n in range(50)}
    for of, key in ((FLEXPORTAL_EXTENSION, "customFields"), (POLINATE_ORDER, "properties")):
        mixed = {"list": [1], "object": {"a": 1}, "null": None, **many}
        [seen] = await shown_to("internal", of, [((key,), mixed)])
        shown = seen[{"customFields": "custom_fields"}.get(key, key)]
        assert shown == {f"key{n}": n for n in range(20)}
