"""What an agent does with an order id, whatever the transport: act on the answer, or on the error's next step."""

import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import httpx2
from mcp import MCPError
from mcp.client import Client

from ending import say


async def follow(client: Client, order_id: str, provider: str = "auto") -> str:
    """Look one order up and say in one line what to do about it."""
    result = await client.call_tool("get_order", {"order_id": order_id, "provider": provider, "detail": "summary"})
    if not result.is_error:
        order: dict[str, Any] = result.structured_content
        # Absent is not "no": then the provider does not say whether anybody has to act.
        todo = {True: "ask the customer to act", False: "nothing to do", None: "not said whether anybody has to act"}
        doubts = "".join(f"; in doubt: {warning['code']}" for warning in order.get("warnings", []))
        return f"{order_id}: {order['status']} at {order['provider']}, {todo[order.get('requires_action')]}{doubts}"
    # An error is one text block whose last line is JSON; `next_step` is there to be branched on.
    error = json.loads(result.content[0].text.splitlines()[-1])["error"]
    match error["next_step"]:
        case "check_id" if "not_asked" in error:
            return f"{order_id}: not found, perhaps a number from paper: ask the customer for the id"
        case "check_id":
            return f"{order_id}: not found, ask the customer for the id again"
        case "fix_arguments":
            return f"{order_id}: not an id, ask the customer for the id"
        case "ask_user":
            choices = ", ".join(f"{each['provider']} {each['status']}" for each in error["candidates"])
            return f"{order_id}: several have it ({choices}), ask when and what"
        case "retry_later":
            return f"{order_id}: {error['code']}, try again in {error.get('retry_after_seconds', 60)} seconds"
        case _:
            return f"{order_id}: {error['code']}, hand over to a person"


async def work_through(client: Client) -> None:
    """Found in three ways, not found in three; then an ambiguous one again with its provider named."""
    for order_id in ("ord_partial", "1004", "ord_disagree", "ord_nowhere", "FL-24-00391", "ada@example.com", "4711"):
        say(await follow(client, order_id))
    say(await follow(client, "4711", provider="polinate"))


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
