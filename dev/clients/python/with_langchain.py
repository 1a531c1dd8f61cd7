"""LangChain's MCP adapters: the tools called as an agent calls them, without an agent."""

from typing import Any

from langchain_mcp_adapters.client import MultiServerMCPClient
from langchain_mcp_adapters.tools import convert_mcp_tool_to_langchain_tool, load_mcp_tools
from mcp.types import Tool
from report import Plan, Sighting, report, walk


async def talk(plan: Plan) -> dict[str, Any]:
    command, *arguments = plan["command"]
    stdio = {"transport": "stdio", "command": command, "args": arguments}
    connection = {"transport": "streamable_http", "url": plan["url"]} if plan["url"] else stdio
    async with MultiServerMCPClient({"orders": connection}).session("orders") as session:
        tools = {tool.name: tool for tool in await load_mcp_tools(session)}

        async def ask(tool: str, arguments: dict[str, Any]) -> Sighting:
            # A tool that the server does not have can only come from an old list.
            stale = Tool(name=tool, inputSchema={"type": "object", "properties": {"invoice_id": {"type": "string"}}})
            runnable = tools.get(tool) or convert_mcp_tool_to_langchain_tool(session, stale)
            message = await runnable.ainvoke({"type": "tool_call", "id": "1", "name": tool, "args": arguments})
            return {
                "shape": f"a `ToolMessage`, status `{message.status}`",
                "text": [block["text"] for block in message.content],
            }

        return {"protocol": None, "tools": list(tools), "steps": await walk(plan, ask)}


report("langchain-mcp-adapters", talk)
