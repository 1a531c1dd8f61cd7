"""The differences that the gateway is known to make, each with its reason. Anything else has to arrive unchanged."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .contextforge import ADMIN, Mode


@dataclass(frozen=True, slots=True)
class Difference:
    """What one thing becomes on its way through the gateway."""

    becomes: Any
    why: str


def _error(text: str) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": text}], "isError": True, "resultType": "complete"}


def _refused(status: str) -> dict[str, Any]:
    more = f"For more information check: https://developer.mozilla.org/en-US/docs/Web/HTTP/Status/{status[:3]}"
    return _error(f"Tool invocation failed: Client error '{status}' for url 'ADDRESS'\n{more}")


IN_BOTH = {
    "protocol version": Difference("2025-11-25", "the SDK that it is built on knows no newer one"),
    "server": Difference("mcp-streamable-http", "it is a server of its own, and gives its own name"),
    "instructions": Difference(None, "those of the servers behind it are left out"),
    "prompts": Difference([], "a virtual server has what its operator puts into it, here only tools"),
    "resource templates": Difference([], "the same; when they are put into it, it lists them, but reads none"),
    "requests of one call": Difference(
        ["initialize", "notifications/initialized", "tools/call", "tools/list"],
        "it connects anew for each call, and lists the tools to check the answer; a limit of requests counts all four",
    ),
}
NO_STATUS = "a status is told as text, with the server's address in it; Retry-After is lost"
SAYS_NOTHING = "whatever goes wrong is told in the same words"
FAILED = "Direct proxy tool invocation failed"
EXPECTED: dict[Mode, dict[str, Difference]] = {
    "cache": IN_BOTH
    | {
        "tools": Difference(
            ["orders-find-orders", "orders-get-cart", "orders-get-order"],
            "several servers may have a tool of one name; it also writes a hyphen for each underscore",
        ),
        "answer: an unknown tool": Difference(_error("Tool not found: orders-get-invoice"), "it does not ask"),
        "caller": Difference(
            None, "it does not say who calls, although it is set to (IBM/mcp-context-forge#6855), and drops the claim"
        ),
        "its key arrives, where the client sends another": Difference(
            False, "X-Upstream-Authorization of any user takes the place of the key"
        ),
        "HTTP 403": Difference(_refused("403 Forbidden"), NO_STATUS),
        "HTTP 429 with Retry-After": Difference(_refused("429 Too Many Requests"), NO_STATUS),
    },
    "direct_proxy": IN_BOTH
    | {
        "answer: an unknown tool": Difference(_error(FAILED), SAYS_NOTHING),
        "caller": Difference(ADMIN, "it says who has signed in to it, whatever the client claims"),
        "HTTP 403": Difference(_error(FAILED), SAYS_NOTHING),
        "HTTP 429 with Retry-After": Difference(_error(FAILED), SAYS_NOTHING),
    },
}


def complaints(direct: Mapping[str, str], through: Mapping[str, str], expected: Mapping[str, Difference]) -> list[str]:
    """Differences that nobody expects, and expected ones that are gone."""
    wrong = []
    for what in dict.fromkeys((*direct, *through, *expected)):
        with_it, without = through.get(what, "missing"), direct.get(what, "missing")
        difference = expected.get(what)
        if difference is None and with_it != without:
            wrong.append(f"{what}: {_shown(without, with_it)} has become {_shown(with_it, without)}")
        elif difference and with_it == without:
            wrong.append(f"{what}: arrives unchanged, so take it out of the table")
        elif difference and with_it != json.dumps(difference.becomes, ensure_ascii=False):
            wrong.append(f"{what}: has become {with_it[:1000]}, unlike in the table ({difference.why})")
    return wrong


def _shown(text: str, other: str) -> str:
    """A piece of the text around where it begins to be different from the other."""
    same = next((at for at, (ours, theirs) in enumerate(zip(text, other, strict=False)) if ours != theirs), 0)
    return text[max(same - 60, 0) : same + 200]
