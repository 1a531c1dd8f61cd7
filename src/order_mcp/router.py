"""Which account answers: the one that was named, or all whose id grammar admits the id."""

from collections.abc import Mapping, Sequence

import anyio

from .config import Account
from .errors import (
    Ambiguous,
    Incomplete,
    InvalidInput,
    NotConfigured,
    NotFound,
    OrderMcpError,
)
from .models import AUTO, Noun, Order, OrderWarning, Record
from .providers.channel import OnAttempt

GRACE_SECONDS = 2.0
"""How long the others may still answer after the first "found"."""

Outcome = Record | OrderMcpError


class Router:
    """Routes one call over the accounts that its caller may use."""

    def __init__(self, accounts: Mapping[str, Account], default: str | None, on_attempt: OnAttempt) -> None:
        self._accounts = accounts
        self._default = default
        self._on_attempt = on_attempt

    async def look_up(self, noun: Noun, id: str, name: str) -> Record:
        """One order or cart.

        Raises:
            OrderMcpError: every code of `errors` but `internal`.
        """
        default = self._accounts.get(self._default or "")
        account = self._accounts.get(name, default)
        if account is not None and (name != AUTO or account.has(noun)):
            return await account.look_up(noun, id, self._on_attempt)
        return await self._ask_all(noun, id)

    async def _ask_all(self, noun: Noun, id: str) -> Record:
        able = [account for account in self._accounts.values() if account.has(noun)]
        refusals = {account.name: account.refused_id(id) for account in able if account.setup.begun}
        if not refusals:
            raise _nothing_configured(able)
        candidates = [account for account in able if account.name in refusals and refusals[account.name] is None]
        if not candidates:
            raise InvalidInput(" ".join(reason for reason in refusals.values() if reason))
        outcomes = await self._gather(noun, id, candidates)
        # In a fixed order, so that the same question gets the same answer whichever provider was faster.
        return self._verdict(noun, {account.name: outcomes.get(account.name) for account in candidates})

    async def _gather(self, noun: Noun, id: str, candidates: Sequence[Account]) -> dict[str, Outcome]:
        """Ask all at once, until all have answered, or for two seconds after the first "found"."""
        first_found, all_done = anyio.Event(), anyio.Event()
        outcomes: dict[str, Outcome] = {}

        async def ask(account: Account) -> None:
            try:
                outcomes[account.name] = await account.look_up(noun, id, self._on_attempt)
                first_found.set()
            except OrderMcpError as error:
                outcomes[account.name] = error
            if len(outcomes) == len(candidates):
                first_found.set()
                all_done.set()

        async with anyio.create_task_group() as group:
            for account in candidates:
                group.start_soon(ask, account)
            await first_found.wait()
            with anyio.move_on_after(GRACE_SECONDS):
                await all_done.wait()
            group.cancel_scope.cancel()
        return outcomes

    def _verdict(self, noun: Noun, outcomes: Mapping[str, Outcome | None]) -> Record:
        """One record where exactly one account has it; otherwise the error that says what is known."""
        found = {
            name: outcome for name, outcome in outcomes.items() if outcome and not isinstance(outcome, OrderMcpError)
        }
        # A provider that refuses the id does not have it.
        missing = {name: outcome for name, outcome in outcomes.items() if isinstance(outcome, NotFound | InvalidInput)}
        failed = {
            name: outcome
            for name, outcome in outcomes.items()
            if isinstance(outcome, OrderMcpError) and name not in missing
        }
        if len(found) > 1:
            raise Ambiguous(
                f"{self._titles(found)} each have this {noun} id. Ask the user which one is meant, then name that "
                "provider.",
                candidates=[_candidate(name, record) for name, record in found.items()],
            )
        if found:
            [record] = found.values()
            unanswered = [name for name, outcome in outcomes.items() if outcome is None]
            return record.model_copy(update={"warnings": [*record.warnings, *self._not_asked(failed, unanswered)]})
        if failed:
            raise self._incomplete(noun, failed, missing)
        if len(missing) == 1:
            [error] = missing.values()
            if isinstance(error, NotFound):
                raise error
        hints = [self._accounts[name].not_found_hint(noun) for name in missing]
        sentence = f"No {noun} with this id at {self._titles(missing)}. Check the id."
        raise NotFound(" ".join([sentence, *filter(None, hints)]))

    def _incomplete(
        self, noun: Noun, failed: Mapping[str, OrderMcpError], missing: Mapping[str, OrderMcpError]
    ) -> Incomplete:
        looked = f"There is no such {noun} at {self._titles(missing)}, but " if missing else ""
        failures = ", ".join(f"{self._accounts[name].title} ({_reason(error)})" for name, error in failed.items())
        retryable = any(error.retryable for error in failed.values())
        advice = "Try again in a minute." if retryable else "Tell the operator."
        return Incomplete(
            f"{looked}{failures} could not be asked, so the {noun} may exist. {advice}",
            failed=failed,
            not_found_at=list(missing),
        )

    def _not_asked(self, failed: Mapping[str, OrderMcpError], unanswered: Sequence[str]) -> list[OrderWarning]:
        reasons = {name: error.code for name, error in failed.items()} | dict.fromkeys(unanswered, "too slow")
        return [
            OrderWarning(
                code="provider_not_asked",
                message=f"{self._accounts[name].title} could not be asked ({reason}); it may have the same id.",
            )
            for name, reason in reasons.items()
        ]

    def _titles(self, names: Mapping[str, object]) -> str:
        *most, last = (self._accounts[name].title for name in names)
        return f"{', '.join(most)} and {last}" if most else last


def _reason(error: OrderMcpError) -> str:
    return error.problems.rstrip(".") if isinstance(error, NotConfigured) else error.code


def _candidate(name: str, record: Record) -> dict[str, str]:
    return {"provider": name} | ({"status": record.status.value} if isinstance(record, Order) else {})


def _nothing_configured(able: Sequence[Account]) -> NotConfigured:
    """The error while no provider that could answer has a single variable set."""
    problems = " ".join(f"{account.title}: {' '.join(account.setup.problems)}" for account in able)
    return NotConfigured(
        f"No provider that could answer is set up on this server. {problems} The operator has to set one provider's "
        "variables and restart the server, or start it with --sandbox to try it with emulated data.",
        problems=problems,
        provider=able[0].name if len(able) == 1 else None,
    )
