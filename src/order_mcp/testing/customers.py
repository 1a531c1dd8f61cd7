"""What no sentence to a customer may hold: the provider's name, its raw words, and words of the trade."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..providers.base import Provider
from .harmless import EXACT, strings

A_RAW_WORD = re.compile(r"[A-Z]{4,}")


def not_for_customers(names: Iterable[str]) -> re.Pattern[str]:
    """What to look for, where these are the names of providers; in small letters or capitals."""
    known = "|".join(map(re.escape, names))
    return re.compile(
        rf"\b({known})\b|\b[A-Z]+_[A-Z_]+\b|tenant|region|scope|provider|phase|line items?\b|item_offset"
        r"|-/|/-|documentation|has to act|operator|credential",
        re.IGNORECASE,
    )


def trade_words(sentence: str, shown: Mapping[str, Any], kind: type[Provider[Any]]) -> list[str]:
    """What a sentence has that is nothing for customers. What is quoted, and the order's own ids, are theirs."""
    said = re.sub("“[^”]*”", "", sentence)
    for key, text in strings(dict(shown)):
        said = said.replace(text, "") if key in EXACT and text else said
    pattern = not_for_customers([kind.name, kind.title])
    return [found[0] for found in (*pattern.finditer(said), *A_RAW_WORD.finditer(said))]
