"""Finding orders by what a customer holds: the question, what matched, and how far was looked."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from .errors import OrderMcpError
from .models import Exact, Note, Number, Order, OrderStatus, Part, Plain, Read, StatusWord


class Held(StrEnum):
    """What a customer holds."""

    NUMBER = "order_number"
    EMAIL = "email"

    @property
    def words(self) -> str:
        """As a sentence calls it."""
        return {"order_number": "number", "email": "e-mail address"}[self]


class How(StrEnum):
    """How a provider is searched. Either way every order is compared again on our side."""

    FILTER = "filter"  # the provider picks
    SCAN = "scan"  # its list is read page by page


SearchCode = Literal["search_incomplete", "filter_ignored", "numbers_missing", "dropped_value", "provider_not_asked"]
"""What keeps a search from being complete."""
PAGE = 100
"""How many orders are asked for at a time: the most that every documented list gives."""
MAX_LIMIT = 10
"""How many orders a search may show."""
# What no order and no customer has, for trying a search without reading anybody's data.
NOBODYS = {Held.NUMBER: "order-mcp-doctor-0", Held.EMAIL: "order-mcp-doctor@example.com"}

MatchedBy = Literal["id", "order_number", "contract", "external", "purchase_order", "email"]
"""What of an order is the same as what the customer holds."""


ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"]+@[^\s@<>()\[\],;:\"]+\.[^\s@<>()\[\],;:\".]+")
"""An e-mail address that can be searched for."""


def is_email_address(text: str) -> bool:
    """Whether somebody sent an address for an id or a number."""
    name, _, domain = text.partition("@")
    return bool(name) and "@" not in domain and "." in domain[1:-1]


@dataclass(frozen=True, slots=True)
class Question:
    """What the customer holds, as it was given, but for white space around it and one leading `#`."""

    held: Held
    value: str
    ids_too: bool = True
    """Whether an order that has this very id is meant as well."""


# What is said to an agent who holds something else than an id; where orders can be found by it, that is said instead.
CUT_NO_ID = "Cut no id out of a number, a name or an address: ask for it."
NO_DIGITS = "Do not cut the digits out of it; ask for the id."
NOT_THE_DIGITS = "If this is an order or contract number, do not cut the digits out of it; ask for the id."
ASK_FOR_ID = "Ask for the {noun} id."
TO_OPERATOR = " Tell the operator."
"""How a sentence ends that only the operator can do something about; among several it is said once, at the end."""
_INSTEAD = (NOT_THE_DIGITS, NO_DIGITS, CUT_NO_ID, ASK_FOR_ID.format(noun="order"))
_LIKE_AN_ID = re.compile(r"[a-z]+_\w+")
BY_EMAIL = "Call find_orders with it as email."
BY_NUMBER = (
    "If it is a number from an e-mail, invoice or contract, do not cut digits out of it: call find_orders with it as "
    "order_number."
)


def pointed(sentence: str, given: object, finders: Collection[Held]) -> str:
    """What is said of something that is no id, to whoever can find orders by it: where to go, and not to ask first."""
    text = str(given).strip() if isinstance(given, str) or (type(given) is int and abs(given) < 10**100) else ""
    if Held.EMAIL in finders and ADDRESS.fullmatch(text):
        way = BY_EMAIL
    elif Held.NUMBER in finders and any(map(str.isdigit, text)) and not ("@" in text or _LIKE_AN_ID.fullmatch(text)):
        way = BY_NUMBER
    else:
        return sentence
    for advice in _INSTEAD:
        sentence = sentence.replace(advice, "")
    return f"{' '.join(sentence.split())} {way}"


class Limits(NamedTuple):
    """How far a scan may go. The operator sets it."""

    pages: int
    days: int
    """How far back, where a provider can limit by date."""

    @property
    def orders(self) -> int:
        """How many orders of a list are read at the most."""
        return self.pages * PAGE


class Hit(NamedTuple):
    order: Order
    matched_by: MatchedBy


class Shortfall(NamedTuple):
    """Why a search cannot say that there is nothing else. `{title}` is the provider's."""

    code: SearchCode
    sentence: str

    def warning(self, **facts: object) -> "SearchWarning":
        """What is said of it, with the names and figures filled in."""
        return SearchWarning(code=self.code, message=self.sentence.format_map(facts))


CAPPED = Shortfall(
    "search_incomplete", "{title} was searched as far as the {looked_at} orders that its list gives first{of}."
)
STOPPED = Shortfall("search_incomplete", "The search of {title} ended after {orders}{of} ({reason}).")
SHIFTED = Shortfall("search_incomplete", "The list of {title} changed while it was read.")
REPEATED = Shortfall("search_incomplete", "The list of {title} repeats itself, so it was not read to its end.")
NOT_ALL_GIVEN = Shortfall("search_incomplete", "{title} says that it has more than it gave.")
TOO_MANY_CUSTOMERS = Shortfall("search_incomplete", "{title} has more customers with this address than were looked at.")
OLDER_LEFT_OUT = Shortfall(
    "search_incomplete", "At {title} only orders of the last {days} were looked at, {looked_at} of them."
)
IGNORED = Shortfall(
    "filter_ignored", "{title} does not seem to filter by {field}: it gave what does not match." + TO_OPERATOR
)
NUMBERS_MISSING = Shortfall("numbers_missing", "The list of {title} does not name the {numbers} of its orders.")
UNREADABLE = Shortfall("dropped_value", "{entries} in the list of {title} could not be read.")


MENDABLE = ("filter_ignored", "numbers_missing")
"""What is wrong with a search itself, and not only with how far it went: the operator can mend it."""
COULD_NOT_SEARCH = Shortfall("provider_not_asked", "{title} could not be searched ({reason}); it may have one, too.")


class SearchWarning(Part):
    """What keeps a search from being complete, in words. It is never read by customers."""

    code: SearchCode
    message: Note


class HitCustomer(Part):
    name: Plain | None = None
    company: Plain | None = None


class OrderHit(Part):
    """An order as a search shows it: enough to tell it from the others, and to look it up."""

    provider: Plain
    id: Exact
    order_number: Exact | None = None
    matched_by: Annotated[MatchedBy, Field(description="what of the order is the same")]
    status: OrderStatus
    provider_status: StatusWord | None = None
    placed_at: Read | None = None
    created_at: Read | None = None
    item_count: Number | None = None
    customer: HitCustomer | None = None


class ProviderSearch(Part):
    provider: Plain
    how: Annotated[How, Field(description="filter: the provider picked; scan: its list was read")]
    looked_at: int
    of: int | None = None
    complete: Annotated[bool, Field(description="false: there may be orders that were not looked at")]


class OrderHits(Part):
    """What a search shows. There is at least one order in it."""

    orders: list[OrderHit]
    searched: list[ProviderSearch]
    not_asked: Annotated[list[Plain] | None, Field(description="cannot be searched by this, or not the default")] = None
    more: Annotated[bool, Field(description="there are more than these")]
    as_of: Read
    sandbox: bool | None = None
    warnings: list[SearchWarning] | None = None


@dataclass(frozen=True, slots=True)
class Searched:
    """What came of searching one provider."""

    provider: str
    how: How
    hits: Sequence[Hit]
    looked_at: int
    of: int | None
    """How many there are, where the provider says that."""
    compared: str
    """What of its orders was compared, in words."""
    more: bool
    """Whether it has more of what was asked for than it gave."""
    warnings: Sequence[SearchWarning]
    ended_by: OrderMcpError | None
    """What ended it before its time."""

    @property
    def complete(self) -> bool:
        """Whether what did not match is not there."""
        return not self.warnings

    def shown(self) -> dict[str, Any]:
        """How far was looked, as it is shown."""
        said = ProviderSearch(
            provider=self.provider, how=self.how, looked_at=self.looked_at, of=self.of, complete=self.complete
        )
        return said.model_dump(mode="json", exclude_none=True)


@dataclass(frozen=True, slots=True)
class Found:
    """What came of searching all that could be searched."""

    question: Question
    searched: Sequence[Searched]
    failed: Mapping[str, OrderMcpError]
    not_asked: Sequence[str]
    """The providers that were not searched: they cannot be, or another one is the default."""
    is_default_only: bool
    """Whether only the default provider was searched."""
    as_of: str

    @property
    def hits(self) -> list[Hit]:
        """Newest first, where dates are known."""
        hits = [hit for each in self.searched for hit in each.hits]
        return sorted(hits, key=lambda hit: hit.order.placed_at or hit.order.created_at or "", reverse=True)
