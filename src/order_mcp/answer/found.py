"""Found orders → what an agent reads: a summary that says how many, where and what next, and compact JSON."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum, auto
from typing import Any

from ..cleaning import Cleaner
from ..finding import (
    COULD_NOT_SEARCH,
    MAX_LIMIT,
    Found,
    Held,
    Hit,
    HitCustomer,
    MatchedBy,
    OrderHit,
    Question,
    SearchWarning,
)
from ..models import Order, OrderStatus
from ..wording import day
from .present import Answer
from .privacy import withhold
from .quoting import exactly, quoted
from .sentences import MAX_SUMMARY_CHARS, SANDBOX_NOTICE
from .view import View
from .voices import STANDING

# Of both channels together: 900 for one order, 4,500 for ten.
MOST_CHARS, CHARS_PER_ORDER = 500, 400
NAMED = 3
"""How many orders a summary names."""

_OF_ORDER = set(OrderHit.model_fields) - {"matched_by"}
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
ONE_AT = "Look it up with get_order and provider {provider}."
HIGHER_LIMIT = "A higher limit shows more."
SEVERAL = "Ask the user which one, then look it up with get_order."
ID_LEFT_OUT = "An order was left out, because its id is none that could be looked up."
SEVERAL_DOUBTS = SearchWarning(code="search_incomplete", message="Several searches are not complete: see searched.")
MORE_DOUBT = "More may be missing: see warnings."


class Brief(Enum):
    """Where doubts are only named, and not told one by one."""

    NO = auto()
    SUMMARY = auto()
    ALL = auto()


def present_found(
    found: Found, limit: int, titles: Mapping[str, str], view: View, leads_there: Callable[[Order], bool]
) -> Answer:
    """Show what was found to an audience, at most `limit` orders.

    `leads_there`: whether the id can be looked up as it is shown; else a hit leads nowhere, or to another order.
    """
    cleaner, hits = Cleaner(view.secrets), found.hits
    shown = [_shown(hit, view, cleaner) for hit in hits if leads_there(hit.order)]
    orders = [order for order in shown if "id" in order]
    warnings = [warning for each in found.searched for warning in each.warnings]
    warnings += [
        COULD_NOT_SEARCH.warning(title=titles[name], reason=error.code) for name, error in found.failed.items()
    ]
    if len(orders) < len(hits):
        warnings.append(SearchWarning(code="dropped_value", message=ID_LEFT_OUT))
    for count, without, brief in _ways_to_fit(min(limit, len(orders))):
        told = warnings if brief is not Brief.ALL or len(warnings) < 2 else [SEVERAL_DOUBTS]
        data: dict[str, Any] = {
            "orders": [{key: order[key] for key in order if key not in without} for order in orders[:count]],
            "searched": [each.shown() for each in found.searched],
            "not_asked": list(found.not_asked),
            "more": count < len(orders) or any(each.more for each in found.searched),
            "as_of": found.as_of,
            "sandbox": view.sandbox,
            "warnings": [warning.model_dump() for warning in told],
        }
        data = {key: value for key, value in data.items() if value or key in _ALWAYS_THERE}
        answer = Answer(_summary(found, len(orders), data, titles, brief=brief is not Brief.NO), data)
        if len(answer.summary) + len(answer.text) <= MOST_CHARS + CHARS_PER_ORDER * count:
            break
    return answer


def _ways_to_fit(count: int) -> Iterator[tuple[int, frozenset[str], Brief]]:
    """How many orders, without which of their members, and where doubts are only named: the best first."""
    yield count, frozenset(), Brief.NO
    yield count, frozenset(), Brief.SUMMARY
    yield count, frozenset(), Brief.ALL
    yield count, frozenset({"customer"}), Brief.ALL
    yield count, frozenset({"customer", "provider_status", "item_count"}), Brief.ALL
    for fewer in range(count - 1, 0, -1):
        yield fewer, frozenset({"customer"}), Brief.ALL


def _shown(hit: Hit, view: View, cleaner: Cleaner) -> dict[str, Any]:
    order = hit.order.model_dump(mode="json", exclude_none=True, include=_OF_ORDER)
    if "placed_at" in order:
        order.pop("created_at", None)
    withhold(order, Order, view.audience)
    if "customer" in order:
        order["customer"] = {key: value for key, value in order["customer"].items() if key in HitCustomer.model_fields}
    order = {key: value for key, value in cleaner.clean(order, Order).value.items() if value != {}}
    order["matched_by"] = hit.matched_by
    return {key: order[key] for key in OrderHit.model_fields if key in order}


def _summary(found: Found, count: int, data: dict[str, Any], titles: Mapping[str, str], *, brief: bool) -> str:
    question, orders = found.question, data["orders"]
    notice = SANDBOX_NOTICE if data.get("sandbox") else ""
    if not orders:
        return ""
    # Without the provider's name, a look-up would ask another one, or several that have the same id.
    only_there = found.is_default_only or orders[0]["matched_by"] == "id"
    doubts = " ".join(warning["message"] for warning in data.get("warnings", ()))
    for named, doubt in ((NAMED, MORE_DOUBT if brief else doubts), (NAMED, MORE_DOUBT), (1, MORE_DOUBT)):
        ways = {order["matched_by"] for order in orders}
        told = [_in_words(order, titles, with_way=len(ways) > 1) for order in orders[:named]]
        more = f"; and {count - len(told)} more" if count > len(told) else ""
        sentences = [
            notice,
            f"{_opening(question, count, orders, titles)}: {'; '.join(told)}{more}.",
            doubt if doubts else "",
            HIGHER_LIMIT if len(orders) < min(count, MAX_LIMIT) else "",
            SEVERAL if count > 1 else ONE_AT.format(provider=orders[0]["provider"]) if only_there else ONE,
        ]
        text = " ".join(filter(None, sentences))
        if len(text) <= MAX_SUMMARY_CHARS:
            break
    return text


def _opening(question: Question, count: int, orders: Sequence[dict[str, Any]], titles: Mapping[str, str]) -> str:
    """How many, and what is the same."""
    if question.held is Held.EMAIL:
        return f"{'One order was' if count == 1 else f'{count} orders were'} found by this e-mail address"
    ways = {order["matched_by"] for order in orders}
    # Others may have the same id: they are not asked for it, because a number is no id there.
    kind = f"{titles[orders[0]['provider']]} order" if ways == {"id"} else "order"
    what = MATCHED[ways.pop()] if len(ways) == 1 else "the number"
    return f"{f'One {kind} has' if count == 1 else f'{count} {kind}s have'} {what} {quoted(question.value)}"


def _in_words(order: dict[str, Any], titles: Mapping[str, str], *, with_way: bool) -> str:
    """One order, as far as it tells it from the others."""
    id, number, way = exactly(order["id"]), order.get("order_number", ""), order["matched_by"]
    number = quoted(number) if way != "order_number" and number != order["id"] and exactly(number) else ""
    parts = [
        f"{titles[order['provider']]} order {id}".rstrip(),
        f"number {number}" if number else "",
        f"as {MATCHED[way]}" if with_way and way in MATCHED else "",
        STANDING[OrderStatus(order["status"])].marked_as,
        f"placed {day(order['placed_at'])}" if "placed_at" in order else "",
        f"created {day(order['created_at'])}" if "created_at" in order else "",
    ]
    return ", ".join(filter(None, parts))
