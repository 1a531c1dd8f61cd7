"""What of the first lines is certain, so that it may be answered without the SDK. Standard library only."""

import json
from typing import Any

VERSION = "io.modelcontextprotocol/protocolVersion"
# Longer numbers are left to the SDK, whose parsers do not agree on what to make of them.
MAX_CERTAIN_ID = 10**100
# Values inside one another, of which the SDK's JSON parser takes fewer than ours.
MAX_CERTAIN_BRACKETS = 100

# Messages of these shapes, which the SDK is known to accept. A type or a tuple of types stands for a value of it, a set
# for one of its members, a list for any number of its one member, a dict for an object with at least these members. `?`
# marks a member that may be missing or null, `~` one that may be missing, `*` stands for every member.
TOKEN = {"progressToken~": (str, int)}
CAPABILITIES = {
    "roots?": {"listChanged?": bool},
    "sampling?": {"context?": dict, "tools?": dict},
    "elicitation?": {"form?": dict, "url?": dict},
    "tasks?": {
        "list?": dict,
        "cancel?": dict,
        "requests?": {"sampling?": {"createMessage?": dict}, "elicitation?": {"create?": dict}},
    },
    "experimental?": {"*": dict},
    "extensions?": {"*": dict},
}
CLIENT = {
    "name": str,
    "version": str,
    "title?": str,
    "description?": str,
    "websiteUrl?": str,
    "icons?": [{"src": str, "mimeType?": str, "sizes?": [str], "theme?": {"light", "dark"}}],
}
ASKS_TO_INITIALIZE = {
    "method": {"initialize"},
    "params": {"protocolVersion": str, "capabilities": CAPABILITIES, "clientInfo": CLIENT, "_meta?": TOKEN},
}
ASKS_TO_DISCOVER = {
    "method": {"server/discover"},
    "params": {
        "_meta": {
            VERSION: str,
            "io.modelcontextprotocol/clientCapabilities": CAPABILITIES,
            "io.modelcontextprotocol/clientInfo?": CLIENT,
            "io.modelcontextprotocol/logLevel?": {"debug", "info", "notice", "warning", "error", "critical"},
            **TOKEN,
        }
    },
}


def fits(value: Any, shape: Any) -> bool:
    """Whether a value has a shape, as described above."""
    if isinstance(shape, set):
        return isinstance(value, str) and value in shape
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(member, shape[0]) for member in value)
    if not isinstance(shape, dict):
        return type(value) in (shape if isinstance(shape, tuple) else (shape,))
    if not isinstance(value, dict):
        return False
    if "*" in shape:
        return all(fits(member, shape["*"]) for member in value.values())
    return all(_fits_member(value, key, inner) for key, inner in shape.items())


def _fits_member(value: dict[str, Any], key: str, shape: Any) -> bool:
    name = key.rstrip("?~")
    if name not in value:
        return name != key
    return (value[name] is None and key.endswith("?")) or fits(value[name], shape)


def read(line: str) -> dict[str, Any]:
    """The message of a line; nothing where it is not certain what that is."""
    if line.count("{") + line.count("[") > MAX_CERTAIN_BRACKETS:
        return {}
    try:
        message = json.loads(line)
        written(message).encode()  # half a surrogate pair is text to our parser, and an error to the SDK's
    except ValueError:
        return {}
    known = isinstance(message, dict) and message.keys() <= {"jsonrpc", "id", "method", "params"}
    return message if known and message.get("jsonrpc") == "2.0" else {}


def certain_id(message: dict[str, Any]) -> str | None:
    """The id of a request as the SDK writes it; None where there is none, or none that is certain."""
    id = message.get("id")
    if type(id) is int and abs(id) <= MAX_CERTAIN_ID:
        return str(id)
    return written(id) if isinstance(id, str) else None


def written(value: Any) -> str:
    """JSON as the SDK writes it."""
    return json.dumps(value, ensure_ascii=False)
