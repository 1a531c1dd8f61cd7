"""Who asks, taken from the request at the door, and what that caller is offered."""

from typing import Any

from mcp.server.context import ServerRequestContext

from ..config import Caller, Config
from ..desk import Desk
from ..tools import Tool

Context = ServerRequestContext[Desk, Any]


def caller_of(context: Context) -> Caller:
    """Who sent a request. Without authentication everybody is the one caller of the configuration."""
    return context.lifespan_context.config.caller


def offered(tool: Tool, config: Config, caller: Caller) -> list[str]:
    """The accounts to name to a caller of a tool."""
    return config.offered(caller, tool.noun, every=tool.names_every_provider)
