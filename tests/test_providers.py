"""What is peculiar to each provider and needs many cases: status tables, amounts, dates, currencies.

The tables are written from the provider documents and the mapping that was agreed on, not from the code.
"""

import json
from collections.abc import Mapping
from itertools import count
from typing import Any, NamedTuple

import mcp_types as types
import pytest

from order_mcp.testing.stub import Asked, Reply, Stub

from .conftest import connected, environment, error_of, found, sentence_of

Members = Mapping[str, str]
"""Member names and, as JSON text, their values: 89.00 is not 89.0."""


def members(given: Members) -> str:
    return "".join(f",{json.dumps(name)}:{value}" for name, value in given.items())


class Shape(NamedTuple):
    """How a provider wraps an order: `body` takes id and members, the rest says where a value goes."""

    body: str
    amount: str
    total: str
    date: str
    dated: str
    currency: str | None = None
    tool: str = "get_order"


FLEET = '{"data":{"order_id":<id><more>}}'
CART = '{"data":{"id":<id><more>}}'
FLEXPORTAL = '{"orderId":"<id>"<more>}'
SENMO = '{"statusCode":200,"order":{"id":"<id>"<more>}}'
POLINATE = '{"id":"<id>"<more>}'


async def ask(
    stub: Stub, provider: str, body: str, cases: Mapping[Any, Members], *, tool: str = "get_order", **more: str
) -> dict[Any, types.CallToolResult]:
    """One call per case, each with the members of that case in the body."""
    ids = {case: str(number) for case, number in zip(cases, count(101), strict=False)}
    bodies = {id: body.replace("<id>", id).replace("<more>", members(cases[case])) for case, id in ids.items()}

    def reply(asked: Asked) -> Reply:
        return Reply(200, body=bodies[asked.path.rpartition("/")[2]])

    stub.reply = reply
    noun = tool.removeprefix("get_")
    async with connected(environment(stub.origin, provider)) as client:
        return {
            case: await client.call_tool(tool, {f"{noun}_id": id, "provider": provider, **more})
            for case, id in ids.items()
        }


async def refuse(stub: Stub, provider: str, answers: list[tuple[int, Any, str]]) -> None:
    """Each answer, a status and a body, has to come back as the error code beside it, after one request."""
    seen = []
    async with connected(environment(stub.origin, provider)) as client:
        for status, body, _ in answers:
            stub.reply = Reply(status, json=body)
            error = error_of(await client.call_tool("get_order", {"order_id": "42", "provider": provider}))
            seen.append((status, body, error["code"]))
    assert seen == answers
    assert len(stub.asked) == len(answers)


def codes(shown: Mapping[str, Any]) -> list[str]:
    return [warning["code"] for warning in shown.get("warnings", [])]


def status_of(result: types.CallToolResult) -> tuple[Any, ...]:
    """Status, the provider's own word, and what was warned of."""
    shown = found(result)
    return shown["status"], shown.get("provider_status"), *codes(shown)


# Fleet ----------------------------------------------------------------------------------------------------------------

# word: status, must the customer act (None: not said), what the note has to name
FLEET_WORDS = {
    "RECEIVED": ("pending", False, ""),
    "BEING_PROCESSED": ("processing", False, ""),
    "FINANCING_REQUEST": ("processing", False, "inancing request"),
    "DOC_REQUIRED": ("processing", True, "ocuments"),
    "SIGNING": ("processing", True, "ontract"),
    "PROCESSING": ("processing", False, "repared"),
    "SHIPPED": ("shipped", False, ""),
    "RECEPTION_TO_CONFIRM": ("shipped", True, "eception"),
    "ONGOING_ORDER": ("active", None, "not document"),
    "PENDING_DECISION": ("active", None, "not document"),
    "EQUIPMENT_TO_SEND": ("active", None, "not document"),
    "ARCHIVED": ("archived", False, ""),
    "FAILED": ("failed", None, ""),
    "UNKNOWN": ("unknown", None, "unknown"),
}


async def test_fleet_words_mean_what_was_agreed_and_demand_only_what_they_say(stub: Stub) -> None:
    results = await ask(stub, "fleet", FLEET, {word: {"client_status": f'"{word}"'} for word in FLEET_WORDS})
    shown = {word: found(result) for word, result in results.items()}
    assert {word: (order["status"], order.get("requires_action")) for word, order in shown.items()} == {
        word: (status, action) for word, (status, action, _) in FLEET_WORDS.items()
    }
    for word, (_, action, note) in FLEET_WORDS.items():
        assert shown[word]["provider_status"] == word
        assert note in shown[word].get("status_note", "") and bool(note) is ("status_note" in shown[word])
        assert "unrecognized_status" not in codes(shown[word])
        says = sentence_of(results[word])
        assert "deliver" not in says and "month" not in says
        assert ("has to act" in says) is (action is True)


async def test_a_fleet_word_outside_the_table_is_unknown_and_kept(stub: Stub) -> None:
    odd = {"shipped": "shipped", "Received": "Received", "SHIPPED_BACK": "SHIPPED_BACK", "DELIVERED": "DELIVERED"}
    cases = {word: {"client_status": json.dumps(word)} for word in odd} | {
        "null": {"client_status": "null"},
        "absent": {},
        "blank": {"client_status": '" "'},
        "a list": {"client_status": '["SHIPPED"]'},
    }
    results = await ask(stub, "fleet", FLEET, cases)
    assert {case: status_of(result) for case, result in results.items()} == {
        **{word: ("unknown", word, "unrecognized_status") for word in odd},
        "null": ("unknown", None, "unrecognized_status"),
        "absent": ("unknown", None, "unrecognized_status"),
        "blank": ("unknown", None, "unrecognized_status"),
        "a list": ("unknown", None, "dropped_value", "unrecognized_status"),
    }
    assert all("requires_action" not in found(result) for result in results.values())


async def test_fleet_devices_have_quantities_only_where_names_and_count_agree(stub: Stub) -> None:
    a2, a, b = {"title": "A", "quantity": 2}, {"title": "A"}, {"title": "B"}
    expected: dict[tuple[str, str], tuple[Any, ...]] = {
        ('["A","B","A"]', "3"): ([a2, {"title": "B", "quantity": 1}], 3),
        ('["B","A"]', "2"): ([{"title": "B", "quantity": 1}, {"title": "A", "quantity": 1}], 2),
        ('["A","B","A"]', "2"): ([a, b], 2, "count_mismatch"),
        ('["A","B","A"]', "4"): ([a, b], 4, "count_mismatch"),
        ('["A"]', "null"): ([a], None),  # nothing was counted, so nothing disagrees
        ("[]", "0"): ([], 0),
        ("[]", "1"): ([], 1, "count_mismatch"),
        ('["A",null,"A",null]', "4"): ([a2, {"quantity": 2}], 4),
        ('["A"," ",""]', "3"): ([{"title": "A", "quantity": 1}, {"quantity": 2}], 3),
        ("null", "2"): (None, 2),
        ('["A"]', "-1"): ([a], -1, "count_mismatch"),
        ('["A"]', "1.5"): ([a], 1.5, "count_mismatch"),
    }
    cases = {
        case: {"client_status": '"RECEIVED"', "device_names": case[0], "num_devices": case[1]} for case in expected
    }
    shown = {case: found(result) for case, result in (await ask(stub, "fleet", FLEET, cases)).items()}
    assert {
        case: (order.get("line_items"), order.get("item_count"), *codes(order)) for case, order in shown.items()
    } == expected


NO_FLEET_IDS = {
    "its ids are digits without a leading zero": ("042", "0", "00"),
    "its ids are written in the digits 0 to 9": ("4٢", "٤٢", "４２", "٠٤٢", "4²"),
    "its ids are digits only": (
        *("-1", "+42", "4.0", "4e2", "4_2", "0x2a", "42a", "a", "#-42", "4,2", "FL-2026-0042", "%34%32", "42/"),
        *("ord_42", "٤-٢"),
    ),
}


async def test_fleet_ids_are_digits_without_leading_zero(stub: Stub) -> None:
    refused = [(reason, id) for reason, ids in NO_FLEET_IDS.items() for id in ids]
    async with connected(environment(stub.origin, "fleet")) as client:
        for tool, noun in (("get_order", "order"), ("get_cart", "cart")):
            for provider in ("fleet", "auto"):
                for reason, id in refused:
                    result = await client.call_tool(tool, {f"{noun}_id": id, "provider": provider})
                    assert error_of(result)["code"] == "invalid_input", id
                    assert f"{reason}, and this looks like an order or contract number" in sentence_of(result), id
    assert stub.asked == []


async def test_fleet_ids_may_be_numbers_of_any_length(stub: Stub) -> None:
    async with connected(environment(stub.origin, "fleet")) as client:
        for given, id in {42: "42", 4.0: "4", 9007199254740993: "9007199254740993", "9" * 128: "9" * 128}.items():
            stub.reply = Reply(200, body=FLEET.replace("<id>", id).replace("<more>", ""))
            result = await client.call_tool("get_order", {"order_id": given, "provider": "fleet"})
            assert found(result)["id"] == id
            assert stub.asked[-1].path == f"/orders/{id}"


async def test_fleet_refusals_are_told_by_code(stub: Stub) -> None:
    await refuse(
        stub,
        "fleet",
        [
            (404, {"error": "ORDER_NOT_FOUND"}, "not_found"),
            (404, {"error": "CART_NOT_FOUND"}, "not_found"),
            (404, {"error": "NOT_FOUND"}, "bad_response"),
            (404, {"error": {"code": "ORDER_NOT_FOUND"}}, "bad_response"),
            (404, {"errorCode": "ORDER_NOT_FOUND"}, "bad_response"),
            (400, {"error": "INSUFFICIENT_SCOPE"}, "forbidden"),
            (403, {"error": "INSUFFICIENT_SCOPE"}, "forbidden"),
            (401, {"error": "INSUFFICIENT_SCOPE"}, "forbidden"),
            (200, {"error": "INSUFFICIENT_SCOPE"}, "forbidden"),
            (200, {"error": "ORDER_NOT_FOUND"}, "bad_response"),
        ],
    )


# FlexPortal -----------------------------------------------------------------------------------------------------------

FLEXPORTAL_WORDS = {
    "pending": "pending",
    "confirmed": "confirmed",
    "partial": "partially_fulfilled",
    "fulfilled": "active",
    "cancelled": "canceled",
}


async def test_flexportal_words_mean_what_was_agreed(stub: Stub) -> None:
    results = await ask(stub, "flexportal", FLEXPORTAL, {word: {"status": f'"{word}"'} for word in FLEXPORTAL_WORDS})
    assert {word: status_of(result) for word, result in results.items()} == {
        word: (status, word) for word, status in FLEXPORTAL_WORDS.items()
    }
    assert not any("delivered" in sentence_of(result) for result in results.values())


async def test_a_flexportal_word_outside_the_tables_is_unknown_and_kept(stub: Stub) -> None:
    words = ("canceled", "completed", "FULFILLED", "shipped")
    cases = {word: {"status": f'"{word}"'} for word in words} | {"null": {"status": "null"}, "absent": {}}
    results = await ask(stub, "flexportal", FLEXPORTAL, cases)
    assert {case: status_of(result) for case, result in results.items()} == {
        **{word: ("unknown", word, "unrecognized_status") for word in words},
        "null": ("unknown", None, "unrecognized_status"),
        "absent": ("unknown", None, "unrecognized_status"),
    }


async def test_flexportal_payment_words(stub: Stub) -> None:
    expected: dict[str, tuple[Any, ...]] = {
        '{"status":"pending"}': ("pending",),
        '{"status":"paid"}': ("paid",),
        '{"status":"failed"}': ("failed",),
        '{"status":"refunded"}': ("unknown", "unrecognized_status"),
        '{"status":"PAID"}': ("unknown", "unrecognized_status"),
        '{"status":null}': (None,),
        "{}": (None,),
        "null": (None,),
    }
    cases = {payment: {"status": '"pending"', "payment": payment} for payment in expected}
    results = await ask(stub, "flexportal", FLEXPORTAL, cases, detail="summary")
    shown = {case: found(result) for case, result in results.items()}
    assert {case: (order.get("payment_status"), *codes(order)) for case, order in shown.items()} == expected


async def test_flexportal_order_types(stub: Stub) -> None:
    expected = {'"standard"': "standard", '"extension"': "extension", '"upgrade"': "upgrade", "null": None, '"x"': None}
    results = await ask(stub, "flexportal", FLEXPORTAL, {word: {"orderType": word} for word in expected})
    assert {word: found(result).get("order_type") for word, result in results.items()} == expected
    assert [word for word, result in results.items() if "dropped_value" in codes(found(result))] == ['"x"']


# members of a line: its status, units done, units open on a confirmed order, whether the figures disagree
FLEXPORTAL_LINES: dict[str, tuple[str | None, int | None, float | None, bool]] = {
    '"quantity":3,"rentalStatus":"pending","rentalIds":[]': ("processing", 0, 3, False),
    '"quantity":3,"rentalStatus":"partial","rentalIds":["a","b"]': ("partial", 2, 1, False),
    '"quantity":2,"rentalStatus":"completed","rentalIds":["a","b"]': ("fulfilled", 2, 0, False),
    '"quantity":3': ("processing", 0, 3, False),
    '"quantity":3,"rentalIds":["a"]': ("processing", 1, 2, False),
    # A completed line needs nothing, whatever its ids say; but that they say so is worth a warning.
    '"quantity":3,"rentalStatus":"completed","rentalIds":["a"]': ("fulfilled", 1, 0, True),
    '"quantity":3,"rentalStatus":"completed"': ("fulfilled", 0, 0, True),
    '"quantity":1,"rentalStatus":"partial","rentalIds":["a","b"]': ("partial", 2, 0, True),
    '"quantity":3,"rentalStatus":"paused","rentalIds":["a"]': (None, 1, 2, False),
    '"quantity":null,"rentalStatus":"partial","rentalIds":["a"]': ("partial", 1, None, False),
    '"quantity":3,"rentalStatus":null,"rentalIds":null': (None, None, None, False),
    '"quantity":"three","rentalIds":["a"]': ("processing", 1, None, False),
    '"quantity":2.5,"rentalIds":["a"]': ("processing", 1, 1.5, False),
}


@pytest.mark.parametrize("status", [*FLEXPORTAL_WORDS, "on_hold"])
async def test_flexportal_units_are_open_on_confirmed_and_partial_orders_only(stub: Stub, status: str) -> None:
    cases = {line: {"status": f'"{status}"', "items": f'[{{"sku":"S",{line}}}]'} for line in FLEXPORTAL_LINES}
    is_open = status in ("confirmed", "partial")
    for line, result in (await ask(stub, "flexportal", FLEXPORTAL, cases, detail="full")).items():
        shown = found(result)
        [item] = shown["line_items"]
        word, done, remaining, disagree = FLEXPORTAL_LINES[line]
        assert (item.get("status"), item.get("fulfilled")) == (word, done), line
        assert item.get("remaining") == (remaining if is_open else None), line
        assert ("fulfillment_mismatch" in codes(shown)) is (disagree and is_open), line
        assert ("unrecognized_status" in codes(shown)) is (status == "on_hold" or "paused" in line), line
        assert ("dropped_value" in codes(shown)) is ("three" in line), line


async def test_flexportal_contradicting_figures_are_told_and_the_status_is_trusted(stub: Stub) -> None:
    def case(status: str, total: int, rented: int, devices: int = 2, quantity: int = 2, ids: str = "[]") -> Members:
        return {
            "status": f'"{status}"',
            "items": f'[{{"sku":"S","quantity":{quantity}}}]',
            "totals": f'{{"totalDevices":{devices}}}',
            "rentalProgress": f'{{"totalDevices":{total},"rentedDevices":{rented}}}',
            "rentalIds": ids,
        }

    cases: dict[str, tuple[Members, list[str]]] = {
        "partial, 1 of 2": (case("partial", 2, 1), []),
        "partial, 2 of 2": (case("partial", 2, 2), ["fulfillment_mismatch"]),
        "confirmed, 2 of 2": (case("confirmed", 2, 2), ["fulfillment_mismatch"]),
        "fulfilled, 2 of 2": (case("fulfilled", 2, 2), []),
        "fulfilled, 1 of 2": (case("fulfilled", 2, 1), ["fulfillment_mismatch"]),
        "partial, 3 of 2": (case("partial", 2, 3), ["fulfillment_mismatch"]),
        "pending, 0 of 0": (case("pending", 0, 0, devices=0, quantity=0), []),
        "cancelled, none": (case("cancelled", 2, 0), []),
        "cancelled, one": (case("cancelled", 2, 1, ids='["a"]'), ["fulfillment_mismatch"]),
        "other devices in totals": (case("partial", 2, 1, devices=3), ["count_mismatch"]),
        "other devices in lines": (case("partial", 2, 1, quantity=3), ["count_mismatch"]),
        "other devices in progress": (case("partial", 3, 1), ["count_mismatch"]),
    }
    results = await ask(stub, "flexportal", FLEXPORTAL, {name: given for name, (given, _) in cases.items()})
    assert {name: codes(found(result)) for name, result in results.items()} == {
        name: warned for name, (_, warned) in cases.items()
    }
    assert {name: found(result)["status"] for name, result in results.items()} == {
        name: FLEXPORTAL_WORDS[name.partition(",")[0]] if "," in name else "partially_fulfilled" for name in cases
    }


async def test_a_flexportal_order_of_another_tenant_is_told(stub: Stub) -> None:
    cases = {tenant: {"tenantId": tenant} for tenant in ('"bu_demo"', '"bu_other"', "null")}
    results = await ask(stub, "flexportal", FLEXPORTAL, cases)
    assert [case for case, result in results.items() if "tenant_mismatch" in codes(found(result))] == ['"bu_other"']
    assert "bu_other" not in results['"bu_other"'].model_dump_json()


async def test_a_flexportal_404_is_its_own_only_with_an_error_object(stub: Stub) -> None:
    await refuse(
        stub,
        "flexportal",
        [
            (404, {"error": {"code": "NOT_FOUND", "message": "x"}}, "not_found"),
            (404, {"error": {"code": "NOT_FOUND"}}, "not_found"),
            (404, {"error": {"message": "x"}}, "bad_response"),
            (404, {"error": "ORDER_NOT_FOUND"}, "bad_response"),
            (404, {"code": "NOT_FOUND", "message": "x"}, "bad_response"),
        ],
    )


async def test_flexportal_unwraps_a_lone_data_object_only(stub: Stub) -> None:
    cases: dict[str, Members] = {"lone": {}, "in company": {"meta": "{}"}}
    results = await ask(stub, "flexportal", '{"data":{"orderId":"<id>"}<more>}', cases)
    assert found(results["lone"])["id"] == "101"
    assert error_of(results["in company"])["code"] == "bad_response"


# Senmo ----------------------------------------------------------------------------------------------------------------


async def test_every_senmo_word_is_kept_and_none_is_read(stub: Stub) -> None:
    words = ("Issue", "issue", "Issued", "Shipped", "DELIVERED", "Cancelled", "Error", "完了", "Paid")
    results = await ask(stub, "senmo", SENMO, {word: {"status": json.dumps(word)} for word in words})
    assert {word: status_of(result) for word, result in results.items()} == {word: ("unknown", word) for word in words}
    for word, result in results.items():
        note = found(result)["status_note"]
        assert "meaning is not documented" in note
        assert ("newly created" in note and "not by itself a problem" in note) is (word == "Issue")
        assert "problem" not in sentence_of(result).replace("not by itself a problem", "")


async def test_a_senmo_order_without_a_word_has_no_label(stub: Stub) -> None:
    cases = {"null": {"status": "null"}, "absent": {}, "blank": {"status": '""'}}
    for result in (await ask(stub, "senmo", SENMO, cases)).values():
        assert status_of(result) == ("unknown", None, "unrecognized_status")
        assert "status_note" not in found(result)


async def test_senmo_refusals_count_in_the_status_or_in_the_body(stub: Stub) -> None:
    await refuse(
        stub,
        "senmo",
        [
            (404, {"statusCode": 404, "statusMessage": "Order not found or does not belong to you"}, "not_found"),
            (404, {"statusCode": 404}, "not_found"),
            (404, {"statusMessage": "Order not found or does not belong to you"}, "not_found"),
            (404, {"error": "Invalid request"}, "bad_response"),
            (404, {"statusMessage": "Not Found"}, "bad_response"),
            (200, {"statusCode": 404, "statusMessage": "Order not found or does not belong to you"}, "not_found"),
            (201, {"statusCode": 400, "statusMessage": "Order ID is required"}, "invalid_input"),
            (200, {"statusCode": 401}, "unauthorized"),
            (200, {"statusCode": 500, "statusMessage": "Internal Server Error"}, "upstream_error"),
            (200, {"statusCode": 302}, "bad_response"),
            (200, {"statusCode": 200, "statusMessage": "OK"}, "bad_response"),
            (200, {"statusCode": 200, "statusMessage": "OK", "order": None}, "bad_response"),
            (400, {"statusCode": 200}, "invalid_input"),
            (500, {"statusCode": 404, "statusMessage": "Order not found or does not belong to you"}, "upstream_error"),
        ],
    )


async def test_any_success_of_senmo_is_one(stub: Stub) -> None:
    async with connected(environment(stub.origin, "senmo")) as client:
        for status in (200, 201, 202):
            stub.reply = Reply(status, json={"statusCode": 200, "statusMessage": "OK", "order": {"id": "42"}})
            assert found(await client.call_tool("get_order", {"order_id": "42", "provider": "senmo"}))["id"] == "42"


# Polinate -------------------------------------------------------------------------------------------------------------

# One column per status, one row per phase; `!` = they contradict each other, `-` = missing.
POLINATE_TABLE = """
            UNASSIGNED ACCEPTED  PACKED     IN_TRANSIT DELIVERED RETURNED NOT_APPLICABLE -
DRAFT       draft      draft!    draft!     draft!     draft!    draft!   draft          draft
PENDING     pending    pending!  pending!   pending!   pending!  pending! pending        pending
DELETED     canceled   canceled  canceled   canceled   canceled  canceled canceled       canceled
ACTIVE      pending    confirmed processing shipped    delivered returned confirmed      confirmed
ARCHIVED    archived   archived  archived   archived   delivered returned archived       archived
REJECTED    rejected   rejected  rejected   rejected   rejected  rejected rejected       rejected
CANCELLED   canceled   canceled  canceled   canceled   canceled  canceled canceled       canceled
-           unknown    unknown   unknown    unknown    unknown   unknown  unknown        unknown
"""


def pair(phase: str, status: str) -> Members:
    """A body's members for a pair; a delivery date goes with DELIVERED, so that nothing else is warned of."""
    given = {"phase": phase, "status": status}
    filled = {name: f'"{word}"' for name, word in given.items() if word != "-"}
    return filled | ({"deliveredAt": '"2026-10-04T09:00:00Z"'} if status == "DELIVERED" else {})


async def test_all_64_pairs_of_polinate_mean_what_was_agreed(stub: Stub) -> None:
    heading, *rows = POLINATE_TABLE.strip("\n").splitlines()
    table = {
        (phase, status): meaning
        for phase, *meanings in map(str.split, rows)
        for status, meaning in zip(heading.split(), meanings, strict=True)
    }
    assert len(table) == 64
    results = await ask(stub, "polinate", POLINATE, {(phase, status): pair(phase, status) for phase, status in table})
    expected = {
        (phase, status): (
            meaning.rstrip("!"),
            f"{phase}/{status}",
            *(["phase_status_conflict"] if meaning.endswith("!") else []),
            *(["phase_missing"] if phase == "-" else []),
        )
        for (phase, status), meaning in table.items()
    }
    assert {case: status_of(result) for case, result in results.items()} == expected
    notes = {case: found(result).get("status_note", "") for case, result in results.items()}
    assert {case for case, note in notes.items() if "deleted" in note} == {
        case for case in table if case[0] == "DELETED"
    }
    assert {case for case, note in notes.items() if "archived" in note} == {
        ("ARCHIVED", "DELIVERED"),
        ("ARCHIVED", "RETURNED"),
    }


async def test_a_polinate_word_outside_the_tables_is_unknown_and_kept(stub: Stub) -> None:
    pairs = [
        *(("ACTIVE", "LOST"), ("active", "ACCEPTED"), ("ACTIVE", "in_transit"), ("CANCELED", "PACKED")),
        *(("CANCELLED", "LOST"), ("ON_HOLD", "DELIVERED"), ("ON_HOLD", "-"), ("ACTIVE", "ACTIVE")),
    ]
    results = await ask(stub, "polinate", POLINATE, {(phase, status): pair(phase, status) for phase, status in pairs})
    assert {case: status_of(result) for case, result in results.items()} == {
        (phase, status): ("unknown", f"{phase}/{status}", "unrecognized_status") for phase, status in pairs
    }
    [result] = (await ask(stub, "polinate", POLINATE, {0: pair("-", "LOST")})).values()
    assert status_of(result) == ("unknown", "-/LOST", "phase_missing", "unrecognized_status")


@pytest.mark.parametrize("missing", ["null", '""', '"  "'])
async def test_a_polinate_word_that_is_null_or_blank_is_missing(stub: Stub, missing: str) -> None:
    cases = {"status": {"phase": '"ACTIVE"', "status": missing}, "phase": {"phase": missing, "status": '"PACKED"'}}
    results = await ask(stub, "polinate", POLINATE, cases)
    assert status_of(results["status"]) == ("confirmed", "ACTIVE/-")
    assert status_of(results["phase"]) == ("unknown", "-/PACKED", "phase_missing")


async def test_an_expected_date_is_announced_only_while_something_is_expected(stub: Stub) -> None:
    told = {"DRAFT": True, "PENDING": True, "ACTIVE": True, "DELETED": False, "REJECTED": False, "CANCELLED": False}
    for date, words in (
        ("2099-12-01T00:00:00Z", "xpected 1 December 2099"),
        ("2020-12-01T00:00:00Z", "1 December 2020, has passed"),
    ):
        cases = {phase: {"phase": f'"{phase}"', "expectedDeliveryAt": f'"{date}"'} for phase in told}
        results = await ask(stub, "polinate", POLINATE, cases)
        assert {phase: words in sentence_of(result) for phase, result in results.items()} == told
        assert {phase: "xpected" in sentence_of(result) for phase, result in results.items()} == told
        # A date that nobody waits for any more must not be mailed to anybody.
        shown = {phase: found(result).get("fulfillment") for phase, result in results.items()}
        assert shown == {phase: {"expected_at": date} if is_told else None for phase, is_told in told.items()}


async def test_a_delivery_date_that_contradicts_the_movement_is_told(stub: Stub) -> None:
    delivered = {"deliveredAt": '"2026-10-04T09:00:00Z"'}
    cases = {
        "delivered, dated": pair("ACTIVE", "DELIVERED"),
        "delivered, no date": {"phase": '"ACTIVE"', "status": '"DELIVERED"'},
        "delivered, null": {"phase": '"ACTIVE"', "status": '"DELIVERED"', "deliveredAt": "null"},
        "packed, dated": {**pair("ACTIVE", "PACKED"), **delivered},
        "no movement, dated": {**pair("ACTIVE", "-"), **delivered},
        "packed, no date": pair("ACTIVE", "PACKED"),
        "returned, dated": {**pair("ACTIVE", "RETURNED"), **delivered},
    }
    results = await ask(stub, "polinate", POLINATE, cases)
    assert [case for case, result in results.items() if "delivery_mismatch" in codes(found(result))] == [
        "delivered, no date",
        "delivered, null",
        "packed, dated",
        "no movement, dated",
    ]
    says = sentence_of(results["packed, dated"])
    assert "The provider says packed and also gives a delivery date, 4 October 2026; the two disagree." in says
    assert "Delivered" not in says


async def test_polinate_lines_stand_in_the_order_of_their_numbers(stub: Stub) -> None:
    lines = {"10": "c", "2": "a", "2.5": "b", "null": "e", '"x"': "f", "1e400": "g", "-1": "0", "11": "d"}
    items = ",".join(f'{{"id":"{id}","lineNumber":{number}}}' for number, id in lines.items())
    [result] = (await ask(stub, "polinate", POLINATE, {0: {"orderItems": f"[{items}]"}})).values()
    assert [line["id"] for line in found(result)["line_items"]] == [*"0abcdefg"]


async def test_a_polinate_line_says_its_currency_only_where_it_differs(stub: Stub) -> None:
    expected: dict[tuple[str, str], tuple[Any, ...]] = {
        ('"ZAR"', '"ZAR"'): ("ZAR", None),
        ('"ZAR"', '"zar"'): ("ZAR", None),
        ('"ZAR"', '"USD"'): ("ZAR", "USD"),
        ("null", '"USD"'): (None, "USD"),
        ('"ZAR"', "null"): ("ZAR", None),
        ('"Rand"', '"USD"'): (None, "USD", "unreadable_currency"),
        ('"ZAR"', '"$"'): ("ZAR", None, "unreadable_currency"),
    }
    cases = {
        case: {"phase": '"ACTIVE"', "currency": case[0], "orderItems": f'[{{"id":"1","currency":{case[1]}}}]'}
        for case in expected
    }
    shown = {case: found(result) for case, result in (await ask(stub, "polinate", POLINATE, cases)).items()}
    assert {
        case: (order.get("currency"), order["line_items"][0].get("currency"), *codes(order))
        for case, order in shown.items()
    } == expected


# Values, wherever they stand ------------------------------------------------------------------------------------------

SHAPES = {
    "fleet": Shape(FLEET, '"rent":<v>', "rent", '"order_date":<v>', "placed_at", '"rent_currency":<v>'),
    "fleet cart": Shape(CART, '"rent":<v>', "rent", "", "", '"currency":<v>', "get_cart"),
    "flexportal": Shape(
        FLEXPORTAL, '"totals":{"total":<v>}', "total", '"createdAt":<v>', "created_at", '"totals":{"currency":<v>}'
    ),
    "senmo": Shape(SENMO, '"amount":<v>', "amount", '"createdAt":<v>', "created_at"),
    "polinate": Shape(POLINATE, '"totalAmount":<v>', "total", '"createdAt":<v>', "created_at", '"currency":<v>'),
}


async def values(stub: Stub, name: str, place: str, literals: list[str]) -> dict[str, dict[str, Any]]:
    """What is shown for each JSON literal in this place."""
    shape = SHAPES[name]
    cases = {}
    for literal in literals:
        key, _, value = place.partition(":")
        cases[literal] = {json.loads(key): value.replace("<v>", literal)}
    results = await ask(stub, name.split()[0], shape.body, cases, tool=shape.tool, detail="full")
    return {literal: found(result) for literal, result in results.items()}


EXACT = [
    *("89.00", "0", "0.00", "-5", "100", "0.1", "12345678901234567890.0123456789", "9007199254740993"),
    *('"89.00"', '"0"', '"-5"', '"007.50"', '"100"', f'"{"9" * 30}"', "9" * 30, f'"0.{"3" * 29}"'),
]
UNREADABLE = [
    *("1E2", "1e400", "-1e-5", "9" * 5_000, "9" * 31, f"0.{'1' * 30}", f'"{"9" * 31}"', f'"{"9" * 5_000}"', '"1E2"'),
    *('""', '" "', '"abc"', '"NaN"', '"Infinity"', '"1,234.50"', '"1 234.50"', '"12,50"', '"€5"', '"5 EUR"', '"+5"'),
    *('".5"', '"5."', '"1_000"', '"0x10"', '"٣"', '"１"', '"²"', '"5\\n"', '" 5"', '"1.2.3"', '"--5"', '"-"'),
]
OF_ANOTHER_KIND = ["true", "false", "[]", "{}", "[1]", '{"amount":1}']


@pytest.mark.parametrize("name", SHAPES)
async def test_an_amount_is_kept_to_the_digit_or_left_out(stub: Stub, name: str) -> None:
    shape = SHAPES[name]
    shown = await values(stub, name, shape.amount, [*EXACT, *UNREADABLE, *OF_ANOTHER_KIND, "null"])
    seen = {
        literal: (
            one.get("totals", {}).get(shape.total),
            [code for code in codes(one) if code in ("unreadable_amount", "dropped_value")],
        )
        for literal, one in shown.items()
    }
    assert seen == {
        **{literal: (literal.strip('"'), []) for literal in EXACT},
        **{literal: (None, ["unreadable_amount"]) for literal in UNREADABLE},
        **{literal: (None, ["dropped_value"]) for literal in OF_ANOTHER_KIND},
        "null": (None, []),
    }


DATES = {
    '"2026-11-03T10:15:30Z"': "2026-11-03T10:15:30Z",
    '"2026-11-03T10:15:30.999Z"': "2026-11-03T10:15:30Z",
    '"2026-11-03T10:15:30.123456789Z"': "2026-11-03T10:15:30Z",
    '"2026-11-03T10:15:30+02:00"': "2026-11-03T08:15:30Z",
    '"2026-11-03T23:15:30-0330"': "2026-11-04T02:45:30Z",
    '"2026-11-03t10:15:30z"': "2026-11-03T10:15:30Z",
    '"2026-11-03 10:15:30"': "2026-11-03T10:15:30",
    '"2026-11-03T10:15:30"': "2026-11-03T10:15:30",
    '"2026-11-03T10:15"': "2026-11-03T10:15:00",
    '"2026-11-03"': "2026-11-03",
    '" 2026-11-03 "': "2026-11-03",
    '"0001-01-01"': "0001-01-01",
    '"9999-12-31T23:59:59Z"': "9999-12-31T23:59:59Z",
}
NO_DATES = [
    *("1762160000", "1762160000000", "1762160000.5", "20261103", '"1762160000"', '"20261103"', '"2026-W45-2"'),
    *('""', '"soon"', '"03/11/2026"', '"3 November 2026"', '"2026-11"', '"2026-13-01"', '"2026-02-30"', '"0000-01-01"'),
    *('"0001-01-01T00:00:00+02:00"', '"9999-12-31T23:59:59-02:00"', '"2026-11-03T25:00:00Z"', '"2026-11-03T10:15:60Z"'),
    *('"2026-11-03T10:15:30+99:00"', '"2026-11-03T10:15:30 CET"', '"٢٠٢٦-11-03"', '"2026-11-03T10:15:30Z2026-11-03"'),
    *('"Tue, 03 Nov 2026 10:15:30 GMT"', '"2026-11-03T"', '"-2026-11-03"'),
]


@pytest.mark.parametrize("name", [name for name, shape in SHAPES.items() if shape.date])
async def test_a_date_is_iso_8601_to_the_second_or_left_out(stub: Stub, name: str) -> None:
    shape = SHAPES[name]
    shown = await values(stub, name, shape.date, [*DATES, *NO_DATES, *OF_ANOTHER_KIND, "null"])
    seen = {
        literal: (
            one.get(shape.dated),
            [code for code in codes(one) if code in ("unreadable_date", "dropped_value")],
        )
        for literal, one in shown.items()
    }
    assert seen == {
        **{literal: (date, []) for literal, date in DATES.items()},
        **{literal: (None, ["unreadable_date"]) for literal in NO_DATES},
        **{literal: (None, ["dropped_value"]) for literal in OF_ANOTHER_KIND},
        "null": (None, []),
    }


CURRENCIES = {'"EUR"': "EUR", '"eur"': "EUR", '" Eur "': "EUR", '"XXX"': "XXX", '"ZZZ"': "ZZZ"}
NO_CURRENCIES = ['""', '"EURO"', '"EU"', '"€"', '"E1R"', '"ÉUR"', '"ＥＵＲ"', '"E R"', '"EUR/USD"', "978", '"978"']


@pytest.mark.parametrize("name", [name for name, shape in SHAPES.items() if shape.currency])
async def test_a_currency_is_three_letters_or_left_out(stub: Stub, name: str) -> None:
    place = SHAPES[name].currency or ""
    shown = await values(stub, name, place, [*CURRENCIES, *NO_CURRENCIES, *OF_ANOTHER_KIND, "null"])
    seen = {
        literal: (
            one.get("currency"),
            [code for code in codes(one) if code in ("unreadable_currency", "dropped_value")],
        )
        for literal, one in shown.items()
    }
    assert seen == {
        **{literal: (currency, []) for literal, currency in CURRENCIES.items()},
        **{literal: (None, ["unreadable_currency"]) for literal in NO_CURRENCIES},
        **{literal: (None, ["dropped_value"]) for literal in OF_ANOTHER_KIND},
        "null": (None, []),
    }


async def test_a_quantity_is_a_json_number_and_whole_where_it_is_whole(stub: Stub) -> None:
    expected: dict[str, Any] = {
        **dict.fromkeys(["1e400", "1E2", "1234567890123456", "9" * 5_000, '"x"', "true", "[]", "null"]),
        **dict.fromkeys(["3", "3.0", '"3"', '"3.00"'], 3),
        "0": 0,
        "2.5": 2.5,
        "123456789012345": 123456789012345,
    }
    cases = {quantity: {"orderItems": f'[{{"id":"1","quantity":{quantity}}}]'} for quantity in expected}
    shown = {case: found(result) for case, result in (await ask(stub, "polinate", POLINATE, cases)).items()}
    seen = {
        case: order["line_items"][0].get("quantity") if order.get("line_items") else None
        for case, order in shown.items()
    }
    assert seen == expected
    assert all(type(quantity) is type(expected[case]) for case, quantity in seen.items())
    assert {case for case, order in shown.items() if "dropped_value" in codes(order)} == {
        case for case, quantity in expected.items() if quantity is None and case != "null"
    }


HALVES = {
    r'"Ada\ud83d"': "Ada",
    r'"\ude00Ada"': "Ada",
    r'"A\ude00\ud83dda"': "Ada",
    r'"Ada \ud83d\ude00"': "Ada 😀",
    r'"Ada \\ud83d"': r"Ada \ud83d",
    r'"\ud83d"': None,
}


async def test_half_a_character_in_a_name_costs_that_half_and_no_more(stub: Stub) -> None:
    cases = {name: {"devices": f'[{{"id":1,"name":{name}}}]'} for name in HALVES}
    results = await ask(stub, "fleet", CART, cases, tool="get_cart")
    assert {name: found(result)["line_items"][0].get("title") for name, result in results.items()} == HALVES


async def test_half_a_character_makes_no_other_word_and_no_other_id(stub: Stub) -> None:
    cases = {0: {"status": r'"fulfilled\ud800"', "items": r'[{"sku":"A\ud800B","productName":"Tablet"}]'}}
    shown = found((await ask(stub, "flexportal", FLEXPORTAL, cases))[0])
    assert (shown["status"], shown["provider_status"]) == ("unknown", "fulfilled")
    assert [line.get("sku") for line in shown["line_items"]] == [None]
    assert codes(shown) == ["unrecognized_status", "dropped_value"]


@pytest.mark.parametrize("name", SHAPES)
async def test_half_a_character_harms_no_member_of_any_provider(stub: Stub, name: str) -> None:
    shape = SHAPES[name]
    places = [shape.amount, shape.date, shape.currency or shape.date, '"status":<v>', '"phase":<v>', '"notes":<v>']
    given = [place.replace("<v>", r'"x\ud800"').partition(":") for place in places if place]
    cases = {key: {json.loads(key): value} for key, _, value in given}
    for result in (await ask(stub, name.split()[0], shape.body, cases, tool=shape.tool, detail="full")).values():
        assert not result.is_error
