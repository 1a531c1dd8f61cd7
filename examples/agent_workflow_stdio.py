"""A small agent workflow over stdio. Run: python examples/agent_workflow_stdio.py"""

import sys

import anyio
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters

from workflow import work_through


async def main() -> None:
    server = StdioServerParameters(command=sys.executable, args=["-m", "order_mcp", "--sandbox"])
    async with Client(server) as client:
        await work_through(client)


anyio.run(main)
