"""Where it stands: the first sentence, and the note that keeps a reader from a wrong conclusion."""

from collections.abc import Iterator

from ..models import ENDED, OrderStatus
from ..wording import CANNOT_SEE_STATUS, counted, day
from . import voices
from .about import Telling
from .quoting import exactly, is_word, quoted, shortened

MAX_NUMBER = 64

CONTRADICTED = ("phase_status_conflict", "delivery_mismatch", "fulfillment_mismatch")
"""The warnings that say that the status itself may be wrong."""


def opening(tell: Telling) -> Iterator[str]:
    """Whose it is, which one, where it stands; to a customer in two sentences where that cannot be seen."""
    if tell.status is None:
        yield f"{_subject(tell)} {_content(tell)}."
        return
    subject, standing = _subject(tell), _standing(tell)
    if change := _change(tell):
        yield f"{subject} {change}; it {standing}." if standing else f"{subject} {change}."
    else:
        yield f"{subject} {standing}." if standing else f"I found {subject[0].lower()}{subject[1:]}."
    if not standing:
        yield CANNOT_SEE_STATUS


def _subject(tell: Telling) -> str:
    id, number = exactly(tell.shown["id"]), tell.shown.get("order_number", "")
    number = quoted(number) if number != tell.shown["id"] and len(number) <= MAX_NUMBER and exactly(number) else ""
    if tell.for_customer:
        which = f" {number} (id {id})" if number and id else f" {number or id}".rstrip()
        # Whose it is stands in doubt where another one may be meant.
        is_theirs = not tell.warns_of("tenant_mismatch", "provider_not_asked")
        return f"{f'Your {tell.noun}' if is_theirs else tell.noun.capitalize() if which else f'The {tell.noun}'}{which}"
    which = f" {id}" if id else ""
    name = f"{tell.about.source.title} {tell.noun}{which}{number and f', number {number},'}"
    return name if which or number else f"The {name}"


def _standing(tell: Telling) -> str:
    """What follows "the order"; blank where a customer is told that it cannot be seen."""
    if tell.status is None or (tell.status is OrderStatus.UNKNOWN and tell.for_customer):
        return ""
    row = voices.STANDING[tell.status]
    # How an order ended is not contradicted by a date of delivery, and nothing contradicts what is unknown.
    if tell.status is OrderStatus.UNKNOWN or not tell.warns_of(*CONTRADICTED) or _ended_all_the_same(tell):
        told = tell.about.instead or (row.to_customer if tell.for_customer else row.plainly)
    else:
        told = f"is marked as {row.marked_as_to_customer if tell.for_customer else row.marked_as}"
    # Several words in one are longer than a text may be, and are never cut: a part of one would be another word.
    given = tell.shown.get("provider_status", "")
    word = quoted(given if is_word(given) else shortened(given))
    return told if tell.for_customer or not word else f"{told} ({word})"


def _ended_all_the_same(tell: Telling) -> bool:
    return tell.status in ENDED and not tell.warns_of("phase_status_conflict", "fulfillment_mismatch")


def _change(tell: Telling) -> str:
    """That it extends an order or replaces a device, where it does; once it has ended, that it was to do so."""
    related = tell.shown.get("related", {})
    kind = related.get("kind") or tell.shown.get("order_type")
    was_to = tell.status in ENDED
    if kind == "extension":
        id = exactly(related.get("order_id", ""))
        months = related.get("months", 0)
        return "".join(
            (
                "was to extend " if was_to else "extends ",
                f"order {id}" if id else "an earlier order",
                f" by {counted(months, 'month')}" if months > 0 else "",
                f", to {day(related['new_end'])}" if "new_end" in related and not was_to else "",
            )
        )
    if kind == "upgrade":
        device = quoted(shortened(related.get("previous_device", "")))
        article = "an" if device[1:2] in tuple("AEIOaeio") else "a"
        return (
            f"{'was to replace' if was_to else 'replaces'} {f'{article} {device}' if device else 'an earlier device'}"
        )
    return ""


def _content(tell: Telling) -> str:
    count, items = tell.shown.get("item_count"), tell.about.goods.items
    if not count and items is not None and not items.kinds and not tell.about.goods.page:
        return "is empty"
    if tell.warns_of("count_mismatch") or count is None:
        return "was found"
    return f"holds {counted(count, 'device')}" if count else "is empty"


def note(tell: Telling) -> str:
    """The note, whole, and whether the customer has to act; of a cart, that it was ordered."""
    if ordered := tell.shown.get("completed_at"):
        return tell.say(voices.ORDERED, day=day(ordered))
    text = "" if tell.about.instead else tell.shown.get("status_note", "")
    act = tell.say(voices.MUST_ACT) if tell.shown.get("requires_action") else ""
    return f"{text} {act}".strip()
