"""Characters that a server puts before a model: the list of its tools, and an answer in each channel."""

import json
from typing import Any

from ..messages import MODERN
from ..orders import LINES
from ..peers import OURS, over_stdio
from ..results import Figure
from ..run import Run

TITLE = "Characters for the model"
DETAILS = ("summary", "standard", "full")
CHANNELS = ("text", "structured")
TOOLS = Figure("characters of tools/list")


def characters(channel: str, lines: int, detail: str = "") -> Figure:
    """Of one channel of an answer; only order-mcp has levels of detail."""
    return Figure(f"characters, {channel}", lines=lines, detail=detail)


def measure(run: Run) -> None:
    """Only once: the same answer always has the same length."""
    if run.round:
        return
    with run.upstream_with() as upstream:
        for peer in run.peers:
            with over_stdio(peer, upstream, run.placement.server, MODERN) as (conversation, _):
                conversation.open()
                tools = json.loads(conversation.list_tools())["result"]["tools"]
                run.results.add(TOOLS, peer.name, len(_compact(tools)))
                for lines in LINES:
                    for detail in DETAILS if peer is OURS else (None,):
                        result = json.loads(conversation.look_up(lines, detail))["result"]
                        for channel, count in counted(result).items():
                            run.results.add(characters(channel, lines, detail or ""), peer.name, count)


def counted(result: dict[str, Any]) -> dict[str, int]:
    """Characters of each channel of a tool's result: all text blocks together, and the structured content."""
    text = sum(len(block["text"]) for block in result["content"] if block["type"] == "text")
    structured = result.get("structuredContent")
    return {"text": text, "structured": 0 if structured is None else len(_compact(structured))}


def _compact(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
