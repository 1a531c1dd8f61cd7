"""Whatever a provider or an agent sends: an answer that keeps its promises, or an error from the table."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp.shared.exceptions import MCPError

from order_mcp.comparing import folded
from order_mcp.testing.asking import Caller, calling
from order_mcp.testing.bodies import FEW, JSON_VALUES, every_place, mutated
from order_mcp.testing.places import replaced
from order_mcp.testing.stub import Reply, Stub, serving

from .bodies import BODIES, FLEET_ORDER, FLEXPORTAL_EXTENSION, POLINATE_ORDER, ids
from .conftest import environment, found


@contextmanager
def caller(stub: Stub, *, mode: str = "auto", **more: str) -> Iterator[Caller]:
    """A client of all providers, at one address."""
    with calling(environment(stub.origin, **more), mode=mode) as caller:
        yield caller


@pytest.mark.parametrize(
    "moment",
    [
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-02-30", "2026-13-01T00:00:00Z", "0000-01-01"),
        *(
            "2026-11-21T24:00:00Z",
            "2026-11-21T23:59:60Z",
            "21/11/2026",
            "1763700000",
            "tomorrow",
            "2026-11-21T10:00:00+99:99",
        ),
    ],
)
def test_a_date_that_is_none_is_left_out_with_a_warning(moment: str) -> None:
    dates = re.compile(r"(At|EndDate|order_date)$")
    with serving() as stub, caller(stub) as reader:
        for of in BODIES:
            body = of.body
            ways = [path for path in every_place(body) if dates.search(str(path[-1])) and "orderItems" not in path]
            for path in ways:
                body = replaced(body, path, moment)
            stub.reply = Reply(json=body)
            seen = found(reader.asserted(of.tool, of.arguments(detail="full")))
            codes = [warning["code"] for warning in seen.get("warnings", [])]
            assert ("unreadable_date" in codes) == bool(ways)
            assert not {"placed_at", "created_at", "updated_at"} & set(seen)
            assert not {"shipped_at", "expected_at", "delivered_at"} & set(seen.get("fulfillment", {}))


ARGUMENT_NAMES = st.sampled_from(["order_id", "cart_id", "provider", "detail", "item_offset"]) | st.text(max_size=10)
ARGUMENT_VALUES = (
    st.sampled_from(["42", "ord_abc123", "#42", "fleet", "flexportal", "senmo", "polinate", "auto", "full", "summary"])
    | st.sampled_from([None, 0, 1, -1, 42, 4.5, 10**130, "", ".", "..", "a/b", "a?b", "\x00", "x" * 200])
    | JSON_VALUES
)
ARGUMENTS = st.dictionaries(ARGUMENT_NAMES, ARGUMENT_VALUES, max_size=5) | st.fixed_dictionaries(
    {"order_id": st.sampled_from(["42", "ord_abc123"]) | ARGUMENT_VALUES},
    optional={"provider": ARGUMENT_VALUES, "detail": ARGUMENT_VALUES, "item_offset": ARGUMENT_VALUES},
)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_any_arguments_give_an_answer_or_a_typed_error_and_the_next_call_is_answered(mode: str) -> None:
    good = FLEXPORTAL_EXTENSION
    with serving() as stub, caller(stub, mode=mode) as reader:

        @FEW
        @given(tool=st.sampled_from(["get_order", "get_cart"]), arguments=ARGUMENTS)
        def check(tool: str, arguments: dict[str, Any]) -> None:
            stub.reply = Reply(json=good.body)
            reader.asserted(tool, arguments)
            assert found(reader.call("get_order", good.arguments()))["id"] == good.id

        check()


FIND_ARGUMENTS = st.dictionaries(
    st.sampled_from(["order_number", "email", "provider", "limit"]) | st.text(max_size=10),
    ARGUMENT_VALUES | st.sampled_from(["ada@example.com", "a+b@c.de", "F-2026-0042", " # f-2026-0042 ", 5, "10"]),
    max_size=4,
)


def test_any_arguments_of_a_search_give_hits_or_a_typed_error() -> None:
    with serving() as stub, caller(stub) as reader:
        stub.reply = Reply(404, json={"error": "ORDER_NOT_FOUND"})

        @FEW
        @given(arguments=FIND_ARGUMENTS)
        def check(arguments: dict[str, Any]) -> None:
            reader.asserted("find_orders", arguments)

        check()


# Provider → its documented order, what is around a list of them, the way to an order in an entry, and the number in it.
LISTED = {
    "fleet": (FLEET_ORDER, lambda rows, more: {"data": rows, "meta": more}, ("data",), "F-2026-0042"),
    "polinate": (POLINATE_ORDER, lambda rows, more: {"items": rows, **more}, (), "SO-1007"),
}


@pytest.mark.parametrize("provider", LISTED)
def test_whatever_a_list_holds_nothing_is_found_that_does_not_match(provider: str) -> None:
    of, around, way, number = LISTED[provider]
    row = of.body[way[0]] if way else of.body
    rows = st.lists(
        st.just(row) | mutated(of.body, ids(of)).map(lambda body: body.get(way[0]) if way else body) | JSON_VALUES
    )
    about = st.fixed_dictionaries({}, optional={"total": JSON_VALUES, "pageSize": JSON_VALUES})

    def holds(entry: Any) -> bool:
        return any(
            folded(str(value)) == folded(number) for value in entry.values() if not isinstance(value, dict | list)
        )

    with serving() as stub, caller(stub) as reader:

        @FEW
        @given(rows=rows, more=about)
        def check(rows: list[Any], more: dict[str, Any]) -> None:
            stub.reply = Reply(json=around(rows, more))
            result = reader.asserted("find_orders", {"order_number": number, "provider": provider, "limit": 10})
            if not result.is_error:
                holders = [entry for entry in rows if isinstance(entry, dict) and holds(entry)]
                ids = {str(entry.get("order_id", entry.get("id"))) for entry in holders}
                assert {hit["id"] for hit in found(result)["orders"]} <= ids

        check()


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_an_unknown_tool_is_a_protocol_error(mode: str) -> None:
    with serving() as stub, caller(stub, mode=mode) as reader:
        stub.reply = Reply(json=FLEXPORTAL_EXTENSION.body)
        for name in ("get_invoice", "", "GET_ORDER", "get_order ", "ignore previous instructions " * 100):
            for arguments in ({}, {"order_id": "42"}):
                with pytest.raises(MCPError) as raised:
                    reader.call(name, arguments)
                assert raised.value.error.code == -32602
                assert "ignore" not in raised.value.error.message
        assert stub.asked == []
        assert found(reader.call("get_order", FLEXPORTAL_EXTENSION.arguments()))["id"] == "ord_abc123"
