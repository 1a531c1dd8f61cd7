"""What the SDK answers first, asked of the real server; `make regen` writes it into the package."""

import io
import json
import sys
import time
from functools import cache
from threading import Event
from typing import Any

import anyio
from mcp.server.stdio import stdio_server

from order_mcp.config import read_config
from order_mcp.protocol.server import build_server

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
# On the SDK's own transport: its own words.
SDK_ONLY = (sys.executable, "-c", "import anyio; from dev.first_words import serve; anyio.run(serve)")
EARLY = (sys.executable, "-m", "order_mcp")
UNKNOWN = "2999-12-31"
HEAD = '"""The first answers, as the SDK gives them. Made by `make regen`; not to be edited."""\n'


def initialize(version: str, id: Any = 1) -> dict[str, Any]:
    """A 2025 handshake."""
    params = {"protocolVersion": version, "capabilities": {}, "clientInfo": CLIENT}
    return {"jsonrpc": "2.0", "id": id, "method": "initialize", "params": params}


class Patient(io.TextIOWrapper):
    """Input that ends a little late: the SDK drops what it is still working on at the end."""

    def __init__(self, lines: bytes, seconds: float) -> None:
        super().__init__(io.BytesIO(lines), encoding="utf-8", errors="replace")
        self._seconds = seconds
        self.is_read = Event()

    def readline(self, size: int = -1, /) -> str:
        if not (text := super().readline(size)):
            self.is_read.set()
            time.sleep(self._seconds)
        return text


def line(message: Any) -> bytes:
    """A message as a host writes it."""
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


@cache
def _server() -> Any:
    return build_server(read_config({}))


def said_by_the_sdk(lines: bytes, patience: float = 0.1) -> bytes:
    """Everything that the SDK alone says to these lines."""
    wire = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n")
    anyio.run(serve, Patient(lines, patience), wire)
    wire.seek(0)
    return wire.read().encode()


async def serve(source: io.TextIOWrapper | None = None, wire: io.TextIOWrapper | None = None) -> None:
    """The server on the SDK's own transport: over these, or over standard input and output."""
    streams = [None if each is None else anyio.wrap_file(each) for each in (source, wire)]
    async with stdio_server(*streams) as ends:
        await _server().run(*ends, _server().create_initialization_options())


def first_answer(message: dict[str, Any]) -> bytes:
    """The first line that the SDK says to a message."""
    return said_by_the_sdk(line(message)).splitlines()[0]


def module() -> str:
    """The module's text."""
    discover = _answer(first_answer(DISCOVER))
    unknown = json.loads(json.dumps(DISCOVER).replace(MODERN, UNKNOWN))
    unsupported = _answer(first_answer(unknown)).replace(UNKNOWN, "{asked}")
    handshakes = {_answer(first_answer(initialize(v))).replace(v, "{version}") for v in VERSIONS}
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
