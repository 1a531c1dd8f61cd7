"""Order ids as people write them.

A number in a sentence may be a date, a count or a part of another number; taken as an id, it would find the order of
somebody else. So an id is what is called one ("order 1008", "the id is ord_partial", "#4711"), or the whole message.
"""

import re
from collections.abc import Collection

# "To order 2000" and "purchase order 4500" are about something else.
_CALLED_ORDER = r"(?<!purchase )(?<!to )\border(?:[ -]id)?|\bthe id|^id"
_NAMED = re.compile(rf"(?:(?:{_CALLED_ORDER})(?: is)?[: ]+#?|(?:^|\b(?:and|about|where is) )#)(\S+)", re.IGNORECASE)
_SHAPE = re.compile(r"[A-Za-z0-9_-]{4,}")  # In a sentence, anything shorter is a day or a count.
_GOES_ON = frozenset({"please", "is", "isn't", "was", "has", "hasn't", "did", "didn't", "never", "now", "yet", "still"})
_MARKS = ".,;:!?()\"'“”"
# What people write around an id when they were asked for it: "It is 1008, thanks."
AROUND_AN_ANSWER = frozenset({"it", "it's", "its", "is", "the", "my", "order", "id", "yes", "sure", "please", "thanks"})


def named_id(message: str) -> str | None:
    """The id that a sentence names. "Order 24 00391", "my order 2000 km away" and two ids name none."""
    text = " ".join(message.split())
    named = [match for match in _NAMED.finditer(text) if _could_be_an_id(match[1])]
    if len(named) != 1:
        return None
    word, rest = named[0][1], text[named[0].end() :].split(maxsplit=1)
    id = word.strip(_MARKS)
    ends = not rest or _bare(rest[0]) in _GOES_ON
    if not ends and not word.endswith(id):  # A comma or a full stop ends it, too.
        ends = not _could_be_an_id(rest[0])
    return id if ends and _SHAPE.fullmatch(id) else None


def only_id(message: str, *, ignoring: Collection[str] = ()) -> str | None:
    """The id that is all of the message, once these words are ignored."""
    words = [word for word in message.split() if _bare(word) not in ignoring]
    return words[0].strip(_MARKS) if len(words) == 1 and _could_be_an_id(words[0]) else None


def _could_be_an_id(word: str) -> bool:
    """Whether there is a digit or an underscore in it; or an @, because the server has a sentence for an address."""
    return any(character.isdigit() or character in "_@" for character in word)


def _bare(word: str) -> str:
    return word.strip(_MARKS).replace("’", "'").lower()
