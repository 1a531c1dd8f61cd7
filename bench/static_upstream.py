"""A provider that answers at once, or after a pause: a small asyncio server with ready-made answers.

`python -m bench.static_upstream PORT SECONDS` serves the orders at /v1/orders/ID and waits so long before each answer.
It is used where nginx is not installed, and for every section with a pause, because nginx has none.
"""

import asyncio
import sys
from collections.abc import Mapping

from .orders import HEADERS, bodies

HEAD_END = b"\r\n\r\n"
# What a request has to hold; header names arrive in any case.
SIGNED_IN = [f"{name}: {value}\r\n".lower().encode() for name, value in HEADERS.items()]


def _reply(status: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


REFUSED = _reply("401 Unauthorized", b'{"error":{"code":"UNAUTHORIZED","message":"Invalid or missing API key"}}')
MISSING = _reply("404 Not Found", b'{"error":{"code":"ORDER_NOT_FOUND","message":"Order not found"}}')


class Answering(asyncio.Protocol):
    """One connection, kept alive until the client closes it."""

    def __init__(self, replies: Mapping[bytes, bytes], pause: float) -> None:
        self._replies = replies
        self._pause = pause
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while HEAD_END in self._received:
            head, _, self._received = self._received.partition(HEAD_END)
            reply = self._reply_to(head + b"\r\n")
            if self._pause:
                asyncio.get_running_loop().call_later(self._pause, self._write, reply)
            else:
                self._write(reply)

    def _write(self, reply: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(reply)

    def _reply_to(self, head: bytes) -> bytes:
        lowered = head.lower()
        if not all(line in lowered for line in SIGNED_IN):
            return REFUSED
        return self._replies.get(head.split(b" ", 2)[1], MISSING)


async def serve(port: int, pause: float) -> None:
    """Serve until the process is ended."""
    replies = {f"/v1/orders/{id}".encode(): _reply("200 OK", body) for id, body in bodies().items()}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Answering(replies, pause), "127.0.0.1", port, backlog=512)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
