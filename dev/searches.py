"""What searches answer, for docs/answers.md: asked of the sandbox, through the same desk as everything."""

from functools import partial
from typing import Any

import anyio

from order_mcp.config import read_config
from order_mcp.desk import open_desk
from order_mcp.errors import OrderMcpError
from order_mcp.models import Noun
from order_mcp.sandbox import running
from order_mcp.tools import FIND_TOOL

NUMBER, MISSED = {"order_number": "FL-24-00391"}, {"order_number": "FL-24-99999"}
# What happens, what is asked, and whose lists are how odd (see `order_mcp.sandbox.lists`).
SEARCHES: tuple[tuple[str, dict[str, Any], dict[str, str]], ...] = (
    ("one order has the number", NUMBER, {}),
    ("the number of a contract", {"order_number": "CTR-20391-A"}, {}),
    ("a number that is an id at FlexPortal", {"order_number": "4711"}, {}),
    ("a custom field at FlexPortal", {"order_number": "PO-2026-118"}, {}),
    ("several orders of one customer", {"email": "ada@example.com"}, {}),
    ("more orders than were asked for", {"email": "jonas.keller@example.com", "limit": 2}, {}),
    ("nobody has the number", MISSED, {}),
    ("nobody has the address", {"email": "nobody@example.com"}, {}),
    ("a list that is too long", MISSED | {"provider": "fleet"}, {"FLEET_API_KEY": "long"}),
    ("a rate limit in the middle", MISSED | {"provider": "fleet"}, {"FLEET_API_KEY": "limited"}),
    ("found, and the list changed meanwhile", NUMBER | {"provider": "fleet"}, {"FLEET_API_KEY": "shifting"}),
    ("a list without numbers", NUMBER | {"provider": "fleet"}, {"FLEET_API_KEY": "nameless"}),
    ("a filter that is ignored", {"email": "nobody@example.com"}, {"FLEXPORTAL_API_KEY": "ignored"}),
    ("one provider cannot be asked, another finds it", NUMBER, {"POLINATE_API_KEY": "of nobody"}),
    ("a provider that cannot be searched by this", {"email": "ada@example.com", "provider": "fleet"}, {}),
)


def searches_md() -> str:
    """The section about finding orders."""
    head = ["## When an order is searched", "", "Customers search nobody's orders.", "", "| | an agent is told |"]
    with running() as sandbox:
        rows = [f"| {case} | {anyio.run(partial(_told, sandbox.environment, *row))} |" for case, *row in SEARCHES]
    return "\n".join([*head, "|---|---|", *rows, ""])


async def _told(variables: dict[str, str], given: dict[str, Any], odd: dict[str, str]) -> str:
    keys = {name: f"{variables[name]}-{oddity}" for name, oddity in odd.items()}
    config = read_config(variables | keys)
    async with open_desk(config) as desk:
        try:
            return (await desk.answer(config.caller, FIND_TOOL, given)).summary
        except OrderMcpError as error:
            return f"`{error.code}`: {desk.refusal(config.caller, error, Noun.ORDER).sentence}"
