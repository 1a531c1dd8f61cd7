"""Who asks, taken from the request at the door, and what that caller is offered."""

from typing import Any

from mcp.server.context import ServerRequestContext

from ..config import Caller, Config
from ..desk import Desk
from ..tools import FIND_TOOL, TOOLS, Tool

Context = ServerRequestContext[Desk, Any]


def caller_of(context: Context) -> Caller:
    """Who sent a request. Without authentication everybody is the one caller of the configuration."""
    return context.lifespan_context.config.caller


def tools_for(config: Config, caller: Caller) -> dict[str, Tool]:
    """The tools that a caller has: searching only where somebody can be searched."""
    finds = bool(config.finders(caller))
    return {name: tool for name, tool in TOOLS.items() if finds or tool is not FIND_TOOL}


def offered(tool: Tool, config: Config, caller: Caller) -> list[str]:
    """The accounts to name to a caller of a tool."""
    if tool is FIND_TOOL:
        return [name for name in caller.accounts if any(name in names for names in config.finders(caller).values())]
    return config.offered(caller, tool.noun, every=tool.names_every_provider)


def description(tool: Tool, config: Config, caller: Caller) -> str:
    """What a caller reads of a tool."""
    finders = {held: config.titles(names) for held, names in config.finders(caller).items()}
    return tool.description(config.id_kinds(offered(tool, config, caller)), finders)
