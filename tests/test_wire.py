"""Every message over stdio, in both eras, against the specification's schema for its era.

The schema is the one that the SDK carries: models generated from the specification's `schema.json` (`mcp_types.methods`
names them by method and version). They are lenient by themselves, so a result has to come back from its model just as
it was: whatever the schema does not know, or has in another type, would be lost or changed.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from mcp_types.methods import serialize_server_result

from order_mcp.sandbox import Running, running

from .conversations import answers
from .processes import ENVELOPE, LEGACY, MODERN, started, until
from .test_stdio import cancel, slow_look_up

RESULT = "a result"
TEMPLATE = {"type": "ref/resource", "uri": "order://{provider}/{order_id}"}
PROMPT = {"type": "ref/prompt", "name": "order_status_reply"}


def call(tool: str, **arguments: Any) -> dict[str, Any]:
    return {"name": tool, "arguments": arguments}


def completing(ref: dict[str, Any], name: str, value: str) -> dict[str, Any]:
    return {"ref": ref, "argument": {"name": name, "value": value}}


# Method, parameters, and what comes back: a result, or an error with this code.
ASKED: list[tuple[str, dict[str, Any], object]] = [
    ("tools/list", {}, RESULT),
    ("tools/list", {"cursor": "x"}, RESULT),
    ("tools/call", call("get_order", order_id="issue-1"), RESULT),
    ("tools/call", call("get_order", order_id="ord_250", provider="flexportal", detail="full"), RESULT),
    ("tools/call", call("get_order", order_id="ord_hostile", provider="polinate", detail="full"), RESULT),
    ("tools/call", call("get_cart", cart_id="2001"), RESULT),
    ("tools/call", call("get_order", order_id="4711"), RESULT),
    ("tools/call", call("get_order", order_id="nobody-has-this"), RESULT),
    ("tools/call", call("get_order", order_id="9002", provider="fleet"), RESULT),
    ("tools/call", call("get_order", order_id="", nonsense=None), RESULT),
    ("tools/call", {"name": "get_order"}, RESULT),
    ("tools/call", call("no_such_tool"), -32602),
    ("tools/call", {"arguments": {}}, -32602),
    ("tools/call", {"name": "get_order", "arguments": []}, -32602),
    ("tools/call", {"name": 7}, -32602),
    ("resources/list", {}, RESULT),
    ("resources/templates/list", {}, RESULT),
    ("resources/read", {"uri": "order://senmo/issue-1"}, RESULT),
    ("resources/read", {"uri": "cart://fleet/2001"}, RESULT),
    ("resources/read", {"uri": "order://senmo/nobody-has-this"}, -32602),
    ("resources/read", {"uri": "order://fleet/9006"}, -32603),
    ("resources/read", {"uri": "order://fleet/letters"}, -32602),
    ("resources/read", {"uri": "file:///etc/passwd"}, -32602),
    ("resources/read", {}, -32602),
    ("resources/subscribe", {"uri": "order://senmo/issue-1"}, -32601),
    ("prompts/list", {}, RESULT),
    ("prompts/get", {"name": "order_status_reply", "arguments": {"order_id": "issue-1"}}, RESULT),
    ("prompts/get", {"name": "order_status_reply"}, -32602),
    ("prompts/get", {"name": "no_such_prompt"}, -32602),
    ("prompts/get", {}, -32602),
    ("completion/complete", completing(TEMPLATE, "provider", "f"), RESULT),
    ("completion/complete", completing(PROMPT, "provider", ""), RESULT),
    ("completion/complete", completing(PROMPT, "tone", ""), RESULT),
    ("completion/complete", {"ref": {"type": "ref/nothing"}, "argument": {}}, -32602),
    ("logging/setLevel", {"level": "debug"}, -32601),
    ("no/such/method", {}, -32601),
]
# What only one era knows, and how the other is told apart.
ASKED_IN: dict[str, list[tuple[str, dict[str, Any], object]]] = {
    LEGACY: [("ping", {}, RESULT), ("tools/list", {"_meta": ENVELOPE}, -32600)],
    MODERN: [
        ("ping", {"_meta": ENVELOPE}, -32601),
        ("server/discover", {"_meta": ENVELOPE}, RESULT),
        ("tools/list", {}, -32602),
        ("tools/list", {"_meta": ENVELOPE | {"io.modelcontextprotocol/protocolVersion": "2027-01-01"}}, -32022),
        ("initialize", {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": {}}, -32022),
    ],
}


@pytest.fixture(scope="module")
def box() -> Iterator[Running]:
    with running(port=0) as box:
        yield box


def assert_valid(message: Mapping[str, Any], method: str, era: str) -> None:
    """One answer to a request of this method."""
    assert message.keys() == {"jsonrpc", "id", "result" if "result" in message else "error"}
    assert message["jsonrpc"] == "2.0" and type(message["id"]) in (int, str)
    if "result" in message:
        assert serialize_server_result(method, era, message["result"]) == message["result"]
        return
    error = message["error"]
    assert {"code", "message"} <= error.keys() <= {"code", "message", "data"}
    assert type(error["code"]) is int and type(error["message"]) is str and error["message"]
    # Those of JSON-RPC, and those that the specification gave out.
    assert error["code"] in {-32700, -32600, -32601, -32602, -32603, -32020, -32021, -32022}
    if error["code"] == -32022:
        assert error["data"].keys() == {"supported", "requested"}


@pytest.mark.parametrize("era", [LEGACY, MODERN])
def test_every_message_is_valid_in_its_era(era: str, box: Running) -> None:
    envelope = {} if era == LEGACY else {"_meta": ENVELOPE}
    asked = [(method, params | envelope, outcome) for method, params, outcome in ASKED] + ASKED_IN[era]
    with started(variables=box.environment) as program:
        methods = {0: "server/discover"}
        program.send("server/discover", {"_meta": ENVELOPE}, id=0)
        if era == LEGACY:
            methods[1] = "initialize"
            client = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
            program.send("initialize", client, id=1)
            program.send("notifications/initialized")
        for id, (method, params, _) in enumerate(asked, start=10):
            methods[id] = method
            program.send(method, params, id=id)
        until(lambda: len(program.lines) >= len(methods), f"{len(methods)} answers")
        assert program.leave() == 0
    said = answers(program.lines)
    assert said.keys() == methods.keys()
    for id, message in said.items():
        assert_valid(message, methods[id], MODERN if id == 0 else era)
    came = [said[id].get("error", {}).get("code", RESULT) for id in range(10, 10 + len(asked))]
    assert came == [outcome for _, _, outcome in asked]
    assert {
        said[id]["result"].get("isError") for id in said if methods[id] == "tools/call" and "result" in said[id]
    } == {
        True,
        False,
    }


@pytest.mark.parametrize("era", [LEGACY, MODERN])
def test_what_is_said_about_a_cancelled_call_is_valid(era: str, box: Running) -> None:
    legacy, since = era == LEGACY, len(box.sandbox.requests)
    envelope = {} if legacy else {"_meta": ENVELOPE}
    with started(variables=box.environment) as program:
        if legacy:
            program.initialize()
        program.send("tools/call", call("get_order", order_id="bad_slow", provider="polinate") | envelope, id=1)
        slow_look_up(box, since)
        cancel(program, 1, legacy=legacy)
        program.send("tools/list", envelope, id=2)
        program.answer(2)
        assert program.leave() == 0
    for message in map(json.loads, program.lines):
        if message["id"] == 1:
            assert message["error"].keys() <= {"code", "message", "data"} and type(message["error"]["code"]) is int
        else:
            assert_valid(message, "initialize" if message["id"] == 0 else "tools/list", era)


def test_the_schema_of_each_era_refuses_what_it_does_not_know() -> None:
    good = {"tools": [{"name": "x", "inputSchema": {"type": "object"}}]}
    assert serialize_server_result("tools/list", LEGACY, good) == good
    for bad in (good | {"more": 1}, {"tools": [good["tools"][0] | {"title": None}]}, good | {"ttlMs": 1}):
        assert serialize_server_result("tools/list", LEGACY, bad) != bad
    with pytest.raises(ValueError, match="ttlMs"):
        serialize_server_result("tools/list", MODERN, good)
