"""`find_orders`: by number and by address, at lists that behave and at lists that do not."""

import logging
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from jsonschema import Draft202012Validator
from mcp import MCPError

from order_mcp.commands.cli import main
from order_mcp.sandbox import Running, running
from order_mcp.testing.stub import Asked, Reply, Stub

from .conftest import connected, environment, error_of, found, sentence_of

KEYS = {"fleet": "FLEET_API_KEY", "flexportal": "FLEXPORTAL_API_KEY", "polinate": "POLINATE_API_KEY"}
EMAIL_OF_ADA = "ada@example.com"
COMPLETE = {"fleet": 27, "polinate": 74}


@pytest.fixture(scope="module")
def box() -> Iterator[Running]:
    with running() as sandbox:
        yield sandbox


def variables(box: Running, *providers: str, **more: str) -> dict[str, str]:
    """The sandbox's variables, of some providers only."""
    chosen = tuple(f"{name.upper()}_" for name in providers or ("fleet", "flexportal", "polinate", "senmo"))
    return {name: value for name, value in box.environment.items() if name.startswith(chosen)} | more


def odd(box: Running, provider: str, oddity: str) -> dict[str, str]:
    """The variables of one provider whose lists are odd."""
    key = KEYS[provider]
    return variables(box, provider) | {key: f"{box.environment[key]}-{oddity}"}


async def find(given: Mapping[str, str], **arguments: Any) -> Any:
    async with connected(given) as client:
        return await client.call_tool("find_orders", arguments)


async def requests_of(box: Running, given: Mapping[str, str], **arguments: Any) -> tuple[Any, list[str]]:
    before = len(box.sandbox.requests)
    result = await find(given, **arguments)
    return result, [exchange.path for exchange in box.sandbox.requests[before:]]


def hits(result: Any) -> list[tuple[str, str, str]]:
    return [(hit["provider"], hit["id"], hit["matched_by"]) for hit in found(result)["orders"]]


# What is found ----------------------------------------------------------------------------------------------------

FOUND: dict[str, tuple[dict[str, str], list[tuple[str, str, str]]]] = {
    "Fleet's order number": ({"order_number": "FL-24-00391"}, [("fleet", "1008", "order_number")]),
    "in any case, with a hash and spaces": ({"order_number": " #fl-24- 00391 "}, [("fleet", "1008", "order_number")]),
    "Fleet's contract number": ({"order_number": "CTR-20391-A"}, [("fleet", "1008", "contract")]),
    "Polinate's external reference": ({"order_number": "PO-77812"}, [("polinate", "ord_rich", "external")]),
    "Polinate's internal reference": ({"order_number": "注文-0042"}, [("polinate", "ord_names", "order_number")]),
    "FlexPortal's custom field": ({"order_number": "PO-2026-118"}, [("flexportal", "ord_confirmed", "purchase_order")]),
    "a FlexPortal id": ({"order_number": "ord_partial"}, [("flexportal", "ord_partial", "id")]),
    "the address that a customer has now": (
        {"email": EMAIL_OF_ADA},
        [("flexportal", id, "email") for id in ("ord_partial", "ord_cancelled_late", "ord_250")],
    ),
    "an address in capital letters": (
        {"email": EMAIL_OF_ADA.upper()},
        [("flexportal", id, "email") for id in ("ord_partial", "ord_cancelled_late", "ord_250")],
    ),
    "an address that two customers share": (
        {"email": "devices@example.com"},
        [("flexportal", "ord_team_1", "email"), ("flexportal", "ord_team_2", "email")],
    ),
    "an address with a plus sign": ({"email": "Pat+Orders@Example.com"}, [("flexportal", "ord_plus", "email")]),
}


@pytest.mark.parametrize("case", FOUND)
async def test_an_order_is_found_by_what_the_customer_holds(case: str, box: Running) -> None:
    arguments, expected = FOUND[case]
    result = await find(variables(box), **arguments)
    assert hits(result) == expected
    assert found(result)["more"] is False
    assert all(search["complete"] for search in found(result)["searched"])


async def test_a_number_of_another_system_is_found_also_where_it_is_a_json_number(box: Running) -> None:
    given = variables(box, "polinate", POLINATE_NUMBER_PATH="sage200Evo.salesOrderNo")
    result, asked = await requests_of(box, given, order_number="12345")
    assert hits(result) == [("polinate", "ord_sage", "external")]
    assert found(result)["searched"] == [{"provider": "polinate", "how": "filter", "looked_at": 1, "complete": True}]
    [path] = asked
    assert parse_qs(urlsplit(path).query) == {
        "limit": ["100"],
        "propertyPath": ["sage200Evo.salesOrderNo"],
        "propertyValue": ["12345"],
    }


async def test_the_old_address_of_a_customer_finds_nothing_although_the_orders_show_it(box: Running) -> None:
    result = await find(variables(box), email="ada.brightwell@example.com")
    assert error_of(result)["code"] == "not_found"


async def test_one_hit_is_told_with_what_to_do_next(box: Running) -> None:
    result = await find(variables(box, "fleet"), order_number="FL-24-00391")
    answer = found(result)
    assert answer["summary"] == (
        "One order has the number “FL-24-00391”: Fleet order 1008, shipped, placed 5 October 2026. Look it up with "
        "get_order."
    )
    assert answer["orders"] == [
        {
            "provider": "fleet",
            "id": "1008",
            "order_number": "FL-24-00391",
            "matched_by": "order_number",
            "status": "shipped",
            "provider_status": "RECEPTION_TO_CONFIRM",
            "placed_at": "2026-10-05",
            "item_count": 2,
        }
    ]
    assert answer["searched"] == [{"provider": "fleet", "how": "scan", "looked_at": 27, "of": 27, "complete": True}]
    assert datetime.fromisoformat(answer["as_of"]) > datetime.now(UTC) - timedelta(minutes=1)
    assert sum(len(block.text) for block in result.content) <= 900


async def test_of_several_the_agent_asks_which(box: Running) -> None:
    result = await find(variables(box), email="jonas.keller@example.com", limit=2)
    answer = found(result)
    assert answer["more"] is True and len(answer["orders"]) == 2
    assert answer["summary"].startswith("7 orders were found by this e-mail address: FlexPortal order ord_pending, ")
    assert answer["summary"].endswith(
        "; and 5 more. A higher limit shows more. Ask the user which one, then look it up with get_order."
    )
    assert answer["not_asked"] == ["fleet", "polinate", "senmo"]


async def test_nothing_of_a_customer_is_shown_but_name_and_company(box: Running) -> None:
    for audience in ("agent", "internal"):
        result = await find(variables(box, ORDER_MCP_AUDIENCE=audience), email=EMAIL_OF_ADA)
        for order in found(result)["orders"]:
            assert order["customer"] == {"name": "Ada Brightwell", "company": "Brightwell Studios Ltd"}
        shown = "".join(block.text for block in result.content)
        assert not re.search("@|margin|18.50|cus_|Leeds|0182", shown)


async def test_ten_orders_with_long_names_stay_cheap(stub: Stub) -> None:
    name = "Bernadette-Charlotte Überlang von und zu Hohenstein " * 2
    orders = [
        {"orderId": f"ord_{'x' * 100}{n}", "status": "confirmed", "createdAt": f"2026-10-{n + 10}T09:00:00Z"}
        | {"customer": {"customerId": "c1", "firstName": name, "company": name}}
        for n in range(12)
    ]
    stub.reply = lambda asked: (
        Reply(json={"customers": [{"customerId": "c1", "email": EMAIL_OF_ADA}]})
        if "/customers" in asked.path
        else Reply(json={"orders": orders, "hasMore": False})
    )
    result = await find(environment(stub.origin, "flexportal"), email=EMAIL_OF_ADA, limit=10)
    answer = found(result)
    assert sum(len(block.text) for block in result.content) <= 4_500
    assert 5 <= len(answer["orders"]) <= 10 and answer["more"] is True
    # Newest first.
    assert answer["orders"][0]["id"].endswith("x11")


async def test_every_answer_satisfies_the_published_schema(box: Running) -> None:
    async with connected(variables(box)) as client:
        schema = {tool.name: tool.output_schema for tool in (await client.list_tools()).tools}["find_orders"]
        for arguments, _ in FOUND.values():
            answer = found(await client.call_tool("find_orders", dict(arguments)))
            assert not list(Draft202012Validator(schema or {}).iter_errors(answer))


# What is not found, and what nobody knows --------------------------------------------------------------------------


async def test_not_found_is_said_where_every_search_was_complete(box: Running) -> None:
    result = await find(variables(box), order_number="nothing-1")
    assert error_of(result) == {
        "code": "not_found",
        "retryable": False,
        "next_step": "check_id",
        "searched": [
            {"provider": "fleet", "how": "scan", "looked_at": 27, "of": 27, "complete": True},
            {"provider": "flexportal", "how": "filter", "looked_at": 0, "complete": True},
            {"provider": "polinate", "how": "scan", "looked_at": 74, "of": 74, "complete": True},
        ],
        "not_asked": ["senmo"],
    }
    assert sentence_of(result) == (
        "No order has this number at Fleet (order and contract number), FlexPortal (id and poNumber) or Polinate "
        "(internal and external reference). Senmo cannot be searched by number here. Check it with the user, capital "
        "letters and spaces included, or ask for the order id."
    )


# provider, oddity: the number asked for, what is found all the same, and what is said of the search.
ODD: dict[tuple[str, str], tuple[str, list[str], str]] = {
    ("fleet", "long"): (
        "nothing-1",
        [],
        "Fleet was searched as far as the 500 orders that its list gives first, of 1,240.",
    ),
    ("fleet", "nameless"): (
        "FL-24-00391",
        [],
        "The list of Fleet does not name the order numbers and contract numbers of its orders.",
    ),
    ("fleet", "endless"): (
        "nothing-1",
        [],
        "The list of Fleet repeats itself, so it was not read to its end.",
    ),
    ("fleet", "malformed"): (
        "FL-24-00391",
        ["1008"],
        "2 entries in the list of Fleet could not be read.",
    ),
    ("fleet", "shifting"): (
        "FL-24-00391",
        ["1008"],
        "The list of Fleet changed while it was read.",
    ),
    ("fleet", "limited"): (
        "FL-24-00391",
        ["1008"],
        "The search of Fleet ended after 100 orders, of 226 (rate_limited).",
    ),
    ("polinate", "long"): (
        "nothing-1",
        [],
        "Polinate was searched as far as the 500 orders that its list gives first, of 1,240.",
    ),
    ("polinate", "nameless"): (
        "PO-77812",
        [],
        "The list of Polinate does not name the internal references of its orders.",
    ),
    ("polinate", "endless"): (
        "PO-77812",
        ["ord_rich"],
        "The list of Polinate repeats itself, so it was not read to its end.",
    ),
    ("polinate", "malformed"): (
        "PO-77812",
        ["ord_rich"],
        "2 entries in the list of Polinate could not be read.",
    ),
    ("flexportal", "ignored"): (
        "nothing-1",
        [],
        "FlexPortal does not seem to filter by customField_poNumber: it gave what does not match.",
    ),
    ("flexportal", "endless"): (
        "PO-2026-118",
        ["ord_confirmed"],
        "FlexPortal says that it has more than it gave.",
    ),
    ("flexportal", "malformed"): (
        "PO-2026-118",
        ["ord_confirmed"],
        "2 entries in the list of FlexPortal could not be read.",
    ),
}


@pytest.mark.parametrize(("provider", "oddity"), ODD)
async def test_a_list_that_misbehaves_finds_no_wrong_order_and_proves_nothing(
    provider: str, oddity: str, box: Running
) -> None:
    number, expected, told = ODD[provider, oddity]
    result, asked = await requests_of(box, odd(box, provider, oddity), order_number=number)
    assert len(asked) <= 5
    if expected:
        answer = found(result)
        assert [hit["id"] for hit in answer["orders"]] == expected
        assert answer["searched"][0]["complete"] is False
        assert told in [warning["message"] for warning in answer["warnings"]]
        assert told in answer["summary"]
    else:
        error = error_of(result)
        assert (error["code"], error["searched"][0]["complete"]) == ("incomplete", False)
        assert told in sentence_of(result)


async def test_a_filter_by_address_that_is_ignored_hands_out_nobodys_orders(box: Running) -> None:
    result = await find(odd(box, "flexportal", "ignored"), email="nobody@example.com")
    assert error_of(result)["code"] == "incomplete"
    assert "FlexPortal does not seem to filter by email" in sentence_of(result)


async def test_of_a_customer_with_many_orders_the_first_page_is_looked_at(box: Running) -> None:
    answer = found(await find(odd(box, "flexportal", "long"), email=EMAIL_OF_ADA, limit=10))
    [search] = answer["searched"]
    assert (search["looked_at"], search["complete"], answer["more"]) == (100, False, True)
    assert "FlexPortal says that it has more than it gave." in answer["summary"]


async def test_the_operator_reads_of_a_search_that_does_not_work(
    box: Running, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "order_mcp"):
        await find(odd(box, "flexportal", "ignored"), email="nobody@example.com")
        await find(odd(box, "fleet", "nameless"), order_number="FL-24-00391")
    logged = [each.getMessage() for each in caplog.records if each.name == "order_mcp"]
    assert logged == [
        "FlexPortal does not seem to filter by email: it gave what does not match. Tell the operator.",
        "The list of Fleet does not name the order numbers and contract numbers of its orders.",
    ]


async def test_a_filter_by_customer_that_is_ignored_gives_only_their_own(stub: Stub) -> None:
    orders = [{"orderId": f"ord_{n}", "customer": {"customerId": f"c{n}"}} for n in range(3)]
    stub.reply = lambda asked: (
        Reply(
            json={"customers": [{"customerId": "c1", "email": EMAIL_OF_ADA}, {"customerId": "c2", "email": "b@c.de"}]}
        )
        if "/customers" in asked.path
        else Reply(json={"orders": orders, "hasMore": False})
    )
    assert hits(await find(environment(stub.origin, "flexportal"), email=EMAIL_OF_ADA)) == [
        ("flexportal", "ord_1", "email")
    ]


async def test_a_rate_limit_in_the_middle_of_a_scan_says_when_to_try_again(box: Running) -> None:
    error = error_of(await find(odd(box, "fleet", "limited"), order_number="nothing-1"))
    assert (error["code"], error["next_step"], error["retry_after_seconds"]) == ("incomplete", "retry_later", 12)
    assert error["failed"] == [{"provider": "fleet", "code": "rate_limited"}]


async def test_a_scan_ends_at_the_deadline_with_what_it_has(stub: Stub) -> None:
    row = {"order_id": 1, "order_number": "FL-1", "contract_number": None}

    def slow(asked: Asked) -> Reply:
        if "offset=0" not in asked.path:
            raise TimeoutError  # the stub says nothing more
        return Reply(json={"data": [row, *({**row, "order_id": n} for n in range(2, 101))], "meta": {"total": 900}})

    stub.reply = slow
    given = environment(stub.origin, "fleet", ORDER_MCP_DEADLINE_SECONDS="1", ORDER_MCP_TIMEOUT_SECONDS="0.5")
    answer = found(await find(given, order_number="fl-1", limit=10))
    assert len(answer["orders"]) == 10 and answer["more"] is True
    assert answer["searched"] == [{"provider": "fleet", "how": "scan", "looked_at": 100, "of": 900, "complete": False}]


async def test_what_one_provider_cannot_say_is_said_beside_what_another_found(box: Running) -> None:
    given = variables(box, "fleet", "polinate", POLINATE_API_KEY="wrong")
    answer = found(await find(given, order_number="FL-24-00391"))
    assert [(search["provider"], search["complete"]) for search in answer["searched"]] == [("fleet", True)]
    assert answer["warnings"] == [
        {
            "code": "provider_not_asked",
            "message": "Polinate could not be searched (unauthorized); it may have one, too.",
        }
    ]
    named = await find(given, order_number="FL-24-00391", provider="polinate")
    assert error_of(named)["code"] == "unauthorized"


async def test_a_provider_that_is_half_set_up_could_not_be_searched(box: Running) -> None:
    given = variables(box, "fleet") | {"POLINATE_API_KEY": "half"}
    error = error_of(await find(given, order_number="nothing-1"))
    assert (error["code"], error["failed"]) == ("incomplete", [{"provider": "polinate", "code": "not_configured"}])


async def test_nothing_is_matched_in_part(stub: Stub) -> None:
    numbers = ["", "#", "FL", "FL-24", "24-00391", "FL-24-003910", "XFL-24-00391", None, "fl-24-00391 ", "FL–24–00391"]
    rows = [{"order_id": n, "order_number": number, "contract_number": None} for n, number in enumerate(numbers, 1)]
    stub.reply = Reply(json={"data": rows, "meta": {"total": len(rows)}})
    result = await find(environment(stub.origin, "fleet"), order_number="FL-24-00391")
    assert hits(result) == [("fleet", "9", "order_number")]


# What hostile lists have shown ----------------------------------------------------------------------------------------

ROW = {"order_id": 7, "order_number": "FN-7", "contract_number": None}
OTHER = {"order_id": 8, "order_number": "FN-8", "contract_number": None}


async def fleet_says(stub: Stub, rows: list[Any], meta: Any, number: str = "FN-7") -> Any:
    """What comes of a list at Fleet that gives these rows first, and nothing after them."""
    stub.reply = lambda asked: Reply(json={"data": rows if "offset=0" in asked.path else [], "meta": meta})
    return await find(environment(stub.origin, "fleet"), order_number=number)


@pytest.mark.parametrize("id", ["#77", " 88 ", "a b", "..", "ab@c.de", "<b>", "x" * 129])
async def test_an_id_that_leads_elsewhere_or_nowhere_is_not_handed_out(id: str, stub: Stub) -> None:
    result = await fleet_says(stub, [{**ROW, "order_id": id}], {"total": 1})
    assert error_of(result)["code"] == "incomplete"
    assert "its id is none that could be looked up" in sentence_of(result)
    beside = found(await fleet_says(stub, [{**ROW, "order_id": id}, ROW], {"total": 2}))
    assert [hit["id"] for hit in beside["orders"]] == ["7"]
    assert [warning["code"] for warning in beside["warnings"]] == ["dropped_value"]


@pytest.mark.parametrize("entry", [{"id": None}, {"id": True}, {"order_id": [1]}, {}, None, "row", 5, [ROW]])
async def test_an_entry_that_is_none_leaves_the_others_alone(entry: Any, stub: Stub) -> None:
    answer = found(await fleet_says(stub, [entry, ROW], {"total": 2}))
    assert [hit["id"] for hit in answer["orders"]] == ["7"]
    assert answer["searched"][0]["complete"] is False


@pytest.mark.parametrize("number", [["FN-7"], {"v": "FN-7"}, True])
async def test_a_number_that_cannot_be_read_may_be_the_one(number: Any, stub: Stub) -> None:
    result = await fleet_says(stub, [{**ROW, "order_number": number}, OTHER], {"total": 2})
    assert error_of(result)["code"] == "incomplete"


async def test_an_order_without_any_number_may_be_the_one(stub: Stub) -> None:
    result = await fleet_says(stub, [{"order_id": 7}, OTHER], {"total": 2})
    assert error_of(result)["code"] == "incomplete"
    assert "does not name the order numbers and contract numbers" in sentence_of(result)


@pytest.mark.parametrize("meta", [None, {}, {"total": None}, {"total": -1}, {"total": 0}, {"total": "many"}])
async def test_only_an_empty_page_ends_a_list_of_unknown_length(meta: Any, stub: Stub) -> None:
    rows = [{**OTHER, "order_id": n} for n in range(1, 51)]
    assert error_of(await fleet_says(stub, rows, meta))["code"] == "not_found"
    assert [asked.path.partition("?")[2] for asked in stub.asked] == ["limit=100&offset=0", "limit=100&offset=50"]


async def test_the_id_of_an_entry_may_be_called_id(stub: Stub) -> None:
    rows = [{"id": 7, "order_number": "FN-7", "contract_number": None}]
    assert hits(await fleet_says(stub, rows, {"total": 1})) == [("fleet", "7", "order_number")]


async def test_one_leading_hash_is_dropped_and_no_other(stub: Stub) -> None:
    rows = [{**ROW, "order_id": n, "order_number": number} for n, number in enumerate(("5", "#5", "##5"), 1)]
    assert hits(await fleet_says(stub, rows, {"total": 3}, number="##5")) == [("fleet", "3", "order_number")]
    both = await fleet_says(stub, rows, {"total": 3}, number="#5")
    assert [id for _, id, _ in hits(both)] == ["1", "2"]


async def test_a_scan_that_is_refused_does_not_knock_again(stub: Stub) -> None:
    stub.reply = Reply(503, json={})
    error = error_of(await find(environment(stub.origin, "fleet"), order_number="FN-7"))
    assert (error["code"], len(stub.asked)) == ("incomplete", 1)


async def test_polinate_without_a_total_may_have_older_orders(stub: Stub) -> None:
    stub.reply = lambda asked: Reply(
        json={"items": [{"id": "o1", "internalReference": "SO-1"}] if "page=1" in asked.path else []}
    )
    error = error_of(await find(environment(stub.origin, "polinate"), order_number="SO-2"))
    assert error["code"] == "incomplete"


def flexportal(stub: Stub, customers: list[Any], orders: Any, **more: Any) -> dict[str, str]:
    """A FlexPortal that gives these customers and orders, whatever it is asked."""

    def reply(asked: Asked) -> Reply:
        if "/customers" in asked.path:
            return Reply(json={"customers": customers, "hasMore": False})
        if "?" not in asked.path:
            return more.get("by_id", Reply(404, json={"error": {"code": "ORDER_NOT_FOUND"}}))
        return Reply(json={"orders": orders, "hasMore": False} | more.get("around", {}))

    stub.reply = reply
    return environment(stub.origin, "flexportal", FLEXPORTAL_NUMBER_FIELD="po")


ADA = {"customerId": "c1", "email": EMAIL_OF_ADA}


def order_of(id: str, customer_id: Any = "c1", **more: Any) -> dict[str, Any]:
    return {"orderId": id, "status": "confirmed", "customer": {"customerId": customer_id}} | more


@pytest.mark.parametrize("id", ["", " ", "\ud800", None, ["c1"]])
async def test_a_customer_without_a_usable_id_has_no_orders_here(id: Any, stub: Stub) -> None:
    given = flexportal(stub, [{"customerId": id, "email": EMAIL_OF_ADA}], [order_of("o1", id)])
    assert error_of(await find(given, email=EMAIL_OF_ADA))["code"] == "incomplete"


async def test_customers_may_stand_under_another_name(stub: Stub) -> None:
    given = flexportal(stub, [], [order_of("o1")])
    inner = stub.reply
    assert callable(inner)
    stub.reply = lambda asked: (
        Reply(json={"data": [ADA], "hasMore": False}) if "/customers" in asked.path else inner(asked)
    )
    assert hits(await find(given, email=EMAIL_OF_ADA)) == [("flexportal", "o1", "email")]


async def test_an_ignored_filter_by_customer_loses_nobodys_orders(stub: Stub) -> None:
    customers = [ADA, {"customerId": "c2", "email": EMAIL_OF_ADA}]
    given = flexportal(stub, customers, [order_of("o1"), order_of("o2", "c2"), order_of("o3", "c3")])
    assert [id for _, id, _ in hits(await find(given, email=EMAIL_OF_ADA))] == ["o1", "o2"]


@pytest.mark.parametrize(
    "around", [{"hasMore": True}, {"hasMore": None, "nextCursor": "c"}, {"hasMore": False, "nextCursor": "c"}]
)
async def test_a_list_with_more_than_it_gave_is_not_complete(around: dict[str, Any], stub: Stub) -> None:
    answer = found(await find(flexportal(stub, [ADA], [order_of("o1")], around=around), email=EMAIL_OF_ADA))
    assert (answer["searched"][0]["complete"], answer["more"]) == (False, True)


async def test_a_field_leads_to_the_order_also_where_the_id_cannot_be_asked(stub: Stub) -> None:
    orders = [order_of("o1", customFields={"po": "PO-1"})]
    given = flexportal(stub, [], orders, by_id=Reply(500, json={}))
    answer = found(await find(given, order_number="PO-1"))
    assert [hit["id"] for hit in answer["orders"]] == ["o1"]
    assert answer["warnings"] == [
        {"code": "search_incomplete", "message": "The search of FlexPortal ended after 1 order (upstream_error)."}
    ]


async def test_a_list_that_is_not_there_is_not_an_order_that_is_not_there(stub: Stub) -> None:
    stub.reply = Reply(404, json={"error": "ORDER_NOT_FOUND"})
    result = await find(environment(stub.origin, "fleet"), order_number="FN-7", provider="fleet")
    assert error_of(result)["code"] == "bad_response"
    assert "Fleet says that it has no such list." in sentence_of(result)


# How it is asked ---------------------------------------------------------------------------------------------------


async def test_an_address_takes_two_requests_and_is_encoded_whole(box: Running) -> None:
    result, asked = await requests_of(box, variables(box, "flexportal"), email="Pat+Orders@Example.com")
    assert hits(result) == [("flexportal", "ord_plus", "email")]
    customers, orders = asked
    assert customers == "/flexportal/v1/customers?email=Pat%2BOrders%40Example.com&limit=5"
    assert orders == "/flexportal/v1/orders?limit=100&customerId=cus_7001"


async def test_a_number_takes_two_requests_at_flexportal(box: Running) -> None:
    _, asked = await requests_of(box, variables(box, "flexportal"), order_number="PO-2026-118")
    assert asked == [
        "/flexportal/v1/orders/PO-2026-118",
        "/flexportal/v1/orders?limit=100&customField_poNumber=PO-2026-118",
    ]


@pytest.mark.parametrize("pages", [1, 2, 5, 7])
async def test_a_scan_never_asks_for_more_pages_than_allowed(pages: int, box: Running) -> None:
    for provider in ("fleet", "polinate"):
        given = odd(box, provider, "long") | {"ORDER_MCP_FIND_PAGES": str(pages)}
        result, asked = await requests_of(box, given, order_number="nothing-1")
        assert len(asked) == pages
        [search] = error_of(result)["searched"]
        assert (search["looked_at"], search["of"]) == (100 * pages, 1240)


async def test_a_scan_is_limited_by_date_and_asks_whether_there_are_older_orders(box: Running) -> None:
    given = variables(box, "polinate", ORDER_MCP_FIND_DAYS="30")
    result, asked = await requests_of(box, given, order_number="PO-77812")
    # The sandbox's orders are from 5 October 2026, more than 30 days before its today.
    assert error_of(result)["code"] == "incomplete"
    assert "At Polinate only orders of the last 30 days were looked at, 0 of them." in sentence_of(result)
    since = parse_qs(urlsplit(asked[0]).query)["createdSince"][0]
    age = datetime.now(UTC) - datetime.fromisoformat(since)
    assert timedelta(days=30) <= age < timedelta(days=30, minutes=1)
    assert asked[1] == "/polinate/api/v1/orders?page=1&limit=1"


async def test_without_scans_only_filters_are_left(box: Running) -> None:
    given = variables(box, ORDER_MCP_FIND_PAGES="0")
    answer = found(await find(given, order_number="PO-2026-118"))
    assert [search["provider"] for search in answer["searched"]] == ["flexportal"]
    assert answer["not_asked"] == ["fleet", "polinate", "senmo"]


async def test_a_scan_does_not_keep_other_calls_waiting(box: Running) -> None:
    # What a long scan costs is one page at a time: the deadline of a look-up is never eaten by it.
    async with connected(odd(box, "fleet", "long")) as client:
        missed = await client.call_tool("find_orders", {"order_number": "nothing-1"})
        order = await client.call_tool("get_order", {"order_id": "1008"})
    assert error_of(missed)["code"] == "incomplete" and found(order)["id"] == "1008"


# Who may, and where it is listed -----------------------------------------------------------------------------------


async def listed(given: Mapping[str, str]) -> dict[str, Any]:
    async with connected(given) as client:
        return {tool.name: tool for tool in (await client.list_tools()).tools}


async def test_it_is_listed_where_somebody_can_be_searched_and_never_for_customers(box: Running) -> None:
    for given, is_listed in (
        (variables(box), True),
        (variables(box, "fleet"), True),
        (variables(box, "fleet", ORDER_MCP_FIND_PAGES="0"), False),
        (variables(box, "senmo"), False),
        ({"FLEXPORTAL_API_KEY": "half"}, False),
        ({}, False),
        (variables(box, ORDER_MCP_AUDIENCE="customer"), False),
    ):
        tools = await listed(given)
        assert ("find_orders" in tools) is is_listed
        assert ("find_orders" in tools["get_order"].description) is is_listed
        if not is_listed:
            async with connected(given) as client:
                with pytest.raises(MCPError, match="Unknown tool"):
                    await client.call_tool("find_orders", {"order_number": "FL-24-00391"})


async def test_the_providers_to_choose_are_those_that_can_be_searched(box: Running) -> None:
    tool = (await listed(variables(box)))["find_orders"]
    assert tool.input_schema["properties"]["provider"]["enum"] == ["auto", "fleet", "flexportal", "polinate"]
    assert "searched at: Fleet, FlexPortal, Polinate" in tool.description and "at: FlexPortal)" in tool.description


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "nothing": ({}, "invalid_input", "find_orders needs order_number or email."),
    "both": (
        {"order_number": "1", "email": EMAIL_OF_ADA},
        "invalid_input",
        "find_orders takes only one of order_number and email.",
    ),
    "an address as a number": (
        {"order_number": EMAIL_OF_ADA},
        "invalid_input",
        "order_number is an e-mail address; give it as email.",
    ),
    "no address": (
        {"email": "ada"},
        "invalid_input",
        "email must be one e-mail address such as ada@example.com, of at most 254 characters.",
    ),
    "eleven orders": (
        {"order_number": "1", "limit": 11},
        "invalid_input",
        "limit must be a whole number from 1 to 10.",
    ),
    "by address where there is no way": (
        {"email": EMAIL_OF_ADA, "provider": "fleet"},
        "unsupported_operation",
        "Fleet cannot be searched by e-mail address here, but FlexPortal can. Otherwise ask for the order id.",
    ),
    "at a provider without search": (
        {"order_number": "1", "provider": "senmo"},
        "unsupported_operation",
        "Senmo cannot be searched by number here, but Fleet, FlexPortal and Polinate can. Otherwise ask for the order "
        "id.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_cannot_be_searched_is_said_in_one_sentence(case: str, box: Running) -> None:
    arguments, code, sentence = REFUSED[case]
    result, asked = await requests_of(box, variables(box), **arguments)
    assert (error_of(result)["code"], sentence_of(result), asked) == (code, sentence, [])


async def test_by_address_where_nobody_can(box: Running) -> None:
    result = await find(variables(box, "fleet", "polinate"), email=EMAIL_OF_ADA)
    assert error_of(result) == {
        "code": "unsupported_operation",
        "retryable": False,
        "next_step": "tell_user",
        "not_asked": ["fleet", "polinate"],
    }
    assert sentence_of(result) == "Fleet and Polinate cannot be searched by e-mail address here. Ask for the order id."


@pytest.mark.parametrize("value", ["", "#", "\u0000", "a/../b", "<b>", "x" * 129, True, 1.5, ["1"], {}])
async def test_what_is_no_number_is_refused_before_anybody_is_asked(value: Any, box: Running) -> None:
    result, asked = await requests_of(box, variables(box), order_number=value)
    assert (error_of(result)["code"], asked) == ("invalid_input", [])


# The way from one tool to the other --------------------------------------------------------------------------------


async def test_an_agent_that_holds_a_number_or_an_address_arrives_in_two_calls(box: Running) -> None:
    async with connected(variables(box)) as client:
        for held, argument in (("FL-24-00391", "order_number"), (EMAIL_OF_ADA, "email")):
            refused = await client.call_tool("get_order", {"order_id": held})
            assert f"all find_orders with it as {argument}." in sentence_of(refused)
            hit = found(await client.call_tool("find_orders", {argument: held}))["orders"][0]
            order = await client.call_tool("get_order", {"order_id": hit["id"], "provider": hit["provider"]})
            assert found(order)["id"] == hit["id"]


async def test_nobody_is_sent_where_nothing_can_be_found(box: Running) -> None:
    for given in (variables(box, "senmo"), variables(box, ORDER_MCP_AUDIENCE="customer")):
        async with connected(given) as client:
            for held in ("FL-24-00391", EMAIL_OF_ADA):
                assert "find_orders" not in sentence_of(await client.call_tool("get_order", {"order_id": held}))


async def test_the_prompt_goes_the_same_way(box: Running) -> None:
    async with connected(variables(box)) as client:
        by_address = await client.get_prompt("order_status_reply", {"order_id": EMAIL_OF_ADA})
        by_number = await client.get_prompt("order_status_reply", {"order_id": "FL-24-00391"})
    assert f'Call find_orders with email "{EMAIL_OF_ADA}"' in by_address.messages[0].content.text
    assert 'call find_orders with "FL-24-00391" as order_number' in by_number.messages[0].content.text
    async with connected(variables(box, "fleet")) as client:
        with pytest.raises(MCPError, match="order_id is an e-mail address"):
            await client.get_prompt("order_status_reply", {"order_id": EMAIL_OF_ADA})
    async with connected(variables(box, "senmo")) as client:
        alone = await client.get_prompt("order_status_reply", {"order_id": "FL-24-00391"})
    assert "find_orders" not in alone.messages[0].content.text


# What is logged, and the terminal ----------------------------------------------------------------------------------


async def test_a_default_provider_is_searched_alone_and_that_is_said(box: Running) -> None:
    given = variables(box, ORDER_MCP_DEFAULT_PROVIDER="flexportal")
    answer = found(await find(given, email=EMAIL_OF_ADA, limit=10))
    assert answer["not_asked"] == ["fleet", "polinate", "senmo"]
    one = found(await find(given, order_number="PO-2026-118"))
    assert one["summary"].endswith("Look it up with get_order and provider flexportal.")
    missed = await find(given, order_number="FL-24-00391")
    assert error_of(missed)["code"] == "not_found"
    assert "Fleet and Polinate can be searched, too: call again with provider fleet or polinate." in sentence_of(missed)


@pytest.mark.parametrize("oddity", ["long", "nameless", "endless", "malformed", "shifting", "limited"])
async def test_one_hit_is_cheap_however_much_is_in_doubt(oddity: str, box: Running) -> None:
    given = variables(box) | {name: f"{box.environment[name]}-{oddity}" for name in KEYS.values()}
    for number in ("FL-24-00391", "PO-2026-118", "4711", "PO-77812"):
        result = await find(given, order_number=number)
        if not result.is_error:
            assert len(found(result)["orders"]) == 1
            assert sum(len(block.text) for block in result.content) <= 900


async def test_a_hit_that_its_provider_would_refuse_is_not_handed_out(stub: Stub) -> None:
    result = await fleet_says(stub, [{**ROW, "order_id": "abc"}], {"total": 1})
    assert error_of(result)["code"] == "incomplete"


async def test_where_somebody_could_not_be_asked_a_number_leads_to_the_search_all_the_same(box: Running) -> None:
    given = variables(box, POLINATE_API_KEY="wrong")
    async with connected(given) as client:
        result = await client.call_tool("get_order", {"order_id": "FL-24-00391"})
    assert error_of(result)["code"] == "incomplete"
    assert sentence_of(result).endswith("call find_orders with it as order_number.")


async def test_nothing_that_was_asked_for_is_logged(box: Running, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "order_mcp"):
        await find(variables(box), email=EMAIL_OF_ADA)
        await find(variables(box), order_number="FL-24-00391")
        await find(odd(box, "flexportal", "long"), email=EMAIL_OF_ADA)
    ours = "\n".join(each.getMessage() for each in caplog.records if each.name == "order_mcp")
    assert "find_orders" in ours
    assert not re.search("ada|FL-24|00391", ours, re.IGNORECASE)


def test_the_terminal_finds_as_the_tool_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["find", "--number", "FL-24-00391", "--sandbox"]) == 0
    assert "Fleet order 1008, shipped" in capsys.readouterr().out
    assert main(["find", "--email", "nobody@example.com", "--sandbox", "--json"]) == 1
    assert '"code": "not_found"' in capsys.readouterr().out
    assert main(["find", "--number", "#", "--sandbox"]) == 2
    assert main(["find", "--email", EMAIL_OF_ADA, "--provider", "senmo", "--sandbox"]) == 3


def test_the_terminal_finds_nothing_for_customers(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDER_MCP_AUDIENCE", "customer")
    assert main(["find", "--number", "FL-24-00391", "--sandbox"]) == 3
    assert "1008" not in capsys.readouterr().out


def test_doctor_says_what_orders_can_be_found_by(
    box: Running, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (variables(box) | odd(box, "flexportal", "ignored")).items():
        monkeypatch.setenv(name, value)
    for name, value in variables(box, "fleet", "polinate", "senmo").items():
        monkeypatch.setenv(name, value)
    before = len(box.sandbox.requests)
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "found by number, comparing order and contract number (its list is read); a search for what nobody" in said
    assert "Finding orders by e-mail address DOES NOT WORK: FlexPortal does not seem to filter by email" in said
    assert "Its orders are not searched by number or e-mail address here, only looked up by id." in said
    asked = [exchange.path for exchange in box.sandbox.requests[before:]]
    assert len([path for path in asked if path.startswith("/fleet/platform/v1/orders?")]) == 1
    assert not re.search("1008|Ada|FL-24", said)


@pytest.mark.parametrize(
    ("variable", "value", "rule"),
    [
        ("ORDER_MCP_FIND_PAGES", "51", "must be a whole number from 0 to 50"),
        ("ORDER_MCP_FIND_DAYS", "0", "must be a whole number from 1 to 3,650"),
        ("ORDER_MCP_FIND_PAGES", "five", "must be a whole number from 0 to 50"),
    ],
)
def test_a_malformed_limit_stops_the_start(
    variable: str, value: str, rule: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    assert main(["doctor"]) == 2
    assert f"{variable} {rule}." in capsys.readouterr().err


@pytest.mark.parametrize("value", ["a b", "a&b=c", "../x", "naïve", ""])
async def test_a_field_is_a_name_and_nothing_else(value: str, box: Running) -> None:
    given = variables(box, "flexportal") | {"FLEXPORTAL_NUMBER_FIELD": value or " "}
    if not value:  # blank is not set
        answer = await find(given, order_number="ord_partial")
        assert hits(answer) == [("flexportal", "ord_partial", "id")]
        return
    async with connected(given) as client:
        error = error_of(await client.call_tool("get_order", {"order_id": "ord_partial", "provider": "flexportal"}))
        assert error["code"] == "not_configured"
