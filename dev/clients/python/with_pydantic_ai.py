"""pydantic-ai: an agent whose model is a function that calls one tool and repeats what it was given."""

from typing import Any

from fastmcp import Client
from fastmcp.client.transports import StdioTransport
from pydantic_ai import Agent
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import AgentInfo, FunctionModel
from report import Plan, Sighting, report, walk


async def talk(plan: Plan) -> dict[str, Any]:
    command, *arguments = plan["command"]
    async with Client(plan["url"] or StdioTransport(command, arguments, keep_alive=False)) as client:
        toolset = MCPToolset(client)

        async def ask(tool: str, arguments: dict[str, Any]) -> Sighting:
            given: list[ToolReturnPart] = []

            def model(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
                given.extend(part for part in messages[-1].parts if isinstance(part, ToolReturnPart))
                return ModelResponse([TextPart("Done.") if given else ToolCallPart(tool, arguments)])

            await Agent(FunctionModel(model), toolsets=[toolset]).run("Where is my order?")
            [part] = given
            if part.outcome == "success":
                return {"shape": "a tool return", "structured": part.content}
            return {"shape": f"a tool return, outcome `{part.outcome}`", "text": [str(part.content)]}

        return {
            "protocol": client.protocol_version,
            "tools": [tool.name for tool in await toolset.list_tools()],
            "steps": await walk(plan, ask),
        }


report("pydantic-ai-slim", talk)
