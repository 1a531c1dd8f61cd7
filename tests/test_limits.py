"""Budgets, shared look-ups, and a shared storage that does not answer."""

import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.lowlevel
import mcp_types as types
import pytest
from mcp.client import Client

from order_mcp.commands.oversight import oversight_of
from order_mcp.config import read_config
from order_mcp.environment import ConfigurationError
from order_mcp.errors import NotFound
from order_mcp.hosting.counts import MOST_EXACT, TRIED_AGAIN_AFTER_SECONDS, Counts
from order_mcp.hosting.overseen import overseen
from order_mcp.hosting.telemetry import Telemetry
from order_mcp.protocol.server import build_server
from order_mcp.sharing import Shared
from order_mcp.testing.stub import Asked, Reply, Stub

from .conftest import environment, error_of, found, sentence_of

ORDER = {"orderId": "ord_1", "status": "processing"}
NOBODY_LISTENS = "redis://127.0.0.1:1/0"


@asynccontextmanager
async def hosted(stub: Stub, *providers: str, budgets: bool = False, **more: str) -> AsyncIterator[Client]:
    """A client on a server with what stands around a desk where others reach it."""
    config = read_config(environment(stub.origin, *providers, **more))
    oversight = overseen(config, Counts(config.hosted.storage), Telemetry(), budgets=budgets)
    async with Client(build_server(config, oversight)) as client:
        yield client


async def get(client: Client, **more: Any) -> types.CallToolResult:
    result = await client.call_tool("get_order", {"order_id": "ord_1", "provider": "flexportal", **more})
    assert isinstance(result, types.CallToolResult)
    return result


# Budgets -------------------------------------------------------------------------------------------------------------


async def test_over_its_budget_an_account_is_not_asked_and_says_when_it_may_be(stub: Stub) -> None:
    stub.reply = Reply(json=ORDER)
    async with hosted(stub, "flexportal", FLEXPORTAL_RATE_LIMIT="3/minute") as client:
        for _ in range(3):
            assert found(await get(client))
        error = error_of(refused := await get(client))
    assert len(stub.asked) == 3
    assert error["code"] == "rate_limited" and error["next_step"] == "retry_later" and error["retryable"]
    assert 50 < error["retry_after_seconds"] <= 60
    assert f"in {error['retry_after_seconds']} seconds" in sentence_of(refused)
    assert "FlexPortal was not asked" in sentence_of(refused)


async def test_every_attempt_counts_a_second_one_and_a_sign_in_too(stub: Stub) -> None:
    stub.reply = Reply(503)
    async with hosted(stub, "flexportal", FLEXPORTAL_RATE_LIMIT="2/minute") as client:
        assert error_of(await get(client))["code"] == "rate_limited"
    assert len(stub.asked) == 2


async def test_budgets_of_different_accounts_are_their_own(stub: Stub) -> None:
    stub.reply = Reply(404, json={"error": {"code": "NOT_FOUND"}, "errorCode": "NOT_FOUND"})
    async with hosted(stub, "flexportal", "polinate", FLEXPORTAL_RATE_LIMIT="1/minute") as client:
        assert error_of(await get(client, provider="auto"))["code"] == "not_found"
        error = error_of(await get(client, provider="auto"))
    assert error["code"] == "incomplete" and error["retry_after_seconds"] > 0
    assert error["failed"] == [{"provider": "flexportal", "code": "rate_limited"}]


@pytest.mark.parametrize(("budgets", "asked"), [(True, 100), (False, 105)])
async def test_a_providers_own_limit_is_the_budget_where_callers_are_authenticated(
    stub: Stub, budgets: bool, asked: int
) -> None:
    stub.reply = Reply(json=ORDER)
    async with hosted(stub, "flexportal", budgets=budgets) as client:
        for _ in range(105):
            await get(client)
    assert len(stub.asked) == asked


async def test_none_is_no_limit(stub: Stub) -> None:
    stub.reply = Reply(json=ORDER)
    async with hosted(stub, "flexportal", budgets=True, FLEXPORTAL_RATE_LIMIT="none") as client:
        for _ in range(105):
            assert found(await get(client))


@pytest.mark.parametrize("rate", ["fast", "0/minute", "-1/minute", "1/fortnight", "10", "10/0minutes", "1e9/s"])
def test_a_rate_that_cannot_be_read_stops_the_start(rate: str) -> None:
    with pytest.raises(ConfigurationError, match="FLEXPORTAL_RATE_LIMIT must be a rate such as 120/minute"):
        read_config({"FLEXPORTAL_RATE_LIMIT": rate})


@pytest.mark.parametrize("rate", ["25/second", "100 per minute", "10/2 minutes", "5/HOUR", "1000000/day", "None"])
async def test_a_rate_is_written_in_the_usual_ways(rate: str) -> None:
    assert read_config({"FLEXPORTAL_RATE_LIMIT": rate}).accounts["flexportal"].rate_limit == rate
    assert await Counts(None).take(rate.lower(), "key") is None


async def test_a_large_rate_takes_no_memory_for_each_request() -> None:
    counts, rate = Counts(None), f"{MOST_EXACT + 1}/minute"
    for _ in range(50):
        assert await counts.take(rate, "key") is None
    assert not counts._memory._storage.events


async def test_the_window_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000_000.0
    monkeypatch.setattr("time.time", lambda: now)
    counts = Counts(None)
    taken = []
    for step in range(300):
        now = 1_000_000 + step / 10
        taken += [now] if await counts.take("20/10 seconds", "key") is None else []
    assert all(sum(begin <= moment < begin + 10 for moment in taken) <= 20 for begin in taken)
    assert len(taken) == 60


# Shared look-ups -----------------------------------------------------------------------------------------------------


async def test_the_same_look_up_at_the_same_moment_is_one_request_and_each_has_a_view_of_its_own(stub: Stub) -> None:
    def slow(asked: Asked) -> Reply:
        time.sleep(0.1)
        return Reply(json=ORDER | {"customer": {"customerId": "c", "email": "ada@example.com"}})

    stub.reply = slow
    answers: list[dict[str, Any]] = []
    async with hosted(stub, "flexportal") as client, anyio.create_task_group() as group:

        async def one(detail: str) -> None:
            answers.append(found(await get(client, detail=detail)))

        for detail in ("summary", "standard", "full", "full"):
            group.start_soon(one, detail)
    assert len(stub.asked) == 1
    assert sorted("email" in answer.get("customer", {}) for answer in answers) == [False, False, True, True]


async def test_one_after_another_each_is_asked(stub: Stub) -> None:
    stub.reply = Reply(json=ORDER)
    async with hosted(stub, "flexportal") as client:
        await get(client)
        await get(client)
    assert len(stub.asked) == 2


class _Group:
    """Runs what is shared, as the connections of a desk do."""

    def __init__(self, group: anyio.abc.TaskGroup) -> None:
        self.start = group.start_soon


async def test_who_leaves_takes_nobodys_answer_away_and_the_last_one_ends_it() -> None:
    begun, ended = 0, 0

    async def work() -> str:
        nonlocal begun, ended
        begun += 1
        try:
            await anyio.sleep(0.05)
        finally:
            ended += 1
        return "answer"

    answers: list[str] = []
    async with anyio.create_task_group() as background:
        shared = Shared[str](_Group(background).start)

        async def stays() -> None:
            answers.append(await shared.run("q", work))

        async with anyio.create_task_group() as group:
            group.start_soon(stays)
            with anyio.move_on_after(0.01):
                await shared.run("q", work)
        assert (answers, begun) == (["answer"], 1)
        with anyio.move_on_after(0.01):
            await shared.run("q", work)
        await anyio.lowlevel.checkpoint()
        assert (begun, ended) == (2, 2)
        answers.append(await shared.run("q", work))
    assert answers == ["answer", "answer"]


async def test_an_error_is_everybodys_own_and_a_bug_stops_nobody_else() -> None:
    async def missing() -> str:
        await anyio.sleep(0.01)
        raise NotFound("no")

    async def broken() -> str:
        raise ZeroDivisionError

    errors: list[NotFound] = []
    async with anyio.create_task_group() as background:
        shared = Shared[str](_Group(background).start)

        async def one() -> None:
            try:
                await shared.run("q", missing)
            except NotFound as error:
                error.sentence += "!"
                errors.append(error)

        async with anyio.create_task_group() as group:
            group.start_soon(one)
            group.start_soon(one)
        with pytest.raises(ZeroDivisionError):
            await shared.run("bug", broken)
        with pytest.raises(NotFound):
            await shared.run("q", missing)
    assert [error.sentence for error in errors] == ["no!", "no!"]


# A shared storage that does not answer -------------------------------------------------------------------------------


async def test_without_the_storage_each_process_counts_by_itself_and_says_so_once(
    stub: Stub, caplog: pytest.LogCaptureFixture
) -> None:
    stub.reply = Reply(json=ORDER)
    more = {"ORDER_MCP_STORAGE": NOBODY_LISTENS, "FLEXPORTAL_RATE_LIMIT": "3/minute"}
    with caplog.at_level(logging.WARNING):
        async with hosted(stub, "flexportal", **more) as client:
            for _ in range(3):
                assert found(await get(client))
            assert error_of(await get(client))["code"] == "rate_limited"
    assert caplog.text.count("does not answer") == 1


async def test_without_the_storage_nobody_is_verified(stub: Stub) -> None:
    stub.reply = Reply(json=ORDER | {"customer": {"email": "ada@example.com"}})
    more = {"ORDER_MCP_STORAGE": NOBODY_LISTENS, "ORDER_MCP_VERIFY": "1"}
    async with hosted(stub, "flexportal", **more) as client:
        error = error_of(refused := await get(client, email="ada@example.com"))
    assert error == {"code": "unreachable", "retryable": True, "next_step": "retry_later"}
    assert "Please try again a little later" in sentence_of(refused)
    assert stub.asked == []


async def test_a_storage_that_failed_is_tried_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = Counts(NOBODY_LISTENS)
    now = time.monotonic()
    monkeypatch.setattr("order_mcp.hosting.counts.time.monotonic", lambda: now)
    assert await counts.take("1/minute", "key") is None
    assert counts._down_until == now + TRIED_AGAIN_AFTER_SECONDS
    counts._redis = counts._memory  # type: ignore[assignment]
    assert await counts.take("1/minute", "key") is not None  # not tried yet
    now += TRIED_AGAIN_AFTER_SECONDS
    assert await counts.take("1/minute", "another") is None
    assert not counts._is_said


async def test_over_a_pipe_nothing_of_it_is_there_unless_a_setting_asks_for_it(tmp_path: Any) -> None:
    assert oversight_of(read_config({"FLEET_API_KEY": "k"})).watch is None
    for setting in (
        {"FLEET_RATE_LIMIT": "1/minute"},
        {"ORDER_MCP_AUDIT_LOG": str(tmp_path / "audit")},
        {"ORDER_MCP_VERIFY": "1"},
    ):
        oversight = oversight_of(read_config({"FLEET_API_KEY": "k"} | setting))
        assert oversight.watch is not None and oversight.close is not None
        await oversight.close()


async def test_what_is_over_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000_000.0
    monkeypatch.setattr("time.time", lambda: now)
    counts = Counts(None)
    for n in range(200):
        await counts.take("5/minute", f"key {n}")
        await counts.shared(lambda storage, n=n: storage.add(f"count {n}", 1, 60))  # type: ignore[misc]
    now += 61
    counts._memory._forgets_at = 0
    await counts.take("5/minute", "another")
    assert len(counts._memory._storage.events) == 1
    assert not counts._memory._storage.storage
