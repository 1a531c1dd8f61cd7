"""One search at one provider: reads pages, compares every entry, and remembers why it may have missed something."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, NamedTuple

from pydantic import ValidationError

from ..comparing import folded
from ..errors import OrderMcpError
from ..finding import (
    CAPPED,
    IGNORED,
    NOT_ALL_GIVEN,
    NUMBERS_MISSING,
    REPEATED,
    SHIFTED,
    STOPPED,
    UNREADABLE,
    Hit,
    How,
    Limits,
    MatchedBy,
    Question,
    Searched,
    Shortfall,
)
from ..models import Order
from ..wording import counted, listed
from .reader import Reader
from .wire import TooMuch, Wire, WireType, read_wire


class Entry(NamedTuple, Generic[WireType]):
    """How a provider's list is read."""

    model: type[WireType]
    id: Callable[[WireType], str]
    numbers: Callable[[WireType], Iterable[tuple[MatchedBy, str | None]]]
    """What of an entry can be what a customer holds. What the entry does not mention is left out."""
    translate: Callable[[WireType, Reader], Order]


def named_in(wire: Wire, fields: Mapping[MatchedBy, str]) -> Iterator[tuple[MatchedBy, str | None]]:
    """The numbers that stand in fields of an entry, as far as it mentions them."""
    return ((kind, getattr(wire, field)) for kind, field in fields.items() if field in wire.model_fields_set)


def value_at(value: Any, path: Sequence[str]) -> str | None:
    """The text or number at the end of a path into an unbounded object."""
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return str(value) if isinstance(value, str) else None


class Search:
    """One search in the making."""

    def __init__(self, question: Question, limits: Limits) -> None:
        self.question = question
        self.limits = limits
        self._sought = folded(question.value)
        self.compared = ""
        """What of an order is compared, in words."""
        self.of: int | None = None
        self.received = 0
        """How many entries came in pages so far, repeated and unreadable ones included."""
        self.ended_by: OrderMcpError | None = None
        """What ended it before its time."""
        self.pages = 0
        """How many pages were read so far."""
        self._unreadable = 0
        self._skipped = 0
        self._seen: set[str] = set()
        self._named: set[frozenset[MatchedBy]] = set()
        self._hits: dict[str, Hit] = {}
        self._shortfalls: dict[Shortfall, Mapping[str, object]] = {}

    @property
    def looked_at(self) -> int:
        """How many different orders were compared."""
        return len(self._seen)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is known to be missing so far."""
        return not self._shortfalls

    def could_not_read(self) -> None:
        """Remember that something of an entry could not be read that may be what was asked for."""
        self._unreadable += 1
        self._shortfalls[UNREADABLE] = {"entries": _entries(self._unreadable)}

    def falls_short(self, shortfall: Shortfall, **facts: object) -> None:
        """Remember why it may have missed something; each reason is said once."""
        self._shortfalls.setdefault(shortfall, facts)

    def is_sought(self, value: str | None) -> bool:
        """Whether this is the number or address in question; nothing is matched in part."""
        # Of the question one leading `#` is dropped already.
        return value is not None and folded(value).removeprefix("#") == self._sought

    def readable(self, entries: Sequence[Any], model: type[WireType]) -> Iterator[tuple[WireType, bool]]:
        """The entries that can be read, each with whether a field of it could not. Others are remembered."""
        for each in entries:
            try:
                yield read_wire(model, each)
            except (ValidationError, RecursionError, TooMuch):
                self._skipped += 1
                self.could_not_read()

    def look_at(self, entries: Sequence[Any], entry: Entry[WireType]) -> list[bool]:
        """Compare every entry with the question; for each that can be read, whether it is what was asked for."""
        matches = []
        for wire, is_lossy in self.readable(entries, entry.model):
            numbers = list(entry.numbers(wire))
            self._named.add(frozenset(kind for kind, _ in numbers))
            match = next((kind for kind, value in numbers if self.is_sought(value)), None)
            matches.append(match is not None)
            self._seen.add(entry.id(wire))
            # A list that changes while it is read repeats rows.
            if match is not None and entry.id(wire) not in self._hits:
                self.add(entry.translate(wire, Reader(dropped=is_lossy)), match)
            elif match is None and is_lossy:
                self.could_not_read()  # what could not be read may be the number
        return matches

    def add(self, order: Order, matched_by: MatchedBy) -> None:
        """An order that is what was asked for."""
        self._seen.add(order.id)
        self._hits[order.id] = Hit(order, matched_by)

    def ends(self, error: OrderMcpError) -> None:
        """Something failed half-way. What was looked at before is kept."""
        self.ended_by = error
        self.falls_short(STOPPED, reason=error.code)

    def filtered(self, entries: Sequence[Any], entry: Entry[WireType], field: str, *, has_more: bool) -> None:
        """Compare what a provider picked. Where it ignored the filter, these are orders of others: none is kept."""
        matches = self.look_at(entries, entry)
        # Others beside the right ones are harmless where nothing is missing.
        if matches and not (all(matches) if has_more else any(matches)):
            self.falls_short(IGNORED, field=field)
        elif has_more:
            self.falls_short(NOT_ALL_GIVEN)

    async def scan(self, turn: Callable[[], Awaitable[bool]], names: Mapping[MatchedBy, str]) -> None:
        """Read a list page by page, as far as the limits allow.

        `turn` asks for the next page and looks at it (`look_at_page`); `names` are the numbers that the list should
        name, in words.
        """
        while self.pages < self.limits.pages:
            if await turn():
                break
        else:
            self.falls_short(CAPPED)
        # Rows that came twice, or not at all: a list that is read by position changes under the reader.
        expected = self.received if self.of is None or CAPPED in self._shortfalls else self.of
        if self.looked_at + self._skipped < expected and REPEATED not in self._shortfalls:
            self.falls_short(SHIFTED)
        # A list leaves a number out that no order has; an order without any cannot be compared.
        everywhere = frozenset[MatchedBy]().union(*self._named)
        missing = [words for kind, words in names.items() if kind not in everywhere]
        if not missing and any(named.isdisjoint(names) for named in self._named):
            missing = list(names.values())
        if self.looked_at and missing:
            self.falls_short(NUMBERS_MISSING, numbers=listed(missing, "and"))

    def look_at_page(self, entries: Sequence[Any], of: int | None, entry: Entry[WireType]) -> bool:
        """Compare a page; whether it was the last. `of` is how many entries the list says that it has."""
        known = self.looked_at + self._skipped
        self.look_at(entries, entry)
        self.pages += 1
        self.received += len(entries)
        if self.of not in (None, of):
            self.falls_short(SHIFTED)
        # Of a list that says it has less than it gave, nobody knows how long it is.
        self.of = of if of is not None and of >= self.received else None
        # Where nobody says how many there are, only an empty page is the end: pages may be shorter than was asked for.
        if not entries or (self.of is not None and self.received >= self.of):
            return True
        if self.looked_at + self._skipped > known:
            return False
        self.falls_short(REPEATED)
        return True

    def searched(self, account: str, title: str, how: How) -> Searched:
        """What came of it."""
        of = "" if self.of is None else f", of {self.of:,}"
        orders = counted(self.looked_at, "order")
        known = {"title": title, "looked_at": f"{self.looked_at:,}", "orders": orders, "of": of}
        return Searched(
            provider=account,
            how=how,
            hits=[
                hit._replace(order=hit.order.model_copy(update={"provider": account})) for hit in self._hits.values()
            ],
            looked_at=self.looked_at,
            of=self.of,
            compared=self.compared,
            more=NOT_ALL_GIVEN in self._shortfalls,
            warnings=[shortfall.warning(**known, **facts) for shortfall, facts in self._shortfalls.items()],
            ended_by=self.ended_by,
        )


def _entries(count: int) -> str:
    return "One entry" if count == 1 else f"{count} entries"
