"""`order-mcp` and `order-mcp serve`: MCP over stdio, or over HTTP on this machine."""

import gc
import signal
import sys
from typing import Any

import anyio

from ..config import Config
from ..protocol.server import build_server
from .terminal import FAILED, FOUND, Stop, tell

SWITCH_SECONDS = 0.0005


def over_stdio(config: Config, pipe: Any) -> int:
    """Serve until the host leaves. `pipe` is the host's, where it was answered already."""
    from ..protocol.stdio import serve_stdio, standard_pipe

    if (pipe := pipe or standard_pipe()) is None:
        raise Stop("standard input and output have to be open to serve MCP over them.", FAILED)
    # The thread that waits for input cannot be interrupted; without this Ctrl-C would wait for it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _settle()
    try:
        anyio.run(serve_stdio, build_server(config), pipe)
    except* OSError:
        pass  # the host has gone in the middle of an answer
    return FOUND


def over_http(config: Config, host: str, port: int) -> int:
    """Serve until somebody stops the process."""
    from ..hosting.app import listen, serve_http, url_of

    server = build_server(config)
    try:
        listener = listen(host, port)
    except OSError:
        raise Stop(f"cannot listen on port {port}; choose another --port.", FAILED) from None
    _settle()
    with listener:
        tell(f"serving MCP at {url_of(host, listener)}")
        serve_http(server, host, listener)
    return FOUND


def _settle() -> None:
    """Everything is loaded, and calls are about to come."""
    gc.freeze()
    gc.enable()
    # A long answer is taken apart in a thread. Beside it, each step of another call would wait for the usual 5 ms.
    sys.setswitchinterval(SWITCH_SECONDS)
