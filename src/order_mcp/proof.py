"""What somebody says to show that an order is theirs, and the form in which it is compared."""

import unicodedata
from typing import NamedTuple

LEAST_POSTAL_CODE = 4


class Proof(NamedTuple):
    """An e-mail address, a postal code, or both; each in the form in which it is compared."""

    email: str | None = None
    postal_code: str | None = None


def email_form(text: str) -> str:
    """An e-mail address without white space, in one form and one case.

    Punctuation stays: without it, an address at `ex.ample.com` would pass for one at `example.com`. Only A to Z have
    small letters here: what else Unicode calls the same letter may be another domain.
    """
    address = unicodedata.normalize("NFC", "".join(text.split()))
    return "".join(c.lower() if c.isascii() else c for c in address)


def postal_code_form(text: str) -> str:
    """Its letters and digits, in one form and one case."""
    return "".join(words_of(text))


def words_of(text: str) -> list[str]:
    """The words of a text: what stands between spaces and punctuation, in one form and one case."""
    form = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return "".join(c if unicodedata.category(c)[0] in "LN" else " " for c in form).split()


def is_postal_code(form: str) -> bool:
    """Whether it says enough: an order must not open to a guess such as "12" or "York"."""
    return len(form) >= LEAST_POSTAL_CODE and any(unicodedata.category(c) == "Nd" for c in form)
