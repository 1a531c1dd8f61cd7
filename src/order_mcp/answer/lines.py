"""Line items: a page of them as an answer shows it, and what a sentence says of them."""

from typing import Any

from ..cleaning import Cleaner, compact
from ..models import Detail, LineItem
from .about import Goods, Named, Page
from .items import Kinds, kinds_of, open_kinds_of
from .privacy import withhold
from .view import View

PAGE_LINES = {Detail.SUMMARY: 0, Detail.STANDARD: 20, Detail.FULL: 100}
LINE_SUBSCRIPTIONS = 20
# Of a line, what answers "what is it, how many, how far, what does it cost".
_LINE_IN_STANDARD = {
    *("id", "title", "variant_title", "sku", "quantity", "fulfilled", "remaining", "shipped", "delivered", "returned"),
    *("unit", "unit_price", "total", "monthly_price", "rent", "price", "currency", "contract_months"),
}
# A line that has no other name keeps the id of its variant.
_NAMELESS_IN_STANDARD = _LINE_IN_STANDARD | {"variant_id"}
# Of a line, what a sentence calls it by.
_NAMES_OF_LINE = {"title", "variant_title", "sku", "variant_id", "unit"}


def page_of(lines: list[LineItem], view: View, cleaner: Cleaner, room: int) -> tuple[list[dict[str, Any]], bool]:
    """Line items from the offset on, at least one, until count or room is used up; and whether they lost anything."""
    room -= 1  # a list has one bracket more than it has commas
    page: list[dict[str, Any]] = []
    is_lossy = False
    first = [_line(line, view) for line in lines[view.item_offset :][: PAGE_LINES[view.detail]]]
    for shown, line_is_lossy in cleaner.clean_each(first, LineItem):
        size = len(compact(shown)) + 1
        if size > room:
            if page:
                break  # this line is not on the page, so its losses do not count
            line_is_lossy |= shown.pop("subscription_ids", None) is not None
        room -= size
        is_lossy |= line_is_lossy
        page.append(shown)
    return page, is_lossy


def _line(line: LineItem, view: View) -> dict[str, Any]:
    in_standard = _LINE_IN_STANDARD if line.title or line.sku else _NAMELESS_IN_STANDARD
    shown = dump(line, None if view.detail is Detail.FULL else in_standard)
    if "subscription_ids" in shown:
        shown["subscription_ids"] = shown["subscription_ids"][:LINE_SUBSCRIPTIONS]
    withhold(shown, LineItem, view.audience)
    return shown


def goods_of(lines: list[LineItem] | None, page: list[dict[str, Any]], view: View, cleaner: Cleaner) -> Goods:
    """What the summary says of lines: of all of them, and on a later page of those on the page."""
    if lines is None:
        return Goods(None, Named([]), None, None)
    end = view.item_offset + len(page)
    is_later_page = view.item_offset > 0 and view.detail is not Detail.SUMMARY
    return Goods(
        items=_named(kinds_of(lines[view.item_offset : end] if is_later_page else lines), view, cleaner),
        open_items=_named(open_kinds_of(lines), view, cleaner),
        page=Page(view.item_offset + 1, end, len(lines)) if is_later_page else None,
        next_offset=end if page and end < len(lines) else None,
    )


def _named(kinds: Kinds, view: View, cleaner: Cleaner) -> Named:
    names = cleaner.clean_each([dump(kind.example, _NAMES_OF_LINE) for kind in kinds.kinds], LineItem)
    # These lines are only for the summary, so their losses do not count.
    return Named(
        [(name, kind.units) for (name, _), kind in zip(names, kinds.kinds, strict=True)], kinds.more, kinds.units
    )


def dump(line: LineItem, members: set[str] | None = None) -> dict[str, Any]:
    return line.model_dump(mode="json", exclude_none=True, include=members)
