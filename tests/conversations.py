"""Whole conversations with the server in this process: what it says to lines, with and without the early answers."""

import io
import json
import time
from collections.abc import Iterable
from typing import Any

import anyio

from order_mcp.config import read_config
from order_mcp.protocol.early import Overture
from order_mcp.protocol.server import build_server
from order_mcp.protocol.stdio import serve_stdio

SERVER = build_server(read_config({}))


class Plain:
    """Both ends of a pipe, and nobody in between."""

    def __init__(self, source: io.TextIOBase, wire: io.BytesIO) -> None:
        self.readline = source.readline
        self.flush = wire.flush
        self._wire = wire

    def write(self, text: str) -> None:
        self._wire.write(text.encode())


class Patient(io.TextIOWrapper):
    """Input that ends a little late: the SDK drops what it is still working on at the end."""

    def __init__(self, lines: bytes, seconds: float) -> None:
        super().__init__(io.BytesIO(lines), encoding="utf-8", errors="replace")
        self._seconds = seconds

    def readline(self, size: int = -1, /) -> str:
        if not (text := super().readline(size)):
            time.sleep(self._seconds)
        return text


def line(message: Any) -> bytes:
    """A message as a host writes it."""
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


def said_by_the_sdk(lines: bytes, patience: float = 0.1) -> bytes:
    """Everything that the SDK alone says to these lines."""
    wire = io.BytesIO()
    anyio.run(serve_stdio, SERVER, Plain(Patient(lines, patience), wire))
    return wire.getvalue()


def said_early(lines: bytes, patience: float = 0.1) -> tuple[bytes, bytes]:
    """What is said before the SDK is there, and everything that is said in the end."""
    wire = io.BytesIO()
    overture = Overture(Patient(lines, patience), wire)
    overture.play()
    early = wire.getvalue()
    anyio.run(serve_stdio, SERVER, overture)
    return early, wire.getvalue()


def compared(lines: bytes) -> tuple[bytes, bytes, bytes]:
    """What is said early, everything that is said in the end, and everything that the SDK alone says."""
    for patience in (0.005, 0.5):  # enough, and enough on a busy machine
        early, ours = said_early(lines, patience)
        alone = said_by_the_sdk(lines, patience)
        if ours == alone:
            break
    return early, ours, alone


def answers(said: Iterable[bytes]) -> dict[Any, dict[str, Any]]:
    """The answers by their ids, after checking that each is JSON-RPC on a line of its own, and given once."""
    messages = [json.loads(each) for each in said]
    assert all(message["jsonrpc"] == "2.0" and ("result" in message) != ("error" in message) for message in messages)
    by_id = {message["id"]: message for message in messages}
    assert len(by_id) == len(messages), "an id was answered twice"
    return by_id
