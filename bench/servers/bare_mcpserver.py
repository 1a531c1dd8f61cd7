"""A bare server on the SDK's `MCPServer`: it passes the provider's text on unread.

`python -m bench.servers.bare_mcpserver` serves stdio, with a port it serves streamable HTTP.
"""

import sys

from mcp.server.mcpserver import MCPServer

from .upstream_client import upstream_client

# It writes no line per call, as order-mcp does not.
server = MCPServer("bare", log_level="WARNING")
upstream = upstream_client()


@server.tool()
async def get_order(order_id: str) -> str:
    """Look an order up by its id."""
    response = await upstream.get(f"/v1/orders/{order_id}")
    response.raise_for_status()
    return response.text


if __name__ == "__main__":
    if len(sys.argv) > 1:
        server.run("streamable-http", port=int(sys.argv[1]), stateless_http=True)
    else:
        server.run("stdio")
