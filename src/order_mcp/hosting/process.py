"""The processes that serve HTTP: the listening socket, one process or several behind it, and how they stop."""

import asyncio
import errno
import logging
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import multiprocess

from ..config import Config
from ..environment import ConfigurationError
from .app import http_app
from .door import PATH
from .telemetry import start_exporting

BACKLOG = 128
AFTER_DEADLINE_SECONDS = 2
WORKER_SAYS_NOTHING_SECONDS = 20
"""How long a worker may before it is replaced. While it loads it does, and with a share of a core that is long."""
log = logging.getLogger("order_mcp")


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 is any free one.

    Raises:
        OSError: the port is taken, or not ours to take.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The event loop turns off the send delay only when the protocol is named.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere it would let two programs share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def url_of(host: str, listener: socket.socket) -> str:
    """Where clients find the server."""
    return f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}{PATH}"


def serve_http(config: Config, listener: socket.socket, workers: int, prepare: Callable[[], object]) -> None:
    """Serve streamable HTTP until somebody stops the process. `prepare` is called in each process before it serves."""
    settings = uvicorn.Config(
        _Application(config, prepare),
        factory=True,
        workers=workers,
        log_config=None,
        access_log=False,
        # Calls in flight end with their answer, or at their own deadline.
        timeout_graceful_shutdown=int(config.server.deadline_seconds) + AFTER_DEADLINE_SECONDS,
        timeout_worker_healthcheck=WORKER_SAYS_NOTHING_SECONDS,
        # `backlog` has two meanings: how many connections may wait (set again below), and how often the event loop
        # tries to accept in a row. With more than one try, a worker takes what another one has time for, and at the
        # limit of descriptors the loop is kept busy.
        backlog=1,
    )
    if workers == 1:
        _Server(settings).run(sockets=[listener])
        return
    # The library has no other way to say what a worker runs.
    multiprocess.Process = _Worker  # type: ignore[misc]
    _Workers(settings, [listener]).run()


@dataclass(frozen=True)
class _Application:
    """Makes the application, in the process that serves it."""

    config: Config
    prepare: Callable[[], object]

    def __call__(self) -> Any:
        self.prepare()
        if missing := start_exporting():
            log.warning(missing)
        try:
            app = http_app(self.config)
        except ConfigurationError as problem:  # a file was changed since the start; the other workers go on
            log.error("%s", problem)
            raise SystemExit(STARTUP_FAILURE) from None

        async def watched(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "lifespan":
                asyncio.get_running_loop().set_exception_handler(_Troubles().note)
            await app(scope, receive, send)

        return watched


class _Server(uvicorn.Server):
    def run(self, sockets: list[socket.socket] | None = None) -> None:
        # The library passes the signal on when it has stopped, which would end the process as if it had failed, and
        # before it could write down its last traces. One that comes before the library listens to it counts, too.
        signal.signal(signal.SIGTERM, self.handle_exit)
        super().run(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(BACKLOG)


class _Worker(multiprocess.Process):
    """One of several processes behind the port."""

    @property
    def server(self) -> uvicorn.Server:
        if self._server is None:
            self._server = _Server(self.config)
        return self._server

    def start(self) -> None:
        super().start()
        # Only the worker has this end now, so its death is noticed at once, also while it is asked whether it is well.
        self.child_conn.close()

    def always_pong(self) -> None:
        # And only that process has the other end. When it dies, its workers stop, too, instead of keeping the port.
        self.parent_conn.close()
        with suppress(EOFError, OSError):
            super().always_pong()
        os.kill(os.getpid(), signal.SIGTERM)


class _Workers(multiprocess.Multiprocess):
    """The process that starts the others, and stops them."""

    def terminate_all(self) -> None:
        # Otherwise who connects from now on would wait at this process until the last call of the others has ended.
        for listener in self.sockets:
            listener.close()
        super().terminate_all()


class _Troubles:
    """What the event loop reports of itself.

    At the limit of descriptors it tries to accept a connection again every second; that is said once.
    """

    def __init__(self) -> None:
        self._is_said = False

    def note(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if getattr(context.get("exception"), "errno", None) not in (errno.EMFILE, errno.ENFILE):
            loop.default_exception_handler(context)
        elif not self._is_said:
            self._is_said = True
            log.error("no file descriptor is left, so new connections have to wait; raise the limit (ulimit -n)")
