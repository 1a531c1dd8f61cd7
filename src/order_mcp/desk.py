"""One question in, one answer out: arguments → router → present. Tools, resources and the command line all ask here."""

import logging
import time
import traceback
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from . import __version__
from .arguments import Arguments, read_arguments
from .config import Config
from .errors import Internal, OrderMcpError
from .http import Http, attempts
from .present import Answer, Refusal, View, present, present_error
from .router import Router

log = logging.getLogger("order_mcp")


class Desk:
    """The order desk of one process."""

    def __init__(self, config: Config, http: Http, *, sandbox: bool) -> None:
        self.config = config
        self.router = Router(config, http)
        self.sandbox = sandbox

    async def answer(self, model: type[Arguments], given: dict[str, Any]) -> Answer:
        """One call's answer, and its line in the log.

        Raises:
            OrderMcpError: with the sentence and code to send instead; nothing else is ever raised.
        """
        started, counter = time.monotonic(), [0]
        attempts.set(counter)
        outcome, asked = "cancelled", "-"
        try:
            with contained_bugs():
                answer = await self._look_up(model, given)
            outcome, asked = "found", str(answer.data["provider"])
            return answer
        except OrderMcpError as error:
            outcome, asked = error.code, error.provider or "-"
            raise
        finally:
            milliseconds = round((time.monotonic() - started) * 1000)
            log.info("%s %s %s %d ms %d attempts", model.operation, asked, outcome, milliseconds, counter[0])

    async def _look_up(self, model: type[Arguments], given: dict[str, Any]) -> Answer:
        arguments = read_arguments(model, given, list(self.config.providers))
        record = await self.router.look_up(model.operation, arguments.id, arguments.provider)
        view = View(
            self.config.server.audience,
            arguments.detail,
            arguments.item_offset,
            self.sandbox,
            self.router.secrets(),
        )
        return present(record, self.router.source(record.provider), view)

    async def try_out(self, provider: str) -> None:
        """Ask a provider for an order that cannot exist: proves address and credential, shows nobody's data.

        Raises:
            OrderMcpError: what came of it; `not_found` is the good one.
        """
        with contained_bugs():
            await self.router.ask("get_order", self.router.impossible_id(provider), provider)

    def refusal(self, error: OrderMcpError) -> Refusal:
        """What an agent reads of an error."""
        return present_error(error, sandbox=self.sandbox)


@asynccontextmanager
async def open_desk(config: Config, *, sandbox: bool) -> AsyncIterator[Desk]:
    """A desk with its connections, closed at the end."""
    http = Http(
        user_agent=f"order-mcp/{__version__}",
        timeout_seconds=config.server.timeout_seconds,
        deadline_seconds=config.server.deadline_seconds,
    )
    async with http.running():
        yield Desk(config, http, sandbox=sandbox)


@contextmanager
def contained_bugs() -> Iterator[None]:
    """Let nothing out but errors of ours.

    The SDK would send an exception's own text to the client, and a terminal would show it; and it may hold anything.
    """
    try:
        yield
    except OrderMcpError:
        raise
    except Exception as bug:
        log_bug(bug)
        raise Internal from None


def log_bug(bug: BaseException) -> None:
    """Log where a bug struck, without its message: the message may quote a customer's data, or a password."""
    places: Sequence[str] = traceback.format_tb(bug.__traceback__)
    log.error("internal error: %s\n%s", type(bug).__name__, "".join(places))
    for inner in getattr(bug, "exceptions", ()):
        log_bug(inner)
