"""One question in, one answer out: arguments → router → present. Tools, resources and the command line all ask here."""

import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from .accounts import Account, open_accounts
from .answer.found import present_found
from .answer.present import Answer, present
from .answer.refuse import Refusal, refuse
from .answer.view import View
from .arguments import FindArguments, LookUpArguments, is_id
from .bugs import contained_bugs
from .caller import Caller
from .config import Config
from .errors import Incomplete, InvalidId, NotConfigured, NotFound, OrderMcpError, UnsupportedOperation
from .finder import Finder
from .finding import NOBODYS, Held, Question, Searched, pointed
from .models import Audience, Detail, Noun, Order
from .oversight import NOBODY, Call, Oversight
from .router import Router
from .tools import FIND_TOOL, ORDER_TOOL, Tool

log = logging.getLogger("order_mcp")
ID_CANNOT_BE_SHOWN = "An order has this {held}, but its id is none that could be looked up."
NOT_FOR_CUSTOMERS = "I cannot search for orders. Please send me the id of your order."


class Desk:
    """The order desk of one process."""

    def __init__(self, config: Config, accounts: Mapping[str, Account], oversight: Oversight = NOBODY) -> None:
        self.config = config
        self.accounts = accounts
        self._oversight = oversight

    async def answer(self, caller: Caller, tool: Tool, given: dict[str, Any]) -> Answer:
        """One call's answer, and its line in the log.

        Raises:
            OrderMcpError: with the sentence and code to send instead; nothing else is ever raised.
        """
        started, attempts = time.monotonic(), count()
        outcome, asked, withheld = "cancelled", None, ()
        try:
            with contained_bugs():
                answer = await self._look_up(caller, tool, given, lambda: next(attempts))
            outcome, asked, withheld = "found", answer.data.get("provider"), answer.data.get("withheld", ())
            return answer
        except OrderMcpError as error:
            outcome, asked = error.code, error.provider
            raise
        finally:
            seconds = time.monotonic() - started
            log.info(
                "%s %s %s %d ms %d attempts", tool.name, asked or "-", outcome, round(seconds * 1000), next(attempts)
            )
            if self._oversight.on_call:
                self._oversight.on_call(Call(tool.name, caller, asked, outcome, seconds, withheld, tool.held(given)))

    async def _look_up(
        self, caller: Caller, tool: Tool, given: dict[str, Any], on_attempt: Callable[[], object]
    ) -> Answer:
        if problem := self.config.problem:
            raise NotConfigured(
                f"This server cannot work: {problem} The operator has to correct this and restart the server.",
                problems=problem,
            )
        usable = {name: self.accounts[name] for name in caller.accounts}
        if self.config.hosted.verify:
            return await self._verified(caller, tool, given, usable, on_attempt)
        try:
            arguments = tool.arguments.read(given, caller.accounts)
            if isinstance(arguments, FindArguments):
                if caller.audience is Audience.CUSTOMER:
                    raise UnsupportedOperation("Customers search nobody's orders.").to_customer(NOT_FOR_CUSTOMERS)
                return await self._found(caller, arguments, usable, on_attempt)
            assert isinstance(arguments, LookUpArguments)
            router = Router(usable, self.config.server.default_provider, on_attempt)
            record = await router.look_up(tool.noun, arguments.id, arguments.provider)
        except (NotFound, InvalidId, Incomplete) as error:
            # Where somebody could not be asked, only a number that somebody else refused leads elsewhere.
            if tool is ORDER_TOOL and (not isinstance(error, Incomplete) or "not_asked" in error.details):
                error.sentence = pointed(error.sentence, given.get("order_id"), self.config.finders(caller))
            raise
        view = self._view(caller, arguments.detail, arguments.item_offset)
        return present(record, self.accounts[record.provider].source, view)

    async def _found(
        self, caller: Caller, arguments: FindArguments, usable: Mapping[str, Account], on_attempt: Callable[[], object]
    ) -> Answer:
        finder = Finder(usable, self.config.server.default_provider, self.config.limits, on_attempt)
        found = await finder.find(arguments.question, arguments.provider)
        titles = {name: account.title for name, account in usable.items()}

        def leads_there(order: Order) -> bool:
            return is_id(order.id) and usable[order.provider].why_refused(order.id) is None

        answer = present_found(found, arguments.limit, titles, self._view(caller), leads_there)
        if not answer.data["orders"]:
            raise Incomplete(ID_CANNOT_BE_SHOWN.format(held=found.question.held.words), failed={}, not_found_at=[])
        return answer

    async def _verified(
        self,
        caller: Caller,
        tool: Tool,
        given: dict[str, Any],
        usable: Mapping[str, Account],
        on_attempt: Callable[[], object],
    ) -> Answer:
        from .verified import VERIFIED_TOOL  # loaded only where customers are verified
        from .verifier import Verifier

        if tool is not VERIFIED_TOOL:
            error = UnsupportedOperation("Here an order is shown to its customer only.")
            raise error.to_customer(NOT_FOR_CUSTOMERS) if tool is FIND_TOOL else error
        verifier = Verifier(usable, self._oversight.attempts, on_attempt)
        order, arguments = await verifier.look_up(caller, given)
        view = self._view(caller, arguments.detail, arguments.item_offset)
        return present(order, self.accounts[order.provider].source, view)

    def _view(self, caller: Caller, detail: Detail = Detail.STANDARD, item_offset: int = 0) -> View:
        # A provider may echo its own credential, and even another's.
        secrets = {secret for account in self.accounts.values() for secret in account.secrets}
        return View(caller.audience, detail, item_offset, self.config.server.sandbox, secrets)

    async def try_out(self, account: str) -> None:
        """Ask an account for an order that cannot exist: proves address and credential, shows nobody's data.

        Raises:
            OrderMcpError: what came of it; `not_found` is the good one.
        """
        with contained_bugs():
            await self.accounts[account].look_up(Noun.ORDER, self.accounts[account].unused_id)

    async def try_finding(self, account: str, held: Held) -> Searched:
        """Search an account for what nobody can have, in one page: proves the right to search, shows nobody's data.

        Raises:
            OrderMcpError: what came of it.
        """
        question = Question(held, NOBODYS[held])
        with contained_bugs():
            return await self.accounts[account].find(question, self.config.limits._replace(pages=1))

    def refusal(self, caller: Caller, error: OrderMcpError, noun: Noun) -> Refusal:
        """What is read of an error, by whoever asked for an order or a cart."""
        if caller.audience is Audience.CUSTOMER:
            # The customer is told less, so the operator is told here.
            log.warning("a customer asked for %s, %s: %s", noun.one, error.code, error.sentence)
        return refuse(error, noun, self._view(caller))


@asynccontextmanager
async def open_desk(config: Config, oversight: Oversight = NOBODY) -> AsyncIterator[Desk]:
    """A desk with its connections, closed at the end."""
    try:
        async with open_accounts(config, oversight) as accounts:
            yield Desk(config, accounts, oversight)
    finally:
        if oversight.close:
            await oversight.close()
