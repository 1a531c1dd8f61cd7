"""`serve --http`: the same server at a loopback port, for clients of both eras."""

import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp.client import Client

from order_mcp.sandbox import Exchange, Running, running

from .conftest import error_of, found, sentence_of
from .processes import ENVELOPE, LEGACY, MODERN, Program, happens, run, serving_http, until

ERAS = {"auto": MODERN, "legacy": LEGACY}
ACCEPT = {"Accept": "application/json, text/event-stream"}


@pytest.fixture(scope="module")
def box() -> Iterator[Running]:
    with running(port=0) as box:
        yield box


@pytest.fixture(scope="module")
def served(box: Running) -> Iterator[tuple[Program, str]]:
    with serving_http(variables=box.environment | {"ORDER_MCP_LOG_LEVEL": "INFO"}) as served:
        yield served


@pytest.fixture
def url(served: tuple[Program, str]) -> str:
    return served[1]


def post(url: str, message: dict[str, Any], **headers: str) -> httpx2.Response:
    return httpx2.post(url, json=message, headers=ACCEPT | headers, timeout=10, trust_env=False)


def initialize() -> dict[str, Any]:
    params = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    return {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}


def slow_call(mode: str, id: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The message and headers of a look-up that takes half a minute."""
    params: dict[str, Any] = {"name": "get_order", "arguments": {"order_id": id, "provider": "polinate"}}
    headers = ACCEPT | {"MCP-Protocol-Version": ERAS[mode]}
    if mode == "auto":
        params["_meta"] = ENVELOPE
        headers |= {"Mcp-Method": "tools/call", "Mcp-Name": "get_order"}
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}, headers


def test_the_url_is_printed_on_standard_error_and_nothing_on_standard_output(served: tuple[Program, str]) -> None:
    program, url = served
    assert url.startswith("http://127.0.0.1:") and url.endswith("/mcp")
    assert program.errors[0].count(url) == 1
    assert program.lines == []


@pytest.mark.parametrize("mode", ERAS)
async def test_a_real_client_is_served_in_both_eras(mode: str, url: str) -> None:
    with anyio.fail_after(20):
        async with Client(url, mode=mode) as client:
            assert client.protocol_version == ERAS[mode]
            assert [tool.name for tool in (await client.list_tools()).tools] == ["get_order", "get_cart", "find_orders"]
            order = found(await client.call_tool("get_order", {"order_id": "issue-1"}))
            assert (order["provider"], order["provider_status"]) == ("senmo", "Issue")
            refused = await client.call_tool("get_cart", {"cart_id": "1", "provider": "senmo"})
            assert error_of(refused)["code"] == "unsupported_operation"


async def test_two_clients_are_served_at_once(url: str, box: Running) -> None:
    since = len(box.sandbox.requests)
    with anyio.fail_after(20):
        async with Client(url) as one, Client(url, mode="legacy") as other, anyio.create_task_group() as group:
            group.start_soon(one.call_tool, "get_order", {"order_id": "bad_slow", "provider": "polinate"})
            await happens(lambda: len(box.sandbox.requests) > since, "the slow look-up to arrive")
            result = await other.call_tool("get_order", {"order_id": "issue-1", "provider": "senmo"})
            assert found(result)["id"] == "issue-1"
            assert sentence_of(result).startswith("Senmo order issue-1")
            group.cancel_scope.cancel()


@pytest.mark.parametrize("mode", ERAS)
def test_a_client_that_leaves_ends_the_request_to_the_provider(mode: str, url: str, box: Running) -> None:
    since = len(box.sandbox.requests)
    message, headers = slow_call(mode, "bad_slow")

    def arrived() -> Exchange | None:
        return next((each for each in box.sandbox.requests[since:] if each.path.endswith("/bad_slow")), None)

    # A client that hangs up after a second, while its answer is half a minute away.
    with pytest.raises(httpx2.ReadTimeout):
        httpx2.post(url, json=message, headers=headers, timeout=1, trust_env=False)
    look_up = until(arrived, "the look-up to arrive")
    left = time.monotonic()
    until(lambda: look_up.ended, "the look-up to end")
    assert look_up.ended == "disconnected"
    assert time.monotonic() - left < 4, "well before the attempt limit of eight seconds"


def test_legacy_answers_are_server_sent_events(url: str) -> None:
    response = post(url, initialize())
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["x-accel-buffering"] == "no"
    [data] = [line.removeprefix("data: ") for line in response.text.splitlines() if line.startswith("data: ")]
    assert json.loads(data)["result"]["serverInfo"]["name"] == "order-mcp"
    assert "mcp-session-id" not in response.headers, "stateless"


def test_a_modern_answer_does_not_need_a_handshake(url: str) -> None:
    message = {"jsonrpc": "2.0", "id": 7, "method": "tools/list", "params": {"_meta": ENVELOPE}}
    response = post(url, message, **{"MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/list"})
    assert response.status_code == 200
    result = response.json()["result"]
    assert (result["ttlMs"], result["cacheScope"]) == (300_000, "private")


def test_an_unknown_tool_is_a_protocol_error(url: str) -> None:
    params = {"name": "drop_order", "arguments": {}, "_meta": ENVELOPE}
    message = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params}
    headers = {"MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/call", "Mcp-Name": "drop_order"}
    assert post(url, message, **headers).json()["error"]["code"] == -32602


HOSTS = ["evil.example", "evil.example:80", "127.0.0.1.evil.example:80", "10.0.0.1:80", "127.0.0.1:1.evil.example"]
HOSTS += ["localhost:1@evil.example", "[::1]:80.evil.example", "127.0.0.1:", "localhost:123456"]


@pytest.mark.parametrize("host", HOSTS)
def test_another_host_name_is_refused(host: str, url: str) -> None:
    assert post(url, initialize(), Host=host).status_code == 421


ORIGINS = ["http://evil.example", "https://evil.example:443", "null", "http://127.0.0.1:1.evil.example"]
ORIGINS += ["http://localhost:1@evil.example", "https://localhost:3000", "http://http://localhost:3000"]


@pytest.mark.parametrize("origin", ORIGINS)
def test_another_origin_is_refused(origin: str, url: str) -> None:
    assert post(url, initialize(), Origin=origin).status_code == 403


def test_a_page_on_this_machine_is_let_in(url: str) -> None:
    assert post(url, initialize(), Origin="http://localhost:3000").status_code == 200


@pytest.mark.skipif(sys.platform != "linux", reason="reads the process table of Linux")
def test_at_the_limit_of_descriptors_the_server_says_so_once_rests_and_recovers(box: Running) -> None:
    import resource

    with serving_http(variables=box.environment) as (program, url):
        host, port = url.removeprefix("http://").removesuffix("/mcp").split(":")
        resource.prlimit(program.process.pid, resource.RLIMIT_NOFILE, (40, 40))
        many = [socket.create_connection((host, int(port))) for _ in range(80)]
        until(lambda: "file descriptor" in program.stderr, "a word in the log")
        before = processor_seconds(program.process.pid)
        time.sleep(2.5)
        assert processor_seconds(program.process.pid) - before < 0.5, "it does not spin"
        for each in many:
            each.close()
        assert post(url, initialize()).status_code == 200
        assert program.stderr.count("file descriptor") == 1


def processor_seconds(pid: int) -> float:
    """What a process has used so far, in user and system mode."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("version", [MODERN, LEGACY, None])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_only_post_is_answered(method: str, version: str | None, url: str) -> None:
    headers = ACCEPT | ({"MCP-Protocol-Version": version} if version else {})
    response = httpx2.request(method, url, headers=headers, timeout=5, trust_env=False)
    assert response.status_code == 405


def test_elsewhere_there_is_nothing(url: str) -> None:
    assert httpx2.get(url.removesuffix("mcp"), timeout=5, trust_env=False).status_code == 404


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.com", ""])
def test_the_network_is_not_listened_to_while_nobody_has_to_say_who_they_are(
    host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from order_mcp.commands.cli import main

    assert main(["serve", "--host", host, "--http"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    [line] = said.err.splitlines()
    assert "--host" in line and "ORDER_MCP_CALLERS_FILE" in line


def test_a_malformed_server_variable_exits_2() -> None:
    ended = run("serve", "--http", "--port", "0", variables={"ORDER_MCP_AUDIENCE": "public"})
    assert (ended.returncode, ended.stdout) == (2, "")
    [line] = ended.stderr.splitlines()
    assert "ORDER_MCP_AUDIENCE" in line


def test_a_port_that_is_taken_is_said_in_one_line(url: str) -> None:
    port = url.removesuffix("/mcp").rpartition(":")[2]
    ended = run("serve", "--http", "--port", port)
    assert ended.returncode not in (0, 1)
    [line] = ended.stderr.splitlines()
    assert port in line


def test_sandbox_mode_works_over_http_too() -> None:
    with serving_http("--sandbox") as (program, url):
        message, headers = slow_call("auto", "ord_nobody")
        response = httpx2.post(url, json=message, headers=headers, timeout=10, trust_env=False)
        text = response.json()["result"]["content"][0]["text"]
        assert text.startswith("Sandbox data, not a real order. ")
        assert len(program.stderr.splitlines()) == 2, "the address, and that this is a sandbox"


def test_the_log_tells_neither_ids_nor_addresses(served: tuple[Program, str]) -> None:
    program, url = served
    message, headers = slow_call("auto", "secret-id-77")
    httpx2.post(url, json=message, headers=headers, timeout=10, trust_env=False)
    until(lambda: "polinate not_found" in program.stderr, "the line about the call")
    assert "secret-id-77" not in program.stderr
    assert "POST" not in program.stderr
