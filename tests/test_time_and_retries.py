"""Limits hold whatever a provider does: time, retries, size, redirects, cookies, and how many wait at once."""

import gzip
import json
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from typing import Any

import anyio
import pytest
from mcp.client import Client

from order_mcp.sandbox import Running, running
from order_mcp.testing.stub import Asked, Reply, Stub, serving

from .conftest import connected, environment, error_of, found
from .processes import happens, raw_provider, until

GOOD = {"data": {"order_id": 42}}
MIB = 1024 * 1024


@pytest.fixture
def other() -> Iterator[Stub]:
    """A second provider, which is well."""
    with serving() as stub:
        stub.reply = Reply(json={"id": "42"})
        yield stub


@pytest.fixture(scope="module")
def box() -> Iterator[Running]:
    with running(port=0) as box:
        yield box


class Turns:
    """Replies in turn, the last one for ever, and when each was asked for."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.times: list[float] = []

    def __call__(self, _: Asked) -> Reply:
        self.times.append(time.monotonic())
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


async def ask(client: Client, provider: str = "fleet") -> Any:
    return await client.call_tool("get_order", {"order_id": "42", "provider": provider})


def limits(attempt: float, deadline: float) -> dict[str, str]:
    return {"ORDER_MCP_TIMEOUT_SECONDS": str(attempt), "ORDER_MCP_DEADLINE_SECONDS": str(deadline)}


# Retries ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code"),
    [(429, "rate_limited"), (502, "upstream_error"), (503, "upstream_error"), (504, "upstream_error")],
)
async def test_what_may_pass_is_tried_three_times(status: int, code: str, stub: Stub) -> None:
    stub.reply = turns = Turns(Reply(status, json={}))
    async with connected(environment(stub.origin, "fleet")) as client:
        error = error_of(await ask(client))
    assert (error["code"], error["retryable"], error["next_step"]) == (code, True, "retry_later")
    assert len(stub.asked) == 3
    pauses = [later - earlier for earlier, later in zip(turns.times, turns.times[1:], strict=False)]
    assert all(0.05 < pause < 2 for pause in pauses), "there is a pause, and nobody waits long"


@pytest.mark.parametrize("status", [200, 301, 400, 401, 403, 404, 405, 408, 418, 422, 500, 501, 505])
async def test_anything_else_is_asked_for_once(status: int, stub: Stub) -> None:
    stub.reply = Reply(status, json=GOOD)
    async with connected(environment(stub.origin, "fleet")) as client:
        await ask(client)
    assert len(stub.asked) == 1


@pytest.mark.parametrize("hiccups", [1, 2])
async def test_an_answer_on_a_later_attempt_is_an_answer(hiccups: int, stub: Stub) -> None:
    stub.reply = Turns(*[Reply(503)] * hiccups, Reply(json=GOOD))
    async with connected(environment(stub.origin, "fleet")) as client:
        assert found(await ask(client))["id"] == "42"
    assert len(stub.asked) == hiccups + 1


async def test_a_broken_connection_is_tried_three_times() -> None:
    heads: list[bytes] = []
    with raw_provider(lambda _connection, _over, head: heads.append(head)) as origin:
        async with connected(environment(origin, "fleet")) as client:
            error = error_of(await ask(client))
    assert (error["code"], error["retryable"], error["next_step"]) == ("unreachable", True, "retry_later")
    assert len(heads) == 3


async def test_nobody_listening_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    async with connected(environment(f"http://127.0.0.1:{port}", "fleet")) as client:
        assert error_of(await ask(client))["code"] == "unreachable"


# Retry-After --------------------------------------------------------------------------------------------------------


async def test_a_short_retry_after_is_slept_on(stub: Stub) -> None:
    stub.reply = turns = Turns(Reply(429, headers={"Retry-After": "1"}), Reply(json=GOOD))
    async with connected(environment(stub.origin, "fleet")) as client:
        assert found(await ask(client))["id"] == "42"
    first, second = turns.times
    assert 0.95 <= second - first < 2


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("said", "seconds"), [("12", 12), ("3.5", 4), (" 60 ", 60)])
async def test_a_long_retry_after_is_handed_on_instead(status: int, said: str, seconds: int, stub: Stub) -> None:
    stub.reply = Reply(status, json={}, headers={"Retry-After": said})
    started = time.monotonic()
    async with connected(environment(stub.origin, "fleet")) as client:
        error = error_of(await ask(client))
    assert error["code"] == ("rate_limited" if status == 429 else "upstream_error")
    assert error["retry_after_seconds"] == seconds
    assert len(stub.asked) == 1 and time.monotonic() - started < 2


async def test_a_retry_after_beyond_the_deadline_is_handed_on(stub: Stub) -> None:
    stub.reply = Reply(429, json={}, headers={"Retry-After": "4"})
    started = time.monotonic()
    async with connected(environment(stub.origin, "fleet", **limits(0.5, 3))) as client:
        error = error_of(await ask(client))
    assert (error["code"], error["retry_after_seconds"]) == ("rate_limited", 4)
    assert len(stub.asked) == 1 and time.monotonic() - started < 2.5


async def test_a_retry_after_may_be_an_http_date(stub: Stub) -> None:
    stub.reply = Reply(429, json={}, headers={"Retry-After": formatdate(time.time() + 30, usegmt=True)})
    async with connected(environment(stub.origin, "fleet")) as client:
        error = error_of(await ask(client))
    assert 28 <= error["retry_after_seconds"] <= 30
    assert len(stub.asked) == 1


@pytest.mark.parametrize("said", ["0", formatdate(0, usegmt=True)])
async def test_a_retry_after_that_is_over_is_tried_at_once(said: str, stub: Stub) -> None:
    stub.reply = Turns(Reply(429, headers={"Retry-After": said}), Reply(json=GOOD))
    async with connected(environment(stub.origin, "fleet")) as client:
        assert found(await ask(client))["id"] == "42"


async def test_a_retry_after_that_nobody_can_read_breaks_nothing(stub: Stub) -> None:
    headers = ["soon", "-5", "nan", "inf", "Thu, 32 Foo 2026 99:99:99 GMT", "", "1" * 400, "1_0", "+5", "1e1", "0x5"]
    errors: list[dict[str, Any]] = []

    async def note(client: Client, id: int) -> None:
        result = await client.call_tool("get_order", {"order_id": id, "provider": "fleet"})
        errors.append(error_of(result))

    stub.reply = lambda asked: Reply(
        429, json={}, headers={"Retry-After": headers[int(asked.path.rpartition("/")[2]) - 1]}
    )
    async with connected(environment(stub.origin, "fleet")) as client, anyio.create_task_group() as group:
        for id in range(1, len(headers) + 1):
            group.start_soon(note, client, id)
    assert [error["code"] for error in errors] == ["rate_limited"] * len(headers)
    assert not any("retry_after_seconds" in error for error in errors)


async def test_digits_of_another_script_are_no_retry_after() -> None:
    def talk(connection: socket.socket, _over: threading.Event, _: bytes) -> None:
        connection.sendall("HTTP/1.1 429 X\r\nRetry-After: ١٢\r\nContent-Length: 2\r\n\r\n{}".encode())

    with raw_provider(talk) as origin:
        async with connected(environment(origin, "fleet")) as client:
            assert "retry_after_seconds" not in error_of(await ask(client))


# Time ---------------------------------------------------------------------------------------------------------------


def hanging(over: threading.Event) -> Callable[[Asked], Reply]:
    def hang(_: Asked) -> Reply:
        over.wait(20)
        return Reply(json=GOOD)

    return hang


@pytest.fixture
def over() -> Iterator[threading.Event]:
    """Set when the test is done, so that no thread hangs on."""
    event = threading.Event()
    yield event
    event.set()


async def test_an_expired_attempt_is_not_tried_again(stub: Stub, over: threading.Event) -> None:
    stub.reply = hanging(over)
    started = time.monotonic()
    async with connected(environment(stub.origin, "fleet", **limits(0.3, 5))) as client:
        error = error_of(await ask(client))
        took = time.monotonic() - started
        over.set()
    assert (error["code"], error["retryable"], error["next_step"]) == ("timeout", True, "retry_later")
    assert 0.3 <= took < 4
    assert len(stub.asked) == 1


async def test_one_deadline_is_around_all_attempts_and_pauses(stub: Stub) -> None:
    # With the most that chance adds to a pause, the second comes after 0.8 seconds, and a third would after 1.2.
    stub.reply = Turns(Reply(503, headers={"Retry-After": "0.6"}))
    async with connected(environment(stub.origin, "fleet", **limits(0.5, 1.1))) as client:
        error = error_of(await ask(client))
    assert error["code"] in ("timeout", "upstream_error")
    assert len(stub.asked) == 2, "a third would come after the deadline"


@pytest.mark.parametrize("chunked", [True, False])
async def test_a_body_that_drips_ends_at_the_attempt_limit(chunked: bool) -> None:
    connections = []

    def drip(connection: socket.socket, over: threading.Event, _: bytes) -> None:
        connections.append(connection)
        frame = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: 100000"
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + frame + b"\r\n\r\n")
        while not over.wait(0.02):
            connection.sendall(b"1\r\n \r\n" if chunked else b" ")

    with raw_provider(drip) as origin:
        started = time.monotonic()
        async with connected(environment(origin, "fleet", **limits(0.4, 10))) as client:
            error = error_of(await ask(client))
            took = time.monotonic() - started
    assert error["code"] == "timeout"
    assert 0.4 <= took < 8
    assert len(connections) == 1


async def test_headers_that_drip_end_at_the_attempt_limit() -> None:
    def drip(connection: socket.socket, over: threading.Event, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while not over.wait(0.02):
            connection.sendall(b"X: y\r\n")

    with raw_provider(drip) as origin:
        started = time.monotonic()
        async with connected(environment(origin, "fleet", **limits(0.4, 10))) as client:
            assert error_of(await ask(client))["code"] == "timeout"
    assert time.monotonic() - started < 8


# Size ---------------------------------------------------------------------------------------------------------------


def padded(size: int) -> bytes:
    """A good order in so many bytes."""
    body = json.dumps(GOOD).encode()
    return b" " * (size - len(body)) + body


@contextmanager
def at_most(size: int) -> Iterator[None]:
    """What happens inside may need no more than so many bytes of memory."""
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < size


def zipped(body: bytes, encoding: str) -> bytes:
    return {"gzip": gzip.compress, "deflate": zlib.compress, "": bytes}[encoding](body)


@pytest.mark.parametrize("encoding", ["", "gzip", "deflate"])
async def test_a_body_may_have_five_mebibytes_after_decompression_and_no_more(encoding: str, stub: Stub) -> None:
    headers = {"Content-Encoding": encoding} if encoding else {}
    async with connected(environment(stub.origin, "fleet")) as client:
        stub.reply = Reply(body=zipped(padded(5 * MIB), encoding), headers=headers)
        assert found(await ask(client))["id"] == "42"
        stub.reply = Reply(body=zipped(padded(5 * MIB + 1), encoding), headers=headers)
        error = error_of(await ask(client))
    assert (error["code"], error["retryable"], error["next_step"]) == ("bad_response", False, "tell_operator")
    assert len(stub.asked) == 2


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_bomb_is_dropped_before_it_goes_off(encoding: str, stub: Stub) -> None:
    stub.reply = Reply(body=zipped(padded(100 * MIB), encoding), headers={"Content-Encoding": encoding})
    async with connected(environment(stub.origin, "fleet")) as client:
        with at_most(40 * MIB):
            error = error_of(await ask(client))
    assert error["code"] == "bad_response"


async def test_what_cannot_be_decompressed_is_a_bad_response(stub: Stub) -> None:
    stub.reply = Reply(body=b"this is no gzip", headers={"Content-Encoding": "gzip"})
    async with connected(environment(stub.origin, "fleet")) as client:
        assert error_of(await ask(client))["code"] == "bad_response"
    assert len(stub.asked) == 1


async def test_a_huge_refusal_still_means_what_its_status_says(stub: Stub) -> None:
    stub.reply = Reply(401, body=b" " * (6 * MIB))
    async with connected(environment(stub.origin, "fleet")) as client:
        assert error_of(await ask(client))["code"] == "unauthorized"


# Redirects and cookies ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("provider", ["fleet", "flexportal", "polinate"])
async def test_a_redirect_is_not_followed(status: int, provider: str, stub: Stub, other: Stub) -> None:
    stub.reply = Reply(status, json={}, headers={"Location": f"{other.origin}/orders/42"})
    async with connected(environment(stub.origin, provider)) as client:
        error = error_of(await ask(client, provider))
    assert (error["code"], error["provider"]) == ("bad_response", provider)
    assert len(stub.asked) == 1
    assert other.asked == [], "neither the request nor the credential went on"


async def test_cookies_are_not_sent_back(stub: Stub) -> None:
    stub.reply = Reply(json=GOOD, headers={"Set-Cookie": "session=abc; Path=/"})
    async with connected(environment(stub.origin, "fleet")) as client:
        for _ in range(2):
            found(await ask(client))
    assert len(stub.asked) == 2
    assert not any("cookie" in asked.headers for asked in stub.asked)


# Waiting in line ----------------------------------------------------------------------------------------------------


async def test_a_provider_that_hangs_fills_sixteen_places_and_delays_nobody_else(
    stub: Stub, other: Stub, over: threading.Event
) -> None:
    stub.reply = hanging(over)
    variables = environment(stub.origin, "fleet", **limits(30, 60)) | environment(other.origin, "polinate")
    async with connected(variables) as client:
        async with anyio.create_task_group() as group:
            for _ in range(200):
                group.start_soon(ask, client)
            await happens(lambda: len(stub.asked) == 16, "sixteen requests")
            with anyio.fail_after(5):
                for _ in range(25):
                    found(await ask(client, "polinate"))
            assert len(stub.asked) == 16, "no seventeenth request is in flight"
            group.cancel_scope.cancel()
        over.set()


async def test_a_free_place_is_taken_by_the_next_in_line(stub: Stub) -> None:
    lock, now, most = threading.Lock(), 0, 0
    sixteen = threading.Barrier(16)

    def count(_: Asked) -> Reply:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        sixteen.wait(10)
        with lock:
            now -= 1
        return Reply(json=GOOD)

    stub.reply = count
    variables = environment(stub.origin, "fleet", **limits(20, 20))
    async with connected(variables) as client, anyio.create_task_group() as group:
        for _ in range(48):
            group.start_soon(ask, client)
    assert len(stub.asked) == 48
    assert most == 16 and not sixteen.broken


async def test_waiting_in_line_counts_towards_the_deadline(stub: Stub, over: threading.Event) -> None:
    stub.reply = hanging(over)
    codes: list[str] = []

    async def note(client: Client) -> None:
        codes.append(error_of(await ask(client))["code"])

    async with connected(environment(stub.origin, "fleet", **limits(1, 1))) as client:
        started = time.monotonic()
        async with anyio.create_task_group() as group:
            for _ in range(40):
                group.start_soon(note, client)
        took = time.monotonic() - started
        over.set()
    assert codes == ["timeout"] * 40
    assert 1 <= took < 2.8, "the last did not begin to count when the first were done"


# Cancelling ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["auto", "legacy"])
@pytest.mark.parametrize(
    ("provider", "id"), [("fleet", "9001"), ("flexportal", "bad_slow"), ("senmo", "bad_slow"), ("polinate", "bad_slow")]
)
async def test_a_cancelled_call_ends_its_request(provider: str, id: str, mode: str, box: Running) -> None:
    seen = len(box.sandbox.requests)

    def slow_ones() -> list[Any]:
        return [each for each in box.sandbox.requests[seen:] if each.path.endswith(f"/{id}")]

    async with connected(box.environment, mode=mode) as client:
        async with anyio.create_task_group() as group:
            group.start_soon(client.call_tool, "get_order", {"order_id": id, "provider": provider})
            await happens(slow_ones, "the slow look-up to arrive")
            group.cancel_scope.cancel()
        await happens(lambda: slow_ones()[0].ended, "the slow look-up to end")
    assert [each.ended for each in slow_ones()] == ["disconnected"]


async def test_cancelled_calls_give_their_places_back(stub: Stub, over: threading.Event) -> None:
    stub.reply = hanging(over)
    async with connected(environment(stub.origin, "fleet", **limits(10, 10))) as client:
        for _ in range(2):
            async with anyio.create_task_group() as group:
                expected = len(stub.asked) + 16
                for _ in range(16):
                    group.start_soon(ask, client)
                await happens(lambda expected=expected: len(stub.asked) == expected, "sixteen requests")
                group.cancel_scope.cancel()
        stub.reply = Reply(json=GOOD)
        with anyio.fail_after(5):
            assert found(await ask(client))["id"] == "42"
        over.set()
    until(lambda: len(stub.asked) == 33, "the last request to be noted")


# Size of another kind -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('{"id":"x","orderItems":[' + ",".join(["{}"] * 1_000_000) + "]}", id="a million objects"),
        pytest.param('{"id":"x","orderItems":[' + ",".join(["{}"] * 5_001) + "]}", id="more lines than any order"),
        pytest.param('{"id":"x","properties":{' + ",".join(f'"{n}":1' for n in range(200_000)) + "}}", id="members"),
    ],
)
async def test_a_small_body_with_a_million_things_in_it_is_refused_at_once(stub: Stub, body: str) -> None:
    stub.reply = Reply(body=body)
    async with connected(environment(stub.origin, "polinate")) as client:
        with anyio.fail_after(2):
            error = error_of(await client.call_tool("get_order", {"order_id": "x", "provider": "polinate"}))
        assert error["code"] == "bad_response"
        stub.reply = Reply(json={"id": "x", "orderItems": [{}] * 5_000})
        assert found(await client.call_tool("get_order", {"order_id": "x"}))["line_items_total"] == 5_000
