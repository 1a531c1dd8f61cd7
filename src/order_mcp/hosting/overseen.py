"""Puts together what stands around a desk: budgets, shared look-ups, attempts, records."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from ..bugs import log_bug
from ..config import Config
from ..errors import RateLimited
from ..oversight import Call, Oversight
from ..wording import after
from .attempts import CountedAttempts
from .audit import AuditLog
from .counts import Counts
from .telemetry import Telemetry

log = logging.getLogger("order_mcp")


class AccountWatch:
    """One account's budget and record."""

    def __init__(
        self, account: str, budget: str, counts: Counts, telemetry: Telemetry, *, keeps_connections: bool
    ) -> None:
        self._account = account
        self._budget = budget
        self._counts = counts
        self._telemetry = telemetry
        self.keeps_connections = keeps_connections

    @asynccontextmanager
    async def attempt(self, number: int) -> AsyncIterator[Callable[[int], object]]:
        if wait := await self._counts.take(self._budget, "account", self._account):
            raise RateLimited(
                f"{{provider}} was not asked: this server has asked it as often as it may. Try again {after(wait)}.",
                retry_after_seconds=wait,
            )
        async with self._telemetry.attempt(self._account, number) as seen:
            yield seen


def overseen(config: Config, counts: Counts, telemetry: Telemetry, *, budgets: bool) -> Oversight:
    """What stands around the desk of a configuration. Without `budgets`, only rates that the operator set hold.

    Raises:
        ConfigurationError: the record cannot be written.
    """
    audit = AuditLog(config.hosted.audit_log, config.hosted.audit_key) if config.hosted.audit_log else None

    def watch(account: str) -> AccountWatch:
        each = config.accounts[account]
        budget = each.rate_limit or (each.kind.rate_limit if budgets else "none")
        return AccountWatch(account, budget, counts, telemetry, keeps_connections=not config.hosted.verify)

    def on_call(call: Call) -> None:
        try:
            telemetry.count(call)
            if audit:
                audit.write(call)
        except Exception as bug:  # an answer does not depend on its record
            log_bug(bug)

    async def close() -> None:
        await counts.close()
        if audit:
            audit.close()

    return Oversight(
        watch=watch,
        shares=not config.hosted.verify,  # who joins a look-up has its answer sooner, and so learns of it
        attempts=CountedAttempts(counts) if config.hosted.verify else None,
        on_call=on_call,
        close=close,
    )
