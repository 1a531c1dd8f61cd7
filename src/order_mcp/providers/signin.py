"""Tokens that expire, for providers that sign in: renewed ahead of time, once for everybody who waits."""

import math
import time
from base64 import urlsafe_b64decode
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, NamedTuple

import anyio

from ..errors import Unauthorized
from .wire import NumberText, TooMuch, decode

RENEW_AHEAD_SECONDS = 60
REFUSAL_REMEMBERED_SECONDS = 300  # long enough that no account gets locked by an agent that tries again and again

SignIn = Callable[[], Awaitable[str]]
Start = Callable[[Callable[[], Coroutine[Any, Any, None]]], None]
"""Begins work that runs to its end, whoever leaves."""


class Lease(NamedTuple):
    """A token, and which round of signing in it comes from: two rounds may give the same token."""

    token: str
    round: int


class TokenSource:
    """Holds one token, and asks `sign_in` for another when it is about to expire or was refused."""

    def __init__(self, token: str | None, sign_in: SignIn | None, start: Start) -> None:
        self._token = token
        self._renew_at = math.inf if token is None else _expiry(token) - RENEW_AHEAD_SECONDS
        self._sign_in = sign_in
        self._start = start
        self._under_way: anyio.Event | None = None
        self._round = 0
        self._failure: Exception | None = None
        self._refused_at: float | None = None

    @property
    def held(self) -> str | None:
        """The token as it is now, fresh or not."""
        return self._token

    async def current(self) -> Lease:
        """A token to use now.

        Raises:
            Unauthorized: the sign-in was refused, now or within the last five minutes.
            OrderMcpError: the sign-in could not be done; its own failure.
        """
        if self._token is not None and (self._sign_in is None or time.time() < self._renew_at):
            return Lease(self._token, self._round)
        return await self._renew(self._round)

    async def replace(self, refused: Lease) -> Lease | None:
        """Another token than the one that the provider refused. None where there is no way to get one."""
        return None if self._sign_in is None else await self._renew(refused.round)

    async def _renew(self, round_seen: int) -> Lease:
        if self._round == round_seen:
            if self._failure is not None and self._refusal_is_fresh():
                raise self._failure.with_traceback(None)
            if self._under_way is None:
                self._under_way = anyio.Event()
                self._start(self._sign_in_for_all)
            await self._under_way.wait()
        # Another caller renewed the token meanwhile. Its result counts for this caller too, also when it failed.
        if self._failure is not None:
            raise self._failure.with_traceback(None)
        assert self._token is not None
        return Lease(self._token, self._round)

    async def _sign_in_for_all(self) -> None:
        """Sign in once, in the background. A caller who leaves must not lose a token that was issued."""
        assert self._sign_in is not None and self._under_way is not None
        try:
            token = await self._sign_in()
        except Exception as failure:  # also a bug: every waiting caller raises it again
            self._failure = failure
            self._refused_at = time.monotonic() if isinstance(failure, Unauthorized) else None
        else:
            self._token, self._renew_at = token, _renew_at(token)
            self._failure = self._refused_at = None
        self._round += 1
        self._under_way.set()
        self._under_way = None

    def _refusal_is_fresh(self) -> bool:
        return self._refused_at is not None and time.monotonic() - self._refused_at < REFUSAL_REMEMBERED_SECONDS


def _renew_at(token: str) -> float:
    """When to replace a token that was issued a moment ago."""
    now, expiry = time.time(), _expiry(token)
    if expiry <= now:
        return math.inf  # one of the two clocks is wrong, so only a 401 can tell that it expired
    # One that lives for less than a minute is used for half of its life, rather than replaced before its first use.
    return expiry - RENEW_AHEAD_SECONDS if expiry - RENEW_AHEAD_SECONDS > now else (now + expiry) / 2


def _expiry(token: str) -> float:
    """The `exp` of a JWT. A token without one, or with one that is not a finite number, lasts until it is refused."""
    try:
        payload = token.split(".")[1]
        exp = decode(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["exp"]
    except (ValueError, LookupError, TypeError, RecursionError, TooMuch):
        return math.inf
    expiry = float(exp) if isinstance(exp, NumberText) else math.inf
    return expiry if expiry > -math.inf else math.inf
