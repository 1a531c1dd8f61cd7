"""The summary: deterministic English from the fields that are shown, in the order in which people ask.

Where it stands; what is in doubt; the note; what is outstanding; dates and tracking; the items; the money. A sentence
that does not fit is left out, the least important first.
"""

from collections.abc import Iterator
from enum import IntEnum
from typing import Any, NamedTuple

from ..wording import UNREADABLE
from . import dates, goods, standing, voices
from .about import About, Telling

MAX_SUMMARY_CHARS = 600
MAX_BRIEF_WORDS = 80
SANDBOX_NOTICE = "Sandbox data, not a real order."

_MISSING = frozenset(doubt.code for doubt in UNREADABLE)


class Weight(IntEnum):
    """What a sentence weighs. The heaviest goes first where there is no room, and of equals the last."""

    STAYS = 0
    DOUBT = 1
    DATES = 2
    NOTE = 3
    OUTSTANDING = 4
    ITEMS = 5
    MONEY = 6
    MISSING = 7


class Sentence(NamedTuple):
    text: str
    weight: Weight


def summarize(shown: dict[str, Any], about: About) -> str:
    """One paragraph of at most 600 characters; when `brief`, of at most 80 words."""
    tell = Telling(shown, about)
    warnings = shown.get("warnings", [])
    outstanding = goods.outstanding(tell)
    sentences = [
        Sentence(SANDBOX_NOTICE if shown.get("sandbox") else "", Weight.STAYS),
        *(Sentence(text, Weight.STAYS) for text in standing.opening(tell)),
        *(Sentence(text, Weight.DOUBT) for text in _messages(warnings, of_missing=False)),
        Sentence(standing.note(tell), Weight.NOTE),
        Sentence(outstanding, Weight.OUTSTANDING),
        Sentence(dates.dates(tell), Weight.DATES),
        Sentence(dates.tracking(tell), Weight.DATES),
        Sentence(goods.items(tell, outstanding), Weight.ITEMS),
        Sentence(goods.money(tell), Weight.MONEY),
        *(Sentence(text, Weight.MISSING) for text in _messages(warnings, of_missing=True)),
        Sentence(goods.next_page(tell), Weight.STAYS),
    ]
    # The same thing is not said twice.
    first = {sentence.text: sentence for sentence in reversed(sentences) if sentence.text}
    kept = [sentence for sentence in sentences if first.pop(sentence.text, None)]
    return _fitted(kept, about.brief, Sentence(tell.say(voices.MORE_DOUBT), Weight.STAYS))


def _messages(warnings: list[dict[str, Any]], *, of_missing: bool) -> Iterator[str]:
    """Every sentence of these warnings. They are ours, and hold nothing of a provider's."""
    for warning in warnings:
        if (warning["code"] in _MISSING) == of_missing:
            yield from (f"{text.removesuffix('.')}." for text in warning["message"].split(". "))


def _fitted(sentences: list[Sentence], brief: bool, more_doubt: Sentence) -> str:
    kept = list(sentences)
    for sentence in sorted(reversed(sentences), key=lambda each: each.weight, reverse=True):
        if _fits(kept, brief):
            return _text(kept)
        if sentence.weight > Weight.DATES:
            kept.remove(sentence)
    # What is left is said as far as it has room. A doubt is never dropped without a word.
    stays, doubts, dates = ([each for each in kept if each.weight is weight] for weight in list(Weight)[:3])
    place = kept.index(doubts[-1]) + 1 if doubts else len(kept)
    kept.insert(place, more_doubt)
    chosen = [*stays, *doubts]
    if not _fits(chosen, brief):
        chosen = _filled([*stays, more_doubt], doubts, brief)
    chosen = _filled(chosen, dates, brief)
    return _text(sorted(chosen, key=kept.index))


def _filled(chosen: list[Sentence], more: list[Sentence], brief: bool) -> list[Sentence]:
    for sentence in more:
        if _fits([*chosen, sentence], brief):
            chosen = [*chosen, sentence]
    return chosen


def _text(sentences: list[Sentence]) -> str:
    return " ".join(sentence.text for sentence in sentences)


def _fits(sentences: list[Sentence], brief: bool) -> bool:
    text = _text(sentences)
    return len(text) <= MAX_SUMMARY_CHARS and not (brief and len(text.split()) > MAX_BRIEF_WORDS)
