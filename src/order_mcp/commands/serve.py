"""`order-mcp` and `order-mcp serve`: MCP over stdio, or over HTTP."""

import gc
import secrets
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import anyio

from ..config import Config
from ..protocol.server import build_server
from .oversight import oversight_of, verified_at
from .terminal import FAILED, FOUND, Stop, set_up_logging, tell

SWITCH_SECONDS = 0.0005
LOOPBACK = ("127.0.0.1", "::1", "localhost")
COUNT_TOGETHER = (
    "with ORDER_MCP_VERIFY several workers have to count wrong answers together: set ORDER_MCP_STORAGE to a Redis, or "
    "--workers 1."
)
NOBODY_KNOWN = (
    "--host {host} would let everybody on the network ask for orders. Set ORDER_MCP_CALLERS_FILE or "
    "ORDER_MCP_OAUTH_ISSUER first, so that callers have to say who they are."
)
ALL_ARE_ONE = (
    "nobody has to say who they are, so all who ask are one caller: thirty wrong answers close it for everybody."
)
OTHER_PATH = "ORDER_MCP_PUBLIC_URL does not end in /mcp; that is right only where the proxy changes the path."
COUNTED_APART = "each worker counts rates by itself; set ORDER_MCP_STORAGE to a Redis to have them counted together."
OPEN_TO_ALL = (
    "ORDER_MCP_PUBLIC_URL is set and nobody has to say who they are: whoever reaches that address can ask for every "
    "order. Set ORDER_MCP_CALLERS_FILE or ORDER_MCP_OAUTH_ISSUER."
)


def over_stdio(config: Config, pipe: Any) -> int:
    """Serve until the host leaves. `pipe` is the host's, where it was answered already."""
    from ..protocol.stdio import serve_stdio, standard_pipe

    if (pipe := pipe or standard_pipe()) is None:
        raise Stop("standard input and output have to be open to serve MCP over them.", FAILED)
    # The thread that waits for input cannot be interrupted; without this Ctrl-C would wait for it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if config.hosted.verify:
        tell(verified_at(config))
    _settle()
    try:
        anyio.run(serve_stdio, build_server(config, oversight_of(config)), pipe)
    except* OSError:
        pass  # the host has gone in the middle of an answer
    return FOUND


def over_http(config: Config, host: str, port: int, workers: int) -> int:
    """Serve until somebody stops the process."""
    from ..hosting.app import checked
    from ..hosting.process import listen, serve_http, url_of

    checked(config)  # what is wrong is said here, and not in every process
    if host not in LOOPBACK and not config.hosted.authenticates:
        raise Stop(NOBODY_KNOWN.format(host=host))
    if workers > 1:
        config = _for_several(config)
    try:
        listener = listen(host, port)
    except OSError:
        raise Stop(f"cannot listen on {host} at port {port}; choose another --port, or --host.", FAILED) from None
    with listener:
        for line in _about(config, host, workers):
            tell(line)
        tell(f"serving MCP at {url_of(host, listener)}")
        serve_http(config, listener, workers, partial(_prepare, config.server.log_level))
    return FOUND


def _for_several(config: Config) -> Config:
    """What several processes have to have in common."""
    if config.hosted.verify and config.hosted.counts_alone:
        raise Stop(COUNT_TOGETHER)
    # The same id has to have the same hash in all of them.
    key = config.hosted.audit_key or secrets.token_hex(32)
    return replace(config, hosted=replace(config.hosted, audit_key=key))


def _about(config: Config, host: str, workers: int) -> Iterator[str]:
    """What an operator should know before others call."""
    if config.hosted.public_url and not config.hosted.authenticates:
        yield ALL_ARE_ONE if config.hosted.verify else OPEN_TO_ALL
    if config.hosted.public_url and not config.hosted.public_url.endswith("/mcp"):
        yield OTHER_PATH
    if workers > 1 and config.hosted.counts_alone:
        yield COUNTED_APART
    if host not in LOOPBACK and not config.hosted.public_url:
        yield "without ORDER_MCP_PUBLIC_URL it answers only those who call it by a name of this machine."
    if config.hosted.verify:
        yield verified_at(config)


def _prepare(log_level: str) -> None:
    set_up_logging(log_level)
    _settle()


def _settle() -> None:
    """Everything is loaded, and calls are about to come."""
    gc.freeze()
    gc.enable()
    # A long answer is taken apart in a thread. Beside it, each step of another call would wait for the usual 5 ms.
    sys.setswitchinterval(SWITCH_SECONDS)
