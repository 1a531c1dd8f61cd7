"""When: the latest thing that happened, what is expected next, and the tracking number."""

from collections.abc import Iterator
from typing import Any

from ..models import ENDED, OrderStatus
from ..wording import day, listed
from . import voices
from .about import Telling
from .items import NAMED
from .quoting import exactly

# A date of these is only what was given: the order may not have gone that way, or went another way in the end.
UNCERTAIN = (OrderStatus.UNKNOWN, OrderStatus.CANCELED, OrderStatus.REJECTED, OrderStatus.FAILED)
NOT_ACCEPTED = (OrderStatus.DRAFT, OrderStatus.PENDING)


def dates(tell: Telling) -> str:
    """The latest thing that happened, and what is expected next; the other dates are in the JSON."""
    return tell.join(_parts(tell))


def _parts(tell: Telling) -> Iterator[str]:
    in_doubt = tell.status in UNCERTAIN or tell.warns_of("phase_status_conflict")
    disputed = tell.warns_of("delivery_mismatch")  # then the delivery date was said with its doubt
    moments = {name: tell.fulfillment.get(f"{name}_at") for name in ("delivered", "shipped")}
    moments |= {name: tell.shown.get(f"{name}_at") for name in ("placed", "created")}
    for name, moment in moments.items():
        if moment and not (disputed and name == "delivered"):
            # What was not accepted yet can hardly have been sent.
            only_given = in_doubt or tell.status in NOT_ACCEPTED
            yield tell.say(voices.HAPPENED[name].told(in_doubt=only_given), day=day(moment))
            break
    expected = tell.fulfillment.get("expected_at")
    if expected is None or disputed or moments["delivered"] or tell.status in (*ENDED, OrderStatus.DELIVERED):
        return
    passed = _is_past(expected, tell.shown["as_of"])
    if tell.for_customer and tell.status in NOT_ACCEPTED:
        in_doubt = True  # to a customer, a date of an order that nobody accepted would be a promise
    yield tell.say(voices.HAS_PASSED if passed else voices.EXPECTED.told(in_doubt=in_doubt), day=day(expected))


def tracking(tell: Telling) -> str:
    """The number, or of what was shipped that none is given; of several parcels, how each of them stands."""
    if parcels := tell.fulfillment.get("parcels"):
        return _parcels(tell, parcels)
    given = tell.fulfillment.get("tracking_number", "")
    if number := exactly(given):
        return tell.say(voices.TRACKING, number=number)
    if given or tell.about.lost_tracking:
        return tell.say(voices.TRACKING_LEFT_OUT)
    under_way = "shipped_at" in tell.fulfillment and not tell.fulfillment.get("delivered_at")
    if tell.status is OrderStatus.SHIPPED or (under_way and tell.status not in (*ENDED, OrderStatus.DELIVERED)):
        return tell.say(voices.NO_TRACKING)
    return ""


def _parcels(tell: Telling, parcels: list[dict[str, Any]]) -> str:
    told = [_parcel(tell, parcel) for parcel in parcels[:NAMED]]
    if len(parcels) == 1:
        return tell.say(voices.ONE_PARCEL, parcel=told[0].removeprefix("one "))
    if more := len(parcels) - NAMED if len(parcels) > NAMED else 0:
        told.append(tell.say(voices.MORE_PARCELS, count=more))
    return tell.say(voices.PARCELS, count=len(parcels), parcels=listed(told, "and"))


def _parcel(tell: Telling, parcel: dict[str, Any]) -> str:
    last = next((name for name in ("delivered", "shipped", "packed") if f"{name}_at" in parcel), "")
    told = tell.say(voices.PARCEL[last], day=day(parcel[f"{last}_at"]) if last else "")
    numbers = [number for each in parcel.get("tracking_numbers", ()) if (number := exactly(each))]
    if len(numbers) > 1:
        return told + tell.say(voices.TRACKED_BY_SEVERAL, numbers=listed(numbers, "and"))
    return told + tell.say(voices.TRACKED, number=numbers[0]) if numbers else told


def _is_past(moment: str, now: str) -> bool:
    # Midnight is how a bare day is written, and without a zone only the day can be compared.
    is_moment = moment.endswith("Z") and not moment.endswith("T00:00:00Z")
    return moment < now if is_moment else moment[:10] < now[:10]
