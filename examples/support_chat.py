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

# What follows "order", "id" or "#", or stands alone, is taken as an id, whole. A number from the middle of a sentence
# is not: it may be a date, or a part of another number, and would find the order of somebody else.
NAMED = re.compile(r"(?:\border|\bid|#)[ :#]*(\S*[0-9_]\S*)", re.IGNORECASE)
ALONE = re.compile(r"\s*(\S*[0-9_]\S*)\s*")
EMAIL = re.compile(r"(\S+@\S+)")


async def reply(client: Client, message: str) -> str:
    """What to answer to one message of a customer."""
    if not (found := NAMED.search(message) or ALONE.fullmatch(message) or EMAIL.search(message)):
        return "Which order is it? Please send me its id."
    order_id = found[1].strip("#.,;:!?()\"'")
    result = await client.call_tool("get_order", {"order_id": order_id, "detail": "summary"})
    # For this audience both the summary and the sentence of an error may be sent as they are.
    sentence = result.content[0].text.splitlines()[0]
    if result.is_error:
        error = json.loads(result.content[0].text.splitlines()[-1])["error"]
        if error["next_step"] in ("tell_operator", "tell_user"):
            print(f"(to the team: {error['code']})", file=sys.stderr)
    return sentence


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
