"""Order ids as people write them.

A number in a sentence may be a year, a quantity, a price or somebody's phone number; taken as an id, it would find the
order of somebody else. So this module knows a few ways in which people call an id one beyond doubt, and every word of
the message has to belong to one of them. In all other messages there is no id, and the chat asks for it.
"""

import re

_MARKS = ".,;:!?()\"'“”‘’…–—\ufeff"

# A letter and a digit or an underscore, or digits alone. Digits with hyphens are dates or phone numbers, "15th" and
# "16GB" are no ids, and in a sentence anything shorter than four characters is a day or a count.
_ID = r"(?=[\w-]{4})(?!\d+[a-z]{1,3}(?![\w-]))(?:\d+(?![\w-])|(?=[\w-]*[\d_])(?=[\w-]*[a-z_])[a-z\d][\w-]*)"
# After the bare word "order" a number must not look like a year, a date, or the number of a phone or a card,
_NO_DATE = r"(?!(?:(?:19|20)\d\d(?:[01]\d[0-3]\d)?|[0-3]\d[0-3]\d(?:19|20)\d\d)(?![\w-]))"
_NUMBER = rf"{_NO_DATE}[1-9]\d{{3,9}}"
# and with letters it is clear only as "#FL-24" or as "ord_partial": FL-24 alone may be a product.
_CLEAR = rf"#{_ID}|[a-z][a-z\d]*_[\w-]+"

_HELLO = "(?:(?:hello|hi|hey|sorry|good morning|good afternoon|good evening) )*"
# The words right before "order" show that it is a thing. "I want to order 1008" and "please order 1008" buy something.
_A_THING = (
    "(?:my|our|the|this|is|was|has|it's|its|where's|what's|about|for|of|on|with|regarding|received?|got|get|i mean|"
    "(?:(?:can|could) you )?(?:please )?(?:check|find|track|look up)) "
)
_BEFORE = (
    f"(?:hello |hi |hey |sorry |good (?:morning|afternoon|evening) |{_A_THING}|"
    "(?:and|so|again|where|what|when|how|will|did|does|any|news|update|status|it|still|waiting) |"
    "(?:i'm|i am) (?=still waiting |waiting )|i (?:still )?(?:never|haven't|have not|didn't) )*"
)
_AFTER = (
    "(?: (?:is|isn't|was|wasn't|has|hasn't|did|didn't|never|not|still|yet|been|come|came|coming|arrive|arrived|"
    "ship|shipped|delivered|late|missing|lost|delayed|here|doing))*"
)
_POLITE = "(?: (?:please|thanks|thank you))*"

# What each looks like, and its pattern. The group is the id.
SENTENCES = {
    "order 1008 never came": rf"{_HELLO}order ({_NUMBER}|{_CLEAR}){_AFTER}",
    "where is my order 1008, please?": rf"{_BEFORE}{_A_THING}order (?:(?:is|it is|it's) )?({_NUMBER}|{_CLEAR})"
    rf"{_AFTER}{_POLITE}",
    "my order number is 1008": rf"(?:(?:yes|ok|okay) )?(?:{_HELLO}|{_BEFORE}{_A_THING})"
    rf"order[ -](?:with (?:the )?)?(?:id|number|no|nr)(?: is)? (#?{_ID}){_AFTER}{_POLITE}",
    "the id of my order is 1008": rf"{_HELLO}(?:the|its) id(?: of my order)?(?: is)? (#?{_ID}){_POLITE}",
    "where is #1008?": rf"{_BEFORE}({_CLEAR}){_AFTER}{_POLITE}",
}
_YES = "(?:(?:yes|sure|ok|okay|sorry) )*"

# Right after the question for the id more is clear; an address, too, because the server has a sentence for it.
ANSWERS = {
    "Yes, it is 1008, thanks.": rf"{_YES}(?:it is |it's |its |that's |order (?!\d{{11}}))?"
    rf"({_NO_DATE}#?{_ID}|\d{{1,3}}|[^\s@]+@[^\s@]+){_POLITE}",
    "The number is 1008.": rf"{_YES}(?:the )?(?:id|number) (?:is )?(#?{_ID}|\d{{1,3}}){_POLITE}",
}
AGAIN = (
    "(?:(?:ok|yes|and|please|can you|could you) )*"
    "(?:(?:(?:try|look|check)(?: it)? )?(?:again|once more)|retry)(?: (?:please|now|thanks))*"
)
_THANKS = (
    "(?:ok|okay|great|perfect|good|fine|bye|goodbye|have a nice day|"
    "(?:no )?(?:thanks|thank you)(?: (?:again|very much|so much|a lot|for your help))*)"
)
THANKS = f"{_THANKS}(?: {_THANKS})*"


def named_id(message: str) -> str | None:
    """The id that a message calls one, whatever was said before."""
    return _first(SENTENCES, message)


def answered_id(message: str) -> str | None:
    """The id in the answer to a question for it."""
    return _first(SENTENCES | ANSWERS, message)


def wants_it_again(message: str) -> bool:
    """Whether to try again is all that the message says: in "not again!" it is not."""
    return _is(AGAIN, message) is not None


def says_thanks(message: str) -> bool:
    """Whether the message is content with the answer, and says nothing else: in "not great" it is not."""
    return _is(THANKS, message) is not None


def _first(shapes: dict[str, str], message: str) -> str | None:
    found = (_is(pattern, message) for pattern in shapes.values())
    return next((match[1].lstrip("#") for match in found if match), None)


def _is(pattern: str, message: str) -> re.Match[str] | None:
    """The message without its punctuation, if all of it is like the pattern."""
    words = (word.strip(_MARKS) for word in message.replace("’", "'").replace(":", " ").split())
    return re.fullmatch(pattern, " ".join(filter(None, words)), re.IGNORECASE | re.ASCII)
