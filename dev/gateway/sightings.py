"""What a client sees and what arrives at the server, for one way of getting there."""

import json
import re
import statistics
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from mcp import MCPError
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from .relay import Refusal, Relay

LIMIT = 60
REPEATS = 7
TOOLS = ("get_order", "get_cart", "find_orders")
ORDER: tuple[str, dict[str, Any]] = ("get_order", {"order_id": "ord_partial", "provider": "flexportal"})
ANSWERED: dict[str, tuple[str, dict[str, Any]]] = {
    "an order": ORDER,
    "a cart": ("get_cart", {"cart_id": "2001"}),
    "an order of 250 lines": ("get_order", {"order_id": "ord_250"}),
    "250 different lines in full": ("get_order", {"order_id": "1020", "detail": "full"}),
    "every field, and half a kilogram": ("get_order", {"order_id": "ord_rich", "detail": "full"}),
    "scripts of the world": ("get_order", {"order_id": "ord_names", "provider": "flexportal", "detail": "full"}),
    "texts that give orders": ("get_order", {"order_id": "ord_hostile", "provider": "flexportal"}),
    "an id beyond a float": ("get_order", {"order_id": "9007199254740993"}),
    "an id that is a number": ("get_order", {"order_id": 1001}),
    "a search": ("find_orders", {"order_number": "SO-835655"}),
}
# Nobody has these, or something is wrong with the arguments.
REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "no such order": ("get_order", {"order_id": "ord_nowhere"}),
    "an id that several have": ("get_order", {"order_id": "4711"}),
    "a word that is not among the choices": ("get_order", {"order_id": "ord_partial", "detail": "brief"}),
    "an argument that does not exist": ("get_order", {"order_id": "ord_partial", "colour": "red"}),
    "no argument": ("get_order", {}),
    "an unknown tool": ("get_invoice", {"invoice_id": "1"}),
}
# What the server would say with a status.
REFUSALS = {
    "HTTP 403": Refusal(403, {}),
    "HTTP 429 with Retry-After": Refusal(429, {"retry-after": "7"}),
}
# Headers that a client may send, and should not be believed.
CALLER = "x-forwarded-user-email"
CLAIMED = {CALLER: "claimed@example.com"}
OTHER_KEY = {"x-upstream-authorization": "Bearer the client's own key"}

Sightings = dict[str, str]
"""What was looked at → what it was, as JSON: so that the order of keys counts, and 1 is not 1.0."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a client gets to the server."""

    address: str
    headers: Mapping[str, str]
    key: str
    """What the server is shown on this way."""
    tool: Callable[[str], str] = str
    """What a tool is called there."""


async def look(way: Way, relay: Relay) -> tuple[Sightings, float]:
    """Everything that is compared, and the seconds that a call takes."""
    saw: dict[str, Any] = {}
    async with _client(way, "auto") as client:
        saw["protocol version"] = client.protocol_version
    # What follows is compared in one version, because answers differ from version to version.
    async with _client(way, "legacy", CLAIMED) as client:
        saw |= await _lists(client, way)
        for what, (tool, arguments) in (ANSWERED | REFUSED).items():
            saw[f"answer: {what}"] = await _answer(client, way.tool(tool), arguments)
        saw |= await _arrives(client, way, relay)
        for what, refusal in REFUSALS.items():
            relay.refusal = refusal
            saw[what] = await _answer(client, way.tool(ORDER[0]), ORDER[1])
        relay.refusal = None
        seconds = [await _seconds(client, way) for _ in range(REPEATS)]
    async with _client(way, "legacy", OTHER_KEY) as client:
        await _answer(client, way.tool(ORDER[0]), ORDER[1])
        saw["its key arrives, where the client sends another"] = _has_key(way, relay)
    sightings = {what: _plain(json.dumps(seen, ensure_ascii=False)) for what, seen in saw.items()}
    return sightings, statistics.median(seconds)


def unanswered(saw: Sightings) -> list[str]:
    """Calls that should have an answer and have none. Between two failures there is nothing to compare."""
    return [what for what in ANSWERED if '"isError": false' not in saw[f"answer: {what}"]]


@asynccontextmanager
async def _client(way: Way, mode: str, headers: Mapping[str, str] | None = None) -> AsyncIterator[Client]:
    sent = {**way.headers, **(headers or {})}
    async with (
        httpx2.AsyncClient(headers=sent, timeout=LIMIT, trust_env=False) as http,
        Client(streamable_http_client(way.address, http_client=http), mode=mode) as client,
    ):
        yield client


async def _lists(client: Client, way: Way) -> dict[str, Any]:
    """Tools are compared by their names, because the gateway lists them in an order that is drawn by chance."""
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    templates = (await client.list_resource_templates()).resource_templates
    saw: dict[str, Any] = {
        "server": client.server_info.name if client.server_info else None,
        "instructions": client.instructions,
        "prompts": [prompt.name for prompt in (await client.list_prompts()).prompts],
        "resource templates": [template.uri_template for template in templates],
        "tools": sorted(tools),
    }
    for name in TOOLS:
        listed = tools[way.tool(name)].model_dump(by_alias=True, exclude_none=True, exclude={"name"})
        saw |= {f"{name}: {key}": value for key, value in listed.items()}
    return saw


async def _answer(client: Client, tool: str, arguments: dict[str, Any]) -> Any:
    try:
        result = await client.call_tool(tool, arguments)
    except MCPError as error:
        return {"error": error.code, "message": error.message}
    return result.model_dump(by_alias=True, exclude_none=True)


async def _arrives(client: Client, way: Way, relay: Relay) -> dict[str, Any]:
    relay.arrived.clear()
    await _answer(client, way.tool(ORDER[0]), ORDER[1])
    return {
        "requests of one call": [arrival.method for arrival in relay.arrived],
        "its key arrives": _has_key(way, relay),
        "caller": _called(relay).get(CALLER),
    }


def _called(relay: Relay) -> Mapping[str, str]:
    """The headers of the last tool call."""
    return next(arrival.headers for arrival in reversed(relay.arrived) if arrival.method == "tools/call")


def _has_key(way: Way, relay: Relay) -> bool:
    return _called(relay).get("authorization") == f"Bearer {way.key}"


async def _seconds(client: Client, way: Way) -> float:
    begun = time.perf_counter()
    await _answer(client, way.tool(ORDER[0]), ORDER[1])
    return time.perf_counter() - begun


def _plain(seen: str) -> str:
    """Without what no two runs have in common: the second of the answer, and where the server is."""
    seen = re.sub(r'(as_of\\*": ?\\*")[^"\\]+', r"\1NOW", seen)
    return re.sub(r"http://[\w.]+:\d+/mcp", "ADDRESS", seen)
