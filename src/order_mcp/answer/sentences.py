"""The summary: deterministic English from the fields that are shown, in the order in which people ask.

Where it stands; what is in doubt; the note; what is outstanding; dates and tracking; the items; the money. A sentence
that does not fit is left out, the least important first.
"""

from enum import IntEnum
from typing import Any, NamedTuple

from ..wording import CANNOT_SEE_STATUS, UNREADABLE
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
    sentences = [
        Sentence(SANDBOX_NOTICE if shown.get("sandbox") else "", Weight.STAYS),
        *(Sentence(text, Weight.STAYS) for text in standing.opening(tell)),
        *(Sentence(warning["message"], Weight.DOUBT) for warning in warnings if warning["code"] not in _MISSING),
        Sentence(standing.note(tell), Weight.NOTE),
        Sentence(goods.outstanding(tell), Weight.OUTSTANDING),
        Sentence(dates.dates(tell), Weight.DATES),
        Sentence(dates.tracking(tell), Weight.DATES),
        Sentence(goods.items(tell), Weight.ITEMS),
        Sentence(goods.money(tell), Weight.MONEY),
        *(Sentence(warning["message"], Weight.MISSING) for warning in warnings if warning["code"] in _MISSING),
        Sentence(goods.next_page(tell), Weight.STAYS),
    ]
    kept: list[Sentence] = []
    for sentence in sentences:
        # The same thing is not said twice, not even inside a longer doubt.
        said = " ".join(each.text for each in kept)
        text = " ".join(part for part in _parts(sentence.text) if part not in said)
        if text:
            kept.append(sentence._replace(text=text))
    return _fitted(kept, about.brief, tell.say(voices.MORE_DOUBT))


def _parts(text: str) -> list[str]:
    return [part for part in text.replace(f"{CANNOT_SEE_STATUS} ", f"{CANNOT_SEE_STATUS}\n").split("\n") if part]


def _fitted(kept: list[Sentence], brief: bool, more_doubt: str) -> str:
    while not _fits(text := " ".join(sentence.text for sentence in kept), brief):
        heaviest = max(reversed(kept), key=lambda sentence: sentence.weight)
        if heaviest.weight is Weight.STAYS:
            break
        place = kept.index(heaviest)
        # A doubt is never dropped without a word.
        is_doubt = heaviest.weight is Weight.DOUBT and all(each.text != more_doubt for each in kept)
        kept[place : place + 1] = [Sentence(more_doubt, Weight.STAYS)] if is_doubt else []
    return text


def _fits(text: str, brief: bool) -> bool:
    return len(text) <= MAX_SUMMARY_CHARS and not (brief and len(text.split()) > MAX_BRIEF_WORDS)
