"""The benchmark: what it computes, that it measures real servers and notices wrong answers, and what it wrote last."""

import json
import re
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from bench import tables
from bench.__main__ import CHART, RESULTS, SECTIONS
from bench.goals import GOALS, Goal
from bench.http_client import answer_to, loaded
from bench.messages import ERAS, MODERN, http_call, http_get
from bench.orders import HEADERS, LINES, TYPICAL, order_id
from bench.peers import BARE, FLOOR, LOWLEVEL, OURS, over_stdio
from bench.placement import Placement
from bench.processes import Failed
from bench.results import Figure, Results, percentile
from bench.run import Effort, Run
from bench.sections import throughput
from bench.sections.characters import counted
from bench.sections.first_answer import connected
from bench.sections.throughput import UPSTREAM_ALONE, calls_per_second
from bench.upstream import Upstream, running

TINY = Effort(1, 2, 0.2, 0.05, (2,), (0.0,), 10, 1)
EXPECTED = order_id(TYPICAL).encode()
PATH = f"/v1/orders/{order_id(TYPICAL)}"
TIME = Figure("time")


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with running("asyncio", 0.0, None) as upstream:
        yield upstream


# What is computed


@pytest.mark.parametrize(
    ("percent", "expected"), [(0, 1.0), (1, 1.0), (50, 50.0), (95, 95.0), (95.5, 96.0), (100, 100.0)]
)
def test_a_percentile_is_a_value_that_was_measured(percent: float, expected: float) -> None:
    assert percentile([float(value) for value in range(100, 0, -1)], percent) == expected


def test_one_value_is_every_percentile_and_no_value_is_none() -> None:
    assert percentile([7.0], 50) == percentile([7.0], 99) == 7.0
    with pytest.raises(ValueError):
        percentile([], 50)


def test_the_median_ignores_a_round_that_was_disturbed() -> None:
    results = results_of(TIME, {"a": [2.0, 2.0, 2.2], "order-mcp": [3.0, 90.0, 2.0]})
    assert results.median(TIME, "order-mcp") == 3.0
    assert results.ratio(TIME, "order-mcp", "a") == 1.5
    assert results.spread(TIME, "a") == pytest.approx(0.1)
    assert results.median(TIME, "c") is None and results.ratio(TIME, "order-mcp", "c") is None


def results_of(figure: Figure, values: dict[str, list[float]]) -> Results:
    results = Results()
    for peer, each in values.items():
        for value in each:
            results.add(figure, peer, value)
    return results


def goal(name: str) -> Goal:
    return next(each for each in GOALS if each.name == name)


def test_a_goal_is_judged_by_the_worse_era() -> None:
    results, bound = Results(), goal("connection over stdio, of (a)")
    for era, ours in zip(ERAS, (20.0, 300.0), strict=True):
        results.add(connected(era), "order-mcp", ours)
        results.add(connected(era), "a", 600.0)
    assert bound.measured(results) == 0.5 and not bound.is_met(0.5) and bound.is_met(0.25)
    assert "| connection over stdio, of (a) | ≤ 0.25 | 0.50 | not met |" in tables.goals(results)


def test_fewer_calls_per_second_than_asked_for_do_not_meet_a_goal() -> None:
    results, bound = Results(), goal("calls per second, 1 client, of (a)")
    for era, ours in zip(ERAS, (1_200.0, 900.0), strict=True):
        results.add(calls_per_second(era, 1), "order-mcp", ours)
        results.add(calls_per_second(era, 1), "a", 1_000.0)
    assert bound.measured(results) == 0.9 and not bound.is_met(0.9) and bound.is_met(1.0)


def test_what_was_not_measured_meets_no_goal() -> None:
    assert all(bound.measured(Results()) is None for bound in GOALS)
    assert tables.goals(Results()).count("not measured") == len(GOALS)


def test_both_channels_of_an_answer_are_counted() -> None:
    blocks = [{"type": "text", "text": "äé"}, {"type": "text", "text": "abc"}]
    assert counted({"content": blocks, "structuredContent": {"a": "é"}}) == {"text": 5, "structured": 9}
    assert counted({"content": blocks}) == {"text": 5, "structured": 0}


# What is measured


def test_servers_and_the_floor_are_measured_over_http_in_both_eras() -> None:
    servers = [OURS.name, BARE.name, LOWLEVEL.name]
    run = Run(TINY, [*servers, FLOOR], Placement(), "asyncio")
    throughput.measure(run)
    for era in ERAS:
        measured = {peer for figure, peer in run.results.values if figure == calls_per_second(era, 2)}
        assert measured == {*servers, *([FLOOR, UPSTREAM_ALONE] if era == MODERN else [])}
    assert all(value > 0 for values in run.results.values.values() for value in values)
    assert run.results.errors == dict.fromkeys(servers, 0)
    assert "(0.00)" not in tables.rates(run.results, MODERN, 0.0)


@pytest.mark.parametrize("era", ERAS)
def test_a_conversation_over_stdio_gets_every_order_without_a_doubt(era: str, upstream: Upstream) -> None:
    with over_stdio(OURS, upstream, None, era) as (conversation, _):
        conversation.open()
        for lines in LINES:
            data = json.loads(conversation.look_up(lines, "summary"))["result"]["structuredContent"]
            assert (data["id"], data["line_items_total"]) == (order_id(lines), lines)
            assert "warnings" not in data
        assert b'"get_order"' in conversation.list_tools()
        assert len(conversation.timed(3)) == 3


def test_an_answer_that_is_not_the_order_is_noticed(upstream: Upstream) -> None:
    assert EXPECTED in answer_to(upstream.port, http_get(upstream.port, PATH, HEADERS), EXPECTED)
    with pytest.raises(Failed, match="401"):
        answer_to(upstream.port, http_get(upstream.port, PATH, {}), EXPECTED)
    refused = loaded(upstream.port, http_get(upstream.port, PATH, {}), EXPECTED, 2, warm_up=0.0, seconds=0.05)
    assert refused.errors >= len(refused.spent) > 0


def test_a_server_that_refuses_its_upstream_fails_the_run(upstream: Upstream) -> None:
    astray = Upstream(upstream.kind, 1, 0.0)  # nobody listens there
    with pytest.raises(Failed, match="bare_lowlevel"), over_stdio(LOWLEVEL, astray, None) as (conversation, _):
        conversation.open()
        conversation.look_up()


def test_a_slow_upstream_waits() -> None:
    with running("asyncio", 0.05, None) as slow:
        done = loaded(slow.port, http_get(slow.port, PATH, HEADERS), EXPECTED, 2, warm_up=0.0, seconds=0.2)
    assert done.spent and min(done.spent) >= 49


def test_a_modern_request_over_http_names_its_era_and_tool() -> None:
    head, _, body = http_call(MODERN, 80, TYPICAL).partition(b"\r\n\r\n")
    assert {b"MCP-Protocol-Version: 2026-07-28", b"Mcp-Name: get_order"} <= set(head.split(b"\r\n"))
    assert f"Content-Length: {len(body)}".encode() in head
    assert json.loads(body)["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"] == MODERN


# What was written


def test_the_results_have_every_goal_with_its_bound() -> None:
    written = RESULTS.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+?) \| ([≤≥] .+?) \| .+? \| .+ \|$", written, re.MULTILINE)
    expected = re.findall(r"^\| (.+?) \| ([≤≥] .+?) \| ", tables.goals(Results()), re.MULTILINE)
    assert rows == expected and len(rows) == len(GOALS)
    assert "not measured" not in written


def test_the_results_have_every_section_and_the_chart() -> None:
    written = RESULTS.read_text(encoding="utf-8")
    assert all(f"## {section.TITLE}\n" in written for section in SECTIONS.values())
    assert "(chart.svg)" in written
    drawn = CHART.read_text(encoding="utf-8")
    shown = "".join(ElementTree.fromstring(drawn).itertext())
    assert "order-mcp" in shown and "FastMCP" in shown and "TypeScript SDK v2" in shown
    assert len(drawn) < 20_000 and "prefers-color-scheme: dark" in drawn
