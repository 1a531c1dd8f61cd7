"""FlexPortal, as far as the checks need it: any order, after a pause, and a record of who asked for what when.

`python -m dev.hosting.provider PORT` serves `/NAME/v1/orders/ID`. NAME is what a server was told, so that the record
knows which server asked. An id that begins with `slow` takes two seconds, `fast` no time, any other one 50 ms.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from bench.orders import API_KEY, TENANT, TYPICAL, order

from .processes import Program, free_port, get, started, wait_for_port

USUAL, SLOW, FAST = "ord", "slow", "fast"
PAUSES = {USUAL: 0.05, SLOW: 2.0, FAST: 0.0}
RECORD = "/record"
HEAD_END = b"\r\n\r\n"
_before, _after = json.dumps(order(TYPICAL) | {"orderId": "ID"}).encode().split(b'"ID"')


class Asked(NamedTuple):
    """One request that arrived."""

    at: float
    """On the clock `time.monotonic`, which all processes of a machine share."""
    by: str
    id: str
    answered: bool
    """Whether the server was still there for the answer, or the answer is still to come."""


class Provider(NamedTuple):
    """A running provider."""

    port: int
    program: Program

    def variables(self, name: str) -> dict[str, str]:
        """What sends a server here, under this name."""
        return {
            "FLEXPORTAL_BASE_URL": f"http://127.0.0.1:{self.port}/{name}",
            "FLEXPORTAL_API_KEY": API_KEY,
            "FLEXPORTAL_TENANT_ID": TENANT,
        }

    def record(self, since: int = 0) -> list[Asked]:
        """What was asked, without the first `since` requests."""
        return [Asked(*row) for row in json.loads(get(self.port, f"{RECORD}/{since}")[1])]


@contextmanager
def running() -> Iterator[Provider]:
    """A provider on a free port."""
    port = free_port()
    with started([sys.executable, "-m", "dev.hosting.provider", str(port)], {}) as program:
        wait_for_port(port, program)
        yield Provider(port, program)


class _Answering(asyncio.Protocol):
    """One connection, kept alive until the client closes it."""

    def __init__(self, record: list[Asked]) -> None:
        self._record = record
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while HEAD_END in self._received:
            head, _, self._received = self._received.partition(HEAD_END)
            path = head.split(b" ", 2)[1].decode()
            if path.startswith(RECORD):
                since = int(path.rpartition("/")[2])
                self._write(json.dumps(self._record[since:]).encode())
            else:
                self._asked(path)

    def _asked(self, path: str) -> None:
        by, id = path.split("/")[1], path.rpartition("/")[2]
        number = len(self._record)
        self._record.append(Asked(time.monotonic(), by, id, answered=True))
        asyncio.get_running_loop().call_later(PAUSES[id.partition("_")[0]], self._answer, number)

    def _answer(self, number: int) -> None:
        asked = self._record[number]
        self._record[number] = asked._replace(answered=not self._transport.is_closing())
        self._write(_before + json.dumps(asked.id).encode() + _after)

    def _write(self, body: bytes) -> None:
        if not self._transport.is_closing():
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            self._transport.write(head.encode() + body)


async def serve(port: int) -> None:
    """Serve until the process is ended."""
    record: list[Asked] = []
    server = await asyncio.get_running_loop().create_server(lambda: _Answering(record), "127.0.0.1", port, backlog=512)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
