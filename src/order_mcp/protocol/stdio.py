"""The server over a pipe, the way hosts start it."""

from typing import Any, Protocol, cast

import anyio
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from ..desk import Desk


class Pipe(Protocol):
    """Both ends of a pipe to one client, as text lines."""

    def readline(self) -> str: ...
    def write(self, text: str) -> None: ...
    def flush(self) -> None: ...


async def serve_stdio(server: Server[Desk], pipe: Pipe | None = None) -> None:
    """Serve one client until input closes: over a pipe that somebody opened, else over standard input and output."""
    lines: Any = None if pipe is None else anyio.AsyncFile(cast(Any, pipe))
    async with stdio_server(lines, lines) as (read_stream, write_stream):
        await server.run(read_stream, write_stream, server.create_initialization_options())
