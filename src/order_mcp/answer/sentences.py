"""The summary: deterministic English from the fields that are shown, in the order in which people ask.

Where it stands; what is in doubt; the note; what is outstanding; dates and tracking; the items; the money. A sentence
that does not fit is left out, the least important first.
"""

from typing import Any, NamedTuple

from ..wording import UNREADABLE
from . import dates, goods, standing, voices
from .about import About, Telling

MAX_SUMMARY_CHARS = 600
MAX_BRIEF_WORDS = 80
SANDBOX_NOTICE = "Sandbox data, not a real order."

_MISSING = frozenset(doubt.code for doubt in UNREADABLE)
_STAYS, _DOUBT = 0, 1


class Sentence(NamedTuple):
    text: str
    importance: int
    """0 always stays; of the others the highest number goes first, and of equals the last."""


def summarize(shown: dict[str, Any], about: About) -> str:
    """One paragraph of at most 600 characters; when `brief`, of at most 80 words."""
    tell = Telling(shown, about)
    warnings = shown.get("warnings", [])
    sentences = [
        Sentence(SANDBOX_NOTICE if shown.get("sandbox") else "", _STAYS),
        *(Sentence(text, _STAYS) for text in standing.opening(tell)),
        *(Sentence(warning["message"], _DOUBT) for warning in warnings if warning["code"] not in _MISSING),
        Sentence(standing.note(tell), 3),
        Sentence(goods.outstanding(tell), 4),
        Sentence(dates.dates(tell), 2),
        Sentence(dates.tracking(tell), 2),
        Sentence(goods.items(tell), 5),
        Sentence(goods.money(tell), 6),
        *(Sentence(warning["message"], 7) for warning in warnings if warning["code"] in _MISSING),
        Sentence(goods.next_page(tell), _STAYS),
    ]
    # The same thing is not said twice.
    kept = list({sentence.text: sentence for sentence in reversed(sentences) if sentence.text}.values())[::-1]
    return _fitted(kept, about.brief, tell.say(voices.MORE_DOUBT))


def _fitted(kept: list[Sentence], brief: bool, more_doubt: str) -> str:
    while not _fits(text := " ".join(sentence.text for sentence in kept), brief):
        least = max(reversed(kept), key=lambda sentence: sentence.importance)
        if least.importance == _STAYS:
            break
        place = kept.index(least)
        # A doubt is never dropped without a word.
        said = [Sentence(more_doubt, _STAYS)] if least.importance == _DOUBT else []
        kept[place : place + 1] = said if all(each.text != more_doubt for each in kept) else []
    return text


def _fits(text: str, brief: bool) -> bool:
    return len(text) <= MAX_SUMMARY_CHARS and not (brief and len(text.split()) > MAX_BRIEF_WORDS)
