"""Traces and metrics, through OpenTelemetry's API. Where they go is set up the standard way (`OTEL_…` variables).

An attribute names an account, a status, a code: never an id, a name or an address.
"""

import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib.metadata import entry_points
from typing import Any

from opentelemetry import metrics, trace

from .. import __version__
from ..errors import OrderMcpError
from ..oversight import Call
from ..protocol.prompts import NAME as PROMPT
from ..tools import TOOLS

# Any of these says that somebody wants to see something.
WANTED = (
    *("OTEL_TRACES_EXPORTER", "OTEL_METRICS_EXPORTER", "OTEL_EXPORTER_OTLP_ENDPOINT"),
    *("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"),
)
# What holds where they leave it open: as specified, but for the protocol, which is the one that the extra has.
USUAL = {
    "OTEL_SERVICE_NAME": "order-mcp",
    "OTEL_TRACES_EXPORTER": "otlp",
    "OTEL_METRICS_EXPORTER": "otlp",
    "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
}
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)
"""The bounds between which calls are counted: the usual ones are made for milliseconds."""
NOT_INSTALLED = "OTEL_ variables are set, and nothing to export with is installed: pip install 'order-mcp[otel]'."
NOT_USABLE = "the OTEL_ variables cannot be used ({kind}), so nothing is exported."


def start_exporting() -> str | None:
    """Set up the exporters that the variables name, as the standard launcher does; what is missing, as a sentence."""
    if not any(os.environ.get(name) for name in WANTED) or os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    configurators = list(entry_points(group="opentelemetry_configurator"))
    if not configurators:
        return NOT_INSTALLED
    for name, usual in USUAL.items():
        os.environ.setdefault(name, usual)
    try:
        configurators[0].load()().configure()
    except Exception as error:  # whatever an exporter dislikes, orders can be looked up without it
        return NOT_USABLE.format(kind=type(error).__name__)
    return None


async def without_strangers_words(ctx: Any, call_next: Callable[[Any], Awaitable[Any]]) -> Any:
    """Middleware around the SDK's span: what a client chose freely, such as the id of its request, is not in it."""
    name = (ctx.params or {}).get("name")
    if isinstance(name, str) and name not in (*TOOLS, PROMPT):
        ctx = replace(ctx, params={**ctx.params, "name": "unknown"})
    if isinstance(ctx.request_id, str):
        ctx = replace(ctx, request_id=None)
    return await call_next(ctx)


class Telemetry:
    """The instruments of one process."""

    def __init__(
        self, tracers: trace.TracerProvider | None = None, meters: metrics.MeterProvider | None = None
    ) -> None:
        self._tracer = trace.get_tracer("order_mcp", __version__, tracers)
        meter = metrics.get_meter("order_mcp", __version__, meters)
        self._tools, self._upstream = (
            meter.create_histogram(name, "s", what, explicit_bucket_boundaries_advisory=SECONDS)
            for name, what in (
                ("order_mcp.tool.duration", "How long tool calls took"),
                ("order_mcp.upstream.duration", "How long requests to providers took"),
            )
        )
        self._errors = meter.create_counter("order_mcp.errors", "{error}", "Tool calls that ended with an error")

    def count(self, call: Call) -> None:
        """Count a call that is over."""
        self._tools.record(call.seconds, {"order_mcp.tool": call.tool, "order_mcp.outcome": call.outcome})
        if call.outcome not in ("found", "cancelled"):
            self._errors.add(1, {"order_mcp.tool": call.tool, "order_mcp.code": call.outcome})

    @asynccontextmanager
    async def attempt(self, account: str, number: int) -> AsyncIterator[Callable[[int], object]]:
        """A span around one request to a provider."""
        about: dict[str, str | int] = {"order_mcp.provider": account}
        began = time.monotonic()
        # An exception's own text may hold anything, so it is never recorded.
        with self._tracer.start_as_current_span(
            "order_mcp.upstream",
            kind=trace.SpanKind.CLIENT,
            attributes={**about, "order_mcp.attempt": number},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:

            def seen(status: int) -> None:
                about["http.response.status_code"] = status
                span.set_attribute("http.response.status_code", status)

            try:
                yield seen
            except OrderMcpError as error:
                about["error.type"] = error.code
                span.set_attribute("error.type", error.code)
                span.set_status(trace.StatusCode.ERROR)
                raise
            finally:
                self._upstream.record(time.monotonic() - began, about)
