"""The way hosts start it: a process that speaks JSON-RPC on its standard streams, and nothing else."""

import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.shared.exceptions import MCPError

from order_mcp.sandbox import Exchange, Running, running
from order_mcp.testing.stub import Reply, Stub

from .conftest import connected, environment, error_of, found, sentence_of
from .processes import ENVELOPE, LEGACY, MODERN, PATIENCE, Program, run, started, until, variables_for

NOTICE = "Sandbox data, not a real order."
ERAS = {"auto": MODERN, "legacy": LEGACY}


@pytest.fixture(scope="module")
def box() -> Iterator[Running]:
    with running(port=0) as box:
        yield box


@asynccontextmanager
async def client_of_a_process(
    variables: Mapping[str, str], folder: Path, *arguments: str, mode: str = "auto"
) -> AsyncIterator[Client]:
    """A real client on a real process, whose standard error goes to `folder`/stderr."""
    parameters = StdioServerParameters(
        command=sys.executable, args=["-m", "order_mcp", *arguments], env=variables_for(variables)
    )
    with (folder / "stderr").open("w") as errors, anyio.fail_after(30):
        async with Client(stdio_client(parameters, errlog=errors), mode=mode) as client:
            yield client


def call(program: Program, id: int, tool: str, *, legacy: bool = False, **arguments: Any) -> None:
    """Send a tool call without waiting for its answer."""
    envelope = {} if legacy else {"_meta": ENVELOPE}
    program.send("tools/call", {"name": tool, "arguments": arguments} | envelope, id=id)


def cancel(program: Program, id: int, *, legacy: bool = False) -> None:
    program.send("notifications/cancelled", {"requestId": id} | ({} if legacy else {"_meta": ENVELOPE}))


def text_of(answer: dict[str, Any]) -> str:
    return "\n".join(block["text"] for block in answer["result"]["content"])


def slow_look_up(box: Running, since: int) -> Exchange:
    """The look-up of the slow id, once it has arrived at the provider."""

    def arrived() -> Exchange | None:
        return next((each for each in box.sandbox.requests[since:] if each.path.endswith("/bad_slow")), None)

    exchange: Exchange = until(arrived, "the slow look-up to arrive")
    return exchange


# A real client ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ERAS)
async def test_a_real_client_is_served_in_both_eras(mode: str, box: Running, tmp_path: Path) -> None:
    async with client_of_a_process(box.environment, tmp_path, mode=mode) as client:
        assert client.protocol_version == ERAS[mode]
        assert client.server_info is not None and client.server_info.name == "order-mcp"
        listed = [tool.name for tool in (await client.list_tools()).tools]
        assert listed == ["get_order", "get_cart", "find_orders"]
        order = found(await client.call_tool("get_order", {"order_id": "issue-1", "provider": "senmo"}))
        assert (order["id"], order["status"], order["provider_status"]) == ("issue-1", "unknown", "Issue")
        assert "sandbox" not in order
        missing = await client.call_tool("get_order", {"order_id": "nobody-has-this", "provider": "polinate"})
        assert error_of(missing)["code"] == "not_found"
        with pytest.raises(MCPError) as refusal:
            await client.call_tool("drop_order", {})
        assert refusal.value.error.code == -32602
    assert (tmp_path / "stderr").read_text() == ""


async def test_over_a_pipe_every_answer_is_what_it_is_in_memory(box: Running, tmp_path: Path) -> None:
    questions = [
        ("get_order", {"order_id": "issue-1", "detail": "full"}),
        ("get_order", {"order_id": "4711"}),
        ("get_order", {"order_id": ""}),
        ("get_cart", {"cart_id": "1", "provider": "senmo"}),
    ]
    async with (
        client_of_a_process(box.environment, tmp_path) as far,
        connected(box.environment) as near,
    ):
        for tool, arguments in questions:
            over_a_pipe, in_memory = await far.call_tool(tool, arguments), await near.call_tool(tool, arguments)
            assert sentence_of(over_a_pipe) == sentence_of(in_memory)
            assert over_a_pipe.is_error == in_memory.is_error


# The streams --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("legacy", [False, True])
def test_nothing_but_json_rpc_lines_is_on_standard_output(legacy: bool, box: Running) -> None:
    with started(variables=box.environment | {"ORDER_MCP_LOG_LEVEL": "DEBUG"}) as program:
        if legacy:
            program.initialize()
        asked = [("9006", "fleet"), ("bad_html", "senmo"), ("issue-1", "auto"), ("ord_ACTIVE_IN_TRANSIT", "polinate")]
        for id, (order, provider) in enumerate(asked, start=1):
            call(program, id, "get_order", legacy=legacy, order_id=order, provider=provider)
        program.send("tools/list", {} if legacy else {"_meta": ENVELOPE}, id=8)
        program.send("no/such/method", {} if legacy else {"_meta": ENVELOPE}, id=9)
        ids = [*range(1, len(asked) + 1), 8, 9]
        for id in ids:
            until(lambda id=id: any(json.loads(line).get("id") == id for line in list(program.lines)), f"answer {id}")
        assert program.leave() == 0
    messages = [json.loads(line) for line in program.lines]
    assert sorted(message["id"] for message in messages) == ([0, *ids] if legacy else ids)
    assert all(message["jsonrpc"] == "2.0" for message in messages)
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in program.lines)
    assert all(line.decode("utf-8").isprintable() for line in (line.rstrip(b"\n") for line in program.lines))


def test_text_is_utf_8_whatever_the_locale_says(box: Running) -> None:
    with started(
        variables=box.environment | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    ) as program:
        call(program, 1, "get_order", order_id="issue-1", provider="senmo")
        assert "“Issue”" in text_of(program.answer(1))
        assert program.leave() == 0
    assert "“Issue”".encode() in program.lines[0]


def test_it_ends_by_itself_when_its_input_closes() -> None:
    with started() as program:
        program.initialize()
        assert program.leave() == 0
        assert program.stderr == ""


def test_it_ends_when_its_input_closes_before_anything_was_said() -> None:
    with started() as program:
        assert program.leave() == 0
        assert program.lines == []


@pytest.mark.parametrize("legacy", [False, True])
def test_it_ends_when_its_input_closes_while_a_call_is_in_flight(legacy: bool, box: Running) -> None:
    since = len(box.sandbox.requests)
    with started(variables=box.environment) as program:
        if legacy:
            program.initialize()
        call(program, 1, "get_order", legacy=legacy, order_id="bad_slow", provider="polinate")
        look_up = slow_look_up(box, since)
        began = time.monotonic()
        assert program.leave() == 0
        assert time.monotonic() - began < 5, "well before the attempt limit"
    until(lambda: look_up.ended, "the look-up to end")
    assert look_up.ended == "disconnected"


@pytest.mark.parametrize("legacy", [False, True])
def test_a_cancelled_call_ends_its_request_and_the_next_call_is_served(legacy: bool, box: Running) -> None:
    since = len(box.sandbox.requests)
    with started(variables=box.environment | {"ORDER_MCP_LOG_LEVEL": "INFO"}) as program:
        if legacy:
            program.initialize()
        call(program, 1, "get_order", legacy=legacy, order_id="bad_slow", provider="polinate")
        look_up = slow_look_up(box, since)
        began = time.monotonic()
        cancel(program, 1, legacy=legacy)
        until(lambda: look_up.ended, "the look-up to end")
        assert look_up.ended == "disconnected" and time.monotonic() - began < 5
        call(program, 2, "get_order", legacy=legacy, order_id="issue-1", provider="senmo")
        assert program.answer(2)["result"]["isError"] is False
        assert program.leave() == 0
    assert " cancelled " in program.stderr and program.stderr.count(" found ") == 1


# Configuration ------------------------------------------------------------------------------------------------------


def test_a_malformed_server_variable_stops_the_start_with_one_line() -> None:
    name = "ORDER_MCP_TIMEOUT_SECONDS"
    ended = run(variables={name: "soon"})
    assert (ended.returncode, ended.stdout) == (2, "")
    [line] = ended.stderr.splitlines()
    assert name in line


def test_a_malformed_provider_does_not_stop_the_start() -> None:
    with started(variables={"FLEET_API_KEY": "flt_sk_…", "SENMO_BASE_URL": "http://senmo.example"}) as program:
        call(program, 1, "get_order", order_id="42", provider="fleet")
        assert "FLEET_API_KEY must be printable ASCII" in text_of(program.answer(1))
        assert program.leave() == 0
    assert program.stderr == ""


def test_serve_without_http_is_the_same_server(box: Running) -> None:
    with started("serve", variables=box.environment) as program:
        call(program, 1, "get_order", order_id="issue-1", provider="senmo")
        assert program.answer(1)["result"]["isError"] is False
        assert program.leave() == 0


# Sandbox mode -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("arguments", "variables"), [(["serve", "--sandbox"], {}), ([], {"ORDER_MCP_SANDBOX": "1"})])
def test_sandbox_mode_is_written_all_over_it(arguments: list[str], variables: dict[str, str], stub: Stub) -> None:
    # Real settings are there and must not be used.
    real = {"FLEET_API_KEY": "flt_sk_real", "FLEET_BASE_URL": stub.origin, "SENMO_REFRESH_TOKEN_FILE": "/no/such/file"}
    with started(*arguments, variables=variables | real) as program:
        call(program, 1, "get_order", order_id="issue-1")
        call(program, 2, "get_order", order_id="1001", provider="fleet")
        call(program, 3, "get_order", order_id="nobody-has-this")
        call(program, 4, "get_cart", cart_id="", provider="fleet")
        answers = {message["id"]: message["result"] for message in map(json.loads, _lines(program, 4))}
        assert program.leave() == 0
    assert stub.asked == []
    for result in answers.values():
        assert result["content"][0]["text"].startswith(f"{NOTICE} ")
        if not result["isError"]:
            assert result["structuredContent"]["sandbox"] is True
            assert json.loads(result["content"][1]["text"])["sandbox"] is True
    assert [answers[id]["isError"] for id in (1, 3, 4)] == [False, True, True]
    [line] = program.stderr.splitlines()
    assert "sandbox" in line.lower()


def _lines(program: Program, count: int) -> list[bytes]:
    until(lambda: len(program.lines) >= count, f"{count} answers")
    return program.lines[:count]


# Hostile input ------------------------------------------------------------------------------------------------------

DEEP = "[" * 150 + "42" + "]" * 150
NINES = "9" * 4000

HOSTILE = [
    f'{{"order_id":{DEEP}}}',
    '{"order_id":{"a":{"b":{"c":[]}}}}',
    f'{{"order_id":{NINES}}}',
    f'{{"order_id":-{NINES}}}',
    f'{{"order_id":"1","item_offset":{NINES}}}',
    f'{{"order_id":"1","item_offset":"{NINES}{NINES}"}}',
    '{"order_id":1e400}',
    '{"order_id":"1","item_offset":1e308}',
    '{"order_id":"1","item_offset":-1e400}',
    f'{{"order_id":"{"x" * 1_000_000}"}}',
    f'{{"order_id":"1","{"k" * 100_000}":1}}',
    '{"order_id":"1","a\\u0000\\u202e\\nb":1}',
    '{"order_id":"\\u0000"}',
    '{"order_id":"..","provider":"polinate"}',
    '{"order_id":"1","provider":["senmo"]}',
    '{"order_id":"1","provider":{"$ref":"x"}}',
    f'{{"order_id":"1","detail":{DEEP}}}',
    '{"order_id":true}',
    '{"order_id":[]}',
    "{}",
]


@pytest.mark.parametrize("legacy", [False, True])
def test_hostile_arguments_get_one_sentence_and_the_next_call_is_served(legacy: bool, box: Running) -> None:
    with started(variables=box.environment) as program:
        if legacy:
            program.initialize()
        since = len(box.sandbox.requests)
        envelope = "" if legacy else f',"_meta":{json.dumps(ENVELOPE)}'
        for id, arguments in enumerate(HOSTILE, start=1):
            program.write(
                f'{{"jsonrpc":"2.0","id":{id},"method":"tools/call",'
                f'"params":{{"name":"get_order","arguments":{arguments}{envelope}}}}}'.encode()
            )
            text = text_of(program.answer(id))
            sentence, line = text.split("\n")
            assert json.loads(line)["error"]["code"] == "invalid_input", arguments[:80]
            assert len(text) < 600 and sentence.isprintable()
        assert len(box.sandbox.requests) == since, "nobody was asked"
        call(program, 999, "get_order", legacy=legacy, order_id="issue-1", provider="senmo")
        assert program.answer(999)["result"]["isError"] is False
        assert program.leave() == 0
    assert program.stderr == ""


def test_a_line_that_is_no_message_is_survived(box: Running) -> None:
    with started(variables=box.environment) as program:
        for line in (b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"jsonrpc":"2.0"}', b'"x"', b"{}" * 1000):
            program.write(line)
        call(program, 1, "get_order", order_id="issue-1", provider="senmo")
        assert program.answer(1)["result"]["isError"] is False
        assert program.leave() == 0


# A host that goes ---------------------------------------------------------------------------------------------------


class Host:
    """A host that stops reading when it likes: no thread of ours holds the other end of the pipe open."""

    def __init__(self, *arguments: str, variables: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "order_mcp", *arguments],
            env=variables_for(variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def send(self, method: str, params: dict[str, Any], id: int) -> None:
        assert self.process.stdin is not None
        line = json.dumps({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).encode() + b"\n"
        with suppress(BrokenPipeError):
            self.process.stdin.write(line)
            self.process.stdin.flush()

    def read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        message: dict[str, Any] = json.loads(self.process.stdout.readline())
        return message

    def stop_reading(self) -> None:
        assert self.process.stdout is not None
        self.process.stdout.close()

    def see_it_end(self) -> tuple[int, bytes]:
        """Its exit code, and what it said on standard error."""
        assert self.process.stderr is not None
        with self.process as process:
            return process.wait(PATIENCE), self.process.stderr.read()


QUESTION = {"name": "get_order", "arguments": {"order_id": "issue-1", "provider": "senmo"}, "_meta": ENVELOPE}


def test_a_host_that_reads_no_more_ends_the_server_though_input_stays_open(box: Running) -> None:
    host = Host(variables=box.environment)
    host.send("tools/call", QUESTION, 1)
    assert host.read()["id"] == 1
    host.stop_reading()
    host.send("tools/call", QUESTION, 2)
    assert host.see_it_end() == (0, b"")


def test_an_answer_longer_than_the_buffer_ends_it_too(box: Running) -> None:
    host = Host(variables=box.environment)
    host.send("tools/call", QUESTION, 1)
    host.read()
    host.stop_reading()
    host.send("tools/list", {"_meta": ENVELOPE}, 2)
    assert host.see_it_end() == (0, b"")


def test_a_host_that_reads_late_gets_every_answer_whole_and_others_are_served_meanwhile(
    box: Running, stub: Stub
) -> None:
    stub.reply = Reply(404, json={"error": "ORDER_NOT_FOUND"})
    host = Host(variables=box.environment | environment(stub.origin, "fleet"))
    host.send("server/discover", {"_meta": ENVELOPE}, 0)
    host.read()
    lists = 50  # many times what a pipe holds
    for id in range(1, lists + 1):
        host.send("tools/list", {"_meta": ENVELOPE}, id)
    call = {"name": "get_order", "arguments": {"order_id": "42", "provider": "fleet"}, "_meta": ENVELOPE}
    host.send("tools/call", call, lists + 1)
    until(lambda: stub.asked, "a call that is served while nobody reads")
    assert {host.read()["id"] for _ in range(lists + 1)} == set(range(1, lists + 2))
    assert host.process.stdin is not None
    host.process.stdin.close()
    assert host.see_it_end() == (0, b"")


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a pipe always waits")
def test_a_host_may_hand_over_pipes_that_do_not_wait() -> None:
    (reads, stdin), (stdout, writes) = os.pipe(), os.pipe()
    for each in (reads, writes):
        os.set_blocking(each, False)
    command = [sys.executable, "-m", "order_mcp"]
    with subprocess.Popen(command, stdin=reads, stdout=writes, env=variables_for({})) as process:
        os.close(reads)
        os.close(writes)
        time.sleep(0.3)  # it looks for input before there is any
        with os.fdopen(stdin, "wb") as host:
            for id in range(40):  # more than a pipe holds
                host.write(json.dumps(request("tools/list", id)).encode() + b"\n")
            host.flush()
            time.sleep(0.3)
            with os.fdopen(stdout, "rb") as answers:
                assert {json.loads(answers.readline())["id"] for _ in range(40)} == set(range(40))
        assert process.wait(PATIENCE) == 0


def test_standard_output_may_be_a_file(tmp_path: Path) -> None:
    said = tmp_path / "said"
    command = [sys.executable, "-m", "order_mcp"]
    with (
        said.open("wb") as file,
        subprocess.Popen(command, stdin=-1, stdout=file, stderr=-1, env=variables_for({})) as process,
    ):
        assert process.stdin
        process.stdin.write(json.dumps(request("tools/list", 1)).encode() + b"\n")
        process.stdin.flush()
        until(lambda: said.read_bytes().endswith(b"\n"), "an answer")
        process.stdin.close()
        assert process.wait(PATIENCE) == 0
    assert "get_order" in said.read_text(encoding="utf-8")


def request(method: str, id: int) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": id, "method": method, "params": {"_meta": ENVELOPE}}


def test_a_host_that_reads_no_more_during_the_handshake_ends_the_server() -> None:
    host = Host(variables={})
    host.stop_reading()
    host.send("server/discover", {"_meta": ENVELOPE}, 1)
    assert host.see_it_end() == (0, b"")


@pytest.mark.parametrize("arguments", [[], ["serve", "--host", "127.0.0.1"]], ids=["early", "late"])
def test_a_host_that_is_killed_in_the_middle_of_a_call_leaves_no_traceback(arguments: list[str], box: Running) -> None:
    host = Host(*arguments, variables=box.environment | {"ORDER_MCP_TIMEOUT_SECONDS": "0.5"})
    since = len(box.sandbox.requests)
    slow = QUESTION | {"arguments": {"order_id": "bad_slow", "provider": "polinate"}}
    host.send("tools/call", slow, 1)
    slow_look_up(box, since)
    host.send("tools/call", QUESTION, 2)
    host.stop_reading()
    assert host.process.stdin is not None
    host.process.stdin.close()
    assert host.see_it_end() == (0, b"")


# The log ------------------------------------------------------------------------------------------------------------


def test_at_info_there_is_one_line_per_call_without_id_or_name(box: Running) -> None:
    asked = [
        ("get_order", {"order_id": "issue-1", "provider": "senmo"}, r"get_order senmo found", 2),
        ("get_order", {"order_id": "ord_standard", "provider": "flexportal"}, r"get_order flexportal", 1),
        ("get_order", {"order_id": "secret-id-77", "provider": "polinate"}, r"get_order polinate not_found", 1),
        ("get_order", {"order_id": "9005", "provider": "fleet"}, r"get_order fleet upstream_error", 3),
        ("get_cart", {"cart_id": "secret-id-88", "provider": "senmo"}, r"get_cart senmo unsupported_operation", 0),
        ("get_order", {"order_id": "secret-id-99", "provider": "shopify"}, r"get_order - invalid_input", 0),
    ]
    with started(variables=box.environment | {"ORDER_MCP_LOG_LEVEL": "INFO"}) as program:
        for id, (tool, arguments, _, _) in enumerate(asked, start=1):
            call(program, id, tool, **arguments)
            program.answer(id)
        assert program.leave() == 0
    lines = program.stderr.splitlines()
    assert len(lines) == len(asked)
    for line, (_, arguments, start, attempts) in zip(lines, asked, strict=True):
        assert f" {start}" in line
        assert f" {attempts} attempts" in line and " ms " in line
        assert not any(value in line for key, value in arguments.items() if key != "provider")
    assert "shopify" not in program.stderr


def test_neither_secrets_nor_customer_data_are_ever_on_standard_error(box: Running) -> None:
    known = [row for row in box.sandbox.known() if row.tool == "get_order" and "bad_" not in row.id]
    ids = {row.provider: [each.id for each in known if each.provider == row.provider][:8] for row in known}
    trouble = {"bad_html", "bad_cut", "bad_other_id", "bad_array", "bad_404", "bad_500", "bad_surrogate"}
    variables = box.environment | {"ORDER_MCP_LOG_LEVEL": "DEBUG", "ORDER_MCP_AUDIENCE": "internal"}
    said: set[str] = set()
    with started(variables=variables) as program:
        number = 0
        for provider, some in ids.items():
            for order in [*some, *(trouble if provider != "fleet" else ())]:
                number += 1
                call(program, number, "get_order", order_id=order, provider=provider, detail="full")
                result = program.answer(number)["result"]
                said |= _strings(result.get("structuredContent", {}))
                said.add(order)
        assert program.leave() == 0
    assert len(said) > 100, "there was something to keep quiet about"
    private = {text for text in said if len(text) > 3} - set(ids) - {"found", "unknown"}
    assert not [text for text in private if text in program.stderr]
    secrets = [value for name, value in box.environment.items() if "URL" not in name and "REGION" not in name]
    assert not [secret for secret in secrets if secret in program.stderr]
    assert "eyJ" not in program.stderr and "Bearer" not in program.stderr


def _strings(value: Any) -> set[str]:
    match value:
        case str():
            return {value}
        case dict():
            return set().union(*map(_strings, value.values()))
        case list():
            return set().union(*map(_strings, value))
        case _:
            return set()
