"""The Python SDK, version 2: one client for every transport."""

from typing import Any

from mcp.client import Client
from mcp.client.stdio import StdioServerParameters
from report import Plan, Sighting, report, walk


async def talk(plan: Plan) -> dict[str, Any]:
    command, *arguments = plan["command"]
    async with Client(plan["url"] or StdioServerParameters(command=command, args=arguments)) as client:

        async def ask(tool: str, arguments: dict[str, Any]) -> Sighting:
            result = await client.call_tool(tool, arguments)
            return {
                "shape": "a result with `is_error`" if result.is_error else "a result",
                "text": [block.text for block in result.content],
                "structured": result.structured_content,
            }

        return {
            "protocol": client.protocol_version,
            "tools": [tool.name for tool in (await client.list_tools()).tools],
            "steps": await walk(plan, ask),
        }


report("mcp", talk)
