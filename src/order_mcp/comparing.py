"""The forms in which texts are compared: numbers, e-mail addresses and postal codes, ours with those of providers.

What a provider sent may be of any length, and Python takes quadratic time to put many accents in order. So a text that
is longer than anything of its kind is like nothing, and of many accents few are looked at.
"""

import unicodedata
from typing import NamedTuple

from .cleaning import with_few_accents

LEAST_POSTAL_CODE = 4
LONGEST = 2000


class Proof(NamedTuple):
    """What somebody says to show that an order is theirs, in the form in which it is compared."""

    email: str | None = None
    postal_code: str | None = None


def folded(text: str) -> str:
    """A number or an address as it is compared: in one form and one case, without white space."""
    return "".join(_in_one_form(text).split())


def _in_one_form(text: str) -> str:
    return _composed(_composed(text).casefold())


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", with_few_accents(text)) if len(text) <= LONGEST else ""


def email_form(text: str) -> str:
    """An e-mail address without white space, in one form and one case.

    Punctuation stays: without it, an address at `ex.ample.com` would pass for one at `example.com`. Only A to Z have
    small letters here: what else Unicode calls the same letter may be another domain.
    """
    address = _composed("".join(text.split()))
    return "".join(c.lower() if c.isascii() else c for c in address)


def postal_code_form(text: str) -> str:
    """Its letters and digits, in one form and one case."""
    return "".join(words_of(text))


def words_of(text: str) -> list[str]:
    """The words of a text: what stands between spaces and punctuation, in one form and one case."""
    form = _in_one_form(text)
    return "".join(c if unicodedata.category(c)[0] in "LN" else " " for c in form).split()


def is_postal_code(form: str) -> bool:
    """Whether it says enough: an order must not open to a guess such as "12" or "York"."""
    return len(form) >= LEAST_POSTAL_CODE and any(unicodedata.category(c) == "Nd" for c in form)
