"""When: the latest thing that happened, what is expected next, and the tracking number."""

from collections.abc import Iterator

from ..models import ENDED, OrderStatus
from ..wording import day
from . import voices
from .about import Telling
from .quoting import is_word, quoted


def dates(tell: Telling) -> str:
    """The latest thing that happened, and what is expected next; the other dates are in the JSON."""
    return tell.join(_parts(tell))


def _parts(tell: Telling) -> Iterator[str]:
    in_doubt = tell.status is OrderStatus.UNKNOWN or tell.warns_of("phase_status_conflict")
    told = tell.warns_of("delivery_mismatch")  # a disputed delivery date was said with its doubt
    moments = {name: tell.fulfillment.get(f"{name}_at") for name in ("delivered", "shipped")}
    moments |= {name: tell.shown.get(f"{name}_at") for name in ("placed", "created")}
    for name, moment in moments.items():
        if moment and not (told and name == "delivered"):
            yield tell.say(voices.HAPPENED[name][in_doubt], day=day(moment))
            break
    expected = tell.fulfillment.get("expected_at")
    if expected is None or moments["delivered"] or tell.status in (*ENDED, OrderStatus.DELIVERED):
        return
    passed = _is_past(expected, tell.shown["as_of"])
    yield tell.say(voices.HAS_PASSED if passed else voices.EXPECTED[in_doubt], day=day(expected))


def tracking(tell: Telling) -> str:
    """The number, or of what was shipped that none is given."""
    if number := tell.fulfillment.get("tracking_number"):
        return tell.say(voices.TRACKING, number=number if is_word(number) else quoted(number))
    if tell.about.lost_tracking:
        return tell.say(voices.TRACKING_LEFT_OUT)
    under_way = "shipped_at" in tell.fulfillment and not tell.fulfillment.get("delivered_at")
    if tell.status is OrderStatus.SHIPPED or (under_way and tell.status not in (*ENDED, OrderStatus.DELIVERED)):
        return tell.say(voices.NO_TRACKING)
    return ""


def _is_past(moment: str, now: str) -> bool:
    # Without a zone only the day can be compared.
    return moment < now if moment.endswith("Z") else moment[:10] < now[:10]
