"""Counts how often something happened: in this process, or at a Redis that all processes share.

Where the shared storage does not answer, a rate is counted in this process until it does, and no call fails for it.
What must not be guessed (`shared`) is refused instead.
"""

import logging
import math
import time
from bisect import bisect_left
from collections.abc import Awaitable, Callable
from threading import Timer
from typing import Any, Protocol, TypeVar

import anyio
from limits import RateLimitItem, parse
from limits import storage as in_memory
from limits import strategies as counting
from limits.aio import storage as at_redis
from limits.aio import strategies as counting_at_redis
from limits.errors import ConfigurationError as LibraryMissing
from limits.errors import StorageError

from ..environment import ConfigurationError
from ..hosted import MEMORY

log = logging.getLogger("order_mcp")
NAMESPACE = "order-mcp"
# So many are remembered one by one, and never exceeded. A larger rate is counted by two windows, which takes little
# memory however large it is, and may be exceeded a little where they meet.
MOST_EXACT = 10_000
NOT_INSTALLED = "ORDER_MCP_STORAGE names a Redis, and its library is not installed: pip install 'order-mcp[redis]'."
DOES_NOT_ANSWER = (
    "the storage of ORDER_MCP_STORAGE does not answer; each process counts by itself meanwhile, and no customer is "
    "verified"
)
FORGETS_EVERY_SECONDS = 5.0
ANSWERS_WITHIN_SECONDS = 1.0
TRIED_AGAIN_AFTER_SECONDS = 5.0
MOST_AT_ONCE = 32
"""How many connections one process has to the storage. Beyond a hundred the library would say that it is down."""
Counted = TypeVar("Counted")


class NotShared(Exception):
    """The shared storage does not answer, so nobody knows."""


class Storage(Protocol):
    """What a storage can count."""

    async def hit(self, item: RateLimitItem, *key: str) -> bool: ...
    async def wait(self, item: RateLimitItem, *key: str) -> float: ...
    async def left(self, item: RateLimitItem, *key: str) -> int: ...
    async def add(self, key: str, amount: int, seconds: int) -> int: ...
    async def get(self, key: str) -> int: ...


class _NoTimer(Timer):
    """Stands where the library has a thread that forgets what is over: starting one is a sixth of a whole call."""

    def __init__(self) -> None:
        super().__init__(0, lambda: None)

    def is_alive(self) -> bool:
        return True


class Memory:
    """Counts of this process."""

    def __init__(self) -> None:
        self._storage = in_memory.MemoryStorage()
        self._storage.timer = _NoTimer()
        self._forgets_at = time.monotonic() + FORGETS_EVERY_SECONDS
        self._exact = counting.MovingWindowRateLimiter(self._storage)
        self._large = counting.SlidingWindowCounterRateLimiter(self._storage)

    def _by(self, item: RateLimitItem) -> counting.RateLimiter:
        return self._exact if item.amount <= MOST_EXACT else self._large

    async def hit(self, item: RateLimitItem, *key: str) -> bool:
        if time.monotonic() > self._forgets_at:
            self._forget()
        return self._by(item).hit(item, *key)

    def _forget(self) -> None:
        """Forget what is over."""
        self._forgets_at, now = time.monotonic() + FORGETS_EVERY_SECONDS, time.time()
        for key in list(self._storage.expirations):
            self._storage.get(key)  # the library forgets a count that is over when it is asked for it
        for key, events in list(self._storage.events.items()):
            over = bisect_left(events, -now, key=lambda event: -event.expiry)
            if over == 0:
                self._storage.clear(key)
            else:
                del events[over:]

    async def wait(self, item: RateLimitItem, *key: str) -> float:
        return self._by(item).get_window_stats(item, *key).reset_time - time.time()

    async def left(self, item: RateLimitItem, *key: str) -> int:
        return self._by(item).get_window_stats(item, *key).remaining

    async def add(self, key: str, amount: int, seconds: int) -> int:
        return self._storage.incr(key, seconds, amount)

    async def get(self, key: str) -> int:
        return self._storage.get(key)


class Redis:
    """Counts that all processes share."""

    def __init__(self, address: str) -> None:
        self._storage = at_redis.RedisStorage(
            f"async+{address}",
            wrap_exceptions=True,
            implementation="redispy",
            key_prefix=NAMESPACE,
            socket_connect_timeout=ANSWERS_WITHIN_SECONDS,
            socket_timeout=ANSWERS_WITHIN_SECONDS,
        )
        self._exact = counting_at_redis.MovingWindowRateLimiter(self._storage)
        self._large = counting_at_redis.SlidingWindowCounterRateLimiter(self._storage)

    def _by(self, item: RateLimitItem) -> counting_at_redis.RateLimiter:
        return self._exact if item.amount <= MOST_EXACT else self._large

    async def hit(self, item: RateLimitItem, *key: str) -> bool:
        return await self._by(item).hit(item, *key)

    async def wait(self, item: RateLimitItem, *key: str) -> float:
        return (await self._by(item).get_window_stats(item, *key)).reset_time - time.time()

    async def left(self, item: RateLimitItem, *key: str) -> int:
        return (await self._by(item).get_window_stats(item, *key)).remaining

    async def add(self, key: str, amount: int, seconds: int) -> int:
        return await self._storage.incr(key, seconds, amount)

    async def get(self, key: str) -> int:
        return await self._storage.get(key)

    async def close(self) -> None:
        bridge: Any = self._storage.bridge
        await bridge.get_connection().aclose()


class Counts:
    """Rates by key, and what attempts are counted with."""

    def __init__(self, address: str | None) -> None:
        """
        Raises:
            ConfigurationError: the library for this storage is not installed.
        """
        self._memory = Memory()
        try:
            self._redis = None if address is None or address == MEMORY else Redis(address)
        except LibraryMissing:
            raise ConfigurationError(NOT_INSTALLED) from None
        self._turns = anyio.Semaphore(MOST_AT_ONCE)
        self._down_until = 0.0
        self._is_said = False

    async def take(self, rate: str, *key: str) -> int | None:
        """Count one more; None where that is allowed, otherwise after how many seconds it may be.

        A rate is one that `rules.rate` reads; `none` is always allowed.
        """
        if rate == "none":
            return None
        item = parse_rate(rate)
        try:
            return await self.shared(lambda storage: _take(storage, item, key))
        except NotShared:
            return await _take(self._memory, item, key)

    async def shared(self, work: Callable[[Storage], Awaitable[Counted]]) -> Counted:
        """Do something with the storage that all processes share; in one process that is its own memory.

        Raises:
            NotShared: it does not answer.
        """
        if self._redis is None:
            return await work(self._memory)
        try:
            async with self._turns:
                if time.monotonic() < self._down_until:
                    raise NotShared
                done = await work(self._redis)
        except (StorageError, OSError, TimeoutError):
            self._down_until = time.monotonic() + TRIED_AGAIN_AFTER_SECONDS
            if not self._is_said:
                self._is_said = True
                log.warning(DOES_NOT_ANSWER)
            raise NotShared from None
        if self._is_said:
            self._is_said = False
            log.warning("the storage of ORDER_MCP_STORAGE answers again")
        return done

    async def close(self) -> None:
        if self._redis is not None:
            await self._redis.close()


_parsed: dict[str, RateLimitItem] = {}


def parse_rate(rate: str) -> RateLimitItem:
    """A rate as the library knows it. There are few of them, and each is used at every call."""
    if rate not in _parsed:
        item = parse(rate.lower())
        item.namespace = NAMESPACE
        _parsed[rate] = item
    return _parsed[rate]


async def _take(storage: Storage, item: RateLimitItem, key: tuple[str, ...]) -> int | None:
    if await storage.hit(item, *key):
        return None
    return max(1, math.ceil(await storage.wait(item, *key)))
