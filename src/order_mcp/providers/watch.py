"""Who is told of what leaves for a provider: the call that caused it, and whoever watches a hosted server."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

OnAttempt = Callable[[], object]
"""Told of every request that leaves, for the log."""


def nobody_listens() -> None:
    """The hook for a caller that does not count attempts."""


class Watch(Protocol):
    """What stands between a channel and the network: a budget, and a record."""

    keeps_connections: bool
    """Whether a connection may be used again. Where customers are verified, a kept one would tell what was found."""

    def attempt(self, number: int) -> AbstractAsyncContextManager[Callable[[int], object]]:
        """Around one attempt, the first one being 1; what it gives is told the status.

        Raises:
            RateLimited: there has been enough of them for now. Nothing is sent then.
        """


def keeps_connections(watch: Watch | None) -> bool:
    """Whether connections may be used again."""
    return watch is None or watch.keeps_connections
