"""Whole conversations with the server in this process: what it says to lines, with and without the early answers."""

import json
import os
import tempfile
import threading
from collections.abc import Iterable, Mapping
from io import FileIO
from pathlib import Path
from typing import Any

import anyio

from dev.first_words import Patient, said_by_the_sdk
from order_mcp.config import read_config
from order_mcp.protocol.early import Pipe
from order_mcp.protocol.server import build_server
from order_mcp.protocol.stdio import serve_stdio

from .processes import PATIENCE

SERVER = build_server(read_config({}))


def said_early(lines: bytes, patience: float = 0.1) -> tuple[bytes, bytes]:
    """What is said before the SDK is there, and everything that is said in the end."""
    source = Patient(lines, patience)
    with tempfile.NamedTemporaryFile() as said, FileIO(os.dup(said.fileno()), "wb") as wire:
        pipe = Pipe(source, wire)
        reading = threading.Thread(target=pipe.read)
        reading.start()
        source.is_read.wait(PATIENCE)
        early = Path(said.name).read_bytes()
        anyio.run(serve_stdio, SERVER, pipe)
        reading.join()
        return early, Path(said.name).read_bytes()


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


class Played:
    """A server in this process, at the other end of two real pipes: started as hosts start it, without a process."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.lines: list[bytes] = []
        reads, self._stdin = os.pipe()
        out, writes = os.pipe()
        source = os.fdopen(reads, encoding="utf-8", errors="replace")
        wire = FileIO(writes, "wb")
        pipe = Pipe(source, wire)
        server = build_server(read_config(variables))

        def serve() -> None:
            anyio.run(serve_stdio, server, pipe)
            wire.close()
            source.close()

        self._threads = [threading.Thread(target=each) for each in (pipe.read, serve, lambda: self._read(out))]
        for thread in self._threads:
            thread.start()

    def _read(self, out: int) -> None:
        with os.fdopen(out, "rb") as pipe:
            for said in pipe:
                self.lines.append(said)

    def write(self, sent: bytes) -> None:
        os.write(self._stdin, sent)

    def leave(self) -> None:
        """Close its input, and wait for it to end by itself."""
        os.close(self._stdin)
        for thread in self._threads:
            thread.join(20)
            assert not thread.is_alive()
