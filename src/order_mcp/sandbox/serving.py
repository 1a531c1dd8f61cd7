"""A sandbox on a loopback port, in a thread of its own."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread

import uvicorn

from .app import Sandbox, create_sandbox


@dataclass(frozen=True, slots=True)
class Running:
    """A sandbox that is being served."""

    sandbox: Sandbox
    origin: str

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point order-mcp at it."""
        return self.sandbox.environment(self.origin)


@contextmanager
def running(port: int = 0, host: str = "127.0.0.1") -> Iterator[Running]:
    """Serve a new sandbox until the end of the block; port 0 is any free one.

    Raises:
        OSError: the port is taken.
    """
    sandbox = create_sandbox()
    # Bound and listening before the thread begins: nobody has to wait for it, the first request just queues.
    listener = _listen(host, port)
    origin = f"http://{host}:{listener.getsockname()[1]}"
    server = uvicorn.Server(
        uvicorn.Config(
            sandbox.app,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            log_level="critical",  # answers are broken on purpose, and stdout and stderr belong to others
            access_log=False,
            timeout_graceful_shutdown=0,
        )
    )
    thread = Thread(target=server.run, args=([listener],), name="order-mcp-sandbox", daemon=True)
    thread.start()
    try:
        yield Running(sandbox, origin)
    finally:
        server.should_exit = True
        thread.join()


def _listen(host: str, port: int) -> socket.socket:
    # The protocol is named because only then does the event loop send answers without delay.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere it would let two programs share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener
