"""Streamable HTTP at `/mcp`, on this machine only: the listening socket, the ASGI application, its process."""

import asyncio
import errno
import logging
import os
import re
import socket
from typing import Any

import uvicorn

from ..protocol.server import OrderServer

BACKLOG = 128
_THIS_MACHINE = re.compile(rb"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
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
    return f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}/mcp"


def serve_http(server: OrderServer, host: str, listener: socket.socket) -> None:
    """Serve streamable HTTP at `/mcp` until interrupted."""
    # `backlog` has two meanings: how many connections may wait (`_Server` sets that again), and how often the event
    # loop tries to accept in a row. At the limit of descriptors, more than one try would keep it busy.
    settings = uvicorn.Config(
        _http_app(server, host), log_config=None, access_log=False, timeout_graceful_shutdown=2, backlog=1
    )
    _Server(settings).run(sockets=[listener])


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(BACKLOG)
        asyncio.get_running_loop().set_exception_handler(_Troubles().note)


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


def _http_app(server: OrderServer, host: str) -> Any:
    """The ASGI application: stateless, answers as server-sent events so that a client that leaves cancels its call."""
    app = server.streamable_http_app(stateless_http=True, json_response=False, host=host)

    async def checked(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and (status := _refused(scope)):
            await send({"type": "http.response.start", "status": status, "headers": [(b"allow", b"POST")]})
            await send({"type": "http.response.body"})
        else:
            await app(scope, receive, send)

    return checked


def _refused(scope: Any) -> int | None:
    """The status that refuses a request before the SDK sees it, or None where it may go on."""
    for name, value in scope["headers"]:
        # The SDK compares only the beginning, so it would accept `127.0.0.1:1.evil.example`.
        if name == b"host" and not _THIS_MACHINE.fullmatch(value):
            return 421
        if name == b"origin" and not _THIS_MACHINE.fullmatch(value.removeprefix(b"http://")):
            return 403
    # To the 2025 era the SDK would open a stream here that never says anything and never ends.
    return 405 if scope["method"] == "GET" and scope["path"] == "/mcp" else None
