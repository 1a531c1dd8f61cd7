"""Order / Cart / error → what an agent reads: a summary sentence and compact JSON, from one object.

The JSON is the audience's view of the record at one level of detail, cleaned. The summary is written from that same
view, so the two cannot disagree.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from ..cleaning import Cleaner
from ..errors import OrderMcpError
from ..models import Audience, Detail, LineItem, OrderWarning, Record, Related, Source
from .privacy import withhold
from .sentences import MAX_SUMMARY_CHARS, SANDBOX_NOTICE, summarize

ANSWER_CHARS = 14_000
PAGE_CHARS = 10_000
HEAD_CHARS = 8_000
# Around a page: its offset, a warning, and a backslash before every quotation mark of a quoted summary.
FRAME_CHARS = 700
PAGE_LINES = {Detail.SUMMARY: 0, Detail.STANDARD: 20, Detail.FULL: 100}
ORDER_SUBSCRIPTIONS = 50
LINE_SUBSCRIPTIONS = 20
SUMMARY_LINES = 3

_IN_SUMMARY = frozenset(
    {
        *("provider", "id", "order_number", "status", "provider_status", "status_note", "requires_action"),
        *("payment_status", "currency", "totals", "item_count", "fulfillment", "placed_at", "created_at", "as_of"),
        "warnings",
    }
)
_IN_STANDARD = _IN_SUMMARY | {
    *("order_type", "references", "related", "updated_at", "customer", "buyer", "subscription_count"),
}
_TOTALS_IN_SUMMARY = frozenset({"total", "paid", "rent", "amount", "received_amount", "real_amount"})
_CUSTOMER_IN_STANDARD = frozenset({"id", "name", "company", "type"})
_RELATED_IN_STANDARD = frozenset(Related.model_fields) - {"previous_serial"}
# Of a line, what answers "what is it, how many, how far, what does it cost".
_LINE_IN_STANDARD = frozenset(
    {
        *("id", "title", "sku", "quantity", "fulfilled", "remaining", "unit", "monthly_price", "rent", "price"),
        *("currency", "contract_months"),
    }
)
# What goes first when everything around the line items is too long: the unbounded, then the bulky.
_EXPENDABLE = ("properties", "custom_fields", "subscription_ids", "notes", "billing_address", "shipping_address")


@dataclass(frozen=True, slots=True)
class View:
    """How an answer is to be shown: the operator's audience, the caller's level of detail."""

    audience: Audience
    detail: Detail = Detail.STANDARD
    item_offset: int = 0
    sandbox: bool = False
    secrets: Collection[str] = ()
    """What must never be shown, even if a provider says it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Both channels: the summary, and the JSON object without it."""

    summary: str
    data: dict[str, Any]

    @property
    def text(self) -> str:
        """The object as compact JSON."""
        return compact(self.data)

    @property
    def structured(self) -> dict[str, Any]:
        """The same object with the summary as its first member."""
        return {"summary": self.summary, **self.data}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as it is shown: the sentence, and the JSON object beside it."""

    sentence: str
    data: dict[str, Any]

    @property
    def text(self) -> str:
        """The sentence, then on a line of its own the object as compact JSON."""
        return f"{self.sentence}\n{compact(self.data)}"


def compact(data: Any) -> str:
    """JSON without a needless character."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def present(record: Record, source: Source, view: View) -> Answer:
    """Show a record to an audience at a level of detail."""
    cleaner = Cleaner(view.secrets)
    lines = record.line_items
    head = _head(record, view.detail)
    costs = [line for line in lines or [] if line.list_price or line.acquisition_cost or line.cost]
    withheld = withhold(head, view.audience)
    if view.detail is Detail.FULL and costs:
        withheld += withhold(_dump(costs[0]), view.audience)
    head = cleaner.clean(head)
    # The caller's own word, which the arguments let in only as cleaning would leave it.
    head["id"] = record.id
    _tidy(head)
    if view.sandbox:
        head["sandbox"] = True
    if withheld:
        head["withheld"] = withheld
    for key in _EXPENDABLE:
        if len(compact(head)) > HEAD_CHARS and head.pop(key, None) is not None:
            cleaner.dropped = True
    page: list[dict[str, Any]] | None = None
    if lines is not None:
        head["line_items_total"] = len(lines)
        if view.detail is not Detail.SUMMARY:
            room = ANSWER_CHARS - MAX_SUMMARY_CHARS - len(compact(head)) - FRAME_CHARS
            page = list(_page(lines, view, cleaner, room))
            if len(page) < len(lines):
                head["line_items_offset"] = view.item_offset
            head["line_items"] = page
    # What they lose is not lost from the answer, so it is not counted.
    uncounted = Cleaner(view.secrets)
    first_lines = [_line(line, view, uncounted, whole=True) for line in (lines or [])[:SUMMARY_LINES]]
    _add_dropped(head, cleaner.dropped)
    next_offset = view.item_offset + len(page) if page else None
    if next_offset is not None and lines is not None and next_offset >= len(lines):
        next_offset = None
    summary = summarize(
        head,
        source,
        lines=first_lines if lines is not None else None,
        for_customer=view.audience is Audience.CUSTOMER,
        brief=view.detail is Detail.SUMMARY,
        next_offset=next_offset,
    )
    return Answer(summary, head)


def present_error(error: OrderMcpError, *, sandbox: bool = False) -> Refusal:
    """Show an error: what happened and what to do next, for reading and for branching on."""
    payload: dict[str, Any] = {"code": error.code}
    if error.provider is not None:
        payload["provider"] = error.provider
    payload["retryable"] = error.retryable
    if error.retry_after_seconds is not None:
        payload["retry_after_seconds"] = error.retry_after_seconds
    payload |= {"next_step": error.next_step, **error.details}
    notice = f"{SANDBOX_NOTICE} " if sandbox else ""
    return Refusal(f"{notice}{error.sentence}", {"error": payload})


def _dump(line: LineItem) -> dict[str, Any]:
    return line.model_dump(mode="json", exclude_none=True)


def _head(record: Record, detail: Detail) -> dict[str, Any]:
    """Everything but the line items, as far as it belongs to this level of detail."""
    head = record.model_dump(mode="json", exclude_none=True, exclude={"line_items"})
    if detail is not Detail.FULL:
        allowed = _IN_SUMMARY if detail is Detail.SUMMARY else _IN_STANDARD
        head = {key: value for key, value in head.items() if key in allowed}
        _keep(head, "customer", _CUSTOMER_IN_STANDARD)
        _keep(head, "related", _RELATED_IN_STANDARD)
    if detail is Detail.SUMMARY:
        _keep(head, "totals", _TOTALS_IN_SUMMARY)
    if "subscription_ids" in head:
        head["subscription_ids"] = head["subscription_ids"][:ORDER_SUBSCRIPTIONS]
    if not head["warnings"]:
        del head["warnings"]
    return head


def _keep(head: dict[str, Any], key: str, members: frozenset[str]) -> None:
    if key in head:
        head[key] = {member: value for member, value in head[key].items() if member in members}


def _tidy(head: dict[str, Any]) -> None:
    """Leave out what lost its only content on the way."""
    if "references" in head:
        head["references"] = [reference for reference in head["references"] if "value" in reference]
    for key in [key for key, value in head.items() if value in ({}, []) and key not in _MAY_BE_EMPTY]:
        del head[key]


# An empty list or object here is the provider's own word for "none".
_MAY_BE_EMPTY = frozenset({"subscription_ids", "custom_fields", "properties"})


def _page(lines: list[LineItem], view: View, cleaner: Cleaner, room: int) -> Iterator[dict[str, Any]]:
    """Line items from the offset on, until the count or the room is used up; at least one."""
    room = min(room, PAGE_CHARS) - 1  # a list has one bracket more than it has commas
    for number, line in enumerate(lines[view.item_offset :][: PAGE_LINES[view.detail]]):
        dropped_before = cleaner.dropped
        shown = _line(line, view, cleaner)
        size = len(compact(shown)) + 1
        if size > room:
            if number > 0:
                cleaner.dropped = dropped_before  # this line is not on the page
                return
            cleaner.dropped |= shown.pop("subscription_ids", None) is not None
        room -= size
        yield shown


def _line(line: LineItem, view: View, cleaner: Cleaner, *, whole: bool = False) -> dict[str, Any]:
    shown = _dump(line)
    if view.detail is not Detail.FULL and not whole:
        # A line that has no other name keeps the id of its variant.
        name = frozenset() if "title" in shown or "sku" in shown else frozenset({"variant_id"})
        shown = {key: value for key, value in shown.items() if key in _LINE_IN_STANDARD | name}
    if "subscription_ids" in shown:
        shown["subscription_ids"] = shown["subscription_ids"][:LINE_SUBSCRIPTIONS]
    withhold(shown, view.audience)
    cleaned: dict[str, Any] = cleaner.clean(shown)
    return cleaned


def _add_dropped(head: dict[str, Any], dropped: bool) -> None:
    warnings = head.get("warnings", [])
    if dropped and all(warning["code"] != DROPPED.code for warning in warnings):
        head["warnings"] = [*warnings, DROPPED.model_dump()]


DROPPED = OrderWarning(
    code="dropped_value", message="A value that cannot be shown exactly, or has no room here, was left out."
)
