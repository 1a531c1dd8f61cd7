"""The one place for time limits and retries.

A `Channel` is one provider's way out: its own connections, at most 16 requests in flight, at most three attempts each,
every attempt within its time limit, no redirects, no cookies. What a response means is read elsewhere.
"""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from functools import cached_property
from json import dumps
from typing import Any

import anyio
import httpcore2
import httpx2

from ..errors import BadResponse, Timeout, Unreachable
from .addresses import CERTIFICATES, PROXIES, UnusableSetting, is_loopback, proxy_for, ssl_context
from .inflate import ACCEPTED, Undecodable
from .network import CAUSES, Backend, NotSecure, NotTrusted
from .responses import Response, TooLarge, encoding_of, ends_cleanly, read_body, retry_after_of

MAX_IN_FLIGHT = 16
LONG_BYTES = 64 * 1024
MAX_VERY_LONG = 2  # how many bodies beyond a mebibyte are received at once; sixteen would take much memory
MAX_ATTEMPTS = 3
KEPT_ALIVE_SECONDS = 5.0
MAX_RETRY_AFTER_SLEEP = 3.0  # a longer sleep looks like a hang, so the caller is told the wait instead
# 500 is not here: Senmo answers the same request with the same 500 every time, so a retry does not help.
RETRY_STATUS = frozenset({429, 502, 503, 504})
# Everything that the library says of a connection; its exceptions have no common base.
NETWORK_FAILURES = (
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.ProxyError,
    httpcore2.TimeoutException,
    httpcore2.UnsupportedProtocol,
)

Work = Callable[[], Coroutine[Any, Any, None]]
OnAttempt = Callable[[], object]
"""Told of every request that leaves, for the log and for traces."""


def nobody_listens() -> None:
    """The hook for a caller that does not count attempts."""


_on_attempt: ContextVar[OnAttempt] = ContextVar("on_attempt", default=nobody_listens)


class _TryAgain(Exception):
    """A response that another attempt may improve on."""

    def __init__(self, response: Response) -> None:
        self.response = response


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

    def __init__(self, http: Http) -> None:
        self._http = http
        self.start = http.start
        self._in_flight = anyio.Semaphore(MAX_IN_FLIGHT)
        self._very_long = anyio.Semaphore(MAX_VERY_LONG)
        self._turns = anyio.Lock()
        self._pool: httpcore2.AsyncConnectionPool | None = None
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

    @asynccontextmanager
    async def turn(self, body: bytes) -> AsyncIterator[None]:
        """Wait until no other long body is taken apart: several in a row would block other calls for too long."""
        if len(body) <= LONG_BYTES:
            yield
            return
        async with self._turns:
            began = anyio.current_time()
            yield
            if self._turns.statistics().tasks_waiting or self._very_long.statistics().tasks_waiting:
                # A pause as long as the work: other calls need several short turns to get through.
                await anyio.sleep(anyio.current_time() - began)

    async def request(self, method: str, url: str, *, headers: Mapping[str, str], json: Any = None) -> Response:
        """Send one request, up to three times.

        Raises:
            Timeout: an attempt took longer than its limit. It is not tried again.
            Unreachable: no connection, or one that broke, three times.
            BadResponse: a body that is too large or cannot be decompressed.
        """
        import stamina  # imported here because only a look-up needs it, and the start should be fast

        try:
            async for attempt in stamina.retry_context(
                on=_pause, attempts=MAX_ATTEMPTS, timeout=None, wait_initial=0.1, wait_max=1.0, wait_jitter=0.2
            ):
                with attempt:
                    response = await self._attempt(method, httpx2.URL(url), headers, json)
                    if response.status in RETRY_STATUS:
                        raise _TryAgain(response)
        except _TryAgain as last:
            return last.response
        return response

    async def _attempt(self, method: str, url: httpx2.URL, headers: Mapping[str, str], json: Any) -> Response:
        async with self._in_flight:
            _on_attempt.get()()
            with anyio.move_on_after(self._http.timeout_seconds):
                try:
                    return await self._exchange(method, url, headers, json)
                except NETWORK_FAILURES as failure:
                    raise self._unreachable(failure) from None
        raise _timeout(self._http.timeout_seconds)

    async def _exchange(self, method: str, url: httpx2.URL, headers: Mapping[str, str], json: Any) -> Response:
        common = {"Host": url.netloc.decode("ascii"), "User-Agent": self._http.user_agent}
        common |= {"Accept": "application/json", "Accept-Encoding": ACCEPTED}
        content = None
        if json is not None:
            common["Content-Type"] = "application/json"
            content = dumps(json, ensure_ascii=False, separators=(",", ":")).encode()
        target = httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        pool = self._connections(url)
        sent = [*common.items(), *headers.items()]
        async with pool.stream(method, target, headers=sent, content=content) as raw:
            response = Response(
                status=raw.status,
                body=await self._body(raw),
                retry_after=retry_after_of(raw.headers),
                stream=raw.extensions["network_stream"],
            )
            # A refusal does not name its order. A second copy of it would look like the answer to the next request.
            if not ends_cleanly(raw) or not 200 <= raw.status < 300:
                await response.drop()
            return response

    async def _body(self, raw: httpcore2.Response) -> bytes:
        try:
            return await read_body(raw.aiter_stream(), encoding_of(raw.headers), self._very_long)
        except (TooLarge, Undecodable) as failure:
            if not 200 <= raw.status < 300:
                return b""  # the status already says what is wrong
            what = "of more than 5 MiB" if isinstance(failure, TooLarge) else "that cannot be decompressed"
            raise BadResponse(f"{{provider}} sent an answer {what}. Tell the operator.") from None

    def _connections(self, url: httpx2.URL) -> httpcore2.AsyncConnectionPool:
        """This provider's connections. A channel has one address, so it has one pool."""
        if self._pool is None:
            context = self._http.ssl_context if url.scheme == "https" else None
            proxy = None if context is None or is_loopback(url.host) else proxy_for(url.host, context)
            self._is_proxied = proxy is not None
            self._pool = httpcore2.AsyncConnectionPool(
                ssl_context=context,
                proxy=proxy,
                max_connections=None,
                max_keepalive_connections=MAX_IN_FLIGHT,
                keepalive_expiry=KEPT_ALIVE_SECONDS,
                network_backend=Backend(),
            )
            self._http.pools.append(self._pool)
        return self._pool

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


def _pause(failure: Exception) -> bool | float:
    """Whether to try again, and after how many seconds where the provider named them."""
    if isinstance(failure, Unreachable):
        return True
    if not isinstance(failure, _TryAgain):
        return False
    wait = failure.response.retry_after
    if wait is None:
        return True
    time_left = anyio.current_effective_deadline() - anyio.current_time()
    return wait if wait <= min(MAX_RETRY_AFTER_SLEEP, time_left) else False
