"""What it is about: the items, which of them are outstanding, and the money."""

from collections.abc import Iterator
from typing import Any

from ..models import Number, OrderStatus, PaymentStatus
from ..wording import CANNOT_SEE_PAYMENT, counted, share
from . import voices
from .about import Named, Telling
from .quoting import quoted


def outstanding(tell: Telling) -> str:
    """How many devices have a subscription, and which are still without one."""
    progress = tell.fulfillment.get("progress", {})
    if not {"total", "fulfilled"} <= progress.keys() or tell.warns_of("fulfillment_mismatch", "count_mismatch"):
        return ""
    total, done = progress["total"], progress["fulfilled"]
    if tell.status is OrderStatus.ACTIVE and done == total:
        return ""  # the note says so
    without_one = tell.about.goods.open_items
    if tell.about.brief and without_one.more:
        without_one = without_one.shorter()
    kinds = _kinds(tell, without_one)
    without = tell.say(voices.WITHOUT, kinds=kinds) if kinds else ""
    return tell.say(voices.SUBSCRIBED, devices=share(done, total), without=without)


def items(tell: Telling) -> str:
    """The items, three kinds at most; on a later page the items of that page."""
    named, page = tell.about.goods.items, tell.about.goods.page
    count = tell.shown.get("item_count")
    if named is None:
        is_worth_it = tell.status is not None and count is not None
        return tell.say(voices.NOT_LISTED, devices=counted(count, "device")) if is_worth_it and count else ""
    if page and page.last < page.first:
        return tell.say(voices.BEYOND, all=page.all)
    if not named.kinds:
        return "" if tell.status is None else tell.say(voices.NO_ITEMS)
    if named.reads_like(tell.about.goods.open_items) and outstanding(tell):
        return ""  # said as what is outstanding
    text = _kinds(tell, named)
    where = tell.say(voices.ONE_LINE if page.first == page.last else voices.PAGE, **page._asdict()) if page else ""
    where = where or tell.say(voices.CONTAINS)
    return f"{where}{text}." if text else ""


def _kinds(tell: Telling, items: Named) -> str:
    """Kinds of lines in words. Of a long list the names are an example, and numbers would only make it longer."""
    if tell.about.for_customer:
        return _kinds_to_customer(tell, items)
    named = [("" if items.more else _times(count, line.get("unit"))) + _name(line) for line, count in items.kinds]
    return ", ".join(named) + (f" and {items.more} more" if items.more else "")


def _kinds_to_customer(tell: Telling, items: Named) -> str:
    """Without ids and units: what has no name is counted."""
    named = [
        ("" if items.more else _times(count)) + quoted(line.get("title") or line["sku"])
        for line, count in items.kinds
        if "title" in line or "sku" in line
    ]
    others = len(items.kinds) - len(named) + items.more
    if not named:
        one, several = voices.KINDS
        return one if others == 1 else several.format(count=others) if others else ""
    return ", ".join(named) + (f" and {others} more" if others else "")


def money(tell: Telling) -> str:
    """Each amount with its label, how the payment stands, and what is missing."""
    return tell.join(_money_parts(tell))


def _money_parts(tell: Telling) -> Iterator[str]:
    totals, currency = tell.shown.get("totals", {}), tell.shown.get("currency")
    payment = tell.shown.get("payment_status")
    amounts = {key: f"{value} {currency}" if currency else value for key, value in totals.items()}
    labelled = [tell.say(said, amount=amounts[key]) for key, said in voices.LABELS.items() if key in amounts]
    yield from labelled[:1]
    if not tell.about.source.states_period and ("total" in totals or "rent" in totals):
        yield tell.say(voices.NO_PERIOD)
    yield from labelled[1:]
    if payment and not tell.has_said(CANNOT_SEE_PAYMENT):
        yield tell.say(voices.PAYMENT[PaymentStatus(payment)])
    if "paid" in totals and totals["paid"] != totals.get("total"):
        yield tell.say(voices.PAID_AMOUNT, amount=amounts["paid"])
    if (labelled or "paid" in totals) and not currency:
        is_unreadable = tell.warns_of("unreadable_currency")
        yield tell.say(voices.UNREADABLE_CURRENCY if is_unreadable else voices.NO_CURRENCY)
    if not tell.about.for_customer and totals.keys() & {"received_amount", "real_amount"}:
        yield tell.say(voices.OWN_LABELS)


def next_page(tell: Telling) -> str:
    """Where the next page begins."""
    offset = tell.about.goods.next_offset
    return tell.say(voices.NEXT_PAGE, offset=offset) if offset else ""


def _times(count: Number | None, unit: str | None = None) -> str:
    if count is None:
        return ""
    number = f"{count:.15g}" if isinstance(count, float) else str(count)
    return f"{number} {quoted(unit)} × " if unit else f"{number} × "


def _name(line: dict[str, Any]) -> str:
    if name := line.get("title") or line.get("sku"):
        return quoted(name)
    # An id is not a name, so it is called an item.
    return f"item {quoted(line['variant_id'])}" if "variant_id" in line else voices.UNNAMED.colleague
