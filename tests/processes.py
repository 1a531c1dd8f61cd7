"""Order-mcp as other programs meet it: a process with pipes or a port. Every wait here has an end."""

import json
import os
import queue
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio

import order_mcp

PATIENCE = 20.0
"""Seconds after which a test gives up: many times what is needed, so that a busy machine fails nothing."""

MODERN, LEGACY = "2026-07-28", "2025-11-25"
ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


def variables_for(variables: Mapping[str, str], *installed: Path) -> dict[str, str]:
    """A process environment with these variables and nothing of the developer's own; what is `installed` is found."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT", "TEMP") if name in os.environ}
    found = os.pathsep.join(map(str, (*installed, Path(order_mcp.__file__).parents[1])))
    return {**kept, "PYTHONPATH": found, **variables}


def run(*arguments: str, variables: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "order_mcp", *arguments],
        env=variables_for(variables or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
    )


def until(condition: Callable[[], Any], what: str) -> Any:
    """Wait for something that happens in another thread or process."""
    give_up = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < give_up, f"waited in vain for: {what}"
        time.sleep(0.005)
    return value


async def happens(condition: Callable[[], Any], what: str) -> Any:
    """The same for a test that has an event loop to keep going."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        if value := condition():
            return value
        await anyio.sleep(0.005)
    raise AssertionError(f"waited in vain for: {what}")


class Program:
    """A running order-mcp and everything that it wrote."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin and process.stdout and process.stderr
        self.process = process
        self.stdin = process.stdin
        self.lines: list[bytes] = []
        self.errors: list[str] = []
        self._arrived: queue.Queue[bytes] = queue.Queue()
        self._readers = [
            threading.Thread(target=self._read_stdout, args=(process.stdout,), daemon=True),
            threading.Thread(target=self._read_stderr, args=(process.stderr,), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def _read_stdout(self, stream: Any) -> None:
        for line in stream:
            self.lines.append(line)
            self._arrived.put(line)

    def _read_stderr(self, stream: Any) -> None:
        for line in stream:
            self.errors.append(line.decode("utf-8"))

    @property
    def stderr(self) -> str:
        return "".join(self.errors)

    def write(self, line: bytes) -> None:
        self.stdin.write(line if line.endswith(b"\n") else line + b"\n")
        self.stdin.flush()

    def send(self, method: str, params: dict[str, Any] | None = None, *, id: int | None = None) -> None:
        """A JSON-RPC request, or a notification where there is no id."""
        message = {"jsonrpc": "2.0", "method": method} | ({} if params is None else {"params": params})
        self.write(json.dumps(message | ({} if id is None else {"id": id})).encode())

    def answer(self, id: int) -> dict[str, Any]:
        """The next message with this id; others are passed over."""
        give_up = time.monotonic() + PATIENCE
        while True:
            line = self._arrived.get(timeout=max(0.0, give_up - time.monotonic()))
            message: dict[str, Any] = json.loads(line)
            if message.get("id") == id:
                return message

    def initialize(self) -> dict[str, Any]:
        """The handshake of the legacy era."""
        client = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
        self.send("initialize", client, id=0)
        answer = self.answer(0)
        self.send("notifications/initialized")
        return answer

    def leave(self) -> int:
        """Close its input, and wait for it to end by itself."""
        self.stdin.close()
        return self.end()

    def end(self) -> int:
        code = self.process.wait(PATIENCE)
        for reader in self._readers:
            reader.join(PATIENCE)
        return code


@contextmanager
def started(*arguments: str, variables: Mapping[str, str] | None = None) -> Iterator[Program]:
    """Order-mcp with pipes for all three streams; killed at the end if it still runs."""
    with subprocess.Popen(
        [sys.executable, "-m", "order_mcp", *arguments],
        env=variables_for(variables or {}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        program = Program(process)
        try:
            yield program
        finally:
            if process.poll() is None:
                process.kill()
            program.end()


@contextmanager
def serving_http(*arguments: str, variables: Mapping[str, str] | None = None) -> Iterator[tuple[Program, str]]:
    """`serve --http` on a free port, and the URL that it printed."""
    with started("serve", "--http", "--port", "0", *arguments, variables=variables) as program:

        def url() -> Any:
            assert program.process.poll() is None, program.stderr
            return re.search(r"http://\S+/mcp\b", program.stderr)

        yield program, until(url, "the URL on standard error").group(0)


Talk = Callable[[Any, threading.Event, bytes], None]


@contextmanager
def raw_provider(talk: Talk, *, wrap: Callable[[Any], Any] = lambda connection: connection) -> Iterator[str]:
    """A provider that speaks bytes: `talk` gets each connection, an event that says "over", and the request's head."""
    over = threading.Event()
    threads: list[threading.Thread] = []

    def converse(accepted: socket.socket) -> None:
        with accepted:
            try:
                with wrap(accepted) as connection:
                    head = b""
                    while b"\r\n\r\n" not in head:
                        if not (piece := connection.recv(65536)):
                            return
                        head += piece
                    talk(connection, over, head)
            except OSError:
                pass  # the client left

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=converse, args=(connection,), daemon=True))
            threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threads.append(threading.Thread(target=accept, daemon=True))
        threads[0].start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            over.set()
            listener.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join(PATIENCE)
