"""Who sees which field: applies the audience's rules to an order, a cart or a line as plain dictionaries."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast, get_args

from pydantic import BaseModel

from ..cleaning import clean_text
from ..models import Audience, LineItem, Withheld

Treatment = Callable[[Any], Any]
"""Makes of a value what an audience may see of it; None is nothing."""


def _show(value: Any) -> Any:
    return value


def _hide(value: Any) -> None:
    return None


def _first_name_and_initial(name: str) -> str:
    words = clean_text(name, 120).split()
    if len(words) < 2:
        return f"{words[0][0]}." if words else ""
    return f"{words[0]} {words[-1][0]}."


def _masked_email(email: str) -> str:
    local, _, domain = clean_text(email, 120).partition("@")
    is_plain = local and " " not in local + domain and "@" not in domain and "." in domain[1:-1]
    return f"{local[0]}***@{domain}" if is_plain else "***"


def _masked_phone(phone: str) -> str:
    digits = [c for c in phone if c in "0123456789"]
    return f"***{''.join(digits[-2:])}" if len(digits) >= 6 else "***"


def _masked_voucher(code: str) -> str:
    code = clean_text(code, 120)
    return code[: min(2, len(code) // 4)] + "…"


class _Only:
    """Of an address, these parts."""

    def __init__(self, *parts: str) -> None:
        self.parts = parts

    def __call__(self, address: dict[str, Any]) -> dict[str, Any] | None:
        return {part: address[part] for part in self.parts if part in address} or None


@dataclass(frozen=True, slots=True)
class Rule:
    """What each audience sees of one field; `withheld` is what is said when something was kept back."""

    path: str
    customer: Treatment
    agent: Treatment
    withheld: Withheld | None = None
    mentioned_to_customer: bool = True

    def treatment(self, audience: Audience) -> Treatment:
        """What this audience sees of it."""
        return {Audience.CUSTOMER: self.customer, Audience.AGENT: self.agent}.get(audience, _show)

    def mentions(self, audience: Audience) -> bool:
        """Whether this audience may learn that there was something."""
        return self.withheld is not None and (self.mentioned_to_customer or audience is not Audience.CUSTOMER)


_IN_COSTS: Mapping[str, Any] = {"agent": _hide, "withheld": "costs", "mentioned_to_customer": False}
_IN_INTERNAL: Mapping[str, Any] = {"agent": _hide, "withheld": "internal", "mentioned_to_customer": False}

_ADDRESSES: tuple[Withheld, ...] = ("shipping_address", "billing_address")
# The audience `internal` sees everything.
RULES = (
    Rule("customer.id", customer=_hide, agent=_show),
    Rule("customer.name", customer=_first_name_and_initial, agent=_show, withheld="customer.name"),
    Rule("customer.email", customer=_masked_email, agent=_masked_email, withheld="customer.email"),
    Rule("customer.phone", customer=_masked_phone, agent=_masked_phone, withheld="customer.phone"),
    Rule("buyer.id", customer=_hide, agent=_show),
    *(
        # A `formatted` address cannot be taken apart, so nothing of it is shown.
        Rule(
            address,
            customer=_Only("city", "country"),
            agent=_Only("city", "region", "postal_code", "country"),
            withheld=address,
        )
        for address in _ADDRESSES
    ),
    # Written for colleagues, more often than not.
    Rule("notes", customer=_hide, agent=_show),
    Rule("related.reason", customer=_hide, agent=_show),
    # A voucher code may be as good as money.
    Rule("references.voucher", customer=_masked_voucher, agent=_masked_voucher, withheld="voucher_code"),
    # Nobody outside knows what these two mean.
    Rule("totals.received_amount", customer=_hide, agent=_show),
    Rule("totals.real_amount", customer=_hide, agent=_show),
    Rule("payment.method", customer=_hide, agent=_show),
    Rule("payment.transaction_id", customer=_hide, **_IN_INTERNAL),
    Rule("payment.manually_marked", customer=_hide, **_IN_INTERNAL),
    Rule("related.previous_serial", customer=_hide, **_IN_INTERNAL),
    Rule("created_by", customer=_hide, **_IN_INTERNAL),
    Rule("custom_fields", customer=_hide, **_IN_INTERNAL),
    Rule("properties", customer=_hide, **_IN_INTERNAL),
)
LINE_RULES = (
    Rule("list_price", customer=_hide, **_IN_COSTS),
    Rule("acquisition_cost", customer=_hide, **_IN_COSTS),
    Rule("cost", customer=_hide, **_IN_COSTS),
)
# What everybody sees. A field that is neither here nor in a rule is shown to `internal` only: it fails closed.
PUBLIC = frozenset(
    {
        *("provider", "id", "order_number", "order_type", "status", "provider_status", "status_note"),
        *("requires_action", "payment_status", "currency", "item_count", "subscription_count", "subscription_ids"),
        *("placed_at", "created_at", "updated_at", "completed_at", "as_of", "warnings.code", "warnings.message"),
        *("references.type", "references.value"),  # but for a voucher code, which has a rule
        *("related.kind", "related.order_id", "related.months", "related.previous_end", "related.new_end"),
        *("related.previous_device", "related.previous_subscription_id", "related.previous_monthly_amount"),
        *("totals.subtotal", "totals.shipping", "totals.discount", "totals.tax", "totals.total", "totals.paid"),
        *("totals.original_total", "totals.refunded", "totals.rent", "totals.amount"),
        *("customer.company", "customer.type"),
        *("fulfillment.expected_at", "fulfillment.shipped_at", "fulfillment.delivered_at"),
        *("fulfillment.tracking_number", "fulfillment.progress.total", "fulfillment.progress.fulfilled"),
        *("fulfillment.parcels.packed_at", "fulfillment.parcels.shipped_at", "fulfillment.parcels.delivered_at"),
        *("fulfillment.parcels.tracking_numbers", "fulfillment.parcels.items.line_item_id"),
        "fulfillment.parcels.items.quantity",
    }
)
LINE_PUBLIC = frozenset(
    {
        *("id", "title", "variant_title", "sku", "product_id", "variant_id", "quantity", "fulfilled", "remaining"),
        *("shipped", "delivered", "returned", "unit", "unit_price", "total"),
        *("monthly_price", "rent", "price", "currency", "contract_months", "subscription_ids", "status"),
    }
)


@cache
def undecided(model: type[BaseModel]) -> frozenset[str]:
    """The fields of a record, or of a line, of which nobody has said who may see them."""
    rules, public = (LINE_RULES, LINE_PUBLIC) if issubclass(model, LineItem) else (RULES, PUBLIC)
    decided = public | {rule.path for rule in rules}
    # The rules for an address name what is shown of it, so they decide about all that is in it.
    return frozenset(path for path in _paths(model) if path not in decided and path.partition(".")[0] not in _ADDRESSES)


def unseen(model: type[BaseModel], audience: Audience) -> frozenset[str]:
    """The paths of a record, or of a line, that this audience never sees."""
    if audience is Audience.INTERNAL:
        return frozenset()
    paths = set(undecided(model))
    for rule in LINE_RULES if issubclass(model, LineItem) else RULES:
        treatment = rule.treatment(audience)
        if treatment is _hide:
            paths.add(rule.path)
        elif isinstance(treatment, _Only):
            shown = {f"{rule.path}.{part}" for part in treatment.parts}
            paths |= {path for path in _paths(model) if path.startswith(f"{rule.path}.")} - shown
    return frozenset(paths)


def withheld_from(audience: Audience) -> list[Withheld]:
    """The closed list of what an answer may say was kept back."""
    rules = [rule for rule in (*RULES, *LINE_RULES) if rule.mentioned_to_customer or audience is Audience.AGENT]
    return list(dict.fromkeys(rule.withheld for rule in rules if rule.withheld))


def _paths(model: type[BaseModel], above: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner = _part_in(field.annotation)
        if inner is None:
            yield above + name
        elif not issubclass(inner, LineItem):  # lines are shown one by one
            yield from _paths(inner, f"{above}{name}.")


def _part_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_part_in, get_args(annotation))), None)


def _remove(part: Any, path: str) -> None:
    """Take a field out of a part, or out of every part of a list."""
    first, _, rest = path.partition(".")
    for each in part if isinstance(part, list) else [part]:
        if rest and first in each:
            _remove(each[first], rest)
        elif not rest:
            each.pop(first, None)


def withhold(record: dict[str, Any], model: type[BaseModel], audience: Audience) -> list[Withheld]:
    """Take from an order, a cart or a line item what the audience may not see; returns what to say of it."""
    if audience is Audience.INTERNAL:
        return []
    kept_back: list[Withheld] = []
    for path in undecided(model):
        _remove(record, path)
    for rule, treatment in _treatments(issubclass(model, LineItem), audience):
        for holder, key in _places(record, rule.path):
            value = holder[key]
            seen = treatment(value)
            if seen is None:
                del holder[key]
            else:
                holder[key] = seen
            # An empty object says nothing, so nothing of it was kept back.
            if seen != value and value != {} and rule.withheld not in kept_back and rule.mentions(audience):
                kept_back.append(cast("Withheld", rule.withheld))
    return kept_back


@cache
def _treatments(is_line: bool, audience: Audience) -> list[tuple[Rule, Treatment]]:
    """The rules that change what this audience sees."""
    rules = LINE_RULES if is_line else RULES
    return [(rule, treatment) for rule in rules if (treatment := rule.treatment(audience)) is not _show]


def _places(record: dict[str, Any], path: str) -> list[tuple[dict[str, Any], str]]:
    first, _, rest = path.partition(".")
    if first not in record:
        return []
    if not rest:
        return [(record, first)]
    if first == "references":
        return [(reference, "value") for reference in record[first] if reference["type"] == rest]
    return [(record[first], rest)] if rest in record[first] else []
