"""A server that FastMCP makes from an OpenAPI document. Runs in the environment of requirements/bench.txt.

`python -m bench.servers.fastmcp_openapi` serves stdio, with a port it serves streamable HTTP.
"""

import sys

from fastmcp import FastMCP  # type: ignore[import-not-found]  # it is in an environment of its own

from .upstream_client import upstream_client

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Orders", "version": "1"},
    "paths": {
        "/v1/orders/{order_id}": {
            "get": {
                "operationId": "get_order",
                "summary": "Look an order up by its id.",
                "parameters": [{"name": "order_id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {
                    "200": {
                        "description": "The order.",
                        "content": {"application/json": {"schema": {"type": "object"}}},
                    }
                },
            }
        }
    },
}
server = FastMCP.from_openapi(DOCUMENT, client=upstream_client(), name="openapi")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        http = {"port": int(sys.argv[1]), "stateless_http": True, "log_level": "warning"}
        server.run("http", show_banner=False, **http)
    else:
        server.run("stdio", show_banner=False, log_level="warning")
