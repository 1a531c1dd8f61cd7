"""Order-mcp as a program that can be stopped and started again at the same port."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path

from .processes import Failed, Program, free_port, get, started, until

KEY = "a-key-of-the-checks"
CALLER = "checks"
PUBLIC_HOST = "orders.example.com"
# The limits that a check is not about would get in its way.
UNLIMITED = {"ORDER_MCP_RATE_LIMIT": "none", "FLEXPORTAL_RATE_LIMIT": "none"}


class Server:
    """One replica: a port, and the program that listens there, if it runs."""

    def __init__(self, folder: Path, variables: Mapping[str, str], *options: str) -> None:
        callers = folder / "callers.toml"
        callers.write_text(f'[callers.{CALLER}]\ntoken_sha256 = "{sha256(KEY.encode()).hexdigest()}"\n')
        self.port = free_port()
        self._variables = {
            "ORDER_MCP_CALLERS_FILE": str(callers),
            "ORDER_MCP_PUBLIC_URL": f"https://{PUBLIC_HOST}/mcp",
            **UNLIMITED,
            **variables,
        }
        self._command = [sys.executable, "-m", "order_mcp", "serve", "--http", "--port", str(self.port), *options]
        self._running = ExitStack()
        self._program: Program | None = None

    @property
    def program(self) -> Program:
        assert self._program is not None, "it was started"
        return self._program

    def begin(self) -> None:
        """Start it. It is not ready yet."""
        self._program = self._running.enter_context(started(self._command, self._variables))

    def start(self) -> None:
        """Start it, and wait until it says that it is ready."""
        self.begin()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        def is_ready() -> bool:
            if not self.program.is_running:
                raise Failed(f"a server has ended:\n{self.program.stderr[-2000:]}")
            return status(self.port, "/readyz") == 200

        until(is_ready, "a server that is ready")

    def stop(self) -> None:
        """Stop it as a supervisor does.

        Raises:
            Failed: it says that it failed.
        """
        if code := self.program.stop():
            raise Failed(f"a server that was asked to stop ended with {code}:\n{self.program.stderr[-2000:]}")

    def close(self) -> None:
        self._running.close()


@contextmanager
def serving(folder: Path, variables: Mapping[str, str], *options: str) -> Iterator[Server]:
    """A server until the end of the block."""
    server = Server(folder, variables, *options)
    try:
        server.start()
        yield server
    finally:
        server.close()


def status(port: int, path: str, **headers: str) -> int:
    """The status of a plain request; 0 where nobody answers."""
    try:
        return get(port, path, **headers)[0]
    except (OSError, HTTPException):
        return 0
