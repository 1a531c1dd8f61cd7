"""A stranger's text is made harmless: one pass over a finished object, so that no field can be forgotten."""

import re
import unicodedata
from collections.abc import Collection
from typing import Any

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
