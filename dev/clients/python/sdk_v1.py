"""The Python SDK, version 1: a session over a transport."""

from typing import Any

from mcp import ClientSession, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from report import Plan, Sighting, report, walk


def transport(plan: Plan) -> Any:
    command, *arguments = plan["command"]
    stdio = StdioServerParameters(command=command, args=arguments)
    return streamable_http_client(plan["url"]) if plan["url"] else stdio_client(stdio)


async def talk(plan: Plan) -> dict[str, Any]:
    async with transport(plan) as streams, ClientSession(*streams[:2]) as session:
        hello = await session.initialize()
        tools = (await session.list_tools()).tools

        async def ask(tool: str, arguments: dict[str, Any]) -> Sighting:
            result = await session.call_tool(tool, arguments)
            return {
                "shape": "a result with `isError`" if result.isError else "a result",
                "text": [block.text for block in result.content],
                "structured": result.structuredContent,
            }

        return {
            "protocol": hello.protocolVersion,
            "tools": [tool.name for tool in tools],
            "steps": await walk(plan, ask),
        }


report("mcp", talk)
