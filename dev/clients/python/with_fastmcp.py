"""FastMCP's client."""

from typing import Any

from fastmcp import Client
from fastmcp.client.transports import StdioTransport
from report import Plan, Sighting, report, walk


async def talk(plan: Plan) -> dict[str, Any]:
    command, *arguments = plan["command"]
    async with Client(plan["url"] or StdioTransport(command, arguments, keep_alive=False)) as client:

        async def ask(tool: str, arguments: dict[str, Any]) -> Sighting:
            result = await client.call_tool(tool, arguments)
            return {
                "shape": "a result",
                "text": [block.text for block in result.content],
                "structured": result.structured_content,
            }

        return {
            "protocol": client.protocol_version,
            "tools": [tool.name for tool in await client.list_tools()],
            "steps": await walk(plan, ask),
        }


report("fastmcp-slim", talk)
