"""Networks and providers that are worse than the documents: names, proxies, TLS, bytes that nobody asked for."""

import gc
import gzip
import json
import os
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.client import Client

import order_mcp
from order_mcp.commands.cli import main
from order_mcp.testing.stub import Reply, Stub, serving

from .conftest import CREDENTIALS, connected, environment, error_of, found, sentence_of
from .processes import PATIENCE, happens, raw_provider, started
from .test_time_and_retries import GOOD, MIB, at_most, padded
from .tls import certificate, silent_provider, tls_provider

FLEET = CREDENTIALS["fleet"]


async def ask(client: Client, provider: str = "fleet", id: str = "42") -> Any:
    return await client.call_tool("get_order", {"order_id": id, "provider": provider})


@pytest.fixture
def other() -> Iterator[Stub]:
    """A second provider, which is well."""
    with serving() as stub:
        stub.reply = Reply(json={"id": "42"})
        yield stub


# Compressed answers -------------------------------------------------------------------------------------------------

ORDER = json.dumps(GOOD).encode()
HALF = len(ORDER) // 2
WELL_COMPRESSED = {
    "several members": gzip.compress(ORDER[:HALF]) + gzip.compress(ORDER[HALF:]),
    "an empty member": gzip.compress(b"") + gzip.compress(ORDER),
    "zeros behind": gzip.compress(ORDER) + bytes(100_000),
    "anything else behind": gzip.compress(ORDER) + b"<html>",
}


@pytest.mark.parametrize("name", WELL_COMPRESSED)
async def test_a_legal_gzip_is_read_and_what_follows_it_is_not(name: str, stub: Stub) -> None:
    stub.reply = Reply(body=WELL_COMPRESSED[name], headers={"Content-Encoding": "gzip"})
    async with connected(environment(stub.origin, "fleet")) as client:
        assert found(await ask(client))["id"] == "42"
        assert found(await ask(client))["id"] == "42", "also on the next connection"


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP", "deflate", "deflate without header", "identity"])
async def test_a_compressed_body_may_come_in_small_pieces(encoding: str, size: int) -> None:
    bare = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    body = {
        "deflate": zlib.compress(ORDER),
        "deflate without header": bare.compress(ORDER) + bare.flush(),
        "identity": ORDER,
    }.get(encoding, gzip.compress(ORDER))
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in (body[i : i + size] for i in range(0, len(body), size)))
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding.split()[0]}\r\nTransfer-Encoding: chunked\r\n\r\n"

    def talk(connection: Any, over: threading.Event, _: bytes) -> None:
        connection.sendall(head.encode() + chunks + b"0\r\n\r\n")
        over.wait(PATIENCE)

    with raw_provider(talk) as origin:
        async with connected(environment(origin, "fleet")) as client:
            assert found(await ask(client))["id"] == "42"


@cache
def doubly_compressed() -> bytes:
    """A good order, and 300 MiB of zeros behind it, in a small body."""
    return gzip.compress(gzip.compress(ORDER) + bytes(300 * MIB), 1)


@pytest.mark.parametrize("encoding", ["gzip, gzip", "deflate, gzip", "gzip, br", "identity, gzip, gzip", "gzip,gzip"])
async def test_encodings_inside_one_another_are_refused_unread(encoding: str, stub: Stub) -> None:
    stub.reply = Reply(body=doubly_compressed(), headers={"Content-Encoding": encoding})
    async with connected(environment(stub.origin, "fleet")) as client:
        with at_most(10 * MIB):
            error = error_of(await ask(client))
    assert (error["code"], error["next_step"]) == ("bad_response", "tell_operator")
    assert len(stub.asked) == 1


TOO_MUCH = {
    "raw bytes behind": gzip.compress(ORDER)[:-4] + bytes(6 * MIB),
    "more members than anybody needs": gzip.compress(b"") * 1_001 + gzip.compress(ORDER),
    "a bomb in the second member": gzip.compress(b" ") + gzip.compress(padded(100 * MIB)),
}


@pytest.mark.parametrize("name", TOO_MUCH)
async def test_a_gzip_that_holds_too_much_is_a_bad_response(name: str, stub: Stub) -> None:
    stub.reply = Reply(body=TOO_MUCH[name], headers={"Content-Encoding": "gzip"})
    async with connected(environment(stub.origin, "fleet")) as client:
        assert error_of(await ask(client))["code"] == "bad_response"


@pytest.mark.parametrize(
    ("status", "code", "requests"), [(401, "unauthorized", 1), (404, "bad_response", 1), (503, "upstream_error", 3)]
)
@pytest.mark.parametrize("encoding", ["gzip", "deflate", "gzip, gzip"])
async def test_a_refusal_that_cannot_be_decompressed_is_still_that_refusal(
    encoding: str, status: int, code: str, requests: int, stub: Stub
) -> None:
    stub.reply = Reply(status, body=b"\xff this is neither", headers={"Content-Encoding": encoding})
    async with connected(environment(stub.origin, "fleet")) as client:
        assert error_of(await ask(client))["code"] == code
    assert len(stub.asked) == requests


async def test_a_body_in_millions_of_single_bytes_delays_nobody(other: Stub) -> None:
    def talk(connection: Any, over: threading.Event, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not over.is_set():
            connection.sendall(b"1\r\n \r\n" * 10_000)

    with raw_provider(talk) as origin:
        variables = environment(origin, "fleet") | environment(other.origin, "polinate")
        async with connected(variables) as client, anyio.create_task_group() as group:
            results: list[Any] = []

            async def note() -> None:
                results.append(await ask(client))

            group.start_soon(note)
            slowest = 0.0
            while not results:
                started = time.monotonic()
                found(await ask(client, "polinate"))
                slowest = max(slowest, time.monotonic() - started)
    assert error_of(results[0])["code"] == "bad_response"
    assert 0 < slowest < 1, "others had their turn"


async def test_many_long_answers_at_once_take_turns(other: Stub, stub: Stub) -> None:
    line = {"id": "l", "quantity": 1, "price": "1.00", "itemListEntry": {"itemVariantId": "v"}}
    stub.reply = Reply(json={"id": "42", "orderItems": [line] * 2_500})
    slowest = 0.0
    variables = environment(stub.origin, "polinate") | environment(other.origin, "fleet")
    other.reply = Reply(json=GOOD)
    async with connected(variables) as client, anyio.create_task_group() as group:
        results: list[Any] = []

        async def note() -> None:
            results.append(await ask(client, "polinate"))

        for _ in range(16):
            group.start_soon(note)
        while len(results) < 16:
            started = time.monotonic()
            found(await ask(client))
            slowest = max(slowest, time.monotonic() - started)
    assert all(found(result)["line_items_total"] == 2_500 for result in results)
    assert slowest < 3, "sixteen together would take longer than that"


# Names --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def dead_name_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The operating system waits for a name server that does not answer; which names it was asked for."""
    asked: list[str] = []
    over = threading.Event()
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, *arguments: Any, **more: Any) -> Any:
        if not str(host).endswith(".example"):
            return real(host, *arguments, **more)
        asked.append(host)
        over.wait(PATIENCE)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield asked
    over.set()


async def test_a_name_that_nobody_answers_delays_no_other_provider(dead_name_server: list[str], other: Stub) -> None:
    variables = FLEET | {"FLEET_BASE_URL": "https://fleet.example", "POLINATE_BASE_URL": "http://localhost:1"}
    variables |= environment(other.origin.replace("127.0.0.1", "localhost"), "polinate")
    variables |= {"ORDER_MCP_TIMEOUT_SECONDS": "30", "ORDER_MCP_DEADLINE_SECONDS": "60"}
    async with connected(variables) as client, anyio.create_task_group() as group:
        for _ in range(50):
            group.start_soon(ask, client)
        await happens(lambda: dead_name_server, "the first look-up")
        with anyio.fail_after(5):
            for _ in range(10):
                found(await ask(client, "polinate"))
        group.cancel_scope.cancel()
    assert dead_name_server == ["fleet.example"], "one look-up for all"


async def test_a_name_that_nobody_answers_is_a_timeout_and_found_when_it_is_there_again(
    monkeypatch: pytest.MonkeyPatch, stub: Stub
) -> None:
    stub.reply = Reply(json=GOOD)
    go, real = threading.Event(), socket.getaddrinfo

    def getaddrinfo(host: Any, *arguments: Any, **more: Any) -> Any:
        go.wait(PATIENCE)
        return real(host, *arguments, **more)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    variables = environment(stub.origin.replace("127.0.0.1", "localhost"), "fleet", ORDER_MCP_TIMEOUT_SECONDS="0.3")
    async with connected(variables) as client:
        assert error_of(await ask(client))["code"] == "timeout"
        go.set()
        assert found(await ask(client))["id"] == "42"


@pytest.mark.parametrize("failure", [socket.gaierror(-2, "no such name"), UnicodeError("label too long")])
async def test_a_name_that_does_not_exist_is_unreachable_and_says_so(
    failure: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def getaddrinfo(host: Any, *arguments: Any, **more: Any) -> Any:
        raise failure

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    async with connected(FLEET | {"FLEET_BASE_URL": "https://fleet.example"}) as client:
        result = await ask(client)
    assert error_of(result)["code"] == "unreachable"
    assert "the name of its host was not found" in sentence_of(result)


async def test_the_second_address_is_used_when_the_first_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, stub: Stub
) -> None:
    stub.reply = Reply(json=GOOD)
    port = int(stub.origin.rpartition(":")[2])
    full = socket.create_server(("127.0.0.2", port), backlog=0)  # its queue is full after two connections
    waiting = [socket.socket() for _ in range(3)]
    for each in waiting:
        each.setblocking(False)
        each.connect_ex(("127.0.0.2", port))

    def getaddrinfo(host: Any, *_: Any, **more: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 0)) for ip in ("127.0.0.2", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    try:
        async with connected(environment(stub.origin.replace("127.0.0.1", "localhost"), "fleet")) as client:
            started = time.monotonic()
            assert found(await ask(client))["id"] == "42"
            assert time.monotonic() - started < 5
    finally:
        for each in (*waiting, full):
            each.close()


SLEEPY_NAMES = """
import socket, time
real = socket.getaddrinfo
def getaddrinfo(host, *arguments, **more):
    if str(host).endswith(".example"):
        time.sleep(30)
    return real(host, *arguments, **more)
socket.getaddrinfo = getaddrinfo
"""


def test_a_process_ends_at_once_while_names_are_looked_up(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(SLEEPY_NAMES)
    source = str(Path(order_mcp.__file__).parents[1])
    variables = FLEET | {"FLEET_BASE_URL": "https://fleet.example", "PYTHONPATH": f"{tmp_path}{os.pathsep}{source}"}
    with started(variables=variables) as program:
        program.initialize()
        for id in range(1, 9):
            program.send("tools/call", {"name": "get_order", "arguments": {"order_id": "42"}}, id=id)
        program.send("ping", id=99)
        program.answer(99)
        left = time.monotonic()
        assert program.leave() == 0
        assert time.monotonic() - left < 15
    assert program.stderr == ""


# Proxies and addresses that the library refuses ---------------------------------------------------------------------

PROXIES = [
    ("ALL_PROXY", "socks5://127.0.0.1:1080"),
    ("HTTPS_PROXY", "http://user:pass/word@127.0.0.1:3128"),
    ("HTTPS_PROXY", "http://user:secretword@127.0.0.1:port"),
    ("HTTPS_PROXY", "http://[::1"),
    ("https_proxy", "ftp://proxy.example"),
    ("HTTPS_PROXY", "http://"),
    ("HTTPS_PROXY", "http://u:secretword@127.0.0.1:99999"),
    ("HTTPS_PROXY", "http://127.0.0.1:-1"),
    ("HTTPS_PROXY", "http://a b:80"),
    ("HTTPS_PROXY", "http://user:8/secretword@127.0.0.1:3128"),
]


@pytest.mark.parametrize(("name", "value"), PROXIES)
async def test_a_proxy_that_cannot_be_used_is_unreachable_with_its_cause(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, value)
    async with connected(FLEET | {"FLEET_BASE_URL": "https://fleet.example"}) as client:
        result = await ask(client)
    error = error_of(result)
    assert (error["code"], error["next_step"]) == ("unreachable", "retry_later")
    assert "the proxy that HTTPS_PROXY or ALL_PROXY names cannot be used" in sentence_of(result)
    said = result.model_dump_json() + "".join(capfd.readouterr())
    assert not re.search("word@|secretword|pass/", said)


async def test_certificates_that_cannot_be_read_are_unreachable_with_their_cause(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("not a certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(broken))
    async with connected(FLEET | {"FLEET_BASE_URL": "https://127.0.0.1:1"}) as client:
        result = await ask(client)
    assert error_of(result)["code"] == "unreachable"
    assert "the certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be read" in sentence_of(result)


@pytest.mark.parametrize(("name", "value"), PROXIES[:2])
def test_doctor_and_every_command_survive_such_a_proxy(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for variable, given in (FLEET | {"FLEET_BASE_URL": "https://fleet.example", name: value}).items():
        monkeypatch.setenv(variable, given)
    for command in (["doctor"], ["doctor", "--json"], ["get-order", "42"], ["get-order", "42", "--json"]):
        assert main(command) == (1 if command[0] == "doctor" else 3)
        said = "".join(capfd.readouterr())
        assert "unreachable" in said and "Traceback" not in said and "word@" not in said


@pytest.mark.parametrize("no_proxy", ["fleet.example", "*", ".example", "10.0.0.0/8"])
async def test_no_proxy_is_honoured_also_for_networks(no_proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://nowhere")
    monkeypatch.setenv("NO_PROXY", no_proxy)
    host = "10.255.255.1" if "/" in no_proxy else "fleet.example"
    limit = {"ORDER_MCP_TIMEOUT_SECONDS": "0.3"}
    async with connected(FLEET | limit | {"FLEET_BASE_URL": f"https://{host}:1"}) as client:
        result = await ask(client)
    assert "proxy" not in sentence_of(result)


async def test_a_proxy_that_refuses_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(connection: Any, _over: threading.Event, head: bytes) -> None:
        assert head.startswith(b"CONNECT fleet.example:443 ") and b"Proxy-Authorization: Basic dTpw" in head
        connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")

    with raw_provider(refuse) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.replace("http://", "http://u:p@"))
        async with connected(FLEET | {"FLEET_BASE_URL": "https://fleet.example"}) as client:
            result = await ask(client)
    assert error_of(result)["code"] == "unreachable"
    assert "the proxy refused" in sentence_of(result)


# Bytes that nobody asked for ----------------------------------------------------------------------------------------


def answer(status: int, body: Any) -> bytes:
    content = json.dumps(body).encode()
    return b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
        status,
        len(content),
        content,
    )


NOT_FOUND = answer(404, {"error": "ORDER_NOT_FOUND"})
CHUNKED = b"HTTP/1.1 404 X\r\nTransfer-Encoding: chunked\r\n\r\n1c\r\n" + NOT_FOUND[-28:] + b"\r\n0\r\n\r\n"
# What follows a complete "not found": once more the same, a part of something, or nothing but white space.
BEHIND = {
    "the same once more": NOT_FOUND,
    "the beginning of an answer": b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nX-Swallows: ",
    "a line break": b"\r\n",
    "a long one": NOT_FOUND.replace(b"404 X", b"404 " + b"X" * 70_000),
}


def keeping_alive(first: bytes, later: Callable[[Any], None] = lambda _: None) -> Any:
    """A provider that says something of its own to the first request, and knows the order from then on."""
    count = [0]

    def talk(connection: Any, over: threading.Event, head: bytes) -> None:
        connection.settimeout(PATIENCE)
        while head:
            count[0] += 1
            if count[0] == 1:
                connection.sendall(first)
                later(connection)
            else:
                connection.sendall(answer(200, GOOD))
            head = connection.recv(65536)

    return talk


@pytest.mark.parametrize("first", [NOT_FOUND, CHUNKED], ids=["length", "chunked"])
@pytest.mark.parametrize("name", BEHIND)
async def test_bytes_after_an_answer_are_not_the_next_answer(name: str, first: bytes) -> None:
    with raw_provider(keeping_alive(first + BEHIND[name])) as origin:
        async with connected(environment(origin, "fleet")) as client:
            assert error_of(await ask(client))["code"] == "not_found"
            assert found(await ask(client))["id"] == "42"


@pytest.mark.parametrize("name", BEHIND)
@pytest.mark.parametrize("seconds", [0.001, 0.02])
async def test_bytes_that_come_a_little_later_are_not_the_next_answer(seconds: float, name: str) -> None:
    def later(connection: Any) -> None:
        time.sleep(seconds)
        connection.sendall(BEHIND[name])

    with raw_provider(keeping_alive(NOT_FOUND, later)) as origin:
        async with connected(environment(origin, "fleet")) as client:
            assert error_of(await ask(client))["code"] == "not_found"
            assert found(await ask(client))["id"] == "42"
            await anyio.sleep(0.05)
            assert found(await ask(client))["id"] == "42"


@pytest.mark.parametrize("apart", [False, True])
async def test_the_same_holds_behind_tls(apart: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    first = NOT_FOUND if apart else NOT_FOUND * 2
    with tls_provider(file, keeping_alive(first, lambda connection: apart and connection.sendall(NOT_FOUND))) as origin:
        async with connected(FLEET | {"FLEET_BASE_URL": origin}) as client:
            assert error_of(await ask(client))["code"] == "not_found"
            assert found(await ask(client))["id"] == "42"


@pytest.mark.parametrize("filler", [0, 20_000])
async def test_what_is_written_in_clear_text_before_the_handshake_is_no_answer(
    filler: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever sits on the way can write it, and then let the real handshake through.
    file = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    forged = answer(200, {"data": {"order_id": 42, "order_number": "FORGED", "notes": "x" * filler}})

    def wrap(connection: Any) -> Any:
        connection.sendall(forged)
        time.sleep(0.05)
        return context.wrap_socket(connection, server_side=True)

    with raw_provider(keeping_alive(NOT_FOUND, lambda _: None), wrap=wrap) as origin:
        async with connected(FLEET | {"FLEET_BASE_URL": origin.replace("http:", "https:")}) as client:
            result = await ask(client)
    assert error_of(result)["code"] == "unreachable"
    assert "no secure (TLS) connection could be made" in sentence_of(result)


async def test_a_connection_that_brought_another_order_is_not_used_again() -> None:
    connections: list[Any] = []

    def talk(connection: Any, over: threading.Event, head: bytes) -> None:
        connections.append(connection)
        connection.settimeout(PATIENCE)
        while head:
            connection.sendall(answer(200, {"data": {"order_id": 43 if len(connections) == 1 else 42}}))
            head = connection.recv(65536)

    with raw_provider(talk) as origin:
        async with connected(environment(origin, "fleet")) as client:
            assert error_of(await ask(client))["code"] == "bad_response"
            assert found(await ask(client))["id"] == "42"
    assert len(connections) == 2


@pytest.mark.parametrize("behind_tls", [False, True])
async def test_a_clean_connection_is_used_again(
    behind_tls: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connections: list[Any] = []

    def talk(connection: Any, over: threading.Event, head: bytes) -> None:
        connections.append(connection)
        connection.settimeout(PATIENCE)
        while head:
            connection.sendall(answer(200, GOOD))
            head = connection.recv(65536)

    file = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with tls_provider(file, talk) if behind_tls else raw_provider(talk) as origin:
        async with connected(FLEET | {"FLEET_BASE_URL": origin}) as client:
            for _ in range(5):
                assert found(await ask(client))["id"] == "42"
    assert len(connections) == 1


# Handshakes that never end ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["cancelled", "timed out"])
async def test_a_handshake_that_hangs_leaves_no_connection_open(way: str) -> None:
    gc.collect()
    gc.disable()  # otherwise it would close now and then what was forgotten
    limit = {"ORDER_MCP_TIMEOUT_SECONDS": "0.3" if way == "timed out" else "20"}
    try:
        with silent_provider() as (origin, closed):
            async with connected(FLEET | limit | {"FLEET_BASE_URL": origin}) as client:
                async with anyio.create_task_group() as group:
                    for _ in range(16):
                        group.start_soon(ask, client)
                    await happens(lambda: len(closed) == 16, "sixteen handshakes")
                    if way == "cancelled":
                        group.cancel_scope.cancel()
                await happens(lambda: all(each.is_set() for each in closed), "every connection to be closed")
    finally:
        gc.enable()


async def test_a_certificate_that_is_not_trusted_is_unreachable_and_says_so(tmp_path: Path) -> None:
    file = certificate(tmp_path)
    with tls_provider(file, lambda *_: None) as origin:
        async with connected(FLEET | {"FLEET_BASE_URL": origin}) as client:
            result = await ask(client)
    assert error_of(result)["code"] == "unreachable"
    assert "its TLS certificate is not trusted on this machine" in sentence_of(result)
