"""Tokens that expire, for providers that sign in: renewed ahead of time, once for everybody who waits."""

import time
from base64 import urlsafe_b64decode
from collections.abc import Awaitable, Callable

import anyio

from ..errors import OrderMcpError, Unauthorized
from .wire import decode

RENEW_AHEAD_SECONDS = 60
REFUSAL_REMEMBERED_SECONDS = 300  # long enough that no account gets locked by an agent that tries again and again

SignIn = Callable[[], Awaitable[str]]


class TokenSource:
    """Holds one token, and asks `sign_in` for another when it is about to expire or was refused."""

    def __init__(self, token: str | None, sign_in: SignIn | None) -> None:
        self._token = token
        self._sign_in = sign_in
        self._one_at_a_time = anyio.Lock()
        self._round = 0
        self._failure: OrderMcpError | None = None
        self._refused_at: float | None = None

    async def current(self) -> str:
        """A token to use now.

        Raises:
            Unauthorized: the sign-in was refused, now or within the last five minutes.
            OrderMcpError: the sign-in could not be done; its own failure.
        """
        if self._token is not None and (self._sign_in is None or not _expires_soon(self._token)):
            return self._token
        return await self._renew(self._token)

    async def replace(self, refused: str) -> bool:
        """Get another token than the one the provider refused. False where there is no way to."""
        if self._sign_in is None:
            return False
        await self._renew(refused)
        return True

    async def _renew(self, stale: str | None) -> str:
        assert self._sign_in is not None
        round_seen = self._round
        async with self._one_at_a_time:
            if self._round != round_seen or self._token != stale:
                # Somebody renewed while we waited: their token is ours, and so is their failure.
                if self._failure is not None:
                    raise self._failure
                if self._token is not None:
                    return self._token
            if self._failure is not None and self._refusal_is_fresh():
                raise self._failure
            try:
                self._token = await self._sign_in()
                self._failure = self._refused_at = None
            except OrderMcpError as failure:
                self._failure = failure
                self._refused_at = time.monotonic() if isinstance(failure, Unauthorized) else None
                raise
            finally:
                self._round += 1
            return self._token

    def _refusal_is_fresh(self) -> bool:
        return self._refused_at is not None and time.monotonic() - self._refused_at < REFUSAL_REMEMBERED_SECONDS


def _expires_soon(token: str) -> bool:
    """Whether the `exp` of a JWT is less than a minute ahead. A token without one lasts until it is refused."""
    try:
        payload = token.split(".")[1]
        expires_at = float(decode(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["exp"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return False
    return expires_at - time.time() < RENEW_AHEAD_SECONDS
