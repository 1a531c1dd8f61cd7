"""An answer beside what the Admin API says of the same order, read by itself and not with the package."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from .desk import Answer
from .expected import AS_PLACED, NOTES, PAYMENT, RECEIVED, STATUS

JSON = Mapping[str, Any]
TOTALS = {"subtotal": "subtotal", "shipping": "shipping_total", "tax": "tax_total", "discount": "discount_total"}


def differences(name: str, answer: Answer, order: JSON) -> Iterator[str]:
    """What an answer for staff, in full, says otherwise than Medusa, or than is known of this order."""
    shown = answer.shown
    words = (order["status"], order["payment_status"], order["fulfillment_status"])
    wanted = {
        "id": order["id"],
        "order_number": str(order["display_id"]),
        "status": STATUS.get(name, RECEIVED),
        "provider_status": "/".join(words),
        "payment_status": PAYMENT[order["payment_status"]],
        "currency": order["currency_code"].upper(),
        "created_at": order["created_at"][:19] + "Z",
        "updated_at": order["updated_at"][:19] + "Z",
        "line_items_total": len(order["items"]),
    }
    for key, value in wanted.items():
        yield from _unlike(key, shown.get(key), value)
    if note := NOTES.get(name):
        yield from _unlike("its note", note in answer.sentence, True)
    yield from _totals(name, shown.get("totals", {}), order)
    yield from _lines(shown.get("line_items", ()), order["items"])
    yield from _parcels(shown.get("fulfillment", {}), order["fulfillments"])
    yield from _people(shown, order)


def _unlike(what: str, ours: object, theirs: object) -> Iterator[str]:
    if ours != theirs:
        yield f"{what} is {ours!r} and should be {theirs!r}"


def _totals(name: str, shown: JSON, order: JSON) -> Iterator[str]:
    summary = order["summary"]
    wanted = {ours: order[theirs] for ours, theirs in TOTALS.items()} | {"total": order["total"]}
    wanted |= {"paid": _exact(summary, "paid_total"), "refunded": _exact(summary, "refunded_total")}
    placed = AS_PLACED.get(name, summary["original_order_total"])
    for key, value in wanted.items():
        yield from _unlike(f"totals.{key}", _number(shown.get(key)), _number(value))
    yield from _unlike("totals.original_total", _number(shown.get("original_total")), _number(placed))


def _lines(shown: list[JSON], lines: list[JSON]) -> Iterator[str]:
    ours = {line["id"]: line for line in shown}
    yield from _unlike("line items", sorted(ours), sorted(line["id"] for line in lines[: len(shown)] or lines))
    for line in lines:
        here, detail = ours.get(line["id"], {}), line["detail"]
        back = detail["return_received_quantity"] + detail["return_dismissed_quantity"]
        wanted = {
            "title": _harmless(line["title"]),
            "quantity": line["quantity"],
            "unit_price": _exact(line, "unit_price"),
            "total": _exact(line, "total"),
            "sku": line["variant_sku"],
        }
        for key, value in wanted.items():
            is_amount = key in ("unit_price", "total")
            seen = here.get(key)
            same = _number(seen) == _number(value) if is_amount else seen == value
            if not same:
                yield f"line {line['title']}: {key} is {seen!r} and should be {value!r}"
        counted = {"shipped": detail["shipped_quantity"], "delivered": detail["delivered_quantity"], "returned": back}
        for key, value in counted.items():
            # Where it is nothing for all lines, it is left out.
            yield from _unlike(f"line {line['title']}: {key}", here.get(key, 0), value)


def _parcels(shown: JSON, parcels: list[JSON]) -> Iterator[str]:
    alive = [parcel for parcel in parcels if not parcel["canceled_at"]]
    given = [label["tracking_number"] for parcel in alive for label in parcel["labels"]]
    ours = shown.get("parcels") or [shown]
    seen = [number for parcel in ours for number in parcel.get("tracking_numbers", ())]
    seen += [shown["tracking_number"]] if "tracking_number" in shown else []
    yield from _unlike("tracking numbers", sorted(seen), sorted(given))
    for moment in ("shipped_at", "delivered_at"):
        theirs = sorted(parcel[moment][:19] + "Z" for parcel in alive if parcel[moment])
        yield from _unlike(moment, sorted(parcel[moment] for parcel in ours if moment in parcel), theirs)
    if len(alive) > 1:
        yield from _unlike("parcels", len(ours), len(alive))


def _people(shown: JSON, order: JSON) -> Iterator[str]:
    yield from _unlike("customer.email", shown.get("customer", {}).get("email"), order["email"])
    yield from _unlike("customer.id", shown.get("customer", {}).get("id"), order["customer_id"])
    address = order.get("shipping_address") or {}
    ours = shown.get("shipping_address", {})
    for key, theirs in {"street_address": "address_1", "city": "city", "postal_code": "postal_code"}.items():
        yield from _unlike(f"shipping_address.{key}", ours.get(key), address.get(theirs) or None)


def _harmless(text: str) -> str:
    """As every text is shown: without markup and characters that nobody sees."""
    return " ".join(text.split()).replace("\u00ad", "").replace("<", "‹").replace(">", "›")


def _exact(holder: JSON, figure: str) -> Any:
    raw = holder.get(f"raw_{figure}")
    return raw["value"] if raw else holder[figure]


def _number(value: object) -> Decimal | None:
    """Rounded where Medusa's own JSON numbers end: its raw figures may go on for ever."""
    return None if value is None else round(Decimal(str(value)), 9)
