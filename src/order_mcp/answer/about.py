"""What a summary is made from: the overview as it is shown, and what it takes from elsewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from ..models import Audience, Noun, Number, OrderStatus, Source, Told


class Named(NamedTuple):
    """Kinds of lines as they are shown, with how many of each there are."""

    kinds: Sequence[tuple[dict[str, Any], Number | None]]
    more: int = 0
    units: Number | None = None
    """Of all kinds together, where that is known."""

    def shorter(self) -> Self:
        """With one of them as the example for all."""
        return self._replace(kinds=self.kinds[:1], more=self.more + len(self.kinds) - 1)

    def reads_like(self, other: Self) -> bool:
        """Whether the two would be read alike: of a long list no numbers are said."""
        if not self.more:
            return self.kinds == other.kinds
        return self.more == other.more and [line for line, _ in self.kinds] == [line for line, _ in other.kinds]


class Page(NamedTuple):
    """Where a page of lines stands among all of them; a page without lines is beyond the end."""

    first: int
    last: int
    all: int


class Goods(NamedTuple):
    """What a summary says of line items."""

    items: Named | None
    """The kinds of lines; None where the provider said nothing of any."""
    open_items: Named
    """Those that have units without a subscription."""
    page: Page | None
    """Where a later page stands; None on the first one."""
    next_offset: int | None
    """Where the next page begins."""


@dataclass(frozen=True, slots=True)
class About:
    """What a summary takes from elsewhere than the overview."""

    source: Source
    goods: Goods
    instead: str
    """What takes the place of status and note, where the two would say the same twice."""
    lost_tracking: bool
    """Whether there is a tracking number that cannot be shown."""
    audience: Audience
    brief: bool


class Telling:
    """One summary in the making: what is known, and the voice to say it in."""

    def __init__(self, shown: dict[str, Any], about: About) -> None:
        self.shown = shown
        self.about = about
        self.status = OrderStatus(shown["status"]) if "status" in shown else None
        self.noun = Noun.CART if self.status is None else Noun.ORDER
        self.for_customer = about.audience is Audience.CUSTOMER
        self.fulfillment: dict[str, Any] = shown.get("fulfillment", {})
        self._codes = {warning["code"] for warning in shown.get("warnings", ())}

    def warns_of(self, *codes: str) -> bool:
        """Whether one of these warnings was given."""
        return not self._codes.isdisjoint(codes)

    def say(self, told: Told, **facts: object) -> str:
        """One row of the tables, in the reader's voice."""
        return told.to(self.about.audience).format_map(facts)

    def join(self, parts: Iterable[str]) -> str:
        """One sentence of all the parts; to a customer, a sentence of each."""
        if self.for_customer:
            return " ".join(map(_sentence, parts))
        return _sentence(", ".join(parts))


def capitalized(text: str) -> str:
    """With a capital letter, where it begins with a letter."""
    return f"{text[:1].upper()}{text[1:]}"


def _sentence(text: str) -> str:
    return f"{capitalized(text)}." if text else ""
