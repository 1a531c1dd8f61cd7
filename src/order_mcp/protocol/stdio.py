"""The server over a pipe, the way hosts start it.

The SDK's own transport goes through three thread hops and two queues for every call, which was a third of its time.
Here one thread reads (`early`), and the event loop writes by itself as long as the host keeps reading.
"""

import asyncio
import sys
from typing import Self

import anyio
import anyio.to_thread
import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.shared.message import SessionMessage

from ..desk import Desk
from .early import Pipe, begin


def standard_pipe() -> Pipe | None:
    """Standard input and output; None where one of them is closed."""
    # Where one was closed at the start, another file has its number by now.
    return begin() if sys.stdin and sys.stdout else None


async def serve_stdio(server: Server[Desk], pipe: Pipe) -> None:
    """Serve one client until input closes."""
    await server.run(Incoming(pipe), Outgoing(pipe), server.create_initialization_options())


class _End:
    """An end of the pipe, as the SDK uses it. It stays open: closing it is the business of whoever opened it."""

    async def aclose(self) -> None:
        pass

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


class Incoming(_End):
    """Messages from the host.

    However many wait, reading goes on: a host that writes before it reads would wait for a server that waits for it.
    """

    def __init__(self, pipe: Pipe) -> None:
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        pipe.listen(lambda line: loop.call_soon_threadsafe(self._lines.put_nowait, line))

    async def receive(self) -> SessionMessage | Exception:
        line = await self._lines.get()
        if line is None:
            self._lines.put_nowait(None)  # the end stays the end
            raise anyio.EndOfStream
        try:
            return SessionMessage(types.jsonrpc_message_adapter.validate_json(line, by_name=False))
        except ValueError as unreadable:
            return unreadable

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None


class Outgoing(_End):
    """Messages to the host, one at a time."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self._turn = anyio.Lock(fast_acquire=True)

    async def send(self, message: SessionMessage, /) -> None:
        line = message.message.model_dump_json(by_alias=True, exclude_unset=True) + "\n"
        if self._pipe.was_said(line):
            return
        async with self._turn:
            if rest := self._pipe.write_now(line.encode()):
                # The host is slow to read. Others go on meanwhile, and a line that was begun is finished.
                with anyio.CancelScope(shield=True):
                    await anyio.to_thread.run_sync(self._pipe.write, rest)
