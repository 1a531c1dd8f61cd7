"""A server over HTTP is stopped: calls in flight get their answer, in both eras, from one process and from several."""

import json
import os
import re
import signal
import threading
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

from order_mcp.testing.stub import Asked, Reply, Stub

from .conftest import environment
from .processes import ENVELOPE, MODERN, run, serving_http, until

ACCEPT = {"Accept": "application/json, text/event-stream"}
pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of Unix")


def call(url: str, era: str, id: str = "ord_1") -> httpx2.Response:
    params: dict[str, Any] = {"name": "get_order", "arguments": {"order_id": id, "provider": "flexportal"}}
    headers = ACCEPT | {"MCP-Protocol-Version": era}
    if era == MODERN:
        params["_meta"] = ENVELOPE
        headers |= {"Mcp-Method": "tools/call", "Mcp-Name": "get_order"}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    return httpx2.post(url, json=message, headers=headers, timeout=15, trust_env=False)


def slow(stub: Stub) -> None:
    def reply(asked: Asked) -> Reply:
        time.sleep(1.0)
        return Reply(json={"orderId": "ord_1", "status": "processing"})

    stub.reply = reply


@pytest.mark.parametrize("era", [MODERN, "2025-11-25"])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_call_in_flight_gets_its_answer(stub: Stub, workers: int, era: str) -> None:
    slow(stub)
    answers: list[httpx2.Response] = []
    more = () if workers == 1 else ("--workers", "2")
    with serving_http(*more, variables=environment(stub.origin, "flexportal")) as (program, url):
        until(lambda: _is_ready(url), "a process that serves")
        asking = threading.Thread(target=lambda: answers.append(call(url, era)))
        asking.start()
        until(lambda: stub.asked, "the request at the provider")
        program.process.send_signal(signal.SIGTERM)
        asking.join(15)
        assert program.end() == 0
    assert [answer.status_code for answer in answers] == [200]
    assert "ord_1 is processed" in answers[0].text or "processing" in answers[0].text
    with pytest.raises(httpx2.TransportError):
        call(url, era)


def _is_ready(url: str) -> bool:
    try:
        return httpx2.get(url.replace("/mcp", "/readyz"), timeout=2, trust_env=False).status_code == 200
    except httpx2.TransportError:
        return False


def test_a_call_that_never_ends_does_not_keep_the_process(stub: Stub) -> None:
    def reply(asked: Asked) -> Reply:
        time.sleep(5)
        return Reply(503)

    stub.reply = reply
    variables = environment(stub.origin, "flexportal", ORDER_MCP_DEADLINE_SECONDS="1")
    with serving_http(variables=variables) as (program, url):
        asking = threading.Thread(target=lambda: call(url, MODERN))
        asking.start()
        until(lambda: stub.asked, "the request at the provider")
        began = time.monotonic()
        program.process.send_signal(signal.SIGTERM)
        assert program.end() == 0
        assert time.monotonic() - began < 4
        asking.join(15)


def test_a_worker_that_dies_is_replaced(stub: Stub) -> None:
    stub.reply = Reply(json={"orderId": "ord_1", "status": "processing"})
    with serving_http("--workers", "2", variables=environment(stub.origin, "flexportal")) as (program, url):
        until(lambda: _is_ready(url), "a process that serves")
        workers = until(lambda: len(_children(program.process.pid)) >= 2 and _children(program.process.pid), "workers")
        os.kill(workers[-1], signal.SIGKILL)
        until(lambda: workers[-1] not in _children(program.process.pid), "the end of the worker")
        until(lambda: len(_children(program.process.pid)) >= len(workers), "another worker")
        assert call(url, MODERN).status_code == 200
        program.process.send_signal(signal.SIGTERM)
        assert program.end() == 0


def _children(pid: int) -> list[int]:
    """The processes that serve, as the system lists them."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as listed:
        children = [int(each) for each in listed.read().split()]
    return [child for child in children if re.search(r"spawn_main", _command(child))]


def _command(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/cmdline", encoding="utf-8") as line:
            return line.read()
    except OSError:
        return ""


@pytest.mark.parametrize("workers", ["0", "65", "two"])
def test_how_many_processes_is_a_number_that_makes_sense(workers: str) -> None:
    ended = run("serve", "--http", "--workers", workers)
    assert ended.returncode == 2 and "--workers" in ended.stderr


def test_several_processes_that_verify_have_to_count_together() -> None:
    ended = run("serve", "--http", "--workers", "2", variables={"ORDER_MCP_VERIFY": "1"})
    assert ended.returncode == 2
    [line] = ended.stderr.splitlines()
    assert "ORDER_MCP_STORAGE" in line and "--workers 1" in line


def test_the_same_id_has_the_same_hash_in_every_process(stub: Stub, tmp_path: Path) -> None:
    stub.reply = Reply(json={"orderId": "ord_1", "status": "processing"})
    audit = tmp_path / "audit.log"
    variables = environment(stub.origin, "flexportal", ORDER_MCP_AUDIT_LOG=str(audit))
    with serving_http("--workers", "2", variables=variables) as (program, url):
        until(lambda: _is_ready(url), "a process that serves")
        for _ in range(12):  # each on a connection of its own
            assert call(url, MODERN).status_code == 200
        program.process.send_signal(signal.SIGTERM)
        assert program.end() == 0
    hashes = [json.loads(line)["id_hash"] for line in audit.read_text().splitlines()]
    assert len(hashes) == 12 and len(set(hashes)) == 1
