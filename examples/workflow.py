"""What an agent does with what a customer gives it, whatever the transport: look up, find, act on the next step."""

import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import httpx2
from mcp import MCPError
from mcp.client import Client

from ending import say


async def follow(client: Client, held: str, provider: str = "auto") -> str:
    """What to do about whatever the customer gave: an id, a number from paper, an e-mail address."""
    result = await client.call_tool("get_order", {"order_id": held, "provider": provider, "detail": "summary"})
    if not result.is_error:
        return told(result.structured_content)
    error = error_of(result)
    match error["next_step"]:
        # No such id, or none at all: it may be what stands on an invoice, or who the customer is.
        case "check_id" | "fix_arguments" if await can_find(client):
            return await search(client, held)
        case "check_id" | "fix_arguments":
            return "not found, ask the customer for the id"
        case "ask_user":
            choices = ", ".join(f"{each['provider']} {each['status']}" for each in error["candidates"])
            return f"several have this id ({choices}), ask when and what"
        case _:
            return later_or_never(error)


async def search(client: Client, held: str) -> str:
    """Find the order by what the customer holds, then look it up."""
    result = await client.call_tool("find_orders", {"email" if "@" in held else "order_number": held})
    if result.is_error:
        error = error_of(result)
        return "not found, ask the customer for the id" if error["code"] == "not_found" else later_or_never(error)
    orders = result.structured_content["orders"]
    if len(orders) > 1 or result.structured_content["more"]:
        choices = ", ".join(f"{order['id']} {order['status']}" for order in orders)
        return f"several orders ({choices}), ask which one"
    [hit] = orders
    found = {"order_id": hit["id"], "provider": hit["provider"], "detail": "summary"}
    result = await client.call_tool("get_order", found)
    order = later_or_never(error_of(result)) if result.is_error else told(result.structured_content)
    return f"order {hit['id']}, {order}"


async def can_find(client: Client) -> bool:
    """Whether this server has somebody to search."""
    return any(tool.name == "find_orders" for tool in (await client.list_tools()).tools)


def told(order: dict[str, Any]) -> str:
    """An order in one line."""
    # Absent is not "no": then the provider does not say whether anybody has to act.
    todo = {True: "ask the customer to act", False: "nothing to do", None: "not said whether anybody has to act"}
    doubts = "".join(f"; in doubt: {warning['code']}" for warning in order.get("warnings", []))
    return f"{order['status']} at {order['provider']}, {todo[order.get('requires_action')]}{doubts}"


def error_of(result: Any) -> dict[str, Any]:
    """An error is one text block whose last line is JSON; `next_step` is there to be branched on."""
    return json.loads(result.content[0].text.splitlines()[-1])["error"]


def later_or_never(error: dict[str, Any]) -> str:
    """What is left where nobody can be asked for anything."""
    if error["next_step"] == "retry_later":
        return f"{error['code']}, try again in {error.get('retry_after_seconds', 60)} seconds"
    return f"{error['code']}, hand over to a person"


async def work_through(client: Client) -> None:
    """Found by id, by number and by address; not found; several; then one of several with its provider named."""
    for held in ("ord_partial", "1004", "ord_disagree", "ord_nowhere", "FL-24-00391", "ada@example.com", "4711"):
        say(f"{held}: {await follow(client, held)}")
    say(f"4711: {await follow(client, '4711', provider='polinate')}")


def run(main: Callable[[], Awaitable[None]], advice: str) -> None:
    """Run an example. A server that cannot be reached is one sentence and exit code 1."""
    end = None
    try:
        anyio.run(main)
    except* (MCPError, httpx2.HTTPError, OSError) as errors:
        cause: BaseException = errors
        while isinstance(cause, BaseExceptionGroup):
            cause = cause.exceptions[0]
        end = f"The server cannot be reached: {str(cause).rstrip('.')}. {advice}"
    sys.exit(end)
