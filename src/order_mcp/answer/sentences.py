"""The summary: deterministic English from the fields that are shown, in the order in which people ask.

What is it and where does it stand; what is outstanding; the items; the money, with its label; the dates; what is
missing. Sentences that do not fit are left out, the least important first.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..cleaning import clean_text
from ..models import Number, OrderStatus, Source

MAX_SUMMARY_CHARS = 500
MAX_BRIEF_WORDS = 60
MAX_NUMBER_CHARS = 40
SANDBOX_NOTICE = "Sandbox data, not a real order."

STATUS_WORDS = {
    OrderStatus.DRAFT: "is a draft",
    OrderStatus.PENDING: "is pending",
    OrderStatus.CONFIRMED: "is confirmed",
    OrderStatus.PROCESSING: "is being processed",
    OrderStatus.PARTIALLY_FULFILLED: "is partially fulfilled",
    OrderStatus.SHIPPED: "has been shipped",
    OrderStatus.DELIVERED: "has been delivered",
    OrderStatus.ACTIVE: "is active",
    OrderStatus.RETURNED: "has been returned",
    OrderStatus.CANCELED: "has been canceled",
    OrderStatus.REJECTED: "has been rejected",
    OrderStatus.FAILED: "has failed",
    OrderStatus.ARCHIVED: "is archived",
    OrderStatus.UNKNOWN: "has an unknown status",
}
# Statuses in which an expected date still means something.
_EXPECTING = frozenset({"draft", "pending", "confirmed", "processing", "partially_fulfilled", "shipped", "unknown"})
_OUTSTANDING = frozenset({"confirmed", "partially_fulfilled"})
_ARRIVED = frozenset({"delivered", "returned"})

_MARKUP = str.maketrans("", "", "`*_|[]“”")
# Ids and status words. An underscore inside a word is no markup, and dropping it would make another id of it. The
# pattern is linear: after a separator it takes everything up to the last letter, digit or hyphen. `-/X` and `X/-` are
# written where Polinate gave no phase or no status.
_WORD = re.compile(r"(-/)?[A-Za-z0-9]+([._/:#-][A-Za-z0-9._/:#-]*[A-Za-z0-9-])?")


class Sentence(NamedTuple):
    text: str
    importance: int
    """0 always stays; of the others the highest number goes first."""


@dataclass(frozen=True, slots=True)
class About:
    """What a summary takes from elsewhere than the overview."""

    source: Source
    lines: Sequence[dict[str, Any]] | None
    """The first line items; None where the provider said nothing of any."""
    next_offset: int | None
    """Where the next page begins."""
    for_customer: bool
    brief: bool


def summarize(shown: dict[str, Any], about: About) -> str:
    """One paragraph of at most 500 characters; when `brief`, of at most 60 words."""
    sentences = [
        Sentence(SANDBOX_NOTICE if shown.get("sandbox") else "", 0),
        Sentence(_opening(shown, about.source, about.for_customer), 0),
        Sentence(_note(shown), 2),
        Sentence(_outstanding(shown), 3),
        Sentence(_items(shown, about.lines), 5),
        Sentence(_money(shown, about.source), 4),
        Sentence(_dates(shown), 3),
        Sentence(_not_asked(shown, about.for_customer), 1),
        Sentence(f"More lines: item_offset {about.next_offset}." if about.next_offset else "", 1),
    ]
    kept = [sentence for sentence in sentences if sentence.text]
    while not _fits(text := " ".join(sentence.text for sentence in kept), about.brief) and len(kept) > 1:
        least = max(kept, key=lambda sentence: sentence.importance)
        if least.importance == 0:
            break
        kept.remove(least)
    return text


def quoted(text: str) -> str:
    """A provider's words in quotation marks, without what Markdown would read as markup."""
    if not _WORD.fullmatch(text):
        # Cleaned once more: without the markup between them, two harmless halves may have become an address.
        text = clean_text(text.translate(_MARKUP), MAX_SUMMARY_CHARS)
    return f"“{text}”"


def _fits(text: str, brief: bool) -> bool:
    return len(text) <= MAX_SUMMARY_CHARS and not (brief and len(text.split()) > MAX_BRIEF_WORDS)


def _opening(shown: dict[str, Any], source: Source, for_customer: bool) -> str:
    noun = "order" if "status" in shown else "cart"
    id = shown["id"] if _WORD.fullmatch(shown["id"]) else quoted(shown["id"])
    number = shown.get("order_number", "")
    number = quoted(number) if quoted(number) == f"“{number}”" and 0 < len(number) <= MAX_NUMBER_CHARS else ""
    is_unknown = shown.get("status") == OrderStatus.UNKNOWN
    if for_customer and not is_unknown:
        subject, word = f"{noun.capitalize()} {number or id}", ""
    else:
        subject = f"{source.title} {noun} {id}{number and f', number {number},'}"
        word = f" ({quoted(shown['provider_status'])})" if "provider_status" in shown else ""
    if noun == "cart":
        count = shown.get("item_count")
        return f"{subject} holds {_count(count, 'device')}." if count is not None else f"{subject} was found."
    return f"{subject} {STATUS_WORDS[OrderStatus(shown['status'])]}{word}."


def _note(shown: dict[str, Any]) -> str:
    # The first sentence of the note says what, the rest explains; the rest is in the JSON.
    note = shown.get("status_note", "").partition(". ")[0].rstrip(".")
    action = "The customer has to act." if shown.get("requires_action") else ""
    return f"{note and note + '.'} {action}".strip()


def _outstanding(shown: dict[str, Any]) -> str:
    progress = shown.get("fulfillment", {}).get("progress", {})
    total, done = progress.get("total"), progress.get("fulfilled")
    if total is None or done is None:
        return ""
    if shown["status"] in _OUTSTANDING and total > done:
        return f"{total - done:.15g} of {_count(total, 'device')} outstanding."
    return f"{done} of {_count(total, 'device')} fulfilled."


def _items(shown: dict[str, Any], lines: Sequence[dict[str, Any]] | None) -> str:
    if lines is None:
        count = shown.get("item_count")
        return f"{_count(count, 'device')}, not listed." if count is not None and "status" in shown else ""
    if not lines:
        return "No line items."
    more = shown["line_items_total"] - len(lines)
    # Of a long list the first names are an example, and quantities would only make it longer.
    named = [_name(line) if more else _times(line) + _name(line) for line in lines]
    return f"{', '.join(named)}{f' and {more} more' if more else ''}."


def _times(line: dict[str, Any]) -> str:
    unit = f" {quoted(line['unit'])}" if "unit" in line else ""
    return f"{line['quantity']}{unit} × " if "quantity" in line else ""


def _name(line: dict[str, Any]) -> str:
    if name := line.get("title") or line.get("sku"):
        return quoted(name)
    # An id is not a name, so it is called an item.
    return f"item {quoted(line['variant_id'])}" if "variant_id" in line else "unnamed device"


def _money(shown: dict[str, Any], source: Source) -> str:
    totals = shown.get("totals", {})
    currency = shown.get("currency")
    if not totals.keys() & {*_LABELS, "paid"}:
        return f"Payment status: {shown['payment_status']}." if "payment_status" in shown else ""
    suffix = f" {currency}" if currency else ""
    parts = [f"{label} {totals[key]}{suffix}" for key, label in _LABELS.items() if key in totals]
    if "payment_status" in shown:
        parts.append(_PAYMENT[shown["payment_status"]])
    if "paid" in totals and totals["paid"] != totals.get("total"):
        parts.append(f"paid amount {totals['paid']}{suffix}")
    if not currency:
        parts.append("currency not given")
    if not source.states_period and ("total" in totals or "rent" in totals):
        parts.insert(1, "period not stated")
    if "received_amount" in totals or "real_amount" in totals:
        parts.append("the labels are the provider's own")
    text = ", ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."


_PAYMENT = {
    "paid": "paid",
    "pending": "payment pending",
    "failed": "payment failed",
    "unknown": "payment status unknown",
}

# Labels are the provider's own words: nothing here says what is owed.
_LABELS = {
    "total": "total",
    "rent": "rent",
    "amount": "amount",
    "received_amount": "received amount",
    "real_amount": "real amount",
}


def _dates(shown: dict[str, Any]) -> str:
    text = ", ".join(_date_parts(shown, shown.get("fulfillment", {})))
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _date_parts(shown: dict[str, Any], fulfillment: dict[str, Any]) -> Iterator[str]:
    """The latest thing that happened, and what is expected next; the other dates are in the JSON."""
    status = shown.get("status")
    if "delivered_at" in fulfillment and status in _ARRIVED:
        yield f"delivered {fulfillment['delivered_at'][:10]}"
    elif "shipped_at" in fulfillment:
        yield f"shipped {fulfillment['shipped_at'][:10]}"
    elif "placed_at" in shown:
        yield f"placed {shown['placed_at'][:10]}"
    elif "created_at" in shown:
        yield f"created {shown['created_at'][:10]}"
    if "expected_at" in fulfillment and status in _EXPECTING:
        expected = fulfillment["expected_at"]
        passed = _is_past(expected, shown["as_of"])
        yield f"the expected date {expected[:10]} has passed" if passed else f"expected {expected[:10]}"


def _is_past(moment: str, now: str) -> bool:
    # Without a zone only the day can be compared.
    return moment < now if moment.endswith("Z") else moment[:10] < now[:10]


def _not_asked(shown: dict[str, Any], for_customer: bool) -> str:
    messages = [w["message"] for w in shown.get("warnings", []) if w["code"] == "provider_not_asked"]
    if messages and for_customer:
        return "Not every source could be asked; another may have the same id."
    return " ".join(messages)


def _count(number: Number, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
