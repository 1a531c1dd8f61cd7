"""What the client says, as bytes: JSON-RPC of both protocol eras, and the HTTP requests around them."""

import json
from typing import Any

from .orders import order_id

LEGACY, MODERN = "2025-11-25", "2026-07-28"
ERAS = (LEGACY, MODERN)
ME = {"name": "bench", "version": "1"}
# What a request of the modern era carries in place of a handshake.
ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": ME,
    "io.modelcontextprotocol/clientCapabilities": {},
}
INITIALIZED = b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n'


def request(era: str, id: int, method: str, **params: Any) -> bytes:
    """One line of JSON-RPC."""
    carried = {**params, "_meta": ENVELOPE} if era == MODERN else params
    message = {"jsonrpc": "2.0", "id": id, "method": method, "params": carried}
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


def opening(era: str, id: int) -> bytes:
    """The request that a host of this era sends first."""
    if era == MODERN:
        return request(era, id, "server/discover")
    return request(era, id, "initialize", protocolVersion=LEGACY, capabilities={}, clientInfo=ME)


def call(era: str, id: int, lines: int, detail: str | None = None) -> bytes:
    """Look up the order with so many lines; only order-mcp knows levels of detail."""
    arguments = {"order_id": order_id(lines)} | ({} if detail is None else {"detail": detail})
    return request(era, id, "tools/call", name="get_order", arguments=arguments)


def http_call(era: str, port: int, lines: int, detail: str | None = None) -> bytes:
    """The same as a whole HTTP request to a stateless server."""
    body = call(era, 1, lines, detail).rstrip()
    head = [
        "POST /mcp HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Content-Type: application/json",
        "Accept: application/json, text/event-stream",
        f"MCP-Protocol-Version: {era}",
        *(["Mcp-Method: tools/call", "Mcp-Name: get_order"] if era == MODERN else []),
        f"Content-Length: {len(body)}",
        "\r\n",
    ]
    return "\r\n".join(head).encode() + body


def http_get(port: int, path: str, headers: dict[str, str]) -> bytes:
    """A plain request, for asking the upstream without any server between."""
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *(f"{name}: {each}" for name, each in headers.items())]
    return "\r\n".join([*lines, "\r\n"]).encode()
