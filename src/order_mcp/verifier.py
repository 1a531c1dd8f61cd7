"""Who may hear of an order: it is looked up by id and by number at once, and only the one that passes is shown.

Whoever is wrong must not learn whether there is such an order. So what is asked, and how often, does not depend on what
is found, and an answer leaves at a whole quarter of a second after the question came.
"""

import logging
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import anyio

from .accounts import Account, nothing_configured
from .answer.verify import passes
from .arguments import is_id
from .caller import Caller
from .comparing import Proof, email_form, folded
from .errors import Incomplete, Internal, InvalidInput, NotFound, OrderMcpError
from .finding import Held, Limits, Question
from .models import AUTO, Noun, Order
from .oversight import Attempts
from .providers.refusals import OddOrder
from .providers.watch import OnAttempt
from .verified import VerifiedArguments, no_proof
from .wording import listed

log = logging.getLogger("order_mcp")
PACE_SECONDS = 0.25
NO_SCANS = Limits(pages=0, days=1)

Way = Callable[[], Awaitable[Order | None]]


class Verifier:
    """Looks up one order for somebody who says whose it is."""

    def __init__(self, accounts: Mapping[str, Account], attempts: Attempts | None, on_attempt: OnAttempt) -> None:
        self._accounts = accounts
        self._attempts = attempts
        self._on_attempt = on_attempt

    async def look_up(self, caller: Caller, given: dict[str, Any]) -> tuple[Order, VerifiedArguments]:
        """The one order that has this id or number, and passes; and how it is to be shown.

        Raises:
            Unverified: there is none, or not one; which of it is not told.
            TooManyAttempts: so often that a person has to go on.
            OrderMcpError: it could not be looked up.
        """
        began = anyio.current_time()
        arguments = VerifiedArguments.read(given, caller.accounts)
        # Where somebody vouches for the customer's address, what else is said of the customer does not count.
        proof = Proof(email_form(caller.email)) if caller.email else arguments.proof
        if proof == Proof():
            raise no_proof()
        try:
            return await self._passing(caller.name, arguments, proof), arguments
        finally:
            steps = math.floor((anyio.current_time() - began) / PACE_SECONDS) + 1
            await anyio.sleep_until(began + steps * PACE_SECONDS)

    async def _passing(self, caller: str, arguments: VerifiedArguments, proof: Proof) -> Order:
        if self._attempts is None:
            raise Internal  # without a count, guessing would be free
        # One that is half set up is told of at the start, and could never answer.
        ready = {name: account for name, account in self._accounts.items() if account.setup.settings is not None}
        if not ready:
            raise nothing_configured(list(self._accounts.values()), try_sandbox=True)
        if arguments.provider not in (AUTO, *ready):
            raise self._accounts[arguments.provider].not_configured()
        candidates = list(ready.values()) if arguments.provider == AUTO else [ready[arguments.provider]]
        async with self._attempts.one(caller, folded(arguments.id).removeprefix("#")) as was_wrong:
            orders, failed = await self._gather(candidates, arguments.id)
            if failed:
                # Nothing is compared, so nothing can be learned and nothing is counted. Otherwise an outage would close
                # whole platforms, or let somebody guess without end.
                raise _could_not_look(failed)
            passing = {(order.provider, order.id): order for order in orders if passes(order, proof)}
            if not passing:
                await was_wrong()
        if len(passing) > 1:
            log.warning(
                "several orders match what a customer said, at %s", listed(sorted({p for p, _ in passing}), "and")
            )
        if len(passing) != 1:
            raise Unverified
        return next(iter(passing.values()))

    async def _gather(self, candidates: Sequence[Account], asked: str) -> tuple[list[Order], dict[str, OrderMcpError]]:
        """Every order that may be meant, and who failed."""
        orders: list[Order] = []
        failed: dict[str, OrderMcpError] = {}

        async def go(account: Account, way: Way) -> None:
            try:
                order = await way()
            except (NotFound, InvalidInput):
                return
            except OddOrder as error:
                # An order that cannot be read has nothing to compare; that there is one is not told.
                log.warning("%s: %s", account.title, error.sentence)
                return
            except OrderMcpError as error:
                failed[account.name] = error
                return
            if order is not None:
                orders.append(order)

        async with anyio.create_task_group() as group:
            for account in candidates:
                for way in self._ways(account, asked):
                    group.start_soon(go, account, way)
        return orders, failed

    def _ways(self, account: Account, asked: str) -> list[Way]:
        async def by_id() -> Order | None:
            return await self._order(account, asked)

        async def by_number() -> Order | None:
            searched = await account.find(Question(Held.NUMBER, asked, ids_too=False), NO_SCANS, self._on_attempt)
            if searched.ended_by is not None:
                raise searched.ended_by
            if not searched.compared:
                return None  # this account has no number besides the id
            ids = {hit.order.id for hit in searched.hits}
            # Where nothing was found, as much is asked as where something was.
            found = next(iter(ids)) if len(ids) == 1 else account.unused_id
            return await self._order(account, found)

        may_be_id = is_id(asked) and account.why_refused(asked) is None
        by_filter = account.can_find(Held.NUMBER, NO_SCANS)
        return [way for way, is_open in ((by_id, may_be_id), (by_number, by_filter)) if is_open]

    async def _order(self, account: Account, id: str) -> Order | None:
        record = await account.look_up(Noun.ORDER, id, self._on_attempt)
        return record if isinstance(record, Order) else None


class Unverified(NotFound):
    """No order matches what was said of it; whether there is one is not told."""

    for_customer = (
        "No order matches these details. Please check the order number and the e-mail address or postal code, and "
        "send them again."
    )

    def __init__(self) -> None:
        super().__init__("No order matches these details. Check the order number, the e-mail address or postal code.")


def _could_not_look(failed: Mapping[str, OrderMcpError]) -> OrderMcpError:
    """Nobody knows whether there is such an order; where one alone was asked, why."""
    if len(failed) == 1:
        return next(iter(failed.values()))
    reasons = [f"{name} ({error.reason})" for name, error in failed.items()]
    return Incomplete(f"{listed(reasons, 'and')} could not be asked.", failed=failed, not_found_at=[])
