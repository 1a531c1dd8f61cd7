"""Order / Cart → what an agent reads: a summary sentence and compact JSON, from one object.

The JSON is the audience's view of the record at one level of detail, cleaned. The summary is written from that same
view, so the two cannot disagree.
"""

from dataclasses import dataclass
from typing import Any

from ..cleaning import Cleaner, compact
from ..models import ENDED, Detail, LineItem, Order, Record, Related, Source, Withheld
from ..wording import DROPPED
from .about import About
from .lines import dump, goods_of, page_of
from .privacy import withhold
from .sentences import MAX_SUMMARY_CHARS, summarize
from .view import View

ANSWER_CHARS = 14_000
PAGE_CHARS = 10_000
OVERVIEW_CHARS = 8_000
# Around a page: its offset, a warning, and a backslash before every quotation mark of a quoted summary.
FRAME_CHARS = 700
ORDER_SUBSCRIPTIONS = 50
ORDER_PARCELS = 20
PARCELS_CHARS = 3_000

_IN_SUMMARY = frozenset(
    {
        *("provider", "id", "order_number", "order_type", "related", "status", "provider_status", "status_note"),
        *("requires_action", "payment_status", "currency", "totals", "item_count", "fulfillment", "placed_at"),
        *("created_at", "completed_at", "as_of", "warnings"),
    }
)
_IN_STANDARD = _IN_SUMMARY | {"references", "updated_at", "customer", "buyer", "subscription_count"}
_TOTALS_IN_SUMMARY = frozenset(
    {"total", "original_total", "paid", "refunded", "rent", "amount", "received_amount", "real_amount"}
)
_CUSTOMER_IN_STANDARD = frozenset({"id", "name", "company", "type"})
_FULFILLMENT_OF_ENDED = frozenset({"shipped_at", "delivered_at", "tracking_number", "parcels"})
_RELATED_IN_SUMMARY = frozenset({"kind", "order_id", "months", "new_end", "previous_device"})
_RELATED_IN_STANDARD = frozenset(Related.model_fields) - {"previous_serial"}
# What goes first when everything around the line items is too long: the unbounded, then the bulky.
_EXPENDABLE = ("properties", "custom_fields", "subscription_ids", "notes", "billing_address", "shipping_address")


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


def present(record: Record, source: Source, view: View) -> Answer:
    """Show a record to an audience at a level of detail."""
    cleaner = Cleaner(view.secrets)
    overview, withheld = _overview(record, view)
    overview, is_lossy = cleaner.clean(overview, type(record))
    # The id as the caller wrote it. The arguments accept only ids that cleaning does not change.
    overview["id"] = record.id
    _tidy(overview)
    _add_our_words(overview, record, view)
    if view.sandbox:
        overview["sandbox"] = True
    if withheld:
        overview["withheld"] = withheld
    is_lossy |= _shorten(overview) or _has_more_parcels(record)
    lines = record.line_items
    page: list[dict[str, Any]] = []
    if lines is not None:
        overview["line_items_total"] = len(lines)
        if view.detail is not Detail.SUMMARY:
            page, page_is_lossy = page_of(lines, view, cleaner, _room_beside(overview))
            is_lossy |= page_is_lossy
            if len(page) < len(lines):
                overview["line_items_offset"] = view.item_offset
            overview["line_items"] = page
    if is_lossy:
        _add_dropped(overview, view)
    about = About(
        source,
        goods_of(record.line_items, page, view, cleaner),
        instead=record.status_note.instead if isinstance(record, Order) and record.status_note else "",
        lost_tracking=_has_tracking(record) and "tracking_number" not in overview.get("fulfillment", {}),
        audience=view.audience,
        brief=view.detail is Detail.SUMMARY,
    )
    return Answer(summarize(overview, about), overview)


def _has_more_parcels(record: Record) -> bool:
    shipped = record.fulfillment if isinstance(record, Order) else None
    return shipped is not None and len(shipped.parcels or ()) > ORDER_PARCELS


def _has_tracking(record: Record) -> bool:
    return isinstance(record, Order) and bool(record.fulfillment and record.fulfillment.tracking_number)


def _overview(record: Record, view: View) -> tuple[dict[str, Any], list[Withheld]]:
    """Everything but the line items, as far as it belongs to this level of detail and audience; what was kept back."""
    overview = record.model_dump(mode="json", exclude_none=True, exclude={"line_items", "warnings", "status_note"})
    if view.detail is not Detail.FULL:
        allowed = _IN_SUMMARY if view.detail is Detail.SUMMARY else _IN_STANDARD
        overview = {key: value for key, value in overview.items() if key in allowed}
        _keep(overview, "customer", _CUSTOMER_IN_STANDARD)
        _keep(overview, "related", _RELATED_IN_STANDARD)
    if view.detail is Detail.SUMMARY:
        _keep(overview, "totals", _TOTALS_IN_SUMMARY)
        _keep(overview, "related", _RELATED_IN_SUMMARY)
        if overview.get("order_type") == "standard":
            del overview["order_type"]
    if overview.get("status") in ENDED:
        # A date that nobody waits for any more must not be mailed to anybody, and nothing is open.
        _keep(overview, "fulfillment", _FULFILLMENT_OF_ENDED)
    if "fulfillment" in overview and (parcels := overview["fulfillment"].get("parcels")):
        overview["fulfillment"]["parcels"] = [_parcel(each, view) for each in parcels[:ORDER_PARCELS]]
    if "subscription_ids" in overview:
        overview["subscription_ids"] = overview["subscription_ids"][:ORDER_SUBSCRIPTIONS]
    withheld = withhold(overview, type(record), view.audience)
    costly = [line for line in record.line_items or [] if line.list_price or line.acquisition_cost or line.cost]
    if view.detail is Detail.FULL and costly:
        withheld += withhold(dump(costly[0]), LineItem, view.audience)
    return overview, withheld


def _parcel(parcel: dict[str, Any], view: View) -> dict[str, Any]:
    """What is in it only where line items have the ids that it names."""
    return {key: value for key, value in parcel.items() if key != "items" or view.detail is Detail.FULL}


def _keep(overview: dict[str, Any], key: str, members: frozenset[str]) -> None:
    if key in overview:
        overview[key] = {member: value for member, value in overview[key].items() if member in members}


def _add_our_words(overview: dict[str, Any], record: Record, view: View) -> None:
    """The note and the warnings. They hold nothing of a provider's, so there is nothing to clean."""
    if isinstance(record, Order) and record.status_note and (note := record.status_note.told.to(view.audience)):
        overview["status_note"] = note
    if warnings := {(each.code, each.message.to(view.audience)): None for each in record.warnings}:
        overview["warnings"] = [{"code": code, "message": message} for code, message in warnings]


def _shorten(overview: dict[str, Any]) -> bool:
    """Make room for the line items, where everything around them is too long; whether anything had to go."""
    is_lossy = False
    parcels = overview["fulfillment"].get("parcels") if "fulfillment" in overview else None
    if parcels and len(compact(parcels)) > PARCELS_CHARS:
        is_lossy = any([parcel.pop("items", None) for parcel in parcels])
    for key in _EXPENDABLE:
        if len(compact(overview)) <= OVERVIEW_CHARS:
            break
        is_lossy |= overview.pop(key, None) is not None
    return is_lossy


def _tidy(overview: dict[str, Any]) -> None:
    """Remove parts that became empty."""
    if "references" in overview:
        overview["references"] = [reference for reference in overview["references"] if "value" in reference]
    for key in [key for key, value in overview.items() if value in ({}, []) and key not in _MAY_BE_EMPTY]:
        del overview[key]


# An empty list or object here is the provider's own word for "none".
_MAY_BE_EMPTY = frozenset({"subscription_ids", "custom_fields", "properties"})


def _room_beside(overview: dict[str, Any]) -> int:
    """The characters that are left for line items."""
    return min(PAGE_CHARS, ANSWER_CHARS - MAX_SUMMARY_CHARS - len(compact(overview)) - FRAME_CHARS)


def _add_dropped(overview: dict[str, Any], view: View) -> None:
    warnings = overview.get("warnings", [])
    if all(warning["code"] != DROPPED.code for warning in warnings):
        message = DROPPED.told().to(view.audience)
        overview["warnings"] = [*warnings, {"code": DROPPED.code, "message": message}]
