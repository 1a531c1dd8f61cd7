"""One connection to a provider, as the HTTP library's pool uses it: bytes out, bytes in, TLS.

The library's own stream has a layer for every kind of event loop, which turns reading off and on again around each
answer and gives every request another turn in the loop: a fourth of what a request costs. This one stands on the
transports of asyncio. It is always reading, so it also knows when bytes came that nobody asked for.
"""

import asyncio
import ssl
from typing import cast

import httpcore2

# Beyond it, nothing more is read until somebody takes what is held.
MOST_HELD_BYTES = 1024 * 1024
# What the HTTP parser gets at a time. It handles one piece without a pause; between pieces other tasks can run.
PIECE_BYTES = 16 * 1024


class NotSecure(httpcore2.ConnectError):
    """No TLS connection came about: no handshake, or a certificate that is not trusted."""


class NotTrusted(NotSecure):
    """The certificate is not one that this machine trusts."""


async def connect(host: str, port: int) -> "Stream":
    """Connect to an address.

    Raises:
        OSError: nobody answers there.
    """
    transport, line = await asyncio.get_running_loop().create_connection(_Line, host, port)
    return Stream(transport, line)


class _Line(asyncio.Protocol):
    """What the event loop tells about a connection, kept until it is asked for."""

    def __init__(self) -> None:
        self.held = bytearray()
        self.has_ended = False
        self.failure: Exception | None = None
        self._transport: asyncio.Transport | None = None
        self._is_full = False
        self._news: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self.held += data
        if len(self.held) > MOST_HELD_BYTES and not self._is_full and self._transport is not None:
            self._is_full = True
            self._transport.pause_reading()
        _wake(self._news)

    def eof_received(self) -> None:
        self.has_ended = True
        _wake(self._news)

    def connection_lost(self, failure: Exception | None) -> None:
        self.has_ended, self.failure = True, failure
        _wake(self._news)
        _wake(self._room)

    def pause_writing(self) -> None:
        self._room = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        _wake(self._room)
        self._room = None

    async def news(self) -> None:
        """Wait until there is something to take, or the end."""
        self._news = asyncio.get_running_loop().create_future()
        await self._news

    async def room(self) -> None:
        """Wait until what was written has mostly left."""
        if self._room is not None:
            await self._room

    def take(self, size: int) -> bytes:
        """What came first, and no more than this."""
        piece = bytes(self.held[:size])
        del self.held[:size]
        if self._is_full and len(self.held) <= MOST_HELD_BYTES and not self.has_ended and self._transport is not None:
            self._is_full = False
            self._transport.resume_reading()
        return piece


def _wake(waiting: asyncio.Future[None] | None) -> None:
    if waiting is not None and not waiting.done():
        waiting.set_result(None)


class Stream(httpcore2.AsyncNetworkStream):
    """One connection. How long anything may take is decided by whoever uses it."""

    def __init__(self, transport: asyncio.Transport, line: _Line) -> None:
        self._transport = transport
        self._line = line

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._line.held:
            await asyncio.sleep(0)
        elif not self._line.has_ended:
            await self._line.news()
        if not self._line.held and self._line.failure:
            raise httpcore2.ReadError
        return self._line.take(min(max_bytes, PIECE_BYTES))

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if self._transport.is_closing():
            raise httpcore2.WriteError
        self._transport.write(buffer)
        await self._line.room()

    async def aclose(self) -> None:
        self._transport.abort()
        await asyncio.sleep(0)  # the loop closes the socket at its next turn

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.AsyncNetworkStream:
        # What comes before the handshake is nobody's word: anybody on the way could have written it.
        if self._line.held or self._line.has_ended:
            self._transport.abort()
            raise NotSecure
        # What was held in clear text stays behind with the old line, also what came meanwhile.
        loop, line = asyncio.get_running_loop(), _Line()
        try:
            secured = await loop.start_tls(self._transport, line, ssl_context, server_hostname=server_hostname)
        except BaseException as failure:
            self._transport.abort()
            if isinstance(failure, ssl.SSLCertVerificationError):
                raise NotTrusted from None
            if isinstance(failure, OSError | ValueError):
                raise NotSecure from None
            raise
        if secured is None:  # it was closed meanwhile
            raise NotSecure
        line.connection_made(secured)  # the loop tells it only to whoever opens a connection
        return Stream(secured, line)

    def get_extra_info(self, info: str) -> object:
        # The pool asks this before it uses a connection again: there is nothing that could be read but an answer.
        if info == "is_readable":
            return bool(self._line.held) or self._line.has_ended
        return self._transport.get_extra_info(info)
