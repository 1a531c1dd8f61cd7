"""What customers are told where they are verified, for docs/answers.md: asked of the sandbox, through the real desk."""

from typing import Any

import anyio

from order_mcp.config import read_config
from order_mcp.desk import Desk, open_desk
from order_mcp.errors import OrderMcpError
from order_mcp.hosting.counts import Counts
from order_mcp.hosting.overseen import overseen
from order_mcp.hosting.telemetry import Telemetry
from order_mcp.models import Noun
from order_mcp.sandbox import running
from order_mcp.verified import VERIFIED_TOOL

RIGHT = {"order_id": "ord_partial", "email": "ada.brightwell@example.com"}
WRONG = RIGHT | {"email": "eve@example.com"}
# What happens, what is asked, and how many wrong answers came before.
CASES: tuple[tuple[str, dict[str, Any], int], ...] = (
    ("the e-mail address is right", RIGHT, 0),
    ("a number and a postal code that are right", {"order_id": "PO-2026-118", "postal_code": "94607"}, 0),
    ("the e-mail address is wrong", WRONG, 0),
    ("there is no such order", WRONG | {"order_id": "ord_nowhere"}, 0),
    ("nothing shows whose order it is", {"order_id": "ord_partial"}, 0),
    ("the postal code is too short", {"order_id": "ord_partial", "postal_code": "LS1"}, 0),
    ("the sixth answer after five wrong ones", RIGHT, 5),
)


def verifications_md() -> str:
    """The section about customers who are verified."""
    head = [
        "## When a customer is verified",
        "",
        "With `ORDER_MCP_VERIFY=1`. `ask_human` is the step that hands over to a person.",
        "",
        "| | a customer is told |",
        "|---|---|",
    ]
    with running() as sandbox:
        rows = [f"| {case} | {anyio.run(_told, sandbox.environment, given, before)} |" for case, given, before in CASES]
    return "\n".join([*head, *rows, ""])


async def _told(variables: dict[str, str], given: dict[str, Any], wrong_before: int) -> str:
    config = read_config(variables | {"ORDER_MCP_VERIFY": "1"})
    async with open_desk(config, overseen(config, Counts(None), Telemetry(), budgets=False)) as desk:
        for _ in range(wrong_before):
            await _answer(desk, WRONG)
        return await _answer(desk, given)


async def _answer(desk: Desk, given: dict[str, Any]) -> str:
    caller = desk.config.caller
    try:
        return (await desk.answer(caller, VERIFIED_TOOL, given | {"detail": "summary"})).summary
    except OrderMcpError as error:
        return f"`{error.code}`, `{error.next_step}`: {desk.refusal(caller, error, Noun.ORDER).sentence}"
