"""`order-mcp get-order` and `get-cart`: one look-up from the terminal, through the same desk as the tools."""

import json
import sys
from argparse import Namespace
from typing import Any

from ..config import Config
from ..desk import open_desk
from ..errors import InvalidInput, NotFound, OrderMcpError
from .terminal import FAILED, FOUND, NOT_FOUND, USAGE


async def look_up(config: Config, options: Namespace) -> int:
    """Print the answer or the error; returns the exit code."""
    given: dict[str, Any] = {
        f"{options.tool.noun}_id": options.id,
        "provider": options.provider,
        "detail": options.detail,
        "item_offset": options.item_offset,
    }
    async with open_desk(config) as desk:
        try:
            answer = await desk.answer(config.caller, options.tool, given)
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
