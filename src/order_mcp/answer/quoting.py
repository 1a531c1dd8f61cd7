"""A provider's words inside a sentence of ours: in quotation marks, without markup, and short where it must be."""

import re

from ..cleaning import clean_text

MAX_QUOTED = 600
MAX_SHORT_CHARS, MAX_SHORT_WORDS = 40, 6
_MARKUP = str.maketrans("", "", "`*_|[]“”")
# Ids and status words. An underscore inside a word is no markup, and dropping it would make another id of it. The
# pattern is linear: after a separator it takes everything up to the last letter, digit or hyphen. `-/X` and `X/-` are
# written where Polinate gave no phase or no status.
_WORD = re.compile(r"(-/)?[A-Za-z0-9]+([._/:#-][A-Za-z0-9._/:#-]*[A-Za-z0-9-])?")


def is_word(text: str) -> bool:
    """Whether a text can stand in a sentence as it is, without quotation marks."""
    return _WORD.fullmatch(text) is not None


def quoted(text: str) -> str:
    """In quotation marks, without what Markdown would read as markup; blank where nothing is left."""
    if not is_word(text):
        # Cleaned once more: without the markup between them, two harmless halves may have become an address.
        text = clean_text(text.translate(_MARKUP), MAX_QUOTED)
    return f"“{text}”" if text else ""


def exactly(text: str) -> str:
    """A number or an id as it is, in quotation marks where it has to; blank where it cannot be said exactly."""
    if is_word(text):
        return text
    return quoted(text) if quoted(text) == f"“{text}”" and shortened(text) == text else ""


def shortened(text: str) -> str:
    """At most 40 characters and six words, for a sentence that has to stay."""
    words = text.split()
    if len(words) > MAX_SHORT_WORDS:
        return f"{clean_text(' '.join(words[:MAX_SHORT_WORDS]), MAX_SHORT_CHARS - 1)}…"
    return clean_text(text, MAX_SHORT_CHARS)
