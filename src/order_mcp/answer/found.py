"""Found orders → what an agent reads: a summary that says how many, where and what next, and compact JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..cleaning import Cleaner
from ..finding import COULD_NOT_SEARCH, Found, Held, Hit, MatchedBy, OrderHit, Question, SearchWarning
from ..models import Order, OrderStatus
from ..wording import day
from .present import Answer
from .privacy import withhold
from .quoting import exactly, quoted
from .sentences import MAX_SUMMARY_CHARS, SANDBOX_NOTICE
from .view import View
from .voices import STANDING

FOUND_CHARS = 4_500
"""Both channels together."""
NAMED = 3
"""How many orders a summary names."""

_IN_HIT = {
    *("provider", "id", "order_number", "status", "provider_status", "placed_at", "created_at", "item_count"),
    "customer",
}
_OF_CUSTOMER = ("name", "company")
_ALWAYS_THERE = ("orders", "searched", "more")
# What of an order is the same, as a summary says it.
MATCHED: dict[MatchedBy, str] = {
    "id": "the id",
    "order_number": "the number",
    "contract": "the contract number",
    "external": "the external reference",
    "purchase_order": "the purchase order number",
}
ONE = "Look it up with get_order."
SEVERAL = "Ask the user which one, then look it up with get_order."
MORE_DOUBT = "More may be missing: see warnings."


def present_found(found: Found, limit: int, titles: Mapping[str, str], view: View) -> Answer:
    """Show what was found to an audience, at most `limit` orders."""
    cleaner = Cleaner(view.secrets)
    shown = [_shown(hit, view, cleaner) for hit in found.hits]
    orders = [order for order in shown if "id" in order]
    warnings = [warning for each in found.searched for warning in each.warnings]
    warnings += [_could_not_search(titles[name], error.code) for name, error in found.failed.items()]
    if len(orders) < len(shown):
        warnings.append(SearchWarning(code="dropped_value", message="An order whose id cannot be shown was left out."))
    for count in range(min(limit, len(orders)), -1, -1):
        data: dict[str, Any] = {
            "orders": orders[:count],
            "searched": [each.shown() for each in found.searched],
            "not_asked": list(found.not_asked),
            "more": count < len(orders) or any(each.more for each in found.searched),
            "as_of": found.as_of,
            "sandbox": view.sandbox,
            "warnings": [warning.model_dump() for warning in warnings],
        }
        data = {key: value for key, value in data.items() if value or key in _ALWAYS_THERE}
        answer = Answer(_summary(found.question, len(orders), data, titles), data)
        if len(answer.summary) + len(answer.text) <= FOUND_CHARS:
            break
    return answer


def _shown(hit: Hit, view: View, cleaner: Cleaner) -> dict[str, Any]:
    order = hit.order.model_dump(mode="json", exclude_none=True, include=_IN_HIT)
    if "placed_at" in order:
        order.pop("created_at", None)
    withhold(order, Order, view.audience)
    if "customer" in order:
        order["customer"] = {key: value for key, value in order["customer"].items() if key in _OF_CUSTOMER}
    order = {key: value for key, value in cleaner.clean(order, Order).value.items() if value != {}}
    order["matched_by"] = hit.matched_by
    return {key: order[key] for key in OrderHit.model_fields if key in order}


def _could_not_search(title: str, reason: str) -> SearchWarning:
    return SearchWarning(
        code=COULD_NOT_SEARCH.code, message=COULD_NOT_SEARCH.sentence.format(title=title, reason=reason)
    )


def _summary(question: Question, count: int, data: dict[str, Any], titles: Mapping[str, str]) -> str:
    orders = data["orders"]
    doubts = [warning["message"] for warning in data.get("warnings", ())]
    notice = SANDBOX_NOTICE if data.get("sandbox") else ""
    for named, doubt in ((NAMED, " ".join(doubts)), (NAMED, MORE_DOUBT), (1, MORE_DOUBT)):
        kinds = [_in_words(order, titles) for order in orders[:named]]
        more = f"; and {count - len(kinds)} more" if count > len(kinds) else ""
        sentences = [
            notice,
            f"{_opening(question, count, orders)}: {'; '.join(kinds)}{more}.",
            doubt if doubts else "",
            ONE if count == 1 and not data["more"] else SEVERAL,
        ]
        text = " ".join(filter(None, sentences))
        if len(text) <= MAX_SUMMARY_CHARS:
            break
    return text


def _opening(question: Question, count: int, orders: Sequence[dict[str, Any]]) -> str:
    number = "One order" if count == 1 else f"{count} orders"
    verb = "has" if count == 1 else "have"
    if question.held is Held.EMAIL:
        return f"{number} {'was' if count == 1 else 'were'} found by this e-mail address"
    matched = list(dict.fromkeys(MATCHED[order["matched_by"]] for order in orders))
    return f"{number} {verb} {' or '.join(matched)} {quoted(question.value)}"


def _in_words(order: dict[str, Any], titles: Mapping[str, str]) -> str:
    """One order, as far as it tells it from the others."""
    id, number = exactly(order["id"]), order.get("order_number", "")
    number = quoted(number) if order["matched_by"] != "order_number" and exactly(number) else ""
    date = f", placed {day(order['placed_at'])}" if "placed_at" in order else ""
    date = date or (f", created {day(order['created_at'])}" if "created_at" in order else "")
    name = f"{titles[order['provider']]} order {id}".rstrip()
    return f"{name}{number and f', number {number}'}, {STANDING[OrderStatus(order['status'])].marked_as}{date}"
