"""A support chat that answers "where is my order?" without any model: it finds the id and reads the summary out.

Run: python examples/support_chat.py, then type; or pipe a conversation in. The server runs for the audience
`customer`, so that what it says may be shown as it is. It does not check who is asking: not yet for the public.
"""

import json
import re
import sys

import anyio
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters

# What looks like an id: digits, or a word with a digit or an underscore in it.
ID = re.compile(r"#?\b(?:[0-9]{2,}|\w*[0-9_]\w*(?:-\w+)*)\b")

SORRY = {
    "check_id": "I cannot find an order with that id. Could you check it?",
    "ask_user": "I find more than one order with that id. Which shop is it from?",
    "retry_later": "The order system does not answer right now. Please try again in a minute.",
}


async def reply(client: Client, message: str) -> str:
    """What to answer to one message of a customer."""
    if not (found := ID.search(message)):
        return "Which order is it? Please send me its id."
    result = await client.call_tool("get_order", {"order_id": found[0], "detail": "summary"})
    if not result.is_error:
        return result.content[0].text
    error = json.loads(result.content[0].text.splitlines()[-1])["error"]
    return SORRY.get(error["next_step"], "I cannot look that up. Let me get a colleague.")


async def main() -> None:
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "order_mcp", "--sandbox"],
        env={"ORDER_MCP_AUDIENCE": "customer"},
    )
    async with Client(server) as client:
        for line in sys.stdin:
            print(f"customer: {line.strip()}")
            print(f"support:  {await reply(client, line)}", flush=True)


anyio.run(main)
