"""Opens connections for the HTTP library's pool: looks names up, and connects to the first address that answers.

The library's own way looks names up in a few threads that everybody shares, so a dead name server would hold up other
providers, and the end of the process.
"""

import socket
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import ip_address
from threading import Thread
from typing import Any

import anyio
import httpcore2
from anyio.from_thread import run_sync as run_in_loop
from anyio.lowlevel import current_token

from .stream import NotSecure, NotTrusted, Stream, connect

# A second address is tried when the first one has not answered for so long (RFC 8305 recommends 250 ms).
NEXT_ADDRESS_SECONDS = 0.25


class NameNotFound(httpcore2.ConnectError):
    """The host's name could not be turned into an address."""


class Refused(httpcore2.ConnectError):
    """Somebody is there, and nobody listens at that port."""


# What a failure means. The special cases stand first.
CAUSES: tuple[tuple[type[Exception], str], ...] = (
    (NameNotFound, "the name of its host was not found"),
    (Refused, "the connection was refused"),
    (NotTrusted, "its TLS certificate is not trusted on this machine"),
    (NotSecure, "no secure (TLS) connection could be made"),
    (httpcore2.ProxyError, "the proxy refused the connection"),
    (httpcore2.ConnectError, "no connection could be made"),
    (httpcore2.ProtocolError, "what came back is not valid HTTP, or ended too early"),
    (Exception, "the connection broke"),
)


class _LookUp:
    """One look-up of a name: everybody who wants that name waits for the same one."""

    def __init__(self) -> None:
        self.done = anyio.Event()
        self.addresses: list[str] = []


class Names:
    """Turns host names into addresses, with one thread per name that is being looked up."""

    def __init__(self) -> None:
        self._under_way: dict[str, _LookUp] = {}

    async def addresses(self, host: str) -> list[str]:
        """The addresses of a host, in the operating system's order.

        Raises:
            NameNotFound: there are none, or nobody could say.
        """
        with suppress(ValueError):
            return [str(ip_address(host))]
        if (look_up := self._under_way.get(host)) is None:
            look_up = self._start(host)
        await look_up.done.wait()
        if not look_up.addresses:
            raise NameNotFound
        return look_up.addresses

    def _start(self, host: str) -> _LookUp:
        look_up = _LookUp()
        # A daemon thread, so that the process can end while the operating system still waits for a name server.
        thread = Thread(target=self._ask, args=(host, look_up, current_token()), name="order-mcp-name", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # no thread is left
            raise NameNotFound from None
        self._under_way[host] = look_up
        return look_up

    def _ask(self, host: str, look_up: _LookUp, token: Any) -> None:
        try:
            found = [str(row[4][0]) for row in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
        except (OSError, ValueError):  # ValueError: the name is not valid in DNS
            found = []
        with suppress(RuntimeError):  # the event loop has ended meanwhile
            run_in_loop(self._finish, host, look_up, found, token=token)

    def _finish(self, host: str, look_up: _LookUp, found: list[str]) -> None:
        del self._under_way[host]
        look_up.addresses = found
        look_up.done.set()


class Backend(httpcore2.AsyncNetworkBackend):
    """Opens connections for one provider's pool."""

    def __init__(self) -> None:
        self._names = Names()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        return await _first_to_answer(await self._names.addresses(host), port)


async def _first_to_answer(addresses: list[str], port: int) -> Stream:
    """Connect to the first address that answers. Each gets a short time before the next is tried as well."""
    winner: Stream | None = None
    refused = 0

    async def attempt(address: str, failed: anyio.Event) -> None:
        nonlocal winner, refused
        try:
            stream = await connect(address, port)
        except (OSError, ValueError, OverflowError) as failure:
            refused += isinstance(failure, ConnectionRefusedError)
            failed.set()
            return
        if winner is None:
            winner = stream
            group.cancel_scope.cancel()
        else:
            await stream.aclose()

    try:
        async with anyio.create_task_group() as group:
            for address in addresses:
                failed = anyio.Event()
                group.start_soon(attempt, address, failed)
                with anyio.move_on_after(NEXT_ADDRESS_SECONDS):
                    await failed.wait()
    except BaseException:
        if winner is not None:
            with anyio.CancelScope(shield=True):
                await winner.aclose()
        raise
    if winner is None:
        raise Refused if refused == len(addresses) else httpcore2.ConnectError
    return winner
