"""Which provider answers: the one that was named, or all whose id grammar admits the id."""

from collections.abc import Mapping, Sequence

import anyio

from .config import Config
from .errors import (
    Ambiguous,
    Incomplete,
    InvalidInput,
    NotConfigured,
    NotFound,
    OrderMcpError,
)
from .http import Channel, Http
from .models import AUTO, NOUN, Cart, Operation, Order, OrderWarning, Record, Source
from .providers import PROVIDERS, AnyProvider
from .providers.settings import Setup

GRACE_SECONDS = 2.0
"""How long the others may still answer after the first "found"."""


Outcome = Record | OrderMcpError


class Router:
    """Routes a look-up. Holds one provider object, with its own channel, per configured provider."""

    def __init__(self, config: Config, http: Http) -> None:
        self._setups = config.providers
        self._default = config.server.default_provider
        self._providers: dict[str, AnyProvider] = {
            name: PROVIDERS[name](setup.settings, Channel(http, name=name, title=PROVIDERS[name].title))
            for name, setup in self._setups.items()
            if setup.settings is not None
        }

    async def look_up(self, operation: Operation, id: str, provider: str = AUTO) -> Record:
        """One order or cart.

        Raises:
            OrderMcpError: every code of `errors` but `internal`.
        """
        if provider == AUTO and self._default is not None and PROVIDERS[self._default].supports(operation):
            provider = self._default
        if provider != AUTO:
            return await self.ask(operation, id, provider)
        return await self._ask_all(operation, id)

    def source(self, name: str) -> Source:
        """How to speak of a provider."""
        return Source(PROVIDERS[name].title, PROVIDERS[name].states_period)

    def secrets(self) -> set[str]:
        """Every credential in use: a provider may echo its own, and even another's."""
        return {secret for provider in self._providers.values() for secret in provider.secrets()}

    def impossible_id(self, name: str) -> str:
        """An id that nothing has at this provider."""
        return PROVIDERS[name].impossible_id

    async def ask(self, operation: Operation, id: str, name: str) -> Record:
        """Ask one provider by name, whether it is configured or not."""
        kind = PROVIDERS[name]
        if not kind.supports(operation):
            raise kind.unsupported(operation)
        if name not in self._providers:
            raise not_configured(name, self._setups[name])
        return await self._providers[name].look_up(operation, id)

    async def _ask_all(self, operation: Operation, id: str) -> Record:
        able = [name for name, kind in PROVIDERS.items() if kind.supports(operation)]
        refusals = {name: PROVIDERS[name].refused_id(id) for name in able if self._setups[name].begun}
        if not refusals:
            raise nothing_configured(able, self._setups)
        candidates = [name for name, reason in refusals.items() if reason is None]
        if not candidates:
            raise InvalidInput(" ".join(reason for reason in refusals.values() if reason))
        outcomes: dict[str, Outcome] = {
            name: not_configured(name, self._setups[name]) for name in candidates if name not in self._providers
        }
        await self._gather(operation, id, [name for name in candidates if name in self._providers], outcomes)
        # In the registry's order, whoever was faster: the same question gets the same answer.
        return _verdict(operation, {name: outcomes.get(name) for name in candidates})

    async def _gather(self, operation: Operation, id: str, names: Sequence[str], outcomes: dict[str, Outcome]) -> None:
        """Ask all at once, until all have answered, or for two seconds after the first "found"."""
        first_found, all_done = anyio.Event(), anyio.Event()
        waiting = set(names)

        async def ask(name: str) -> None:
            try:
                outcomes[name] = await self._providers[name].look_up(operation, id)
                first_found.set()
            except OrderMcpError as error:
                outcomes[name] = error
            waiting.discard(name)
            if not waiting:
                first_found.set()
                all_done.set()

        if not names:
            return
        async with anyio.create_task_group() as group:
            for name in names:
                group.start_soon(ask, name)
            await first_found.wait()
            with anyio.move_on_after(GRACE_SECONDS):
                await all_done.wait()
            group.cancel_scope.cancel()


def _verdict(operation: Operation, outcomes: Mapping[str, Outcome | None]) -> Record:
    """One record where exactly one provider has it; otherwise the error that says what is known."""
    noun = NOUN[operation]
    found = {name: outcome for name, outcome in outcomes.items() if isinstance(outcome, Order | Cart)}
    # A provider that refuses the id does not have it.
    missing = {name: outcome for name, outcome in outcomes.items() if isinstance(outcome, NotFound | InvalidInput)}
    failed = {
        name: outcome
        for name, outcome in outcomes.items()
        if isinstance(outcome, OrderMcpError) and name not in missing
    }
    if len(found) > 1:
        raise Ambiguous(
            f"{_titles(found)} each have this {noun} id. Ask the user which one is meant, then name that provider.",
            candidates=[_candidate(name, record) for name, record in found.items()],
        )
    if found:
        [record] = found.values()
        unanswered = [name for name, outcome in outcomes.items() if outcome is None]
        return record.model_copy(update={"warnings": [*record.warnings, *_not_asked(failed, unanswered)]})
    if failed:
        raise _incomplete(noun, failed, missing)
    if len(missing) == 1:
        [error] = missing.values()
        if isinstance(error, NotFound):
            raise error
    hints = [PROVIDERS[name].not_found_hint.get(operation, "") for name in missing]
    raise NotFound(" ".join([f"No {noun} with this id at {_titles(missing)}. Check the id.", *filter(None, hints)]))


def _incomplete(noun: str, failed: Mapping[str, OrderMcpError], missing: Mapping[str, OrderMcpError]) -> Incomplete:
    looked = f"There is no such {noun} at {_titles(missing)}, but " if missing else ""
    failures = ", ".join(f"{PROVIDERS[name].title} ({_reason(error)})" for name, error in failed.items())
    retryable = any(error.retryable for error in failed.values())
    advice = "Try again in a minute." if retryable else "Tell the operator."
    return Incomplete(
        f"{looked}{failures} could not be asked, so the {noun} may exist. {advice}",
        failed=failed,
        not_found_at=list(missing),
    )


def _reason(error: OrderMcpError) -> str:
    return error.problems.rstrip(".") if isinstance(error, NotConfigured) else error.code


def _not_asked(failed: Mapping[str, OrderMcpError], unanswered: Sequence[str]) -> list[OrderWarning]:
    reasons = {name: error.code for name, error in failed.items()} | dict.fromkeys(unanswered, "too slow")
    return [
        OrderWarning(
            code="provider_not_asked",
            message=f"{PROVIDERS[name].title} could not be asked ({reason}); it may have the same id.",
        )
        for name, reason in reasons.items()
    ]


def _candidate(name: str, record: Record) -> dict[str, str]:
    return {"provider": name} | ({"status": record.status.value} if isinstance(record, Order) else {})


def _titles(names: Mapping[str, object]) -> str:
    *most, last = (PROVIDERS[name].title for name in names)
    return f"{', '.join(most)} and {last}" if most else last


def not_configured(name: str, setup: Setup) -> NotConfigured:
    """The error for one provider: which variables, and which rule."""
    problems = " ".join(setup.problems)
    return NotConfigured(
        f"{PROVIDERS[name].title} is not set up on this server: {problems} The operator has to set this and restart "
        "the server.",
        problems=problems,
        provider=name,
    )


def nothing_configured(able: Sequence[str], setups: Mapping[str, Setup]) -> NotConfigured:
    """The error while no provider that could answer has a single variable set."""
    problems = " ".join(f"{PROVIDERS[name].title}: {' '.join(setups[name].problems)}" for name in able)
    return NotConfigured(
        f"No provider that could answer is set up on this server. {problems} The operator has to set one provider's "
        "variables and restart the server, or start it with --sandbox to try it with emulated data.",
        problems=problems,
        provider=able[0] if len(able) == 1 else None,
    )
