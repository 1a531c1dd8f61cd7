"""Where it stands: the first sentence, and the note that keeps a reader from a wrong conclusion."""

from collections.abc import Iterator

from ..models import OrderStatus
from ..wording import CANNOT_SEE_STATUS, counted, day
from . import voices
from .about import Telling
from .quoting import is_word, quoted, shortened

CONTRADICTED = ("phase_status_conflict", "delivery_mismatch", "fulfillment_mismatch")
"""The warnings that say that the status itself may be wrong."""


def opening(tell: Telling) -> Iterator[str]:
    """Whose it is, which one, where it stands; to a customer in two sentences where that cannot be seen."""
    if tell.status is None:
        yield f"{_subject(tell, 'cart')} {_content(tell)}."
        return
    subject, standing = _subject(tell, "order"), _standing(tell)
    if change := _change(tell):
        yield f"{subject} {change}; it {standing}." if standing else f"{subject} {change}."
    else:
        yield f"{subject} {standing}." if standing else f"I found {subject[0].lower()}{subject[1:]}."
    if not standing:
        yield CANNOT_SEE_STATUS


def _subject(tell: Telling, noun: str) -> str:
    id = tell.shown["id"] if is_word(tell.shown["id"]) else quoted(tell.shown["id"])
    number = tell.shown.get("order_number", "")
    number = quoted(number) if number and shortened(number) == number and quoted(number) == f"“{number}”" else ""
    if tell.about.for_customer:
        # Whose it is stands in doubt where another one may be meant.
        whose = noun.capitalize() if tell.warns_of("tenant_mismatch", "provider_not_asked") else f"Your {noun}"
        return f"{whose} {number} (id {id})" if number and number != f"“{id}”" else f"{whose} {id}"
    return f"{tell.about.source.title} {noun} {id}{number and f', number {number},'}"


def _standing(tell: Telling) -> str:
    """What follows "the order"; blank where a customer is told that it cannot be seen."""
    if tell.status is None or (tell.status is OrderStatus.UNKNOWN and tell.about.for_customer):
        return ""
    plainly, in_doubt = voices.STANDING[tell.status]
    told = tell.about.instead or tell.say(in_doubt if tell.warns_of(*CONTRADICTED) else plainly)
    if tell.about.for_customer or "provider_status" not in tell.shown:
        return told
    return f"{told} ({quoted(shortened(tell.shown['provider_status']))})"


def _change(tell: Telling) -> str:
    """That it extends an order or replaces a device, where it does."""
    related = tell.shown.get("related", {})
    kind = related.get("kind") or tell.shown.get("order_type")
    if kind == "extension":
        id = related.get("order_id", "")
        # An id is named whole or not at all.
        can_be_named = id and (is_word(id) or shortened(id) == id)
        of = f"order {id if is_word(id) else quoted(id)}" if can_be_named else "an earlier order"
        by = f" by {counted(related['months'], 'month')}" if "months" in related else ""
        return f"extends {of}{by}{', to ' + day(related['new_end']) if 'new_end' in related else ''}"
    if kind == "upgrade":
        device = shortened(related.get("previous_device", ""))
        article = "an" if device[:1] in tuple("AEIOaeio") else "a"
        return f"replaces {article} {quoted(device)}" if device else "replaces an earlier device"
    return ""


def _content(tell: Telling) -> str:
    count, items = tell.shown.get("item_count"), tell.about.goods.items
    if not count and items is not None and not items.kinds and not tell.about.goods.page:
        return "is empty"
    if tell.warns_of("count_mismatch") or count is None:
        return "was found"
    return f"holds {counted(count, 'device')}" if count else "is empty"


def note(tell: Telling) -> str:
    """The note, whole, and whether the customer has to act."""
    text = "" if tell.about.instead else tell.shown.get("status_note", "")
    act = tell.say(voices.MUST_ACT) if tell.shown.get("requires_action") else ""
    return f"{text} {act}".strip()
