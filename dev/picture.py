"""docs/conversation.svg: a conversation as a host shows it. The calls and answers are those of a real run.

Starts the server in sandbox mode over stdio, asks it with a real MCP client, and draws questions, calls and answers.
No model takes part: the questions are written here, and what is said is the first text block that the server sent.
`make regen` writes the picture.
"""

import json
import sys
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from mcp.client import Client
from mcp.client.stdio import StdioServerParameters

from .documents import ROOT

PICTURE = ROOT / "docs" / "conversation.svg"
TITLE = "A conversation with order-mcp in sandbox mode"
# What somebody types, and the arguments that a host would call get_order with.
TURNS: tuple[tuple[str, dict[str, str]], ...] = (
    ("Where is order ord_partial?", {"order_id": "ord_partial", "detail": "summary"}),
    ("And 4711?", {"order_id": "4711", "detail": "summary"}),
    ("The one at Polinate.", {"order_id": "4711", "provider": "polinate", "detail": "summary"}),
)
# The keys of an answer that are drawn; where others are left out, the picture says so.
SHOWN = ("provider", "id", "status", "provider_status", "payment_status", "totals")
ERROR_SHOWN = ("code", "retryable", "next_step")

WIDTH, MARGIN, PADDING = 860, 24, 14
SANS = "Helvetica, Arial, 'Liberation Sans', sans-serif"
MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"


@dataclass(frozen=True, slots=True)
class Look:
    """How one kind of box is drawn."""

    label: str
    font: str
    size: int
    line_height: int
    columns: int
    """Characters that fit into a line. The reader's font is not known, so there is room to spare."""
    fill: str
    ink: str
    x: int
    width: int


QUESTION = Look("You", SANS, 16, 23, 44, "#0b57d0", "#ffffff", 480, WIDTH - MARGIN - 480)
CALL = Look("Tool call", MONO, 13, 19, 96, "#20242c", "#d7e3f4", MARGIN, WIDTH - 2 * MARGIN)
ANSWER = Look("order-mcp says", SANS, 16, 23, 92, "#ffffff", "#1f2328", MARGIN, WIDTH - 2 * MARGIN)
Box = tuple[Look, list[str]]


async def picture() -> str:
    """The picture, from a run of the server."""
    server = StdioServerParameters(command=sys.executable, args=["-m", "order_mcp", "--sandbox"])
    boxes: list[Box] = []
    async with Client(server) as client:
        for question, arguments in TURNS:
            result = await client.call_tool("get_order", dict(arguments))
            *said, data = "\n".join(block.text for block in result.content if block.type == "text").splitlines()
            call = [f"get_order {json.dumps(arguments)}", f"→ {_excerpt(json.loads(data))}"]
            boxes += [
                (QUESTION, _wrapped(QUESTION, [question])),
                (CALL, _wrapped(CALL, call)),
                (ANSWER, _wrapped(ANSWER, said)),
            ]
    return _svg(boxes)


def _excerpt(data: dict[str, Any]) -> str:
    if "error" in data:
        return f'{{"error": {_only(ERROR_SHOWN, data["error"])}}}'
    return _only(SHOWN, data)


def _only(keys: tuple[str, ...], data: dict[str, Any]) -> str:
    shown = {key: data[key] for key in keys if key in data}
    left_out = ", …" if len(shown) < len(data) else ""
    return f"{json.dumps(shown, ensure_ascii=False)[:-1]}{left_out}}}"


def _wrapped(look: Look, paragraphs: Iterable[str]) -> list[str]:
    # A count stays with what it counts: `textwrap` does not break at a no-break space.
    bound = (text.replace(" × ", "\u00a0×\u00a0") for text in paragraphs)
    return [line for text in bound for line in textwrap.wrap(text, look.columns)]


def _svg(boxes: list[Box]) -> str:
    drawn: list[str] = []
    y = MARGIN
    for look, lines in boxes:
        drawn.append(
            f'<text x="{look.x + 2}" y="{y + 10}" font-family="{SANS}" font-size="12" '
            f'fill="#57606a">{look.label}</text>'
        )
        y += 18
        height = 2 * PADDING + look.line_height * len(lines) - (look.line_height - look.size)
        drawn.append(
            f'<rect x="{look.x}" y="{y}" width="{look.width}" height="{height}" rx="10" fill="{look.fill}" '
            'stroke="#d0d7de"/>'
        )
        for number, line in enumerate(lines):
            base = y + PADDING + look.size - 3 + number * look.line_height
            drawn.append(
                f'<text x="{look.x + PADDING}" y="{base}" font-family="{look.font}" font-size="{look.size}" '
                f'fill="{look.ink}">{escape(line)}</text>'
            )
        y += height + (PADDING if look is not ANSWER else 2 * PADDING)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" height="{y}" role="img" '
        f'aria-label="{TITLE}">'
    )
    background = f'<rect width="{WIDTH}" height="{y}" rx="12" fill="#f6f8fa"/>'
    return "\n".join([head, f"<title>{TITLE}</title>", background, *drawn, "</svg>", ""])
