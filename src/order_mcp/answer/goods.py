"""What it is about: the items, which of them are outstanding, and the money."""

from collections.abc import Iterator
from typing import Any

from ..models import Number, OrderStatus, PaymentStatus
from ..wording import counted, share
from . import voices
from .about import Named, Telling, capitalized
from .quoting import quoted


def outstanding(tell: Telling) -> str:
    """How many devices have a subscription, and which are still without one."""
    if tell.warns_of("fulfillment_mismatch", "count_mismatch"):
        return ""
    progress = tell.fulfillment.get("progress", {})
    total, done = progress.get("total"), progress.get("fulfilled")
    if total == 0 or (tell.status is OrderStatus.ACTIVE and done == total):
        return ""  # there is nothing to hand out, or the note says that all of it is
    without_one = tell.about.goods.open_items
    if tell.about.brief and without_one.more:
        without_one = without_one.shorter()
    kinds = _kinds(tell, without_one)
    if total is None or done is None:
        return tell.say(voices.OPEN, kinds=kinds) if kinds else ""
    # Lines that do not mention subscriptions may have some all the same.
    without = tell.say(voices.WITHOUT, kinds=kinds) if kinds and without_one.units == total - done else ""
    if tell.for_customer and not done:
        return voices.NOT_SUBSCRIBED if total == 1 else voices.NONE_SUBSCRIBED.format(total=total, without=without)
    return tell.say(voices.SUBSCRIBED, devices=share(done, total), without=without)


def items(tell: Telling, outstanding: str) -> str:
    """The items, three kinds at most; on a later page the items of that page. Those just named are not named again."""
    named, page = tell.about.goods.items, tell.about.goods.page
    count = tell.shown.get("item_count")
    if named is None:
        if tell.status is None or not count or tell.warns_of("count_mismatch"):
            return ""
        return tell.say(voices.NOT_LISTED, devices=counted(count, "device"))
    if page and page.last < page.first:
        return tell.say(voices.BEYOND, all=page.all)
    if not named.kinds:
        return "" if tell.status is None or tell.warns_of("count_mismatch") else tell.say(voices.NO_ITEMS)
    text = _kinds(tell, named)
    if named.reads_like(tell.about.goods.open_items) and voices.NAMED in outstanding:
        return ""  # said as what is outstanding
    where = tell.say(voices.ONE_LINE if page.first == page.last else voices.PAGE, **page._asdict()) if page else ""
    if not where:
        where = tell.say(voices.NAMES if tell.warns_of("count_mismatch") else voices.CONTAINS, noun=tell.noun)
    return capitalized(f"{where}{text}.") if text else ""


def _kinds(tell: Telling, items: Named) -> str:
    """Kinds of lines in words. Of a long list the names are an example, and numbers would only make it longer."""
    is_counted = not items.more and not tell.warns_of("count_mismatch")
    if tell.for_customer:
        return _kinds_to_customer(items, is_counted)
    named = [(_times(count, line.get("unit", "")) if is_counted else "") + _name(line) for line, count in items.kinds]
    return ", ".join(named) + (f" and {items.more} more" if items.more else "")


def _kinds_to_customer(items: Named, is_counted: bool) -> str:
    """Without ids and units: what has no name is counted."""
    named = [(_times(count) if is_counted else "") + name for line, count in items.kinds if (name := _title(line))]
    others = len(items.kinds) - len(named) + items.more
    if not named and not all("variant_id" in line for line, _ in items.kinds):
        return voices.WITHOUT_NAMES  # without a name or an id, nobody knows how many kinds there are
    if not named:
        one, several = voices.KINDS
        return one if others == 1 else several.format(count=others) if others else ""
    return ", ".join(named) + (f" and {others} more" if others else "")


def money(tell: Telling) -> str:
    """Each amount with its label, how the payment stands, and what is missing."""
    return tell.join(_money_parts(tell))


def _money_parts(tell: Telling) -> Iterator[str]:
    totals, currency = tell.shown.get("totals", {}), tell.shown.get("currency")
    amounts = {key: f"{value} {currency}" if currency else value for key, value in totals.items()}
    labelled = [tell.say(said, amount=amounts[key]) for key, said in voices.LABELS.items() if key in amounts]
    no_period = not tell.about.source.states_period and bool(totals.keys() & {"total", "rent"})
    # Of a currency that could not be read, its warning tells.
    no_currency = bool(labelled or "paid" in totals) and not currency and not tell.warns_of("unreadable_currency")
    missing = [tell.say(voices.NO_PERIOD)] * no_period + [tell.say(voices.NO_CURRENCY)] * no_currency
    payment = tell.shown.get("payment_status")
    # That nothing was paid is said by these two.
    is_nothing = payment in voices.NOTHING_TAKEN and not totals.get("paid", "").strip("0.")
    if "paid" in totals and totals["paid"] != totals.get("total") and not is_nothing:
        labelled.append(tell.say(voices.PAID_AMOUNT, amount=amounts["paid"]))
    if "original_total" in totals and totals["original_total"] != totals.get("total"):
        labelled.append(tell.say(voices.AS_PLACED, amount=amounts["original_total"]))
    is_refunded = bool("refunded" in totals and totals["refunded"].strip("0."))
    if is_refunded:
        labelled.append(tell.say(voices.REFUNDED_AMOUNT, amount=amounts["refunded"]))
    if tell.for_customer and missing:
        labelled[0] += f" ({'; '.join(missing)})"
        missing = []
    yield from labelled[:1]
    yield from missing[:no_period]
    # How much was refunded says that it was.
    if payment in voices.PAYMENT and not (is_refunded and payment in voices.REFUNDS):
        yield tell.say(voices.PAYMENT[PaymentStatus(payment)])
    yield from labelled[1:]
    yield from missing[no_period:]
    if not tell.for_customer and totals.keys() & {"received_amount", "real_amount"}:
        yield tell.say(voices.OWN_LABELS)


def next_page(tell: Telling) -> str:
    """Where the next page begins."""
    offset = tell.about.goods.next_offset
    return tell.say(voices.NEXT_PAGE, offset=offset) if offset else ""


def _times(count: Number | None, unit: str = "") -> str:
    if count is None:
        return ""
    number = f"{count:.15g}" if isinstance(count, float) else str(count)
    return " ".join(filter(None, (number, quoted(unit), "× ")))


def _title(line: dict[str, Any]) -> str:
    """What it is, and of which kind; blank where it has no name."""
    names = (line.get("title") or line.get("sku", ""), line.get("variant_title", ""))
    return quoted(", ".join(filter(None, names)))


def _name(line: dict[str, Any]) -> str:
    if name := _title(line):
        return name
    # An id is not a name, so it is called an item.
    id = quoted(line.get("variant_id", ""))
    return f"item {id}" if id else voices.UNNAMED
