"""Accounts: each provider as it is set up here, with its connections.

The router and the desk know accounts, never provider classes.
"""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from . import __version__
from .account_config import AccountConfig
from .bugs import log_bug
from .config import Config
from .errors import InvalidInput, NotConfigured, UnsupportedOperation
from .finding import MENDABLE, Held, Limits, Question, Searched
from .models import Noun, Record, Source
from .oversight import Oversight
from .providers.base import Provider
from .providers.channel import Channel, Http
from .providers.refusals import cannot_have, unsupported
from .providers.settings import Setup
from .providers.watch import OnAttempt, nobody_listens

if TYPE_CHECKING:
    from .sharing import Shared

log = logging.getLogger("order_mcp")


FAILS = Setup(
    None,
    ("Its provider fails when it is set up; the log says where.",),
    begun=True,
    remedy="mend or uninstall its package and restart the server",
)


class Account:
    """One provider as it is set up here."""

    def __init__(self, name: str, config: AccountConfig, http: Http, oversight: Oversight) -> None:
        settings, watch = config.setup.settings, oversight.watch
        self._config = config
        self._kind = config.kind
        self.setup = config.setup
        self._provider: Provider[Any] | None = None
        if settings is not None:
            try:
                channel = Channel(http, settings.address, watch(name) if watch else None)
                self._provider = config.kind(name, settings, channel)
                self._provider.account_title = config.title
                self._provider.secrets()
            except Exception as bug:  # of a package: it stops nobody else
                log_bug(bug)
                self._provider, self.setup = None, FAILS
        self._shared = _shared(http) if oversight.shares else None
        self.name = name
        self.source = Source(config.title, config.kind.states_period)
        """How a summary speaks of it."""

    @property
    def title(self) -> str:
        return self.source.title

    @property
    def secrets(self) -> set[str]:
        """The credentials in use, so that none is ever shown."""
        return self._provider.secrets() if self._provider else set()

    @property
    def unused_id(self) -> str:
        """An id that no order has."""
        return self._kind.unused_id

    @property
    def unproven(self) -> str:
        """What "not found" for the unused id does not prove."""
        return self._kind.unproven

    @property
    def credential_variables(self) -> list[str]:
        """The variables that are set and say who asks, and for whom."""
        return [name for member, name in self._given.items() if member != "base_url"]

    @property
    def address_variables(self) -> list[str]:
        """The variable that says where it is; none where that is the usual address."""
        return [name for member, name in self._given.items() if member == "base_url"]

    @property
    def _given(self) -> dict[str, str]:
        settings = self.setup.settings
        fields = self._kind.Settings.model_fields.items()
        return {name: str(field.alias) for name, field in fields if settings and name in settings.model_fields_set}

    def has(self, noun: Noun) -> bool:
        """Whether orders, or carts, can be had here at all."""
        return self.setup.possible and self._kind.has(noun)

    def why_refused(self, id: str) -> str | None:
        """Why there could not be such an id ("its ids are …"), or None where there could."""
        try:
            return self._kind.why_refused(id)
        except Exception as bug:  # of a package: the look-up says that it fails
            log_bug(bug)
            return None

    def cannot_have(self, reason: str) -> InvalidInput:
        """The error for an id that there could not be, and why."""
        return cannot_have(reason).said_of(self.name, self.title, "")

    def not_found_hint(self, noun: Noun, *, asked_alone: bool) -> str:
        """What else "not found" may mean."""
        where = "It" if asked_alone else f"At {self.title} it"
        if other := self._kind.moves_to.get(noun):
            return f"{where} may {'still' if other is Noun.CART else 'already'} be {other.one}: try get_{other}."
        return self._kind.not_found_hint.get(noun, "") if asked_alone else ""

    async def look_up(self, noun: Noun, id: str, on_attempt: OnAttempt = nobody_listens) -> Record:
        """One order or cart.

        Raises:
            OrderMcpError: every code of `errors` but `internal`, `ambiguous` and `incomplete`.
        """
        if not self.setup.possible:
            raise UnsupportedOperation(f"{' '.join(self.setup.problems)} Tell the user so.", provider=self.name)
        if not self.has(noun):
            raise unsupported().said_of(self.name, self.title, noun)
        if self._provider is None:
            raise self.not_configured()
        if self._shared is None:
            return await self._provider.look_up(noun, id, on_attempt)
        return await self._shared.run((noun, id), partial(self._provider.look_up, noun, id, on_attempt))

    def can_find(self, held: Held, limits: Limits) -> bool:
        """Whether orders can be found here by this."""
        return self._config.can_find(held, limits)

    async def find(self, question: Question, limits: Limits, on_attempt: OnAttempt = nobody_listens) -> Searched:
        """What came of searching for a number or an address.

        Raises:
            OrderMcpError: whatever went wrong before anything was looked at.
        """
        if self._provider is None:
            raise self.not_configured()
        searched = await self._provider.find(question, limits, on_attempt)
        for warning in searched.warnings:
            if warning.code in MENDABLE:
                log.warning("%s", warning.message)
        return searched

    def not_configured(self) -> NotConfigured:
        """Which variables are missing or malformed, and the rule."""
        problems = " ".join(self.setup.problems)
        return NotConfigured(
            f"{self.title} is not set up on this server: {problems} The operator has to {self.setup.remedy}.",
            problems=problems,
            provider=self.name,
        )


def _shared(http: Http) -> "Shared[Record]":
    from .sharing import Shared  # one person's server has no use for it

    return Shared(http.start)


def nothing_configured(able: Sequence[Account], *, try_sandbox: bool) -> NotConfigured:
    """The error while no provider that could answer has a single variable set."""
    problems = " ".join(f"{account.title}: {' '.join(account.setup.problems)}" for account in able)
    # Where others are set up, the sandbox would take the place of real orders.
    sandbox = ", or switch on the sandbox to try it with made-up orders" if try_sandbox else ""
    return NotConfigured(
        f"No provider that could answer is set up on this server. {problems} The operator has to set what one "
        f"provider needs and restart the server{sandbox}.",
        problems=problems,
        provider=able[0].name if len(able) == 1 else None,
    )


@asynccontextmanager
async def open_accounts(config: Config, oversight: Oversight) -> AsyncIterator[dict[str, Account]]:
    """The accounts, with connections where they are set up; these are closed at the end."""
    http = Http(
        user_agent=f"order-mcp/{__version__}",
        timeout_seconds=config.server.timeout_seconds,
        deadline_seconds=config.server.deadline_seconds,
    )
    async with http.running():
        yield {name: Account(name, each, http, oversight) for name, each in config.accounts.items()}
