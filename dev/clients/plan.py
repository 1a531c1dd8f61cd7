"""The five steps that every client takes, and what it has to see at each."""

import json
from collections.abc import Mapping
from typing import Any

TOOLS = ["get_order", "get_cart", "find_orders"]
# Step → what the client asks for. Listing the tools is the step before these.
STEPS: dict[str, dict[str, Any]] = {
    "order": {"tool": "get_order", "arguments": {"order_id": "ord_partial", "provider": "flexportal"}},
    "cart": {"tool": "get_cart", "arguments": {"cart_id": "2001"}},
    "error": {"tool": "get_order", "arguments": {"order_id": "ord_nowhere", "provider": "flexportal"}},
    "unknown": {"tool": "get_invoice", "arguments": {"invoice_id": "1"}},
}
# What an answer has to hold, whichever channel a client reads.
ANSWERS: dict[str, dict[str, Any]] = {
    "order": {"provider": "flexportal", "id": "ord_partial", "status": "partially_fulfilled", "item_count": 5},
    "cart": {"provider": "fleet", "id": "2001", "totals": {"rent": "143.30"}, "line_items_total": 3},
}
ERROR = {"code": "not_found", "provider": "flexportal", "retryable": False, "next_step": "check_id"}
SANDBOX = "Sandbox data, not a real order."

Sighting = Mapping[str, Any]
"""What a client saw of one step: `shape` in words, and `text` and `structured` as far as it shows them."""


def complaints(saw: Mapping[str, Any]) -> list[str]:
    """Everything that is not as it should be in one client's report."""
    steps: Mapping[str, Sighting] = saw["steps"]
    checks = [
        (saw["tools"] == TOOLS, f"it lists {saw['tools']}"),
        *((_answers(steps[name], expected), f"{name}: {steps[name]}") for name, expected in ANSWERS.items()),
        (_tells_the_error(steps["error"]), f"error: {steps['error']}"),
        (_refuses(steps["unknown"]), f"unknown: {steps['unknown']}"),
    ]
    return [complaint for fine, complaint in checks if not fine]


def _answers(saw: Sighting, expected: Mapping[str, Any]) -> bool:
    """Each channel that the client shows is enough alone, and they say the same."""
    channels = [saw["structured"]] if saw.get("structured") else []
    if saw.get("text"):
        try:
            summary, data = saw["text"]
            channels.append({"summary": summary} | json.loads(data))
        except ValueError:
            return False
    if not channels or any(channel != channels[0] for channel in channels):
        return False
    return channels[0]["summary"].startswith(SANDBOX) and expected.items() <= channels[0].items()


def _tells_the_error(saw: Sighting) -> bool:
    """The sentence and the line of JSON arrive in the text; a framework may write something of its own around them."""
    text = "\n".join(saw["text"])
    return saw.get("structured") is None and SANDBOX in text and json.dumps(ERROR, separators=(",", ":")) in text


def _refuses(saw: Sighting) -> bool:
    """The server says that there is no such tool, or the client knew and did not ask."""
    text = "\n".join(saw["text"])
    return saw.get("structured") is None and ("Unknown tool" in text or "get_invoice" in text)
