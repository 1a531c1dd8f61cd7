"""THE place for time limits, retries and size limits, and the only one that knows the HTTP library.

A `Channel` is one provider's way out: at most 16 requests in flight, at most three attempts each, every
attempt within its wall-clock limit, bodies up to 5 MiB after decompression, no redirects, no cookies. It
returns status, `Retry-After` and bytes; what they mean is read elsewhere.
"""

import math
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx2

from .errors import BadResponse, Timeout, Unreachable

MAX_BODY_BYTES = 5 * 1024 * 1024
MAX_IN_FLIGHT = 16
MAX_ATTEMPTS = 3
MAX_RETRY_AFTER_SLEEP = 3.0  # a tool that sleeps for longer looks hung; the caller is told the wait instead
MAX_RETRY_AFTER = 86_400  # a provider that asks for more than a day is not telling us anything useful
# 500 is not here: Senmo's is a deterministic fault, and hammering it helps nobody.
RETRY_STATUS = frozenset({429, 502, 503, 504})

attempts: ContextVar[list[int]] = ContextVar("attempts")
"""Where the caller of a look-up finds how many requests it took: a list holding one count."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: HTTP status, body, and the seconds that `Retry-After` asked for."""

    status: int
    body: bytes
    retry_after: float | None = None

    @property
    def retry_after_seconds(self) -> int | None:
        """Whole seconds, rounded up; None where the provider gave none that can be read."""
        return None if self.retry_after is None else math.ceil(self.retry_after)


class _TryAgain(Exception):
    """An answer that another attempt may improve on."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer


class Http:
    """The connections of one process: one pool for the world, one for loopback that knows no proxy."""

    def __init__(self, *, user_agent: str, timeout_seconds: float, deadline_seconds: float) -> None:
        self._user_agent = user_agent
        self.timeout_seconds = timeout_seconds
        self.deadline_seconds = deadline_seconds
        self._clients: dict[tuple[bool, bool], httpx2.AsyncClient] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Http"]:
        """Close every connection at the end."""
        try:
            yield self
        finally:
            with anyio.CancelScope(shield=True):
                for client in self._clients.values():
                    await client.aclose()

    def client(self, url: str) -> httpx2.AsyncClient:
        """The client for an address. Made at first use: loading certificates takes time that a start has not."""
        parts = urlsplit(url)
        local, encrypted = is_loopback(parts.hostname), parts.scheme == "https"
        if (local, encrypted) not in self._clients:
            self._clients[local, encrypted] = httpx2.AsyncClient(
                headers={"User-Agent": self._user_agent, "Accept": "application/json"},
                verify=encrypted,  # plain http (this machine only) has no certificate to verify, so none are loaded
                timeout=None,  # wall-clock limits are ours: the library's are per read, and never end a slow drip
                limits=httpx2.Limits(max_connections=None, max_keepalive_connections=MAX_IN_FLIGHT),
                cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
                trust_env=not local,
            )
        return self._clients[local, encrypted]


class Channel:
    """One provider's way out. A provider that hangs fills its own channel and nobody else's."""

    def __init__(self, http: Http, *, name: str, title: str) -> None:
        self._http = http
        self._name = name
        self._title = title
        self._in_flight = anyio.Semaphore(MAX_IN_FLIGHT)

    @contextmanager
    def deadline(self) -> Iterator[None]:
        """One limit around everything that a look-up does: waiting, attempts, pauses, sign-in."""
        try:
            with anyio.fail_after(self._http.deadline_seconds):
                yield
        except TimeoutError:
            raise self._timeout(self._http.deadline_seconds) from None

    async def request(self, method: str, url: str, *, headers: Mapping[str, str], json: Any = None) -> Answer:
        """Send one request, up to three times.

        Raises:
            Timeout: an attempt took longer than its limit. It is not tried again.
            Unreachable: no connection, or one that broke, three times.
            BadResponse: a body that is too large or cannot be decompressed.
        """
        import stamina  # here, because a start should not wait for what only a look-up needs

        try:
            async for attempt in stamina.retry_context(
                on=_pause, attempts=MAX_ATTEMPTS, timeout=None, wait_initial=0.1, wait_max=1.0, wait_jitter=0.2
            ):
                with attempt:
                    answer = await self._attempt(method, url, headers, json)
                    if answer.status in RETRY_STATUS:
                        raise _TryAgain(answer)
        except _TryAgain as last:
            return last.answer
        return answer

    async def _attempt(self, method: str, url: str, headers: Mapping[str, str], json: Any) -> Answer:
        async with self._in_flight:
            if counter := attempts.get(None):
                counter[0] += 1
            with anyio.move_on_after(self._http.timeout_seconds):
                try:
                    client = self._http.client(url)
                    async with client.stream(method, url, headers=dict(headers), json=json) as response:
                        return Answer(
                            status=response.status_code,
                            body=await self._body(response),
                            retry_after=_retry_after(response.headers.get("Retry-After")),
                        )
                except httpx2.TransportError:
                    raise Unreachable(
                        f"{self._title} could not be reached, or the connection broke. Try again in a minute.",
                        provider=self._name,
                    ) from None
                except httpx2.DecodingError:
                    raise BadResponse(
                        f"{self._title} sent an answer that cannot be decompressed. Tell the operator.",
                        provider=self._name,
                    ) from None
        raise self._timeout(self._http.timeout_seconds)

    async def _body(self, response: httpx2.Response) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                if response.is_success:
                    raise BadResponse(
                        f"{self._title} sent an answer of more than 5 MiB. Tell the operator.", provider=self._name
                    )
                return b""  # the status already says what is wrong
        return bytes(body)

    def _timeout(self, seconds: float) -> Timeout:
        return Timeout(
            f"{self._title} did not answer within {seconds:g} seconds. Try again in a minute.", provider=self._name
        )


def is_loopback(host: str | None) -> bool:
    """Whether a host name means this very machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def _pause(failure: Exception) -> bool | float:
    """Whether to try again, and after how many seconds where the provider named them."""
    if isinstance(failure, Unreachable):
        return True
    if not isinstance(failure, _TryAgain):
        return False
    wait = failure.answer.retry_after
    if wait is None:
        return True
    time_left = anyio.current_effective_deadline() - anyio.current_time()
    return wait if wait <= min(MAX_RETRY_AFTER_SLEEP, time_left) else False


def _retry_after(value: str | None) -> float | None:
    """`Retry-After` in seconds from now: a number or an HTTP date (RFC 9110 section 10.2.3)."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
        seconds = max(seconds, 0.0)
    return min(seconds, MAX_RETRY_AFTER) if seconds >= 0 else None
