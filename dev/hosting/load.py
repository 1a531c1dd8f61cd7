"""Clients that ask again and again, as bytes over kept connections: the load generator must need little time itself."""

import asyncio
import math
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count

from bench.messages import ERAS, MODERN, request

from .processes import PATIENCE
from .provider import SLOW, USUAL
from .server import KEY, PUBLIC_HOST

HEAD_END, LAST_CHUNK = b"\r\n\r\n", b"\r\n0\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_RETRY = re.compile(rb"\r\nretry-after: *(\d+)", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_CODE = re.compile(rb'\\"code\\": ?\\"([a-z_]+)\\"')
_LATER = re.compile(rb'\\"retry_after_seconds\\": ?(\d+)')
BROKEN = 0
"""The status of a call whose connection ended before its answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one call came to."""

    began: float
    ended: float
    status: int
    is_order: bool
    """Whether it is the order that was asked for."""
    raw: bytes
    code: str | None = None
    """The code of a tool error."""
    retry_after: int | None = None
    """Of a tool error, or of a refusal."""

    @property
    def milliseconds(self) -> float:
        return (self.ended - self.began) * 1000


@dataclass
class Load:
    """Clients that run, and what they were answered so far."""

    answers: list[Answer] = field(default_factory=list)
    enough: float = math.inf
    """After how many answers nobody asks again."""

    @property
    def is_over(self) -> bool:
        return len(self.answers) >= self.enough

    @property
    def failed(self) -> list[Answer]:
        return [answer for answer in self.answers if not answer.is_order]

    def outcomes(self) -> Counter[str]:
        """How often what happened."""
        return Counter("order" if each.is_order else each.code or f"HTTP {each.status}" for each in self.answers)


def fresh_ids(kind: str = USUAL, other: str = SLOW, every: int = 0) -> Iterator[str]:
    """Ids that nobody has asked for, so that no two calls share a request; each so many is of the other kind."""
    for number in count(1):
        yield f"{other if every and number % every == 0 else kind}_{time.monotonic_ns()}_{number}"


def call(id: str, era: str, **arguments: str) -> bytes:
    """The whole HTTP request that looks an order up."""
    asked = {"order_id": id, "provider": "flexportal", **arguments}
    body = request(era, 1, "tools/call", name="get_order", arguments=asked).rstrip()
    head = [
        "POST /mcp HTTP/1.1",
        f"Host: {PUBLIC_HOST}",
        f"Authorization: Bearer {KEY}",
        "Content-Type: application/json",
        "Accept: application/json, text/event-stream",
        f"MCP-Protocol-Version: {era}",
        *(["Mcp-Method: tools/call", "Mcp-Name: get_order"] if era == MODERN else []),
        f"Content-Length: {len(body)}",
        "\r\n",
    ]
    return "\r\n".join(head).encode() + body


class _Connection(asyncio.Protocol):
    """Carries one request at a time."""

    def __init__(self) -> None:
        self._waiting: asyncio.Future[bytes] | None = None
        self.is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self.is_open = transport, True

    def ask(self, request: bytes) -> asyncio.Future[bytes]:
        self._answer = bytearray()
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._waiting

    def data_received(self, data: bytes) -> None:
        answer = self._answer
        answer += data
        head = answer.find(HEAD_END)
        if head < 0 or self._waiting is None:
            return
        length = _LENGTH.search(answer, 0, head)
        ends = head + len(HEAD_END) + int(length[1]) if length else None
        if len(answer) == ends if ends is not None else answer.endswith(LAST_CHUNK):
            waiting, self._waiting = self._waiting, None
            if _CLOSES.search(answer, 0, head):
                self.close()
            waiting.set_result(bytes(answer))

    def connection_lost(self, failure: Exception | None) -> None:
        self.is_open = False
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(b"")

    def close(self) -> None:
        self.is_open = False
        self._transport.close()


async def connect(port: int) -> _Connection:
    return (await asyncio.get_running_loop().create_connection(_Connection, "127.0.0.1", port))[1]


async def ask(connection: _Connection, id: str, request: bytes) -> Answer:
    """Send one request, and wait for its answer."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(PATIENCE):
            raw = await connection.ask(request)
    except TimeoutError:
        connection.close()
        raw = b""
    ended, status = time.monotonic(), int(raw[9:12] or BROKEN)
    is_order = status == 200 and b'"isError":true' not in raw and id.encode() in raw
    if is_order:
        return Answer(began, ended, status, is_order, raw)
    code, later = _CODE.search(raw), _LATER.search(raw) or _RETRY.search(raw)
    return Answer(
        began, ended, status, is_order, raw, code[1].decode() if code else None, int(later[1]) if later else None
    )


async def alone(port: int, id: str, **arguments: str) -> Answer:
    """One call over a connection of its own."""
    connection = await connect(port)
    try:
        return await ask(connection, id, call(id, MODERN, **arguments))
    finally:
        connection.close()


async def keep_asking(load: Load, port: int, era: str, ids: Iterator[str]) -> None:
    """One client, until the load is over."""
    connection = await connect(port)
    try:
        while not load.is_over:
            if not connection.is_open:
                connection = await connect(port)
            id = next(ids)
            answer = await ask(connection, id, call(id, era))
            load.answers.append(replace(answer, raw=b"") if answer.is_order else answer)
    finally:
        connection.close()


@asynccontextmanager
async def clients(load: Load, ports: Mapping[int, int], ids: Iterator[str]) -> AsyncIterator[None]:
    """So many clients at each port, of both eras, while the block runs; each gets its last answer."""
    async with asyncio.TaskGroup() as group:
        start(group, load, ports, ids)
        try:
            yield
        finally:
            load.enough = 0


def start(group: asyncio.TaskGroup, load: Load, ports: Mapping[int, int], ids: Iterator[str]) -> None:
    """So many clients at each port, of both eras, until the load is over."""
    for port, many in ports.items():
        for number in range(many):
            group.create_task(keep_asking(load, port, ERAS[number % len(ERAS)], ids))
