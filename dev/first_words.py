"""What the SDK answers first, asked of the real server; `make regen` writes it into the package."""

import json
import subprocess
import sys
from typing import Any

from .documents import ROOT

FIRST_WORDS = ROOT / "src" / "order_mcp" / "protocol" / "first_words.py"
MODERN = "2026-07-28"
VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
CLIENT = {"name": "regen", "version": "1"}
DISCOVER = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "server/discover",
    "params": {
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": CLIENT,
        }
    },
}
# Past the module that answers early: the SDK's own words.
SDK_ONLY = (sys.executable, "-c", "from order_mcp.commands.cli import main; main([])")
EARLY = (sys.executable, "-m", "order_mcp")
UNKNOWN = "2999-12-31"
HEAD = '"""The first answers, as the SDK gives them. Made by `make regen`; not to be edited."""\n'


def initialize(version: str, id: Any = 1) -> dict[str, Any]:
    """A 2025 handshake."""
    params = {"protocolVersion": version, "capabilities": {}, "clientInfo": CLIENT}
    return {"jsonrpc": "2.0", "id": id, "method": "initialize", "params": params}


def first_answer(command: tuple[str, ...], message: dict[str, Any]) -> bytes:
    """The first line that a server says to a message."""
    asked = json.dumps(message).encode() + b"\n"
    return subprocess.run(command, input=asked, capture_output=True, timeout=60, check=True).stdout.splitlines()[0]


def module() -> str:
    """The module's text."""
    discover = _answer(first_answer(SDK_ONLY, DISCOVER))
    unknown = json.loads(json.dumps(DISCOVER).replace(MODERN, UNKNOWN))
    unsupported = _answer(first_answer(SDK_ONLY, unknown)).replace(UNKNOWN, "{asked}")
    handshakes = {_answer(first_answer(SDK_ONLY, initialize(v))).replace(v, "{version}") for v in VERSIONS}
    [handshake] = handshakes
    versions = f"VERSIONS = {json.dumps(VERSIONS)}".replace("[", "(").replace("]", ")")
    constants = {"DISCOVER": discover, "UNSUPPORTED": unsupported, "INITIALIZE": handshake}
    texts = "".join(_constant(name, text) for name, text in constants.items())
    return f'{HEAD}\nMODERN = "{MODERN}"\n{versions}\n{texts}'


def _answer(line: bytes) -> str:
    """The answer without its frame: `"result":…` or `"error":…`."""
    return line.decode().removeprefix('{"jsonrpc":"2.0","id":1,').removesuffix("}")


def _constant(name: str, text: str) -> str:
    pieces = [text[start : start + 100] for start in range(0, len(text), 100)]
    # Quoted as the formatter would.
    quoted = [f'"{piece}"' if '"' not in piece else repr(piece) for piece in pieces]
    return f"{name} = (\n" + "".join(f"    {piece}\n" for piece in quoted) + ")\n"
