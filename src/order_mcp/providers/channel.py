"""The one place for time limits and retries.

A `Channel` is one provider's way out: its own connections, at most 16 requests in flight, at most three attempts each,
every attempt within its time limit, no redirects, no cookies. What a response means is read elsewhere.
"""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from functools import cached_property
from json import dumps
from random import uniform
from typing import Any, TypeVar

import anyio
import anyio.to_thread
import httpcore2
import httpx2

from ..errors import BadResponse, Timeout, Unreachable
from .addresses import CERTIFICATES, PROXIES, UnusableSetting, is_loopback, proxy_for, ssl_context
from .inflate import ACCEPTED, Undecodable
from .network import CAUSES, Backend
from .responses import Response, TooLarge, encoding_of, ends_cleanly, pause_after, read_body, retry_after_of
from .stream import NotSecure, NotTrusted
from .watch import OnAttempt, Watch, keeps_connections, nobody_listens

MAX_IN_FLIGHT = 16
LONG_BYTES = 32 * 1024
LONG_LIST_BYTES = 4 * 1024  # every entry of a list is an object of its own, and many pages may come at once
MAX_VERY_LONG = 2  # how many bodies beyond a mebibyte are received at once; sixteen would take much memory
BACKOFF_SECONDS = (0.1, 0.2)  # before the second attempt, and before the third and last
MAX_JITTER_SECONDS = 0.2
KEPT_ALIVE_SECONDS = 5.0
# 500 is not here: Senmo answers the same request with the same 500 every time, so a retry does not help.
Retried = frozenset[int]
RETRY_STATUS: Retried = frozenset({429, 502, 503, 504})
# Everything that the library says of a connection; its exceptions have no common base.
NETWORK_FAILURES = (
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.ProxyError,
    httpcore2.TimeoutException,
    httpcore2.UnsupportedProtocol,
)

Work = Callable[[], Coroutine[Any, Any, None]]
Taken = TypeVar("Taken")

_on_attempt: ContextVar[OnAttempt] = ContextVar("on_attempt", default=nobody_listens)


class Http:
    """What the channels of one process share: limits, certificates, and a group for background work."""

    def __init__(self, *, user_agent: str, timeout_seconds: float, deadline_seconds: float) -> None:
        self.user_agent = user_agent
        self.timeout_seconds = timeout_seconds
        self.deadline_seconds = deadline_seconds
        self.pools: list[httpcore2.AsyncConnectionPool] = []
        self._group: anyio.abc.TaskGroup | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Http"]:
        """Run until the block ends, then stop background work and close every connection."""
        failure: Exception | None = None
        async with anyio.create_task_group() as self._group:
            try:
                yield self
            except Exception as error:  # otherwise the task group would wrap it in an ExceptionGroup
                failure = error
            finally:
                self._group.cancel_scope.cancel()
                with anyio.CancelScope(shield=True):
                    for pool in self.pools:
                        await pool.aclose()
        if failure is not None:
            raise failure

    def start(self, work: Work) -> None:
        """Run something in the background. It goes on when the caller leaves."""
        assert self._group is not None, "nothing is asked before the desk is open"
        self._group.start_soon(work)

    @cached_property
    def ssl_context(self) -> Any:
        """The certificates to trust. Loading them is slow, so it happens at the first request."""
        return ssl_context()


class Channel:
    """One provider's way out. A provider that hangs fills its own channel and nobody else's.

    Its errors are bare: which provider it was, and what was looked up, is added by the look-up.
    """

    def __init__(self, http: Http, address: str, watch: Watch | None = None) -> None:
        self._http = http
        self._address = address
        self._watch = watch
        self.start = http.start
        self._in_flight = anyio.Semaphore(MAX_IN_FLIGHT, fast_acquire=True)
        self._very_long = anyio.Semaphore(MAX_VERY_LONG)
        self._turns = anyio.Lock()  # long bodies: several threads together would take all the time from other calls
        self._is_proxied = False

    @contextmanager
    def deadline(self, on_attempt: OnAttempt | None = None) -> Iterator[None]:
        """One limit around everything that a look-up does: waiting, attempts, pauses, sign-in."""
        before = _on_attempt.set(on_attempt or _on_attempt.get())
        try:
            with anyio.fail_after(self._http.deadline_seconds):
                yield
        except TimeoutError:
            raise _timeout(self._http.deadline_seconds) from None
        finally:
            _on_attempt.reset(before)

    async def take_apart(self, body: bytes, work: Callable[[], Taken], long: int = LONG_BYTES) -> Taken:
        """Do what takes as long as a body is long. A long one is taken apart in a thread, so that other calls go on."""
        if len(body) <= long:
            return work()
        async with self._turns:
            return await anyio.to_thread.run_sync(work)

    async def request(
        self, method: str, path: str, *, headers: Mapping[str, str], json: Any = None, retried: Retried = RETRY_STATUS
    ) -> Response:
        """Send one request, up to three times where the connection broke, or at a status that is `retried`.

        The path is percent-encoded, and begins with a slash.

        Raises:
            Timeout: an attempt took longer than its limit. It is not tried again.
            Unreachable: no connection, or one that broke, three times.
            BadResponse: a body that is too large or cannot be decompressed.
            RateLimited: this server has asked often enough for now.
        """
        for number, backoff in enumerate(BACKOFF_SECONDS, 1):
            try:
                response = await self._attempt(number, method, path, headers, json)
                if response.status not in retried or (pause := pause_after(response, backoff)) is None:
                    return response
            except Unreachable:
                pause = backoff
            # Not all at the same moment, after a trouble that all callers saw.
            await anyio.sleep(pause + uniform(0, MAX_JITTER_SECONDS))
        return await self._attempt(len(BACKOFF_SECONDS) + 1, method, path, headers, json)

    async def _attempt(self, number: int, method: str, path: str, headers: Mapping[str, str], json: Any) -> Response:
        async with self._in_flight:
            if self._watch is None:
                return await self._sent(method, path, headers, json)
            async with self._watch.attempt(number) as seen:
                response = await self._sent(method, path, headers, json)
                seen(response.status)
                return response

    async def _sent(self, method: str, path: str, headers: Mapping[str, str], json: Any) -> Response:
        _on_attempt.get()()
        with anyio.move_on_after(self._http.timeout_seconds):
            try:
                return await self._exchange(method, path, headers, json)
            except NETWORK_FAILURES as failure:
                raise self._unreachable(failure) from None
        raise _timeout(self._http.timeout_seconds)

    async def _exchange(self, method: str, path: str, headers: Mapping[str, str], json: Any) -> Response:
        sent, content = [*self._always_sent, *headers.items()], None
        if json is not None:
            content = dumps(json, ensure_ascii=False, separators=(",", ":")).encode()
            sent += [("Content-Type", "application/json"), ("Content-Length", str(len(content)))]
        base = self._base
        below = base.raw_path.rstrip(b"/") + path.encode("ascii")
        target = httpcore2.URL(scheme=base.raw_scheme, host=base.raw_host, port=base.port, target=below)
        raw = await self._connections.handle_async_request(
            httpcore2.Request(method, target, headers=sent, content=content)
        )
        try:
            response = Response(
                status=raw.status,
                body=await self._body(raw),
                retry_after=retry_after_of(raw.headers),
                stream=raw.extensions["network_stream"],
            )
            # A refusal does not name its order. A second copy of it would look like the answer to the next request.
            if not (ends_cleanly(raw) and 200 <= raw.status < 300 and keeps_connections(self._watch)):
                await response.drop()
            return response
        finally:
            await raw.aclose()

    async def _body(self, raw: httpcore2.Response) -> bytes:
        try:
            return await read_body(raw.aiter_stream(), encoding_of(raw.headers), self._very_long)
        except (TooLarge, Undecodable) as failure:
            if not 200 <= raw.status < 300:
                return b""  # the status already says what is wrong
            what = "of more than 5 MiB" if isinstance(failure, TooLarge) else "that cannot be decompressed"
            raise BadResponse(f"{{provider}} sent an answer {what}. Tell the operator.") from None

    @cached_property
    def _always_sent(self) -> list[tuple[str, str]]:
        return [
            ("Host", self._base.netloc.decode("ascii")),
            ("User-Agent", self._http.user_agent),
            ("Accept", "application/json"),
            ("Accept-Encoding", ACCEPTED),
        ]

    @cached_property
    def _base(self) -> httpx2.URL:
        return httpx2.URL(self._address)

    @cached_property
    def _connections(self) -> httpcore2.AsyncConnectionPool:
        """This provider's connections. A channel has one address, so it has one pool."""
        context = self._http.ssl_context if self._base.scheme == "https" else None
        proxy = None if context is None or is_loopback(self._base.host) else proxy_for(self._base.host, context)
        self._is_proxied = proxy is not None
        pool = httpcore2.AsyncConnectionPool(
            ssl_context=context,
            proxy=proxy,
            max_connections=None,
            max_keepalive_connections=MAX_IN_FLIGHT,
            keepalive_expiry=KEPT_ALIVE_SECONDS,
            network_backend=Backend(),
        )
        self._http.pools.append(pool)
        return pool

    def _unreachable(self, failure: Exception) -> Unreachable:
        cause = next(words for kind, words in CAUSES if isinstance(failure, kind))
        to_blame: tuple[str, ...] = ()
        if isinstance(failure, UnusableSetting):
            cause, to_blame = str(failure), failure.variables
        elif self._is_proxied and isinstance(failure, httpcore2.ConnectError) and not isinstance(failure, NotSecure):
            cause, to_blame = "the proxy that HTTPS_PROXY or ALL_PROXY names does not answer", PROXIES
        elif self._is_proxied and isinstance(failure, httpcore2.ProxyError):
            to_blame = PROXIES
        elif isinstance(failure, NotTrusted):
            to_blame = CERTIFICATES
        advice = "Try again, or tell the operator." if to_blame else "Try again a little later."
        unreachable = Unreachable(f"{{provider}} could not be reached: {cause}. {advice}")
        unreachable.look_at = to_blame
        return unreachable


def _timeout(seconds: float) -> Timeout:
    return Timeout(f"{{provider}} did not answer within {seconds:g} seconds. Try again a little later.")
