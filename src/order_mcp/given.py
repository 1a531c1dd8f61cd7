"""What an agent may write for an id, a number, an address: reads one value, or refuses it."""

import re
import unicodedata
from typing import Any

from .cleaning import clean_text
from .comparing import folded
from .finding import ADDRESS, MAX_LIMIT

MAX_ID = 128
MAX_EMAIL = 254  # the longest that a mail server accepts (RFC 5321)
MAX_OFFSET = 1_000_000_000
EXACT_FLOAT = 2**53  # beyond it, a float is no longer the number that was written
_WHOLE_NUMBER = re.compile(r"[0-9]{1,10}")
# White space, control, format, surrogate, private and unassigned characters: no id has them, and an address that
# carried them would be read differently by whoever handles it next.
_NOT_IN_AN_ID = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn"})


def _text(value: Any) -> str:
    """A text without what people write around an id or a number. Some agents send a number."""
    if isinstance(value, float) and value.is_integer() and abs(value) <= EXACT_FLOAT:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**MAX_ID else ""
    if not isinstance(value, str):
        raise ValueError
    text = value.strip().removeprefix("#").strip()
    if not 1 <= len(text) <= MAX_ID:
        raise ValueError
    return text


def _climbs(text: str) -> bool:
    """Whether on the provider's side it could lead to another address."""
    return any(segment in (".", "..") for segment in text.split("/"))


def read_id(value: Any) -> str:
    """An id, exactly."""
    id = _text(value)
    if any(unicodedata.category(c) in _NOT_IN_AN_ID for c in id) or _climbs(id):
        raise ValueError
    if clean_text(id, MAX_ID) != id:
        raise ValueError  # it could not be shown as it is, and an id is shown exactly or not at all
    return id


def read_word(value: Any) -> Any:
    """A provider or a level of detail, in any case."""
    return value.strip().lower() if isinstance(value, str) else value


def read_whole_number(value: Any) -> int:
    """A whole number, also as digits."""
    is_whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    is_digits = isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value) is not None
    if isinstance(value, bool) or not (is_whole or is_digits):
        raise ValueError
    number = int(value)
    if not 0 <= number <= MAX_OFFSET:
        raise ValueError
    return number


def read_number(value: Any) -> str:
    """A number from paper. It may become the end of an address, as an id does, and it is repeated in a sentence."""
    text = unicodedata.normalize("NFC", " ".join(_text(value).split()))
    if not folded(text) or clean_text(text, MAX_ID) != text or _climbs(text):
        raise ValueError
    return text


def read_email(value: Any) -> str:
    """An e-mail address, and nothing around it."""
    address = value.strip() if isinstance(value, str) else ""
    if len(address) > MAX_EMAIL or not ADDRESS.fullmatch(address):
        raise ValueError
    if any(unicodedata.category(c) in _NOT_IN_AN_ID for c in address):
        raise ValueError
    return address


def read_limit(value: Any) -> int:
    """How many orders to return."""
    limit = read_whole_number(value)
    if not 1 <= limit <= MAX_LIMIT:
        raise ValueError
    return limit
