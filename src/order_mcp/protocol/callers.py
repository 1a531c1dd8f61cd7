"""Who asks, taken from the request at the door, and what that caller is offered."""

from typing import Any

from mcp.server.context import ServerRequestContext

from ..caller import FIND_ORDERS, SCOPE_OF, Caller
from ..config import Config
from ..desk import Desk
from ..models import Noun
from ..tools import FIND_TOOL, LOOK_UPS, TOOLS, Tool

Context = ServerRequestContext[Desk, Any]
CALLER = "order_mcp.caller"
"""Where the door leaves, in an HTTP request, who sent it."""


def caller_of(context: Context) -> Caller:
    """Who sent a request. Over a pipe that is the one caller of the configuration."""
    if context.request is None:
        return context.lifespan_context.config.caller
    caller: Caller = context.request.scope[CALLER]
    return caller


def tools_for(config: Config, caller: Caller) -> dict[str, Tool]:
    """The tools that a caller has: what its scopes allow, and what one of its accounts could answer."""
    if config.hosted.verify:
        from ..verified import VERIFIED_TOOL  # loaded only where customers are verified

        tools = {VERIFIED_TOOL.name: VERIFIED_TOOL}
    else:
        finders = config.finders(caller)
        able = {noun: config.offered(caller, noun, every=True) for noun in Noun}
        tools = {name: tool for name, tool in TOOLS.items() if (finders if tool is FIND_TOOL else able[tool.noun])}
    return {name: tool for name, tool in tools.items() if scope_of(name) in caller.scopes}


def scope_of(name: str) -> str | None:
    """What a caller needs to be allowed for a tool; None where there is no such tool."""
    if name not in TOOLS:
        return None
    return FIND_ORDERS if TOOLS[name] is FIND_TOOL else SCOPE_OF[TOOLS[name].noun]


def attachable(config: Config, caller: Caller) -> list[Tool]:
    """The look-ups that need nothing but an id, so that their answers can be attached to a conversation."""
    return [tool for tool in tools_for(config, caller).values() if tool in LOOK_UPS.values()]


def offered(tool: Tool, config: Config, caller: Caller) -> list[str]:
    """The accounts to name to a caller of a tool."""
    if tool is FIND_TOOL:
        return [name for name in caller.accounts if any(name in names for names in config.finders(caller).values())]
    return config.offered(caller, tool.noun, every=tool.names_every_provider)


def description(tool: Tool, config: Config, caller: Caller) -> str:
    """What a caller reads of a tool."""
    finders = {held: config.titles(names) for held, names in config.finders(caller).items()}
    return tool.description(config.id_kinds(offered(tool, config, caller)), finders)
