"""The same question, asked by several at the same moment, is asked once."""

from collections.abc import Awaitable, Callable, Coroutine, Hashable
from copy import copy
from typing import Any, Generic, TypeVar

import anyio

from .errors import Internal

Asked = TypeVar("Asked")
Start = Callable[[Callable[[], Coroutine[Any, Any, None]]], None]


class _Flight(Generic[Asked]):
    """One question that is under way."""

    def __init__(self) -> None:
        self.waiting = 0
        self.scope = anyio.CancelScope()
        self.landed = anyio.Event()
        self.answer: Asked | None = None
        self.error: Exception | None = None

    def outcome(self) -> Asked:
        """The answer. Whoever gets an error gets one of its own, because its words are changed on the way up."""
        if self.error is not None:
            raise copy(self.error)
        if self.answer is None:
            raise Internal
        return self.answer


class Shared(Generic[Asked]):
    """Questions that are under way. One belongs to no single caller: it ends when nobody waits for it any more."""

    def __init__(self, start: Start) -> None:
        self._start = start
        self._flights: dict[Hashable, _Flight[Asked]] = {}

    async def run(self, question: Hashable, ask: Callable[[], Awaitable[Asked]]) -> Asked:
        """The answer to a question, together with whoever asks the same right now.

        Raises:
            OrderMcpError: what came of it.
        """
        flight = self._flights.get(question)
        if flight is None:
            flight = self._flights[question] = _Flight()
            self._begin(flight, question, ask)
        flight.waiting += 1
        try:
            await flight.landed.wait()
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.landed.is_set():
                self._forget(question, flight)
                flight.scope.cancel()
        return flight.outcome()

    def _begin(self, flight: _Flight[Asked], question: Hashable, ask: Callable[[], Awaitable[Asked]]) -> None:
        async def fly() -> None:
            try:
                with flight.scope:
                    flight.answer = await ask()
            except Exception as error:  # also a bug has to reach whoever asked, and not the group that all share
                flight.error = error
            finally:
                self._forget(question, flight)
                flight.landed.set()

        self._start(fly)

    def _forget(self, question: Hashable, flight: _Flight[Asked]) -> None:
        if self._flights.get(question) is flight:
            del self._flights[question]
