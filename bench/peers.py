"""Who is measured: order-mcp and its peers, each a command that serves stdio or HTTP."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dev.environments import node, node_project, python

from .http_client import answer_to
from .messages import LEGACY, http_call
from .orders import TYPICAL, order_id
from .placement import Placement
from .processes import free_port, started, wait_for_port
from .stdio_client import Conversation
from .upstream import Upstream

HERE = Path(__file__).parent
TYPESCRIPT = HERE / "typescript"
ENVIRONMENT = "bench"
"""What FastMCP needs: requirements/bench.txt."""
LOOP = [sys.executable, "-m", "bench.servers.fetch_only"]


@dataclass(frozen=True, slots=True)
class Peer:
    """A server that does the look-up."""

    name: str
    title: str
    command: Callable[[], list[str]]
    """What serves stdio. Its environment is made at the first call, so no later call takes time from a start."""
    http: Callable[[int], Sequence[str]]
    """What is added to it to serve HTTP at a port."""


def _here(module: str) -> Callable[[], list[str]]:
    return lambda: [sys.executable, "-m", f"bench.servers.{module}"]


def _port(port: int) -> list[str]:
    return [str(port)]


OURS = Peer(
    "order-mcp",
    "**order-mcp**",
    lambda: [str(Path(sys.executable).with_name("order-mcp"))],
    lambda port: ["serve", "--http", "--port", str(port)],
)
BARE = Peer("a", "(a) Python SDK, `MCPServer`", _here("bare_mcpserver"), _port)
LOWLEVEL = Peer("b", "(b) Python SDK, low-level `Server`", _here("bare_lowlevel"), _port)
FASTMCP = Peer(
    "c",
    "(c) FastMCP, `from_openapi`",
    cache(lambda: [str(python(ENVIRONMENT)), "-m", "bench.servers.fastmcp_openapi"]),
    _port,
)
NODE = Peer(
    "d", "(d) TypeScript SDK v2", cache(lambda: [str(node()), str(node_project(TYPESCRIPT) / "server.mjs")]), _port
)
PEERS = {peer.name: peer for peer in (OURS, BARE, LOWLEVEL, FASTMCP, NODE)}
FLOOR = "e"
"""httpx2 alone. It is no server, so the sections start it by themselves."""
TITLES = {name: peer.title for name, peer in PEERS.items()} | {FLOOR: "(e) httpx2 alone, no MCP"}


@contextmanager
def over_stdio(
    peer: Peer, upstream: Upstream, cores: frozenset[int] | None, era: str = LEGACY
) -> Iterator[tuple[Conversation, int]]:
    """A conversation with a server that was started just now, not yet opened; and the process id."""
    with started(peer.command(), upstream.variables, cores) as process:
        yield Conversation(process, era), process.pid


@contextmanager
def over_http(peer: Peer, upstream: Upstream, where: Placement) -> Iterator[tuple[int, int]]:
    """The port of a server, and its process id. It has answered one look-up in each era that it is asked in."""
    port = free_port()
    with started([*peer.command(), *peer.http(port)], upstream.variables, where.server) as process:
        wait_for_port(port, process)
        for_real = order_id(TYPICAL).encode()
        answer_to(port, http_call(LEGACY, port, TYPICAL), for_real)
        yield port, process.pid
