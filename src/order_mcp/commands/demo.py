"""`order-mcp demo`: the main job with nothing configured, seen through a real MCP client.

Starts the emulated provider APIs, starts this very program as a stdio server that points at them, and prints what an
agent would get for a handful of questions.
"""

import json
import shlex
import sys
from typing import Any

from mcp.client import Client
from mcp.client.stdio import StdioServerParameters

from ..sandbox import running
from .host_configs import Plan, configuration
from .hosts import HOSTS
from .installation import this_program

# What is asked, and why it is worth seeing.
QUESTIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("A Fleet order", "get_order", {"order_id": "1008", "provider": "fleet"}),
    ("A Fleet cart", "get_cart", {"cart_id": "2001"}),
    ("A FlexPortal order", "get_order", {"order_id": "ord_partial", "provider": "flexportal"}),
    ("A Senmo order", "get_order", {"order_id": "issue-1", "provider": "senmo"}),
    ("A Polinate order", "get_order", {"order_id": "ord_ACTIVE_IN_TRANSIT", "provider": "polinate"}),
    (
        "Nobody said who has it: all that could are asked",
        "get_order",
        {"order_id": "ord_fulfilled", "detail": "summary"},
    ),
    ("The number on an invoice, and not the id", "find_orders", {"order_number": "FL-24-00391"}),
    ("An id that several have", "get_order", {"order_id": "4711"}),
    ("An id that nobody has", "get_order", {"order_id": "ord_nowhere"}),
)


async def demonstrate() -> int:
    """Ask every question; returns 0 when each was answered as it should be."""
    print("order-mcp demo: emulated provider APIs, the real server over stdio, a real MCP client.")
    print("What stands behind > is what an agent gets.")
    with running() as sandbox:
        server = StdioServerParameters(command=sys.executable, args=["-m", "order_mcp"], env=sandbox.environment)
        async with Client(server) as client:
            listed = await client.list_tools()
            print(f"\nTools: {', '.join(tool.name for tool in listed.tools)}")
            errors = [await _ask(client, *question) for question in QUESTIONS]
    print("\nTo use it in Claude Desktop, paste this into its configuration. It answers with made-up orders.\n")
    print(configuration(HOSTS["claude-desktop"], Plan()))
    print(f"\nWhich file that is, and what other hosts need ({', '.join(HOSTS)}):")
    print(f"  {shlex.join(this_program())} config HOST")
    print("For real orders the README says where each key comes from: https://github.com/order-mcp/order-mcp#readme")
    # The last two questions are there for their errors.
    return 0 if errors == [False] * (len(QUESTIONS) - 2) + [True, True] else 1


async def _ask(client: Client, title: str, tool: str, arguments: dict[str, Any]) -> bool:
    print(f"\n{title}\n  {tool} {json.dumps(arguments)}")
    result = await client.call_tool(tool, arguments)
    for block in result.content:
        for line in getattr(block, "text", "").splitlines():
            print(f"  > {line}")
    return bool(result.is_error)
