"""What may be said: who sees which field, and how a stranger's text is made harmless.

Works on a finished object (an order or cart as plain dictionaries), in two passes: `withhold` applies the audience's
rules, `clean` walks over everything that is left, so that no field can be forgotten.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from .models import Audience, Withheld

# Who sees what ------------------------------------------------------------------------------------------------------

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


def _only(*keys: str) -> Treatment:
    return lambda address: {key: address[key] for key in keys if key in address} or None


@dataclass(frozen=True, slots=True)
class Rule:
    """What each audience sees of one field; `withheld` is what is said when something was kept back."""

    path: str
    customer: Treatment
    agent: Treatment
    withheld: Withheld | None = None
    mentioned_to_customer: bool = True


_IN_COSTS: Mapping[str, Any] = {"agent": _hide, "withheld": "costs", "mentioned_to_customer": False}
_IN_INTERNAL: Mapping[str, Any] = {"agent": _hide, "withheld": "internal", "mentioned_to_customer": False}

# The audience `internal` sees everything. A field that is not here is for everybody.
RULES = (
    Rule("customer.id", customer=_hide, agent=_show),
    Rule("customer.name", customer=_first_name_and_initial, agent=_show, withheld="customer.name"),
    Rule("customer.email", customer=_masked_email, agent=_masked_email, withheld="customer.email"),
    Rule("customer.phone", customer=_masked_phone, agent=_masked_phone, withheld="customer.phone"),
    Rule("buyer", customer=_hide, agent=_show),
    *(
        # A `formatted` address cannot be taken apart, so nothing of it is shown.
        Rule(
            address,
            customer=_only("city", "country"),
            agent=_only("city", "region", "postal_code", "country"),
            withheld=address,
        )
        for address in ("shipping_address", "billing_address")
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
    Rule("list_price", customer=_hide, **_IN_COSTS),
    Rule("acquisition_cost", customer=_hide, **_IN_COSTS),
    Rule("cost", customer=_hide, **_IN_COSTS),
)


def withhold(record: dict[str, Any], audience: Audience) -> list[Withheld]:
    """Take from an order, a cart or a line item what the audience may not see; returns what to say of it."""
    if audience is Audience.INTERNAL:
        return []
    kept_back: list[Withheld] = []
    for rule in RULES:
        treatment = rule.customer if audience is Audience.CUSTOMER else rule.agent
        mentioned = rule.mentioned_to_customer or audience is not Audience.CUSTOMER
        for holder, key in _places(record, rule.path):
            value = holder[key]
            seen = treatment(value)
            if seen is None:
                del holder[key]
            else:
                holder[key] = seen
            # An empty object says nothing, so nothing of it was kept back.
            if seen != value and value != {} and rule.withheld and mentioned and rule.withheld not in kept_back:
                kept_back.append(rule.withheld)
    return kept_back


def _places(record: dict[str, Any], path: str) -> list[tuple[dict[str, Any], str]]:
    first, _, rest = path.partition(".")
    if first not in record:
        return []
    if not rest:
        return [(record, first)]
    if first == "references":
        return [(reference, "value") for reference in record[first] if reference["type"] == rest]
    return [(record[first], rest)] if rest in record[first] else []


# Cleaning -----------------------------------------------------------------------------------------------------------

# Ids, skus and numbers that somebody may type in again: shown exactly or not at all.
EXACT = frozenset(
    {
        "created_by",
        "id",
        "order_id",
        "order_number",
        "previous_serial",
        "previous_subscription_id",
        "product_id",
        "sku",
        "subscription_ids",
        "tracking_number",
        "transaction_id",
        "value",
        "variant_id",
    }
)
EXACT_LIMIT = 128
LIMITS = {"notes": 500, "reason": 500, "provider_status": 60, "status_note": 500, "message": 500}
LIMIT = 120
_NOT_CORE = re.compile("[^0-9A-Za-z]+")
# A shorter password would take harmless words with it.
SHORTEST_SECRET = 6
# Far more than any limit, so that a megabyte of text costs no more than a page of it.
_LOOK_AT = 4_000

_BREAKS = re.compile("[\t-\r\x85\u2028\u2029]")
_REMOVED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_INVISIBLE = re.compile(
    "[\u115f\u1160\u3164\uffa0"  # Hangul fillers: letters that show nothing
    "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]"  # variation selectors
)
_WHITE_SPACE = re.compile(r"\s+")
_WWW = re.compile(r"www\.", re.IGNORECASE)


def clean_text(text: str, limit: int) -> str:
    """Make a stranger's text inert: one line, visible characters only, no links, no markup, at most `limit`."""
    cut = len(text) > _LOOK_AT
    text = _BREAKS.sub(" ", text[:_LOOK_AT])
    if not text.isascii() or not text.isprintable():
        text = "".join(c for c in text if unicodedata.category(c) not in _REMOVED_CATEGORIES)
        text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    text = _WHITE_SPACE.sub(" ", text).strip()
    text = text.replace("://", ": //").replace("<", "‹").replace(">", "›").replace("](", "] (")
    text = _WWW.sub(lambda found: f"{found[0][:-1]} .", text)
    if cut or len(text) > limit:
        return text[: limit - 1].rstrip() + "…"
    return text


class Cleaner:
    """One walk over a finished object. `dropped` tells whether something could not be shown exactly.

    A provider knows our credential for it, and may echo it: `secrets` are never shown, wherever they turn up.
    """

    def __init__(self, secrets: Collection[str] = ()) -> None:
        self.dropped = False
        self._secrets = [secret for secret in secrets if len(secret) >= SHORTEST_SECRET]
        # Cleaning, and a summary's quoting after it, may change a secret or complete one; letters and digits stay.
        cores = {_NOT_CORE.sub("", secret) for secret in self._secrets}
        self._cores = [core for core in cores if len(core) >= SHORTEST_SECRET]

    def clean(self, value: Any, key: str = "") -> Any:
        """The value with every string in it cleaned, object keys included; None where nothing is left."""
        if isinstance(value, str):
            return self._exact(value) if key in EXACT else self._text(value, LIMITS.get(key, LIMIT)) or None
        if isinstance(value, dict):
            members = {self._text(k, LIMIT): self.clean(member, k) for k, member in value.items()}
            return {k: member for k, member in members.items() if k and member is not None}
        if isinstance(value, list):
            members_left = [self.clean(member, key) for member in value]
            return [member for member in members_left if member is not None]
        return value

    def _text(self, value: str, limit: int) -> str:
        core = _NOT_CORE.sub("", value) if self._cores else ""
        if any(secret in value for secret in self._secrets) or any(secret in core for secret in self._cores):
            return "(withheld)"
        return clean_text(value, limit)

    def _exact(self, value: str) -> str | None:
        value = value.strip()
        if len(value) <= EXACT_LIMIT and self._text(value, EXACT_LIMIT) == value:
            return value or None
        self.dropped = True
        return None
