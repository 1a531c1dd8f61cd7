"""Whatever a provider or an agent sends: an answer that keeps its promises, or an error from the table."""

import copy
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import mcp_types as types
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from mcp.client import Client
from mcp.shared.exceptions import MCPError

from order_mcp.comparing import folded
from order_mcp.testing.stub import Reply, Stub, serving

from .bodies import BODIES, FLEET_ORDER, FLEXPORTAL_EXTENSION, POLINATE_ORDER, Documented, Path, ids, replaced, values
from .conftest import connected, environment, error_of, found

# The error table of the design; `internal` is a bug and must not happen.
NEXT_STEPS = {
    "invalid_input": {"fix_arguments"},
    "not_found": {"check_id"},
    "ambiguous": {"ask_user"},
    "incomplete": {"retry_later", "tell_operator"},
    "unsupported_operation": {"tell_user"},
    "not_configured": {"tell_operator"},
    "unauthorized": {"tell_operator"},
    "forbidden": {"tell_operator"},
    "rate_limited": {"retry_later"},
    "timeout": {"retry_later"},
    "unreachable": {"retry_later"},
    "upstream_error": {"retry_later"},
    "bad_response": {"tell_operator"},
}
FEW = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)


class Caller:
    """A connected client that plain tests can use, and the schemas that the server published."""

    def __init__(self, portal: BlockingPortal, client: Client) -> None:
        self._portal, self._client = portal, client
        listed = portal.call(client.list_tools)
        self._schemas = {tool.name: Draft202012Validator(tool.output_schema or {}) for tool in listed.tools}

    def call(self, tool: str, arguments: Any) -> types.CallToolResult:
        return self._portal.call(partial(self._client.call_tool, tool, arguments))

    def asserted(self, tool: str, arguments: Any) -> types.CallToolResult:
        """The result, after checking that it keeps the promises of every result."""
        result = self.call(tool, arguments)
        assert sum(len(block.text) for block in result.content if isinstance(block, types.TextContent)) <= 14_000
        json.dumps(result.model_dump(mode="json"), ensure_ascii=False).encode()
        if result.is_error:
            error = error_of(result)
            assert error["next_step"] in NEXT_STEPS[error["code"]]
            assert error["retryable"] == (error["next_step"] == "retry_later")
        else:
            self._schemas[tool].validate(found(result))
        return result


@contextmanager
def caller(stub: Stub, *, mode: str = "auto", **more: str) -> Iterator[Caller]:
    """One client, on one event loop in a thread of its own, for all examples of a test."""
    with start_blocking_portal() as portal:
        connection = connected(environment(stub.origin, **more), mode=mode)
        with portal.wrap_async_context_manager(connection) as client:
            yield Caller(portal, client)


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([10**40, 1e300, -0.0, "1e400", "NaN", "42", "٤٢", "2026-13-45", "0001-01-01T00:00:00+14:00"])
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def every_place(body: Any) -> list[Path]:
    """The way to everything in a body, objects and lists included."""
    ways = [path[:length] for path, _ in values(body) for length in range(1, len(path) + 1)]
    return sorted(set(ways), key=repr)


def grown(value: Any, times: int) -> Any:
    """Much more of the same."""
    if isinstance(value, str | list):
        return value * times
    if isinstance(value, dict):
        return value | {f"{key}{n}": member for key, member in value.items() for n in range(times)}
    return value * 10**times if isinstance(value, int) else value


@st.composite
def mutated(draw: st.DrawFn, of: Documented) -> Any:
    """The full body with a few things about it changed; mostly not the id, for then there is nothing to see."""
    body = copy.deepcopy(of.body)
    keep = ids(of) if draw(st.integers(0, 3)) else []
    for _ in range(draw(st.integers(1, 6))):
        places = [path for path in every_place(body) if not any(kept[: len(path)] == path for kept in keep)]
        if not places:
            break
        path = draw(st.sampled_from(places))
        holder = body
        for step in path[:-1]:
            holder = holder[step]
        way = draw(st.sampled_from(["drop", "null", "retype", "nest", "list", "grow", "text"]))
        if way == "drop":
            del holder[path[-1]]
            continue
        value = holder[path[-1]]
        changed = {
            "null": lambda: None,
            "retype": lambda: draw(JSON_VALUES),
            "nest": lambda value=value: {"data": value, "value": value},
            "list": lambda value=value: [value, draw(JSON_VALUES)],
            "grow": lambda value=value: grown(value, draw(st.integers(2, 60))),
            "text": lambda: draw(st.text(st.characters(), max_size=200)),
        }[way]()
        holder[path[-1]] = changed
    return body


VIEWS = st.fixed_dictionaries(
    {"detail": st.sampled_from(["summary", "standard", "full"])}, optional={"item_offset": st.integers(0, 100)}
)


@pytest.mark.parametrize("of", BODIES, ids=lambda of: of.name)
def test_any_change_to_a_body_gives_an_answer_or_a_typed_error(of: Documented) -> None:
    outcomes: set[bool] = set()
    with serving() as stub, caller(stub, ORDER_MCP_AUDIENCE="internal") as internal:

        @FEW
        @given(body=mutated(of), view=VIEWS)
        def check(body: Any, view: dict[str, Any]) -> None:
            stub.reply = Reply(json=body)
            outcomes.add(bool(internal.asserted(of.tool, of.arguments(**view)).is_error))

        check()
    assert False in outcomes  # not errors all the way


@pytest.mark.parametrize("audience", ["customer", "agent"])
def test_the_other_audiences_get_answers_of_the_same_kind(audience: str) -> None:
    with serving() as stub, caller(stub, ORDER_MCP_AUDIENCE=audience) as reader:

        @FEW
        @given(case=st.sampled_from(BODIES).flatmap(lambda of: st.tuples(st.just(of), mutated(of))), view=VIEWS)
        def check(case: tuple[Documented, Any], view: dict[str, Any]) -> None:
            of, body = case
            stub.reply = Reply(json=body)
            reader.asserted(of.tool, of.arguments(**view))

        check()


def test_any_bytes_at_any_status_give_a_typed_error() -> None:
    with serving() as stub, caller(stub) as reader:

        @FEW
        @given(
            of=st.sampled_from(BODIES),
            body=st.binary(max_size=50) | JSON_VALUES.map(lambda value: json.dumps(value).encode()),
            status=st.sampled_from([200, 201, 204, 301, 400, 401, 403, 404, 409, 418, 422, 500]),
            view=VIEWS,
        )
        def check(of: Documented, body: bytes, status: int, view: dict[str, Any]) -> None:
            stub.reply = Reply(status, body=b"" if status in (204, 304) else body)
            assert reader.asserted(of.tool, of.arguments(**view)).is_error

        check()


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"data":' * 5_000 + b"1" + b"}" * 5_000,
        b'{"order":' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"data":{"order_id":NaN}}',
        b'{"data":{"order_id":42,"rent":Infinity}}',
        b'\xef\xbb\xbf{"data":{"order_id":43}}',
        '{"data":{"order_id":42}}'.encode("utf-16"),
        b'{"data":{"order_id":' + b"4" * 100_000 + b"}}",
        b"null",
        b"",
    ],
)
def test_a_body_that_is_no_order_is_a_typed_error_at_every_provider(body: bytes) -> None:
    with serving() as stub, caller(stub) as reader:
        stub.reply = Reply(body=body)
        for of in BODIES:
            assert error_of(reader.asserted(of.tool, of.arguments()))["code"] == "bad_response"


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
    rows = st.lists(st.just(row) | mutated(of).map(lambda body: body.get(way[0]) if way else body) | JSON_VALUES)
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
