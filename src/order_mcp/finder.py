"""Who is searched: the account that was named, or all that can be searched by what the customer holds."""

from collections.abc import Mapping, Sequence
from typing import Any

import anyio

from .accounts import Account, nothing_configured
from .bugs import contained_bugs
from .errors import Incomplete, NotFound, OrderMcpError, UnsupportedOperation
from .finding import TO_OPERATOR, Found, Held, Limits, Question, Searched
from .models import AUTO
from .providers.watch import OnAttempt
from .wording import listed, now

# Whether a provider's filter tells capital letters from small ones is not documented.
INSTEAD = "Check it with the user, capital letters and spaces included, or ask for the order id."
MEANWHILE = "Ask for the order id meanwhile."


class Finder:
    """Finds orders over the accounts that a caller may use."""

    def __init__(
        self, accounts: Mapping[str, Account], default: str | None, limits: Limits, on_attempt: OnAttempt
    ) -> None:
        self._accounts = accounts
        self._default = default
        self._limits = limits
        self._on_attempt = on_attempt

    async def find(self, question: Question, name: str) -> Found:
        """The orders that have this number or address.

        Raises:
            OrderMcpError: `not_found`, `incomplete`, `unsupported_operation`, or what a named provider answered.
        """
        as_of = now()
        able = [account for account in self._accounts.values() if account.can_find(question.held, self._limits)]
        # Whoever is not set up at all is nobody's business here.
        begun = [account for account in self._accounts.values() if account.setup.begun]
        ready = [account for account in able if account in begun]
        default = self._accounts.get(self._default or "")
        named = self._accounts.get(name, default if default in able else None)
        if named is not None and named not in able:
            raise self._unable(question, [named], ready)
        if not begun:
            raise nothing_configured(able, try_sandbox=True)
        asked = [named] if named else ready
        if not asked:
            raise self._unable(question, begun, [])
        not_asked = [account.name for account in begun if account not in asked and name == AUTO]
        outcomes = await self._gather(question, asked)
        failed = {name: outcome for name, outcome in outcomes.items() if isinstance(outcome, OrderMcpError)}
        if name != AUTO and failed:
            raise failed[name]
        searched = [outcome for outcome in outcomes.values() if isinstance(outcome, Searched)]
        found = Found(question, searched, failed, not_asked, name == AUTO and named is not None, as_of)
        if any(each.hits for each in searched):
            return found
        raise self._nothing(found)

    async def _gather(self, question: Question, asked: Sequence[Account]) -> dict[str, Searched | OrderMcpError]:
        """Search all at once, until all have answered or their time is over."""
        outcomes: dict[str, Searched | OrderMcpError] = {}

        async def search(account: Account) -> None:
            try:
                with contained_bugs():
                    outcomes[account.name] = await account.find(question, self._limits, self._on_attempt)
            except OrderMcpError as error:
                outcomes[account.name] = error

        async with anyio.create_task_group() as group:
            for account in asked:
                group.start_soon(search, account)
        # In a fixed order, so that the same question gets the same answer whoever was faster.
        return {account.name: outcomes[account.name] for account in asked}

    def _nothing(self, found: Found) -> NotFound | Incomplete:
        """No hit: it is not there, or nobody knows."""
        complete = [each for each in found.searched if each.complete]
        partly = [each for each in found.searched if not each.complete]
        # How far was looked, also where that was far enough.
        details: dict[str, Any] = {"searched": [each.shown() for each in found.searched]}
        if found.not_asked:
            details["not_asked"] = found.not_asked
        not_there, cannot = self._not_there(found, complete), self._cannot(found)
        if not found.failed and not partly:
            return NotFound(f"{not_there}{cannot} {INSTEAD}", details=details)
        failures = [f"{self._accounts[name].title} ({error.reason})" for name, error in found.failed.items()]
        known = [
            not_there,
            *(warning.message.removesuffix(TO_OPERATOR) for each in partly for warning in each.warnings),
            f"{listed(failures, 'and')} could not be searched." if failures else "",
            f"So there may be one.{cannot} {MEANWHILE}",
        ]
        ended = {each.provider: each.ended_by for each in partly if each.ended_by is not None}
        incomplete = Incomplete(
            " ".join(filter(None, known)),
            failed={**found.failed, **ended},
            not_found_at=[each.provider for each in complete],
        )
        incomplete.details |= details
        return incomplete

    def _not_there(self, found: Found, complete: Sequence[Searched]) -> str:
        """Where it is not, and what was compared there."""
        titles = {each.provider: self._accounts[each.provider].title for each in complete}
        if not complete:
            return f"No order with this {found.question.held.words} was found."
        places = listed([f"{titles[each.provider]} ({each.compared})" for each in complete], "or")
        if found.question.held is Held.EMAIL:
            return f"No order was found by this e-mail address at {places}."
        return f"No order has this number at {places}."

    def _cannot(self, found: Found) -> str:
        """Who was not asked, and why."""
        words = found.question.held.words
        others = [self._accounts[name] for name in found.not_asked]
        can = [account.title for account in others if account.can_find(found.question.held, self._limits)]
        cannot = [account.title for account in others if account.title not in can]
        said = f" {listed(cannot, 'and')} cannot be searched by {words} here." if cannot else ""
        if can:
            names = [account.name for account in others if account.title in can]
            said += f" {listed(can, 'and')} can be searched, too: call again with provider {listed(names, 'or')}."
        return said

    def _unable(
        self, question: Question, accounts: Sequence[Account], others: Sequence[Account]
    ) -> UnsupportedOperation:
        who = listed([account.title for account in accounts], "and")
        but = f", but {listed([account.title for account in others], 'and')} can" if others else ""
        return UnsupportedOperation(
            f"{who} cannot be searched by {question.held.words} here{but}. "
            f"{'Otherwise ask' if others else 'Ask'} for the order id.",
            provider=accounts[0].name if len(accounts) == 1 else None,
            details={"not_asked": [account.name for account in accounts]},
        )
