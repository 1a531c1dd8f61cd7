"""Makes text from strangers harmless, in one pass over the finished object, so that no field is forgotten."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, NamedTuple, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import to_json

from .models import TextKind

_NOT_CORE = bytes(code for code in range(128) if not chr(code).isalnum())
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

# Visible, and never joined to what stands beside it: a text of these is in its normal form already.
_LATIN = re.compile("[ -~\u00a1-\u00ac\u00ae-\u017f]*")
_SHORTEST_LIMIT = min(kind.limit for kind in TextKind)
# Of Latin text, what is written otherwise; and two spaces, which become one.
_CHANGED = ("://", "<", ">", "](", "  ")
# What says that a text in compact JSON has a space at an end, a control character in it, or nothing.
_ODD_IN_JSON = ('" ', ' "', "\\", '""')

Kind = TextKind | dict[str, "Kind"]
Kinds = dict[str, Kind]
"""For each field of a part its kind of text, or the kinds of the part that is inside it."""


def compact(shown: Any) -> str:
    """JSON without a needless character, as it is shown.

    Raises:
        ValueError: half a surrogate pair, which is no text.
    """
    return to_json(shown).decode()


def clean_text(text: str, limit: int) -> str:
    """Make a stranger's text inert: one line, visible characters only, no links, no markup, at most `limit`."""
    if len(text) <= limit and _is_plain(text) and text == text.strip():
        return text
    cut = len(text) > _LOOK_AT * limit
    text = _BREAKS.sub(" ", text[: _LOOK_AT * limit])
    if not text.isascii() or not text.isprintable():
        text = "".join(c for c in text if unicodedata.category(c) not in _REMOVED_CATEGORIES)
        text = unicodedata.normalize("NFC", with_few_accents(_INVISIBLE.sub("", text)))
    text = _WHITE_SPACE.sub(" ", text).strip()
    text = text.replace("://", ": //").replace("<", "‹").replace(">", "›").replace("](", "] (")
    text = _WWW.sub(lambda found: f"{found[0][:-1]} .", text)
    if cut or len(text) > limit:
        return text[: limit - 1].rstrip() + "…"
    return text


def _is_plain(text: str) -> bool:
    """Whether it is Latin text without links and markup, as most texts are. Looking is faster than cleaning."""
    return (
        (text.isprintable() if text.isascii() else _LATIN.fullmatch(text) is not None)
        and not any(map(text.__contains__, _CHANGED))
        and "www." not in text.lower()
    )


def _core(text: str) -> bytes:
    """The letters and digits of a text, as far as they are ASCII."""
    return text.encode("ascii", "ignore").translate(None, _NOT_CORE)


def with_few_accents(text: str) -> str:
    """The text, with at most so many accents on one letter: normalizing more of them takes quadratic time."""
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
        secrets = [secret for secret in secrets if len(secret) >= SHORTEST_SECRET]
        # Cleaning, and a summary's quoting after it, may change a secret or complete one; letters and digits stay.
        cores = {secret: _core(secret) for secret in secrets}
        self._cores = [core for core in cores.values() if len(core) >= SHORTEST_SECRET]
        self._secrets = [secret for secret, core in cores.items() if len(core) < SHORTEST_SECRET]
        self._secrets_in_json = [secret.replace('"', "'") for secret in self._secrets]

    def clean(self, shown: dict[str, Any], model: type[BaseModel]) -> Cleaned:
        """A part of an order as plain values, with every text in it cleaned, keys that a provider chose included."""
        kinds = _kinds(model)
        if self._is_harmless(shown):
            return Cleaned(shown, False)
        lost: list[str] = []
        return Cleaned(self._part(shown, kinds, lost), bool(lost))

    def clean_each(self, parts: list[dict[str, Any]], model: type[BaseModel]) -> list[Cleaned]:
        """Several parts of one kind. Mostly, one look at all of them is enough."""
        if self._is_harmless(parts):
            return [Cleaned(part, False) for part in parts]
        return [self.clean(part, model) for part in parts]

    def _is_harmless(self, shown: Any) -> bool:
        """Whether every text in it is short plain text that cleaning would leave as it is, as most are.

        Looking at all of them at once is many times faster than cleaning each.
        """
        try:
            text = compact(shown).replace('\\"', "'")
        except ValueError:
            return False
        return (
            _is_plain(text)
            and not any(map(text.__contains__, _ODD_IN_JSON))
            and max(map(len, text.split('"'))) <= _SHORTEST_LIMIT
            and not self._holds_secret(text)
            and not any(secret in text for secret in self._secrets_in_json)
        )

    def _part(self, shown: dict[str, Any], kinds: Kinds, lost: list[str]) -> dict[str, Any]:
        kept = {}
        for key, value in shown.items():
            if (cleaned := self._value(value, kinds[key], lost)) is not None:
                kept[key] = cleaned
        return kept

    def _value(self, value: Any, kind: Kind, lost: list[str]) -> Any:
        if isinstance(value, str):
            if kind is TextKind.EXACT:
                return self._exact(value, lost)
            return self._text(value, kind) or None
        if isinstance(value, list):
            return [cleaned for member in value if (cleaned := self._value(member, kind, lost)) is not None]
        if not isinstance(value, dict):
            return value
        if isinstance(kind, dict):
            return self._part(value, kind, lost)
        # The provider chose these keys. Rules for our own keys do not apply to them.
        free = {self._text(key, kind): self._value(member, kind, lost) for key, member in value.items()}
        return {key: member for key, member in free.items() if key and member is not None}

    def _text(self, value: str, kind: Any) -> str:
        return "(withheld)" if self._holds_secret(value) else clean_text(value, kind.limit)

    def _holds_secret(self, value: str) -> bool:
        core = _core(value)
        return any(secret in core for secret in self._cores) or any(secret in value for secret in self._secrets)

    def _exact(self, value: str, lost: list[str]) -> str | None:
        value = value.strip()
        if len(value) <= TextKind.EXACT.limit and self._text(value, TextKind.EXACT) == value:
            return value or None
        lost.append(value)
        return None


@cache
def _kinds(model: type[BaseModel]) -> Kinds:
    return {name: _kind(field.annotation, field.metadata) for name, field in model.model_fields.items()}


def _kind(annotation: Any, metadata: Sequence[Any]) -> Kind:
    if get_origin(annotation) is dict:
        return TextKind.PLAIN  # keys and values that a provider chose
    for each in metadata:
        if isinstance(each, TextKind):
            return each
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _kinds(annotation)
    if annotation is str:
        raise TypeError("a text of the vocabulary has to say what kind of text it is")
    found = [_kind(inner, getattr(inner, "__metadata__", ())) for inner in get_args(annotation)]
    return next((kind for kind in found if kind is not TextKind.READ), TextKind.READ)  # numbers and words of ours
