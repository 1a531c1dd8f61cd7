"""Traces, metrics, log and audit log of real look-ups: they say what happened, and nothing of anybody."""

import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from mcp import MCPError
from mcp.client import Client
from opentelemetry import trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from order_mcp.config import read_config
from order_mcp.hosting.counts import Counts
from order_mcp.hosting.overseen import overseen
from order_mcp.hosting.telemetry import Telemetry, without_strangers_words
from order_mcp.protocol.server import build_server
from order_mcp.testing.stub import Asked, Reply, Stub

from .conftest import SECRETS, environment

PERSON = {
    "customerId": "cus_secret_7",
    "email": "ada.byron@example.com",
    "firstName": "Adelaide",
    "lastName": "Byronova",
    "phone": "+44 20 7946 0958",
}
ORDER = {
    "orderId": "ord_hidden_1",
    "status": "processing",
    "customer": PERSON,
    "shippingAddress": {"postalCode": "EC1A 1BB", "city": "Londinium", "streetAddress": "12 Foundry Lane"},
    "notes": "leave at the porter",
}
# Whatever was asked, sent or known; none of it may be written down anywhere.
NEVER = (
    *SECRETS,
    *("ord_hidden_1", "ord_missing_2", "FL-24-00391", "cus_secret_7", "ada.byron", "eve@evil", "Adelaide", "Byronova"),
    *(
        "7946 0958",
        "EC1A 1BB",
        "7500812345",
        "Londinium",
        "Foundry",
        "porter",
        "request-of-ada",
        "tool-of-ada",
        "prompt-of-ada",
    ),
)


class Records(NamedTuple):
    spans: InMemorySpanExporter
    metrics: InMemoryMetricReader
    audit: Path

    def everything(self) -> str:
        """All that was recorded, the SDK's own spans included."""
        spans = "\n".join(span.to_json() or "" for span in self.spans.get_finished_spans())
        read = self.metrics.get_metrics_data()
        return "\n".join([spans, read.to_json() if read else "", self.audit.read_text()])

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.audit.read_text().splitlines()]


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Records]:
    spans, metrics = InMemorySpanExporter(), InMemoryMetricReader()
    tracers = TracerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(spans))
    # The SDK takes the provider of the process, which can be set once only.
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: tracers)
    monkeypatch.setattr("mcp.shared._otel._tracer", tracers.get_tracer("mcp"), raising=True)
    monkeypatch.setattr(
        "order_mcp.hosting.overseen.Telemetry", lambda: Telemetry(tracers, MeterProvider([metrics])), raising=True
    )
    yield Records(spans, metrics, tmp_path / "audit.log")


def shop(asked: Asked) -> Reply:
    if asked.path.startswith("/v1/orders/ord_hidden_1"):
        return Reply(json=ORDER)
    if "/broken" in asked.path:
        return Reply(json={"orderId": ["ada.byron@example.com"]})
    if "/down" in asked.path:
        return Reply(503, body="Adelaide Byronova")
    if "?" in asked.path:
        return Reply(json={"orders": [], "customers": [], "items": [], "data": []})
    return Reply(404, json={"error": {"code": "NOT_FOUND", "message": "no Adelaide"}, "errorCode": "NOT_FOUND"})


CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("get_order", {"order_id": "ord_hidden_1", "detail": "full"}),
    ("get_order", {"order_id": "ord_missing_2"}),
    ("get_order", {"order_id": "broken", "provider": "flexportal"}),
    ("get_order", {"order_id": "down", "provider": "flexportal"}),
    ("get_order", {"order_id": "ada.byron@example.com"}),
    ("get_order", {"order_id": "ord_hidden_1", "eve@evil.example": 1}),
    ("get_cart", {"cart_id": "7500812345"}),
    ("find_orders", {"order_number": "FL-24-00391"}),
    ("find_orders", {"email": "eve@evil.example"}),
    ("tool-of-ada.byron", {}),
)


async def look_around(records: Records, variables: dict[str, str], calls: Any = CALLS) -> None:
    config = read_config(variables | {"ORDER_MCP_AUDIT_LOG": str(records.audit), "ORDER_MCP_AUDIT_KEY": "k"})
    from order_mcp.hosting import overseen as room

    server = build_server(config, overseen(config, Counts(None), room.Telemetry(), budgets=False))
    server.middleware.insert(0, without_strangers_words)
    async with Client(server) as client:
        for name, given in calls:
            try:
                await client.call_tool(name, given)
            except MCPError as error:
                assert "Unknown tool" in str(error)
        for uri in ("order://flexportal/ord_hidden_1", "order://flexportal/ord_missing_2"):
            with suppress(MCPError):
                await client.read_resource(uri)
        with pytest.raises(MCPError):
            await client.get_prompt("prompt-of-ada", {})


@pytest.mark.parametrize("mode", ["open", "verified"])
async def test_nothing_of_anybody_is_recorded(
    stub: Stub, records: Records, caplog: pytest.LogCaptureFixture, mode: str
) -> None:
    stub.reply = shop
    calls, more = CALLS, {"ORDER_MCP_LOG_LEVEL": "DEBUG"}
    if mode == "verified":
        more |= {"ORDER_MCP_VERIFY": "1"}
        proofs = ({"email": "ada.byron@example.com"}, {"email": "eve@evil.example"}, {"postal_code": "7500812345"})
        calls = tuple(("get_order", {"order_id": "ord_hidden_1", **proof}) for proof in proofs)
    with caplog.at_level(logging.DEBUG, logger="order_mcp"):
        await look_around(records, environment(stub.origin, **more), calls)
    written = records.everything() + caplog.text
    assert "tools/call get_order" in written and "order_mcp.upstream" in written and '"outcome":"found"' in written
    for each in NEVER:
        assert each.lower() not in written.lower(), each


async def test_a_request_to_a_provider_is_a_span_below_the_call(stub: Stub, records: Records) -> None:
    stub.reply = shop
    await look_around(records, environment(stub.origin, "flexportal"), CALLS[:4])
    spans = records.spans.get_finished_spans()
    calls = {span.context.span_id: span for span in spans if span.name == "tools/call get_order" and span.context}
    ours = [
        span for span in spans if span.name == "order_mcp.upstream" and span.parent and span.parent.span_id in calls
    ]
    said = [dict(span.attributes or {}) for span in ours]
    about = {"order_mcp.provider": "flexportal"}
    assert said == [
        about | {"order_mcp.attempt": 1, "http.response.status_code": 200},
        about | {"order_mcp.attempt": 1, "http.response.status_code": 404},
        about | {"order_mcp.attempt": 1, "http.response.status_code": 200},
        *(about | {"order_mcp.attempt": number, "http.response.status_code": 503} for number in (1, 2, 3)),
    ]


async def test_an_attempt_that_got_no_answer_says_why(records: Records) -> None:
    await look_around(records, environment("http://127.0.0.1:1", "flexportal"), CALLS[:1])
    [first, *_] = [span for span in records.spans.get_finished_spans() if span.name == "order_mcp.upstream"]
    assert dict(first.attributes or {})["error.type"] == "unreachable"
    assert first.status.status_code is trace.StatusCode.ERROR and not first.events


async def test_the_metrics_count_calls_requests_and_errors(stub: Stub, records: Records) -> None:
    stub.reply = shop
    await look_around(records, environment(stub.origin, "flexportal"), CALLS[:4])
    read = records.metrics.get_metrics_data()
    assert read is not None
    metrics = {
        each.name: each for group in read.resource_metrics for scope in group.scope_metrics for each in scope.metrics
    }
    assert set(metrics) == {"order_mcp.tool.duration", "order_mcp.upstream.duration", "order_mcp.errors"}
    errors = {
        point.attributes["order_mcp.code"]: point.value  # type: ignore[union-attr,index]
        for point in metrics["order_mcp.errors"].data.data_points
    }
    assert errors == {"not_found": 2, "bad_response": 1, "upstream_error": 1}
    assert metrics["order_mcp.tool.duration"].unit == "s"


async def test_a_line_of_the_audit_log_says_who_asked_for_what_and_what_came_of_it(
    stub: Stub, records: Records
) -> None:
    stub.reply = shop
    await look_around(records, environment(stub.origin, "flexportal"), CALLS[:2] + CALLS[8:9])
    found, missing, searched, *attached = records.lines()
    assert list(found) == ["time", "caller", "tool", "account", "outcome", "milliseconds", "withheld", "id_hash"]
    assert found["time"].endswith("Z") and found["milliseconds"] >= 0
    said = {key: found[key] for key in ("caller", "tool", "account", "outcome")}
    assert said == {"caller": "local", "tool": "get_order", "account": "flexportal", "outcome": "found"}
    assert "customer.email" in found["withheld"]
    assert (missing["outcome"], missing["withheld"]) == ("not_found", [])
    assert (searched["tool"], searched["id_hash"]) == ("find_orders", None)
    assert len(found["id_hash"]) == 32 and found["id_hash"] != missing["id_hash"]
    assert [line["id_hash"] for line in attached] == [found["id_hash"], missing["id_hash"]]


async def test_the_hash_depends_on_the_key_and_not_on_how_the_id_is_written(stub: Stub, records: Records) -> None:
    from order_mcp.hosting.audit import AuditLog

    one, same, other = AuditLog("-", "k"), AuditLog("-", "k"), AuditLog("-", None)
    assert one.hashed("ord_1") == same.hashed("ord_1") != other.hashed("ord_1")
    stub.reply = shop
    calls = [("get_order", {"order_id": id}) for id in ("#ord_hidden_1", " ORD_hidden_1 ")]
    await look_around(records, environment(stub.origin, "flexportal"), calls)
    assert len({line["id_hash"] for line in records.lines()[:2]}) == 1


def test_an_audit_log_that_cannot_be_written_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from order_mcp.commands.cli import main

    monkeypatch.setenv("ORDER_MCP_AUDIT_LOG", str(tmp_path / "nowhere" / "audit.log"))
    assert main(["serve", "--http", "--port", "0"]) == 2
    assert "ORDER_MCP_AUDIT_LOG must name a file that can be written" in capsys.readouterr().err


async def test_a_record_that_fails_takes_no_answer_away(stub: Stub, records: Records, monkeypatch: Any) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left, ada.byron@example.com")

    monkeypatch.setattr("order_mcp.hosting.audit.AuditLog.write", full)
    stub.reply = shop
    config = read_config(environment(stub.origin, "flexportal", ORDER_MCP_AUDIT_LOG=str(records.audit)))
    async with Client(build_server(config, overseen(config, Counts(None), Telemetry(), budgets=False))) as client:
        assert not (await client.call_tool("get_order", {"order_id": "ord_hidden_1"})).is_error


async def test_a_log_that_was_moved_away_goes_on_in_a_new_file(
    stub: Stub, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    from order_mcp.hosting import audit

    monkeypatch.setattr(audit, "LOOKS_EVERY_SECONDS", 0.0)
    stub.reply = shop
    config = read_config(environment(stub.origin, "flexportal", ORDER_MCP_AUDIT_LOG=str(records.audit)))
    async with Client(build_server(config, overseen(config, Counts(None), Telemetry(), budgets=False))) as client:
        await client.call_tool("get_order", {"order_id": "ord_hidden_1"})
        moved = records.audit.rename(records.audit.with_suffix(".1"))
        await client.call_tool("get_order", {"order_id": "ord_missing_2"})
    assert '"found"' in moved.read_text() and '"not_found"' not in moved.read_text()
    assert [line["outcome"] for line in records.lines()] == ["not_found"]
