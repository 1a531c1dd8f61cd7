"""The same workflow over HTTP.

Start the server in one terminal:  order-mcp serve --http --sandbox
and run this in another:           python examples/agent_workflow_http.py [http://127.0.0.1:8000/mcp]
"""

import sys

import anyio
from mcp.client import Client

from workflow import work_through


async def main() -> None:
    async with Client(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000/mcp") as client:
        await work_through(client)


anyio.run(main)
