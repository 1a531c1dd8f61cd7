"""A bare server on the SDK's low-level `Server`: it passes the provider's text on unread.

`python -m bench.servers.bare_lowlevel` serves stdio, with a port it serves streamable HTTP.
"""

import sys
from typing import Any

import anyio
import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from .upstream_client import upstream_client

SCHEMA = {"type": "object", "properties": {"order_id": {"type": "string"}}, "required": ["order_id"]}
TOOL = types.Tool(name="get_order", description="Look an order up by its id.", input_schema=SCHEMA)
upstream = upstream_client()


async def list_tools(
    context: ServerRequestContext[Any, Any], params: types.PaginatedRequestParams | None
) -> types.ListToolsResult:
    return types.ListToolsResult(tools=[TOOL])


async def call_tool(
    context: ServerRequestContext[Any, Any], params: types.CallToolRequestParams
) -> types.CallToolResult:
    response = await upstream.get(f"/v1/orders/{(params.arguments or {})['order_id']}")
    response.raise_for_status()
    return types.CallToolResult(content=[types.TextContent(type="text", text=response.text)])


# Without the schema every call over HTTP would list the tools first.
server: Server[Any] = Server(
    "bare", on_list_tools=list_tools, on_call_tool=call_tool, get_tool_input_schema=lambda name: SCHEMA
)


async def serve_stdio() -> None:
    async with stdio_server() as (read_stream, write_stream):
        await server.run(read_stream, write_stream, server.create_initialization_options())


def serve_http(port: int) -> None:
    import uvicorn

    uvicorn.run(server.streamable_http_app(stateless_http=True), host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    serve_http(int(sys.argv[1])) if len(sys.argv) > 1 else anyio.run(serve_stdio)
