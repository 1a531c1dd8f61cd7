"""How often somebody may be wrong about an order: counted for the order and for the caller, whether it exists or not.

An attempt is counted in before its answer is known, and out again after it: many at the same moment are no more than
one after another. Where nobody knows the count, nothing is shown.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from hashlib import sha256
from typing import NamedTuple

import anyio

from ..errors import RateLimited, Unreachable
from ..oversight import TooManyAttempts
from .counts import Counts, NotShared, Storage, parse_rate

BUCKET_SECONDS = 120  # longer than any look-up: what is in flight is in this bucket, or in the one before
TURN_SECONDS = 0.05
WAITS_AT_MOST_SECONDS = 20.0
NO_COUNT = "The storage does not answer, so wrong answers cannot be counted, and nobody is verified. Try again later."
NO_TURN = "Too many attempts wait at the same moment. Try again a little later."


class Limit(NamedTuple):
    """How many wrong answers close something, and for how long."""

    of: str
    most: int
    minutes: int

    @property
    def rate(self) -> str:
        return f"{self.most}/{self.minutes} minutes"


# For an order: enough for a mistake, and hopeless against a postal code. For a caller: one who tries many orders.
ORDER = Limit("order", most=5, minutes=15)
CALLER = Limit("caller", most=30, minutes=60)


class _Gate:
    """One limit, for one order or one caller."""

    def __init__(self, counts: Counts, limit: Limit, name: str) -> None:
        self._counts = counts
        self._limit = limit
        # What customers hold is nobody's business at the storage.
        self._key = f"order-mcp/attempts/{limit.of}/{sha256(name.encode()).hexdigest()}"
        self._wrong = parse_rate(limit.rate)
        self._bucket = ""

    @property
    def _closed(self) -> str:
        return f"{self._key}/closed"

    async def enter(self) -> None:
        """Wait for a turn.

        Raises:
            TooManyAttempts: it is closed.
            NotShared: nobody knows.
        """
        give_up = anyio.current_time() + WAITS_AT_MOST_SECONDS
        while not await self._is_entered():
            if anyio.current_time() > give_up:
                raise RateLimited(NO_TURN)
            await anyio.sleep(TURN_SECONDS)

    async def _is_entered(self) -> bool:
        # Whoever leaves in the middle of counting would leave a count behind.
        is_entered = False
        with anyio.CancelScope(shield=True):
            is_entered = await self._counts.shared(self._try)
        return is_entered

    async def _try(self, storage: Storage) -> bool:
        number = int(time.time() // BUCKET_SECONDS)
        bucket, before = f"{self._key}/{number}", f"{self._key}/{number - 1}"
        # Counted in first, so that of several at the same moment each sees the others.
        in_flight = await storage.add(bucket, 1, 3 * BUCKET_SECONDS) + await storage.get(before)
        is_open = False
        try:
            if await storage.get(self._closed):
                raise TooManyAttempts
            is_open = in_flight <= await storage.left(self._wrong, self._key)
        finally:
            if not is_open:
                await storage.add(bucket, -1, 3 * BUCKET_SECONDS)
        self._bucket = bucket
        return is_open

    async def wrong(self, storage: Storage) -> None:
        """Count a wrong answer; the last one that is allowed closes."""
        await storage.hit(self._wrong, self._key)
        if await storage.left(self._wrong, self._key) <= 0:
            await storage.add(self._closed, 1, self._limit.minutes * 60)

    async def leave(self) -> None:
        # Where the storage does not answer, the bucket passes by itself.
        with anyio.CancelScope(shield=True), suppress(NotShared):
            await self._counts.shared(lambda storage: storage.add(self._bucket, -1, 3 * BUCKET_SECONDS))


class CountedAttempts:
    """The attempts at a server."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts

    @asynccontextmanager
    async def one(self, caller: str, id: str) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        gates = [_Gate(self._counts, ORDER, id), _Gate(self._counts, CALLER, caller)]

        async def was_wrong() -> None:
            for gate in gates:
                await self._counts.shared(gate.wrong)

        try:
            async with AsyncExitStack() as stack:
                for gate in gates:
                    await gate.enter()
                    stack.push_async_callback(gate.leave)
                yield was_wrong
        except NotShared:
            raise Unreachable(NO_COUNT) from None
