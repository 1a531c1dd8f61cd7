"""`order-mcp get-order`, `get-cart` and `find`: one question from the terminal, through the same desk as the tools."""

import json
import sys
from argparse import Namespace
from typing import Any

from ..config import Config
from ..desk import open_desk
from ..errors import InvalidInput, NotFound, OrderMcpError
from ..tools import ORDER_TOOL
from .oversight import oversight_of
from .terminal import FAILED, FOUND, NOT_FOUND, USAGE, Stop

# What an argument of a tool is called on the command line, where that is not its own name.
OPTIONS = {"order_id": "id", "cart_id": "id", "order_number": "number"}


async def look_up(config: Config, options: Namespace) -> int:
    """Print the answer or the error; returns the exit code."""
    tool = options.tool
    if tool is ORDER_TOOL and not config.hosted.verify and (options.email or options.postal_code):
        raise Stop("--email and --postal-code count only where ORDER_MCP_VERIFY is set.")
    if config.hosted.verify and tool is ORDER_TOOL:
        from ..verified import VERIFIED_TOOL  # loaded only where customers are verified

        tool = VERIFIED_TOOL
    names = tool.arguments.rules(())
    given = {name: value for name in names if (value := getattr(options, OPTIONS.get(name, name), None)) is not None}
    async with open_desk(config, oversight_of(config)) as desk:
        try:
            answer = await desk.answer(config.caller, tool, given)
        except OrderMcpError as error:
            refusal = desk.refusal(config.caller, error, options.tool.noun)
            if options.json:
                print(_readable(refusal.data | {"message": refusal.sentence}))
            else:
                print(refusal.text, file=sys.stderr)
            return NOT_FOUND if isinstance(error, NotFound) else USAGE if isinstance(error, InvalidInput) else FAILED
    print(*([_readable(answer.structured)] if options.json else [answer.summary, answer.text]), sep="\n")
    return FOUND


def _readable(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2)
