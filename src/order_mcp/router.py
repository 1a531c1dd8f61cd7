"""Which account answers: the one that was named, or all whose id grammar admits the id."""

from collections.abc import Mapping, Sequence
from typing import Any

import anyio

from .accounts import Account, nothing_configured
from .bugs import contained_bugs
from .errors import (
    NOT_EVERYWHERE_OR_A_NUMBER,
    PERHAPS_A_NUMBER,
    Ambiguous,
    Incomplete,
    Internal,
    InvalidId,
    InvalidInput,
    NotConfigured,
    NotFound,
    OrderMcpError,
    Unreachable,
)
from .finding import NOT_THE_DIGITS, TO_OPERATOR
from .models import AUTO, Noun, OrderWarning, Record
from .providers.watch import OnAttempt
from .wording import COULD_NOT_ASK, NO_USABLE_ANSWER, listed

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
        if account is None or (name == AUTO and not account.has(noun)):
            return await self._ask_all(noun, id)
        try:
            return await account.look_up(noun, id, self._on_attempt)
        except NotFound as missing:
            raise self._not_found(noun, {account.name: missing}, {}) from None
        except NotConfigured as error:
            if name == AUTO:
                error.sentence += " It was asked because ORDER_MCP_DEFAULT_PROVIDER names it."
            raise

    async def _ask_all(self, noun: Noun, id: str) -> Record:
        able = [account for account in self._accounts.values() if account.has(noun)]
        begun = [account for account in able if account.setup.begun]
        if not begun:
            raise nothing_configured(able, try_sandbox=not any(a.setup.begun for a in self._accounts.values()))
        refusals = {account.name: reason for account in begun if (reason := account.why_refused(id)) is not None}
        candidates = [account for account in begun if account.name not in refusals]
        if not candidates:
            errors = [self._accounts[name].cannot_have(reason) for name, reason in refusals.items()]
            only = errors[0].provider if len(errors) == 1 else None
            sentence = " ".join(error.sentence for error in errors)
            raise InvalidId(sentence, provider=only).to_customer(errors[0].for_customer)
        if len(candidates) == 1:
            # Nobody to wait for, so no group of tasks is needed.
            outcomes = {candidates[0].name: await self._outcome(noun, id, candidates[0])}
        else:
            outcomes = await self._gather(noun, id, candidates)
        # In a fixed order, so that the same question gets the same answer whichever provider was faster.
        return self._verdict(noun, {account.name: outcomes.get(account.name) for account in candidates}, refusals)

    async def _outcome(self, noun: Noun, id: str, account: Account) -> Outcome:
        try:
            return await account.look_up(noun, id, self._on_attempt)
        except OrderMcpError as error:
            return error

    async def _gather(self, noun: Noun, id: str, candidates: Sequence[Account]) -> dict[str, Outcome]:
        """Ask all at once, until all have answered, or for two seconds after the first "found"."""
        first_found, all_done = anyio.Event(), anyio.Event()
        outcomes: dict[str, Outcome] = {}

        async def ask(account: Account) -> None:
            try:
                with contained_bugs():  # what one provider does wrong is no reason not to hear the others
                    outcome = outcomes[account.name] = await self._outcome(noun, id, account)
            except Internal as bug:
                outcome = outcomes[account.name] = bug
            if not isinstance(outcome, OrderMcpError):
                first_found.set()
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

    def _verdict(self, noun: Noun, outcomes: Mapping[str, Outcome | None], refusals: Mapping[str, str]) -> Record:
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
        unheard = self._not_asked(failed, [name for name, outcome in outcomes.items() if outcome is None])
        if len(found) > 1:
            raise self._ambiguous(noun, found, unheard)
        if found:
            [record] = found.values()
            return record.model_copy(update={"warnings": [*record.warnings, *unheard]})
        if failed:
            raise self._incomplete(noun, failed, missing, refusals)
        raise self._not_found(noun, missing, refusals)

    def _ambiguous(self, noun: Noun, found: Mapping[str, Record], unheard: Sequence[OrderWarning]) -> Ambiguous:
        sentences = [
            f"{listed(self._titles(found), 'and')} each have {noun.one} with this id. Ask the user when it was ordered "
            "and what, compare that with the candidates, and call again with that provider.",
            *(warning.message.colleague for warning in unheard),
        ]
        return Ambiguous(" ".join(sentences), candidates=[_candidate(name, record) for name, record in found.items()])

    def _not_found(self, noun: Noun, missing: Mapping[str, OrderMcpError], refusals: Mapping[str, str]) -> NotFound:
        """Not there, at any of those who were asked; `refusals` says who was not, and why."""
        only = next(iter(missing.values())) if len(missing) == 1 else None
        told = only.sentence if isinstance(only, NotFound) else None
        sentences = [
            told or f"No {noun} with this id at {listed(self._titles(missing), 'or')}. Check the id.",
            *(self._accounts[name].not_found_hint(noun, asked_alone=told is not None) for name in missing),
            *self._refused(refusals),
        ]
        details = dict(only.details) if only and told else {}
        not_found = NotFound(
            " ".join(filter(None, sentences)),
            provider=only.provider if only else None,
            details=details | ({"not_asked": list(refusals)} if refusals else {}),
        )
        return not_found.to_customer(PERHAPS_A_NUMBER) if refusals else not_found

    def _incomplete(
        self,
        noun: Noun,
        failed: Mapping[str, OrderMcpError],
        missing: Mapping[str, OrderMcpError],
        refusals: Mapping[str, str],
    ) -> Incomplete:
        looked = f"There is no such {noun} at {listed(self._titles(missing), 'or')}, but " if missing else ""
        failures = [_failure(self._accounts[name].title, error) for name, error in failed.items()]
        known = f"{looked}{listed(failures, 'and')}, so the {noun} may exist."
        # What only the operator can mend is told whole: the cause is in it.
        causes = [
            error.sentence.removesuffix(TO_OPERATOR)
            for error in failed.values()
            if not (error.retryable or isinstance(error, NotConfigured))
        ]
        incomplete = Incomplete(
            " ".join([known, *causes, *self._refused(refusals)]), failed=failed, not_found_at=list(missing)
        )
        if refusals:
            incomplete.details["not_asked"] = list(refusals)
            if incomplete.retryable:
                incomplete.to_customer(NOT_EVERYWHERE_OR_A_NUMBER)
        return incomplete

    def _refused(self, refusals: Mapping[str, str]) -> list[str]:
        """Who was not asked because its ids look otherwise."""
        sentences = [f"{self._accounts[name].title} was not asked: {reason}." for name, reason in refusals.items()]
        return [*sentences, NOT_THE_DIGITS] if sentences else []

    def _not_asked(self, failed: Mapping[str, OrderMcpError], unanswered: Sequence[str]) -> list[OrderWarning]:
        doubts = {
            name: (COULD_NOT_ASK if _was_not_asked(error) else NO_USABLE_ANSWER, error.code)
            for name, error in failed.items()
        } | dict.fromkeys(unanswered, (NO_USABLE_ANSWER, "too slow"))
        return [
            doubt.warning(title=self._accounts[name].title, reason=reason) for name, (doubt, reason) in doubts.items()
        ]

    def _titles(self, names: Mapping[str, object]) -> list[str]:
        return [self._accounts[name].title for name in names]


def _was_not_asked(error: OrderMcpError) -> bool:
    """Whether nobody heard the question; otherwise somebody did, and gave no usable answer."""
    return isinstance(error, NotConfigured | Unreachable)


def _failure(title: str, error: OrderMcpError) -> str:
    return f"{title} {'could not be asked' if _was_not_asked(error) else 'gave no usable answer'} ({error.reason})"


def _candidate(name: str, record: Record) -> dict[str, Any]:
    """What tells this one from the others that have the same id."""
    said = record.model_dump(mode="json", exclude_none=True, include=_TELLING)
    if "placed_at" in said:
        said.pop("created_at", None)
    return {"provider": name} | said


_TELLING = {"status", "order_number", "placed_at", "created_at", "item_count"}
