"""What an answer looks like: its pages, its size, and what the summary says and never says."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path as File
from typing import Any

import mcp_types as types
import pytest
from mcp.client import Client

from order_mcp.testing.places import replaced, texts
from order_mcp.testing.stub import Reply, serving

from .bodies import (
    BODIES,
    FLEET_CART,
    FLEET_ORDER,
    FLEXPORTAL_EXTENSION,
    FLEXPORTAL_UPGRADE,
    POLINATE_ORDER,
    SENMO_ORDER,
    Documented,
    ids,
)
from .conftest import connected, environment, found, sentence_of

COST = File(__file__).parent / "fixtures" / "cost"
PAGE_LINES = {"standard": 20, "full": 100}
AUDIENCES = ("customer", "agent", "internal")


def body_with_lines(of: Documented, count: int, text: str = "") -> Any:
    """The same object with this many lines, numbered, each blown up by `text`."""
    if of is FLEET_ORDER:
        data = of.body["data"] | {"device_names": [f"{n} {text}" for n in range(count)], "num_devices": count}
        return {"data": data}
    if of is FLEET_CART:
        devices = [{"id": 1000 + n, "name": f"{n} {text}", "rent": "1.00", "product_id": n} for n in range(count)]
        return {"data": of.body["data"] | {"devices": devices, "num_devices": count}}
    if of is POLINATE_ORDER:
        line = of.body["orderItems"][0]
        lines = [
            line | {"id": f"line_{n}", "lineNumber": n, "unitOfMeasure": f"EA {text}", "price": f"{n}.00"}
            for n in range(count)
        ]
        return of.body | {"orderItems": lines}
    item = of.body["items"][0]
    many = text[:120] and [f"{n}{text}"[:128] for n in range(20)]
    lines = [
        item
        | {"sku": f"sku-{n}", "productName": f"{n} {text}"}
        | ({"productId": text[:128], "variantId": text[:128], "rentalIds": many} if text else {})
        for n in range(count)
    ]
    return of.body | {"items": lines}


def number_of(line: dict[str, Any]) -> int:
    """Which of the numbered lines this is."""
    for key in ("title", "sku", "price", "id"):
        if matched := re.match(r"(?:sku-|line_)?(\d+)", line.get(key, "")):
            return int(matched[1])
    raise AssertionError(f"a line without its number: {line}")


async def pages(client: Client, of: Documented, detail: str) -> list[dict[str, Any]]:
    """All pages of an answer, each asked for as the summary of the one before says."""
    answers = [found(await client.call_tool(of.tool, of.arguments(detail=detail)))]
    while matched := re.search(r"item_offset (\d+)", answers[-1]["summary"]):
        assert len(answers) < 500
        more = of.arguments(detail=detail, item_offset=int(matched[1]))
        answers.append(found(await client.call_tool(of.tool, more)))
    return answers


WITH_LINES = (FLEET_ORDER, FLEET_CART, FLEXPORTAL_EXTENSION, POLINATE_ORDER)
SIZES = {"small": "", "wide": "W" * 110, "escaped": '"\\' * 60}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("of", WITH_LINES, ids=lambda of: of.name)
async def test_the_pages_together_hold_every_line_exactly_once(of: Documented, size: str) -> None:
    with serving() as stub:
        async with connected(environment(stub.origin, ORDER_MCP_AUDIENCE="internal")) as client:
            count = 45 if SIZES[size] and of.provider != "fleet" else 130
            stub.reply = Reply(json=body_with_lines(of, count, SIZES[size]))
            for detail in ("standard", "full"):
                answers = await pages(client, of, detail)
                numbers = [number_of(line) for answer in answers for line in answer["line_items"]]
                assert numbers == list(range(count))
                reached = 0
                for answer in answers:
                    assert answer["line_items_total"] == count
                    assert answer["line_items_offset"] == reached
                    assert 1 <= len(answer["line_items"]) <= PAGE_LINES[detail]
                    assert len(json.dumps(answer["line_items"], ensure_ascii=False, separators=(",", ":"))) <= 10_000
                    reached += len(answer["line_items"])
                    says_next = re.findall(r"item_offset (\d+)", answer["summary"])
                    assert says_next == ([str(reached)] if reached < count else [])
                if size == "small" and (of is FLEET_ORDER or detail == "standard"):
                    assert [len(answer["line_items"]) for answer in answers[:-1]] == [PAGE_LINES[detail]] * (
                        len(answers) - 1
                    )


async def test_a_page_ends_at_its_count_although_there_is_room() -> None:
    with serving() as stub:
        async with connected(environment(stub.origin)) as client:
            for count, full_page in ((20, 20), (21, 20), (100, 100), (101, 100)):
                stub.reply = Reply(json=body_with_lines(FLEET_ORDER, count))
                detail = "standard" if full_page == 20 else "full"
                seen = found(await client.call_tool("get_order", FLEET_ORDER.arguments(detail=detail)))
                assert len(seen["line_items"]) == full_page
                assert ("line_items_offset" in seen) == (count > full_page)
                assert (f"item_offset {full_page}" in seen["summary"]) == (count > full_page)


@pytest.mark.parametrize("of", WITH_LINES, ids=lambda of: of.name)
async def test_an_offset_is_where_the_page_begins(of: Documented) -> None:
    with serving() as stub:
        async with connected(environment(stub.origin)) as client:
            stub.reply = Reply(json=body_with_lines(of, 25))
            for detail in ("standard", "full"):
                seen = found(await client.call_tool(of.tool, of.arguments(detail=detail, item_offset=24)))
                assert [number_of(line) for line in seen["line_items"]] == [24]
                assert (seen["line_items_offset"], seen["line_items_total"]) == (24, 25)
                assert "item_offset" not in seen["summary"]
                for beyond in (25, 26, 1_000_000):
                    seen = found(await client.call_tool(of.tool, of.arguments(detail=detail, item_offset=beyond)))
                    assert seen["line_items"] == []
                    assert (seen["line_items_offset"], seen["line_items_total"]) == (beyond, 25)
                    assert "item_offset" not in seen["summary"]
            seen = found(await client.call_tool(of.tool, of.arguments(detail="summary", item_offset=24)))
            assert seen["line_items_total"] == 25
            assert not {"line_items", "line_items_offset"} & set(seen)
            assert "item_offset" not in seen["summary"]


@pytest.mark.parametrize("of", WITH_LINES, ids=lambda of: of.name)
async def test_no_lines_and_lines_that_nobody_told_of_are_two_things(of: Documented) -> None:
    path = ("data",) if of.provider == "fleet" else ()
    key = {"fleet-order": "device_names", "fleet-cart": "devices", "flexportal-extension": "items"}
    way = (*path, key.get(of.name, "orderItems"))
    with serving() as stub:
        async with connected(environment(stub.origin)) as client:
            stub.reply = Reply(json=replaced(of.body, way, []))
            seen = found(await client.call_tool(of.tool, of.arguments()))
            assert (seen["line_items"], seen["line_items_total"]) == ([], 0)
            stub.reply = Reply(json=replaced(of.body, way, None))
            seen = found(await client.call_tool(of.tool, of.arguments()))
            assert not {"line_items", "line_items_total", "line_items_offset"} & set(seen)


# Size ---------------------------------------------------------------------------------------------------------------


def worst(of: Documented, text: str) -> Any:
    """Every text as long as is shown of it, every list and object full, every line enormous."""
    body = of.body if of is SENMO_ORDER else body_with_lines(of, 30, text)
    if of not in (SENMO_ORDER, FLEET_ORDER, FLEET_CART):
        body = body | {"customFields": {f"{n}{text}": text for n in range(30)}}
        body = body | {"properties": body["customFields"]}
    if "rentalIds" in body:
        body = body | {"rentalIds": [f"{n}{text}"[:128] for n in range(80)]}
    kept = ids(of)
    for path in texts({key: value for key, value in body.items() if key not in ("items", "orderItems")}):
        if path not in kept and path[0] not in ("customFields", "properties", "rentalIds") and len(path) < 3:
            exact = path[-1] in (
                "trackingNumber",
                "createdBy",
                "internalReference",
                "externalReference",
                "partnershipId",
            )
            exact = exact or path[-1] in ("order_number", "contract_number", "code", "product", "transactionId")
            exact = exact or path[-1] in ("billingGroupId", "customerId", "previousRentalId", "originalOrderId")
            body = replaced(body, path, text[:128] if exact else text)
    return body


TEXTS = {"quotes": '"' * 600, "words": "a " * 300, "wide": "漢" * 600}


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("text", TEXTS)
async def test_no_answer_is_longer_than_14000_characters(audience: str, text: str) -> None:
    variables = {"ORDER_MCP_AUDIENCE": audience}
    with serving() as stub:
        async with connected(environment(stub.origin, **variables), sandbox=True) as client:
            for of in BODIES:
                stub.reply = Reply(json=worst(of, TEXTS[text]))
                for detail in ("summary", "standard", "full"):
                    for offset in (0, 29) if detail == "full" else (0,):
                        result = await client.call_tool(of.tool, of.arguments(detail=detail, item_offset=offset))
                        seen = found(result)  # the text channel: at most 14,000
                        assert len(json.dumps(seen, ensure_ascii=False, separators=(",", ":"))) <= 14_000
                        page = json.dumps(seen.get("line_items", []), ensure_ascii=False, separators=(",", ":"))
                        assert len(page) <= 10_000
                        if "line_items_total" in seen and detail != "summary":
                            assert seen["line_items"]


async def test_no_page_is_longer_than_10000_characters_to_the_very_last_one() -> None:
    with serving() as stub:
        async with connected(environment(stub.origin)) as client:
            longest = 0
            for length in range(84, 91):
                names = [f"{n:03}".ljust(length, "x") for n in range(200)]
                stub.reply = Reply(json=replaced(FLEET_ORDER.body, ("data", "device_names"), names))
                seen = found(await client.call_tool("get_order", FLEET_ORDER.arguments(detail="full")))
                page = json.dumps(seen["line_items"], ensure_ascii=False, separators=(",", ":"))
                longest = max(longest, len(page))
                assert len(page) <= 10_000, length
            assert longest > 9_850  # the limit was really met


@pytest.mark.parametrize("text", ["W", '"'])
async def test_no_answer_is_longer_than_14000_characters_to_the_very_last_one(text: str) -> None:
    address = {key: text * 120 for key in FLEXPORTAL_EXTENSION.body["billingAddress"]}
    item = FLEXPORTAL_EXTENSION.body["items"][0]
    contact = {key: text * 120 for key in ("firstName", "company", "phone")}
    details = FLEXPORTAL_EXTENSION.body["extensionDetails"] | {"reason": text * 500}
    body = FLEXPORTAL_EXTENSION.body | {
        "items": [item | {"productName": f"{n:03}{text * 110}", "rentalIds": []} for n in range(100)],
        "billingAddress": address,
        "shippingAddress": address,
        "customer": FLEXPORTAL_EXTENSION.body["customer"] | contact,
        "notes": text * 500,
        "extensionDetails": details,
        "trackingNumber": "dropped<",
        "totals": {"total": "9" * 30, "currency": "?", "subtotal": "1e5", "totalDevices": 3},
        "payment": {"paidAmount": "8" * 30, "status": "odd"},
        "createdAt": "?",
        "tenantId": "bu_other",
        "status": text * 60,
    }
    longest = 0
    with serving() as stub:
        async with connected(environment(stub.origin, ORDER_MCP_AUDIENCE="internal"), sandbox=True) as client:
            for size in range(0, 110, 6):
                body["customFields"] = {f"{n:02}": "c" * size for n in range(20)}
                stub.reply = Reply(json=body)
                seen = found(await client.call_tool("get_order", FLEXPORTAL_EXTENSION.arguments(detail="full")))
                whole = len(json.dumps(seen, ensure_ascii=False, separators=(",", ":")))
                longest = max(longest, whole)
                assert whole <= 14_000, size
                assert seen["line_items"]
    assert longest > 12_800  # the limit was nearly met


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("file", ["flexportal-cost-order-5.json", "flexportal-cost-order-20.json"])
async def test_an_answer_costs_a_fraction_of_the_providers_own(file: str, audience: str) -> None:
    limits = {"flexportal-cost-order-5.json": 0.48, "flexportal-cost-order-20.json": 0.36}
    body = (COST / file).read_text(encoding="utf-8")
    id = json.loads(body)["orderId"]
    with serving() as stub:
        stub.reply = Reply(body=body)
        async with connected(environment(stub.origin, "flexportal", ORDER_MCP_AUDIENCE=audience)) as client:
            default = await client.call_tool("get_order", {"order_id": id})
            brief = await client.call_tool("get_order", {"order_id": id, "detail": "summary"})
    found(default)
    assert characters(default) <= limits[file] * len(body)
    found(brief)
    assert characters(brief) <= 0.22 * len(body)


def characters(result: types.CallToolResult) -> int:
    return sum(len(block.text) for block in result.content if isinstance(block, types.TextContent))


# The summary --------------------------------------------------------------------------------------------------------


async def summaries(of: Documented, *bodies: Any, **more: str) -> list[str]:
    """What is said of each of these bodies, at each level of detail."""
    said = []
    with serving() as stub:
        async with connected(environment(stub.origin, **more)) as client:
            for body in bodies:
                stub.reply = Reply(json=body)
                for detail in ("summary", "standard", "full"):
                    said.append(found(await client.call_tool(of.tool, of.arguments(detail=detail)))["summary"])
    return said


FLEET_WORDS = (
    *("RECEIVED", "BEING_PROCESSED", "FINANCING_REQUEST", "DOC_REQUIRED", "SIGNING", "PROCESSING", "SHIPPED"),
    *("RECEPTION_TO_CONFIRM", "ONGOING_ORDER", "PENDING_DECISION", "EQUIPMENT_TO_SEND", "ARCHIVED", "FAILED"),
    *("UNKNOWN", "SOMETHING_NEW"),
)
FLEXPORTAL_WORDS = ("pending", "confirmed", "partial", "fulfilled", "cancelled", "something_new")
A_PERIOD = r"month|year|week|annual|per |/mo|each"
AN_OBLIGATION = r"custom|you|must|has to|have to|please|needs? to|should|fleet (will|must|has)|courier|action|decide\b"
A_PROBLEM = r"(?<!not by itself a )problem|issue[^”]|trouble|wrong|error|fail|concern"

# What happened: the object, what of it differs, what its summary never says, and what it does say.
NEVER_SAYS: dict[str, tuple[Documented, dict[tuple[str, ...], Any], str, str]] = {
    **{
        f"Fleet's rent has no period ({word})": (
            FLEET_ORDER,
            {("data", "client_status"): word},
            A_PERIOD + r"|total|owe|pay",
            r"[Rr]ent 1234\.50 EUR, period not stated",
        )
        for word in FLEET_WORDS
    },
    "a Fleet cart's rent has no period": (FLEET_CART, {}, A_PERIOD + r"|total|owe|pay", r"[Rr]ent 99\.90 EUR"),
    **{
        f"FlexPortal's totals have no period ({word})": (
            FLEXPORTAL_EXTENSION,
            {("status",): word},
            A_PERIOD + r"|owe|due",
            r"[Tt]otal 337\.8 GBP, period not stated",
        )
        for word in FLEXPORTAL_WORDS
    },
    "fulfilled is not delivered": (
        FLEXPORTAL_EXTENSION,
        {("status",): "fulfilled", ("rentalProgress", "rentedDevices"): 5},
        r"(?<!whether everything has been )delivered|arrived|received",
        r"is active \(“fulfilled”\)\. Its lines have 3 subscriptions and its progress counts 5; the two disagree\. "
        r"Whether all devices have subscriptions is in doubt; delivery is not stated\.",
    ),
    "a reception to be confirmed is not delivered": (
        FLEET_ORDER,
        {("data", "client_status"): "RECEPTION_TO_CONFIRM"},
        r"deliver|arrived|was received",
        r"has been shipped \(“RECEPTION_TO_CONFIRM”\)",
    ),
    "Issue is not a problem": (
        SENMO_ORDER,
        {},
        A_PROBLEM,
        r"unknown status \(“Issue”\).*not documented.*a newly created order, so it is not by itself a problem\.",
    ),
    "nobody knows what Senmo's amounts mean": (
        SENMO_ORDER,
        {},
        r"balance|cost|price|value|worth|remain|left|owe|paid|discount|fee|profit|voucher",
        r"[Aa]mount 100, received amount 90, real amount 45, currency not given",
    ),
    "nobody knows who has to decide": (
        FLEET_ORDER,
        {("data", "client_status"): "PENDING_DECISION"},
        AN_OBLIGATION,
        r"is active \(“PENDING_DECISION”\)",
    ),
    "nobody knows who has to send": (
        FLEET_ORDER,
        {("data", "client_status"): "EQUIPMENT_TO_SEND"},
        AN_OBLIGATION + r"|return|back",
        r"is active \(“EQUIPMENT_TO_SEND”\)",
    ),
    "a Polinate line has no product name": (
        POLINATE_ORDER,
        {("properties",): {"productName": "Blue widget"}, ("notes",): "Blue widget", ("externalReference",): "Blue"},
        r"blue|widget|product",
        r"item “var_1”.*item “var_2”",
    ),
    **{
        f"no date is expected of a {phase.lower()} order": (
            POLINATE_ORDER,
            {("phase",): phase, ("status",): movement},
            r"expect|2099",
            r"canceled|rejected",
        )
        for phase, movement in (("CANCELLED", "ACCEPTED"), ("REJECTED", "UNASSIGNED"), ("DELETED", "IN_TRANSIT"))
    },
    **{
        f"a past date is not ahead of a {phase.lower()} order": (
            POLINATE_ORDER,
            {("phase",): phase, ("expectedDeliveryAt",): "2020-02-03T08:00:00Z"},
            r"expect|2020",
            r"canceled|rejected",
        )
        for phase in ("CANCELLED", "REJECTED", "DELETED")
    },
    "an order without a currency gets none": (
        POLINATE_ORDER,
        {("currency",): None, ("orderItems",): []},
        r"EUR|GBP|USD|\$|€|£",
        r"[Tt]otal 1200\.10, currency not given",
    ),
}


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("of", BODIES, ids=lambda of: of.name)
async def test_the_summary_never_says_what_the_provider_did_not(of: Documented, audience: str) -> None:
    cases = [(what, *case[1:]) for what, case in NEVER_SAYS.items() if case[0] is of]
    bodies = []
    for _, changes, _, _ in cases:
        bodies.append(of.body)
        for path, value in changes.items():
            bodies[-1] = replaced(bodies[-1], path, value)
    said = await summaries(of, *bodies, ORDER_MCP_AUDIENCE=audience)
    for (what, _, never, says), text in zip((case for case in cases for _ in range(3)), said, strict=True):
        # The number of months by which an order is extended is no period of an amount.
        plain = re.sub(r"^Your |by \d+ months[,;] |period", "", text)
        assert not re.search(never, plain, re.IGNORECASE), (what, text)
        if audience == "agent":
            assert re.search(says, text), (what, text)


def expected_dates() -> Iterator[tuple[str, str, str | None]]:
    """A date that was expected, and how the summary speaks of it while the order is under way."""
    now = datetime.now(UTC)
    yield "2099-01-20T08:00:00.000Z", "expected 20 January 2099", "passed"
    yield "2099-01-20", "expected 20 January 2099", "passed"
    yield "2099-01-20T08:00:00", "expected 20 January 2099", "passed"
    yield "2020-01-20T08:00:00+05:00", "expected date, 20 January 2020, has passed", None
    yield "2020-01-20", "expected date, 20 January 2020, has passed", None
    yield "2020-01-20T08:00:00", "expected date, 20 January 2020, has passed", None
    soon, just_now = now + timedelta(hours=1), now - timedelta(hours=1)
    yield soon.isoformat(), f"expected {soon.day} {soon:%B %Y}", "passed"
    yield just_now.isoformat(), f"expected date, {just_now.day} {just_now:%B %Y}, has passed", None


async def test_an_expected_date_is_ahead_or_said_to_have_passed() -> None:
    cases = list(expected_dates())
    for phase, movement in (("ACTIVE", "ACCEPTED"), ("ACTIVE", "IN_TRANSIT"), ("PENDING", None), ("DRAFT", None)):
        bodies = [
            POLINATE_ORDER.body | {"expectedDeliveryAt": written, "phase": phase, "status": movement}
            for written, _, _ in cases
        ]
        said = await summaries(POLINATE_ORDER, *bodies)
        for (written, says, never), text in zip((case for case in cases for _ in range(3)), said, strict=True):
            assert says in text, (written, text)
            assert never is None or never not in text, (written, text)


async def test_no_date_is_expected_of_what_has_arrived() -> None:
    arrived = POLINATE_ORDER.body | {"status": "DELIVERED", "deliveredAt": "2025-01-19T09:00:00Z"}
    archived = arrived | {"phase": "ARCHIVED"}
    for said in await summaries(POLINATE_ORDER, arrived, archived, archived | {"status": "RETURNED"}):
        assert "xpect" not in said
        assert "elivered 19 January 2025" in said


async def test_a_customer_reads_neither_the_provider_nor_its_word() -> None:
    for of in BODIES:
        for said in await summaries(of, of.body, ORDER_MCP_AUDIENCE="customer"):
            assert not re.search(r"fleet|flexportal|senmo|polinate|BEING_PROCESSED|“partial”|ACTIVE|Issue", said)
            assert of.id in said
    [said, *_] = await summaries(FLEET_ORDER, FLEET_ORDER.body, ORDER_MCP_AUDIENCE="customer")
    assert said.startswith("Your order “F-2026-0042” (id 42) is being processed.")


async def test_of_an_unknown_status_a_customer_reads_that_it_cannot_be_seen() -> None:
    unknown = {
        FLEET_ORDER: replaced(FLEET_ORDER.body, ("data", "client_status"), "SOMETHING_NEW"),
        FLEXPORTAL_EXTENSION: FLEXPORTAL_EXTENSION.body | {"status": "something-new"},
        SENMO_ORDER: SENMO_ORDER.body,
        POLINATE_ORDER: POLINATE_ORDER.body | {"phase": None},
    }
    for of, body in unknown.items():
        for said in await summaries(of, body, ORDER_MCP_AUDIENCE="customer"):
            assert said.count("I cannot see where this order stands.") == 1
            assert not re.search(r"unknown|SOMETHING_NEW|something-new|“Issue”|IN_TRANSIT|documentation", said)


FIRST_SENTENCES = {
    FLEET_ORDER: "Fleet order 42, number “F-2026-0042”, is being processed (“BEING_PROCESSED”).",
    FLEET_CART: "Fleet cart 42 holds 2 devices.",
    FLEXPORTAL_EXTENSION: "FlexPortal order ord_abc123 extends order ord_2024a by 12 months, to 30 November 2027; it "
    "is partially fulfilled (“partial”).",
    FLEXPORTAL_UPGRADE: "FlexPortal order ord_abc123 replaces a “MacBook Pro 14 M1”; it is partially fulfilled "
    "(“partial”).",
    SENMO_ORDER: "Senmo order cdcf-77 has an unknown status (“Issue”).",
    POLINATE_ORDER: "Polinate order ord_123, number “SO-1007”, has been shipped (“ACTIVE/IN_TRANSIT”).",
}


@pytest.mark.parametrize("of", FIRST_SENTENCES, ids=lambda of: of.name)
async def test_the_first_sentence_says_whose_order_it_is_and_where_it_stands(of: Documented) -> None:
    for said in await summaries(of, of.body):
        assert said.startswith(FIRST_SENTENCES[of])


async def test_the_summary_names_three_titles_and_counts_the_rest() -> None:
    [brief, standard, _] = await summaries(FLEET_ORDER, body_with_lines(FLEET_ORDER, 20))
    for said in (brief, standard):
        assert "“0”, “1”, “2” and 17 more." in said
        assert "“3”" not in said


async def test_devices_with_a_subscription_are_counted_to_the_last_one() -> None:
    big = {"rentalProgress": {"totalDevices": 12_345_678, "rentedDevices": 1}, "totals": None, "items": None}
    said = await summaries(FLEXPORTAL_EXTENSION, FLEXPORTAL_EXTENSION.body, FLEXPORTAL_EXTENSION.body | big)
    without = '3 of 5 devices have a subscription; without one: 1 × “MacBook Pro 16" M3”, 1 × “Thunderbolt dock”.'
    assert all(without in text for text in said[:3])
    assert all("1 of 12345678 devices has a subscription." in text for text in said[3:])


async def test_no_sentence_of_a_summary_is_empty() -> None:
    bare = {"orderId": "ord_abc123", "status": "confirmed"}
    bodies = [
        bare | {"totals": totals} | more
        for totals in ({"subtotal": 5, "currency": "EUR"}, {"currency": "EUR"}, {"taxAmount": 1}, {})
        for more in ({}, {"payment": {"status": "paid"}}, {"payment": {"paidAmount": 3}})
    ]
    for said in await summaries(FLEXPORTAL_EXTENSION, *bodies):
        assert not re.search(r"(^|\s)[.,]|\.\.|,\.|  ", said), said
        assert said.startswith("FlexPortal order ord_abc123 is confirmed (“confirmed”).")


@pytest.mark.parametrize("audience", AUDIENCES)
async def test_a_brief_summary_has_at_most_80_words(audience: str) -> None:
    with serving() as stub:
        async with connected(environment(stub.origin, ORDER_MCP_AUDIENCE=audience)) as client:
            for of in BODIES:
                for words in range(2, 60, 3):
                    body = worst(of, "x " * words)
                    stub.reply = Reply(json=body)
                    said = found(await client.call_tool(of.tool, of.arguments(detail="summary")))["summary"]
                    assert len(said.split()) <= 80, said


async def test_everything_in_the_sandbox_says_so() -> None:
    with serving() as stub:
        async with connected(environment(stub.origin), sandbox=True) as client:
            for of in BODIES:
                stub.reply = Reply(json=of.body)
                for detail in ("summary", "standard", "full"):
                    seen = found(await client.call_tool(of.tool, of.arguments(detail=detail)))
                    assert seen["sandbox"] is True
                    assert seen["summary"].startswith("Sandbox data, not a real order. ")
            for wrong in ({}, {"order_id": "1", "provider": "nobody"}, {"order_id": "x", "provider": "fleet"}):
                said = sentence_of(await client.call_tool("get_order", wrong))
                assert said.startswith("Sandbox data, not a real order. ")
        async with connected(environment(stub.origin)) as client:
            seen = found(await client.call_tool(of.tool, of.arguments()))
            assert "sandbox" not in seen and "andbox" not in seen["summary"]
