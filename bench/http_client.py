"""The client over HTTP: whole requests as bytes over kept connections, each sent again when its answer is complete."""

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from .processes import PATIENCE, Failed

HEAD_END = b"\r\n\r\n"
LAST_CHUNK = b"\r\n0\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass
class Asked:
    """What one connection is to ask, and how often it was answered."""

    request: bytes
    expected: bytes
    spent: list[float] = field(default_factory=list)
    """Milliseconds of every answer inside the window."""
    errors: int = 0
    last: bytes = b""


@dataclass(frozen=True, slots=True)
class Load:
    """What all connections together were answered in the window."""

    spent: list[float]
    errors: int
    seconds: float

    @property
    def per_second(self) -> float:
        return len(self.spent) / self.seconds


class _Asking(asyncio.Protocol):
    """One client. It asks again at once, until it is told to stop."""

    def __init__(self, asked: Asked, *, once: bool = False) -> None:
        self._asked = asked
        self._is_last = once
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def stop(self) -> None:
        self._is_last = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        self._answer = bytearray()
        self._ends: int | None = None
        self._is_chunked = False
        self._began = time.perf_counter()
        self._transport.write(self._asked.request)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if self._ends is None and not self._is_chunked:
            head = self._answer.find(HEAD_END)
            if head < 0:
                return
            length = LENGTH.search(self._answer, 0, head)
            self._ends = None if length is None else head + len(HEAD_END) + int(length[1])
            self._is_chunked = length is None
        if self._answer.endswith(LAST_CHUNK) if self._is_chunked else len(self._answer) == self._ends:
            self._answered()

    def _answered(self) -> None:
        asked, answer = self._asked, self._answer
        asked.spent.append((time.perf_counter() - self._began) * 1000)
        is_right = answer.startswith(b"HTTP/1.1 200") and asked.expected in answer and b'"isError":true' not in answer
        if not is_right:
            asked.errors += 1
        if self._is_last or not is_right:
            asked.last = bytes(answer)
        if self._is_last:
            self._transport.close()
        else:
            self._ask()

    def connection_lost(self, failure: Exception | None) -> None:
        if not self.done.done():
            if self._is_last and self._asked.last:
                self.done.set_result(None)
            else:
                self.done.set_exception(Failed("the server closed a connection"))


async def _load(port: int, every: Sequence[Asked], warm_up: float, seconds: float) -> float:
    loop = asyncio.get_running_loop()
    clients: list[_Asking] = []
    for asked in every:
        _, client = await loop.create_connection(partial(_Asking, asked), "127.0.0.1", port)
        clients.append(client)
    await asyncio.sleep(warm_up)
    for asked in every:
        asked.spent.clear()
    began = time.perf_counter()
    await asyncio.sleep(seconds)
    window = time.perf_counter() - began
    counts = [len(asked.spent) for asked in every]
    for client in clients:
        client.stop()
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(client.done for client in clients))
    for asked, count in zip(every, counts, strict=True):
        del asked.spent[count:]
    return window


def load(port: int, every: Sequence[Asked], *, warm_up: float, seconds: float) -> float:
    """Let every connection ask for so many seconds; the exact length of the window. The answers are in `every`."""
    return asyncio.run(_load(port, every, warm_up, seconds))


def loaded(port: int, request: bytes, expected: bytes, clients: int, *, warm_up: float, seconds: float) -> Load:
    """The same request from so many clients at once."""
    every = [Asked(request, expected) for _ in range(clients)]
    window = load(port, every, warm_up=warm_up, seconds=seconds)
    return Load([each for asked in every for each in asked.spent], sum(asked.errors for asked in every), window)


def answer_to(port: int, request: bytes, expected: bytes) -> bytes:
    """One whole answer, head and body.

    Raises:
        Failed: it is not what was expected.
    """

    async def ask() -> Asked:
        asked = Asked(request, expected)
        loop = asyncio.get_running_loop()
        _, client = await loop.create_connection(partial(_Asking, asked, once=True), "127.0.0.1", port)
        async with asyncio.timeout(PATIENCE):
            await client.done
        return asked

    asked = asyncio.run(ask())
    if asked.errors:
        raise Failed(f"an answer without {expected.decode()}: {asked.last[:500]!r}")
    return asked.last
