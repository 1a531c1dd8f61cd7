"""Opens connections for the HTTP library's pool: looks names up, connects, starts TLS.

The library's own way has three gaps, which are closed here:

- it looks names up in a few threads that everybody shares, so a dead name server would hold up other providers, and
  the end of the process;
- it leaves a connection open when its TLS handshake is given up;
- it would use a connection again that holds bytes which nobody asked for.
"""

import socket
import ssl
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from ipaddress import ip_address
from threading import Thread
from typing import Any

import anyio
import httpcore2
from anyio.from_thread import run_sync as run_in_loop
from anyio.lowlevel import checkpoint, current_token

# A second address is tried when the first one has not answered for so long (RFC 8305 recommends 250 ms).
NEXT_ADDRESS_SECONDS = 0.25
# More than the event loop reads at once, so that no unread bytes stay in its buffer, where we cannot see them.
READ_BYTES = 1024 * 1024
# What the HTTP parser gets at a time. It handles one piece without a pause; between pieces other tasks can run.
PIECE_BYTES = 16 * 1024


class NameNotFound(httpcore2.ConnectError):
    """The host's name could not be turned into an address."""


class NotSecure(httpcore2.ConnectError):
    """No TLS connection came about: no handshake, or a certificate that is not trusted."""


class NotTrusted(NotSecure):
    """The certificate is not one that this machine trusts."""


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
        self._library = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        connect = partial(self._library.connect_tcp, port=port, timeout=timeout)
        return Stream(await _first_to_answer(connect, await self._names.addresses(host)))


class Stream(httpcore2.AsyncNetworkStream):
    """One connection. It is closed when TLS fails, and it knows whether it holds unread bytes."""

    def __init__(self, inner: httpcore2.AsyncNetworkStream) -> None:
        self._inner = inner
        self._held = b""
        # Asked for around every request, and the library looks everything up for it each time.
        self._tls: ssl.SSLObject | None = inner.get_extra_info("ssl_object")

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._held:
            await checkpoint()
        else:
            self._held = await self._inner.read(READ_BYTES, timeout)
        size = min(max_bytes, PIECE_BYTES)
        piece, self._held = self._held[:size], self._held[size:]
        return piece

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.AsyncNetworkStream:
        try:
            return Stream(await self._inner.start_tls(ssl_context, server_hostname, timeout))
        except BaseException as failure:
            # Also when the call was cancelled: the library would leave the connection open.
            with anyio.CancelScope(shield=True):
                await self._inner.aclose()
            if isinstance(failure, httpcore2.ConnectError | OSError | ValueError):
                is_distrusted = isinstance(failure.__cause__, ssl.SSLCertVerificationError)
                raise (NotTrusted if is_distrusted else NotSecure) from None
            raise

    def get_extra_info(self, info: str) -> Any:
        # The pool asks this before it uses a connection again.
        if info == "is_readable" and (self._held or self._holds_decrypted_bytes()):
            return True
        return self._inner.get_extra_info(info)

    def _holds_decrypted_bytes(self) -> bool:
        if self._tls is None:
            return False
        try:
            self._tls.read(1)
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLError:
            pass
        return True


Connect = Callable[[str], Any]


async def _first_to_answer(connect: Connect, addresses: list[str]) -> httpcore2.AsyncNetworkStream:
    """Connect to the first address that answers. Each gets a short time before the next is tried as well."""
    winner: httpcore2.AsyncNetworkStream | None = None
    refused = 0

    async def attempt(address: str, failed: anyio.Event) -> None:
        nonlocal winner, refused
        try:
            stream = await connect(address)
        except (httpcore2.ConnectError, OSError, ValueError, OverflowError) as failure:
            refused += _is_refused(failure)
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


def _is_refused(failure: BaseException | None) -> bool:
    """Whether the system said so; the libraries wrap its error."""
    while failure is not None and not isinstance(failure, ConnectionRefusedError):
        failure = failure.__cause__ or failure.__context__
    return failure is not None
