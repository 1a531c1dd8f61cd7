"""Makes text from strangers harmless, in one pass over the finished object, so that no field is forgotten."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, NamedTuple, get_args, get_origin

from pydantic import BaseModel

from .models import TextKind

_NOT_CORE = re.compile("[^0-9A-Za-z]+")
# A shorter secret could be part of a harmless word.
SHORTEST_SECRET = 6
# A text is read up to this many times its limit, because invisible characters may come first.
_LOOK_AT = 8
# No script puts so many accents on one letter. Sorting them takes quadratic time, so the rest is dropped
# (https://www.unicode.org/reports/tr15/#Stream_Safe_Text_Format).
_MAX_ACCENTS = 30

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
    cut = len(text) > _LOOK_AT * limit
    text = _BREAKS.sub(" ", text[: _LOOK_AT * limit])
    if not text.isascii() or not text.isprintable():
        text = "".join(c for c in text if unicodedata.category(c) not in _REMOVED_CATEGORIES)
        text = unicodedata.normalize("NFC", _with_few_accents(_INVISIBLE.sub("", text)))
    text = _WHITE_SPACE.sub(" ", text).strip()
    text = text.replace("://", ": //").replace("<", "‹").replace(">", "›").replace("](", "] (")
    text = _WWW.sub(lambda found: f"{found[0][:-1]} .", text)
    if cut or len(text) > limit:
        return text[: limit - 1].rstrip() + "…"
    return text


def _with_few_accents(text: str) -> str:
    kept: list[str] = []
    accents = 0
    for character in text:
        accents = accents + 1 if unicodedata.combining(character) else 0
        if accents <= _MAX_ACCENTS:
            kept.append(character)
    return "".join(kept)


class Cleaned(NamedTuple):
    """What is left of a value; None where nothing is."""

    value: Any
    is_lossy: bool
    """Whether something could not be shown exactly, and was left out."""


class Cleaner:
    """Cleans what is about to be shown, field by field, by the kind of text that the vocabulary says it is.

    A provider knows our credential for it, and may echo it: `secrets` are never shown, wherever they turn up.
    """

    def __init__(self, secrets: Collection[str] = ()) -> None:
        self._secrets = [secret for secret in secrets if len(secret) >= SHORTEST_SECRET]
        # Cleaning, and a summary's quoting after it, may change a secret or complete one; letters and digits stay.
        cores = {_NOT_CORE.sub("", secret) for secret in self._secrets}
        self._cores = [core for core in cores if len(core) >= SHORTEST_SECRET]

    def clean(self, shown: dict[str, Any], model: type[BaseModel]) -> Cleaned:
        """A part of an order as plain values, with every text in it cleaned, keys that a provider chose included."""
        kinds = _kinds(model)
        members = {key: self._value(value, kinds[key]) for key, value in shown.items()}
        kept = {key: cleaned.value for key, cleaned in members.items() if cleaned.value is not None}
        return Cleaned(kept, any(cleaned.is_lossy for cleaned in members.values()))

    def _value(self, value: Any, kind: TextKind | type[BaseModel]) -> Cleaned:
        if isinstance(value, str):
            if kind is TextKind.EXACT:
                return self._exact(value)
            return Cleaned(self._text(value, kind) or None, False)
        if isinstance(value, list):
            members = [self._value(member, kind) for member in value]
            kept = [cleaned.value for cleaned in members if cleaned.value is not None]
            return Cleaned(kept, any(cleaned.is_lossy for cleaned in members))
        if not isinstance(value, dict):
            return Cleaned(value, False)
        if not isinstance(kind, TextKind):
            return self.clean(value, kind)
        # The provider chose these keys. Rules for our own keys do not apply to them.
        free = {self._text(key, kind): self._value(member, kind).value for key, member in value.items()}
        return Cleaned({key: member for key, member in free.items() if key and member is not None}, False)

    def _text(self, value: str, kind: Any) -> str:
        core = _NOT_CORE.sub("", value) if self._cores else ""
        if any(secret in value for secret in self._secrets) or any(secret in core for secret in self._cores):
            return "(withheld)"
        return clean_text(value, kind.limit)

    def _exact(self, value: str) -> Cleaned:
        value = value.strip()
        if len(value) <= TextKind.EXACT.limit and self._text(value, TextKind.EXACT) == value:
            return Cleaned(value or None, False)
        return Cleaned(None, True)


@cache
def _kinds(model: type[BaseModel]) -> dict[str, TextKind | type[BaseModel]]:
    """For each field of a part its kind of text, or the model of the part that is inside it."""
    return {name: _kind(field.annotation, field.metadata) for name, field in model.model_fields.items()}


def _kind(annotation: Any, metadata: Sequence[Any]) -> TextKind | type[BaseModel]:
    if get_origin(annotation) is dict:
        return TextKind.PLAIN  # keys and values that a provider chose
    for each in metadata:
        if isinstance(each, TextKind):
            return each
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if annotation is str:
        raise TypeError("a text of the vocabulary has to say what kind of text it is")
    found = [_kind(inner, getattr(inner, "__metadata__", ())) for inner in get_args(annotation)]
    return next((kind for kind in found if kind is not TextKind.READ), TextKind.READ)  # numbers and words of ours
